/* UNIX sockets, pipes and files only: what needs a network is tested in test/e2e. */
#include "net/net_test_end.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <ting/message.h>

TEST(ting_end, streams_and_messages_go_both_ways_and_end, "")
{
	static const char *const prefixes[] = {"unix://", "unixseq://"};

	for (size_t i = 0; i < 2; i++) {
		struct place p = place(prefixes[i]);
		struct ting_listener *l = listen_on(p.endpoint);
		struct ting_end *a = open_end(p.endpoint, &hasty), *b = accept_from(l);
		char byte;

		cr_expect_eq(ting_keeps_messages(a), i == 1);
		cr_expect_str_eq(ting_listener_name(l, 0), p.endpoint);
		cr_expect_null(ting_listener_name(l, 1));
		cr_expect_str_eq(ting_remote_name(a), p.endpoint);
		cr_expect_str_eq(ting_local_name(a), "");
		cr_expect_str_eq(ting_local_name(b), p.endpoint);
		cr_expect_str_eq(ting_remote_name(b), "");
		cr_expect_eq(ting_read(a, &byte, 1), -ETIMEDOUT);
		cr_expect_eq(ting_try_read(a, &byte, 1), -EAGAIN);
		write_text(a, "to b");
		write_text(b, "to a");
		expect_read(a, "to a");
		expect_read(b, "to b");
		cr_expect_eq(ting_shutdown(a, TING_WRITE), 0);
		cr_expect_eq(ting_read(b, &byte, 1), 0);
		write_text(b, "still");
		expect_read(a, "still");
		cr_expect_eq(ting_seek(a, 0), -ESPIPE);
		cr_expect_eq(ting_size(a), -ESPIPE);
		cr_expect_eq(ting_close(a), 0);
		cr_expect_eq(ting_write(b, "x", 1), -EPIPE);
		cr_expect_eq(ting_close(b), 0);
		ting_listener_close(l);
		leave(&p);
	}
}

TEST(ting_end, a_stream_takes_what_the_reader_has_room_for_and_says_how_much, "")
{
	static char large[4 << 20];
	struct place p = place("unix://");
	struct ting_listener *l = listen_on(p.endpoint);
	struct ting_end *a = open_end(p.endpoint, &hasty), *b = accept_from(l);
	ssize_t count = ting_write(a, large, sizeof large), got = 0;

	cr_expect(count > 0 && (size_t)count < sizeof large, "%zd", count);
	cr_expect_eq(ting_write(a, large, 1), -ETIMEDOUT);
	cr_expect_eq(ting_try_write(a, large, 1), -EAGAIN);
	while (got < count) {
		ssize_t part = ting_read(b, large, sizeof large);

		cr_assert_gt(part, 0);
		got += part;
	}
	cr_expect_eq(got, count);
	cr_expect_eq(ting_write(a, large, 1), 1);
	ting_close(a);
	ting_close(b);
	ting_listener_close(l);
	leave(&p);
}

TEST(ting_end, a_message_that_is_too_large_for_the_reader_is_lost_and_the_next_is_not, "")
{
	struct place p = place("unixseq://");
	struct ting_listener *l = listen_on(p.endpoint);
	struct ting_end *a = open_end(p.endpoint, NULL), *b = accept_from(l);
	char bytes[4];

	write_text(a, "12345");
	write_text(a, "1234");
	cr_expect_eq(ting_read(b, bytes, 4), -EMSGSIZE);
	cr_expect_eq(ting_read(b, bytes, 4), 4);
	ting_close(a);
	ting_close(b);
	ting_listener_close(l);
	leave(&p);
}

TEST(ting_end, both_ends_may_be_named_before, "")
{
	struct place p = place("unixgram://");
	char mine[80];
	struct ting_options bound = patient;
	struct ting_listener *l = listen_on(p.endpoint);
	struct ting_end *a;

	(void)snprintf(mine, sizeof mine, "%s2", p.endpoint);
	bound.bind = mine;
	a = open_end(p.endpoint, &bound);
	cr_expect_str_eq(ting_local_name(a), mine);
	ting_close(a); /* removes its file */
	ting_listener_close(l);
	leave(&p);
}

TEST(ting_end, the_file_of_a_local_end_goes_when_it_cannot_connect, "")
{
	struct place p = place("unix://");
	struct ting_options bound = {.bind = p.endpoint};
	struct ting_end *e;

	cr_expect_eq(ting_open(&e, "unix:///nonesuch/e", &bound, NULL), -ENOENT);
	leave(&p);
}

TEST(ting_end, the_local_end_must_be_of_the_same_kind, "")
{
	static const struct ting_options bound = {.bind = "tcp://127.0.0.1:0"};
	struct ting_error err;
	struct ting_end *e;

	cr_expect_eq(ting_open(&e, "unix:///nonesuch", &bound, &err), -EINVAL);
	cr_expect_str_eq(
		err.text, "\"tcp://127.0.0.1:0\": the local end must be a unix:///path too");
}

TEST(ting_end, a_file_is_written_measured_and_read_again, "")
{
	static const struct ting_options create = {.is_created = true};
	static const struct ting_options append = {.is_appended = true, .access = TING_WRITE};
	static const struct ting_options cut = {.is_cut = true};
	struct place p = place("file://");
	struct ting_error err;
	struct ting_end *e;
	char byte;

	cr_expect_eq(ting_open(&e, p.endpoint, NULL, &err), -ENOENT);
	cr_expect(strstr(err.text, ": there is no such file"), "%s", err.text);
	e = open_end(p.endpoint, &create);
	write_text(e, "hello");
	cr_expect_eq(ting_size(e), 5);
	cr_expect_eq(ting_seek(e, 1), 1);
	expect_read(e, "ello");
	cr_expect_eq(ting_read(e, &byte, 1), 0);
	cr_expect_eq(ting_seek(e, -1), 5);
	cr_expect_eq(ting_shutdown(e, TING_WRITE), -EOPNOTSUPP);
	cr_expect_str_eq(ting_remote_name(e), p.endpoint);
	cr_expect_eq(ting_close(e), 0);
	e = open_end(p.endpoint, &append);
	write_text(e, "!");
	cr_expect_eq(ting_size(e), 6);
	cr_expect_eq(ting_read(e, &byte, 1), -EBADF);
	cr_expect_eq(ting_close(e), 0);
	e = open_end(p.endpoint, &cut);
	cr_expect_eq(ting_size(e), 0);
	cr_expect_eq(ting_close(e), 0);
	unlink(p.path);
	leave(&p);
}

TEST(ting_end, seeking_forgets_what_was_read_beyond_a_message, "")
{
	static const struct ting_options create = {.is_created = true};
	struct place p = place("file://");
	struct ting_end *e = open_end(p.endpoint, &create);
	char line[8];

	write_text(e, "one\ntwo\n");
	cr_expect_eq(ting_seek(e, 0), 0);
	cr_expect_eq(ting_message_read(e, TING_LINES, line, sizeof line), 3);
	cr_expect(ting_is_ready(e));
	cr_expect_eq(ting_seek(e, 1), 1);
	expect_read(e, "ne\ntwo\n");
	ting_close(e);
	unlink(p.path);
	leave(&p);
}

TEST(ting_end, devices_are_files_and_directories_are_not, "")
{
	struct ting_end *e = open_end("file:///dev/zero", NULL);
	struct ting_error err;
	char bytes[3] = "xx";

	cr_expect_eq(ting_read(e, bytes, 2), 2);
	cr_expect_eq(bytes[0] | bytes[1], 0);
	ting_close(e);
	cr_expect_eq(ting_open(&e, "file:///dev", NULL, &err), -EISDIR);
	cr_expect_str_eq(err.text, "cannot open file:///dev: it is a directory");
}

TEST(ting_end, a_fifo_that_nobody_reads_is_waited_for, "")
{
	struct place p = place("fifo://");
	struct ting_error err;
	struct ting_end *e;
	int fd;

	cr_expect_eq(ting_open(&e, p.endpoint, &hasty, &err), -ENOENT);
	cr_assert_eq(mkfifo(p.path, 0600), 0);
	cr_expect_eq(ting_open(&e, p.endpoint, &hasty, &err), -ETIMEDOUT);
	cr_expect(strstr(err.text, ": nobody opened the other end in time"), "%s", err.text);
	fd = open(p.path, O_RDONLY | O_NONBLOCK);
	e = open_end(p.endpoint, &hasty);
	close(fd);
	cr_expect_eq(ting_write(e, "x", 1), -EPIPE, "and no signal");
	ting_close(e);
	unlink(p.path);
	leave(&p);
}

TEST(ting_end, a_fifo_may_be_opened_as_the_file_that_it_is, "")
{
	static const struct ting_options reader = {.access = TING_READ, .timeout_ms = 1};
	struct place p = place("file://");
	struct ting_end *both, *read_only;
	struct ting_error err;

	cr_assert_eq(mkfifo(p.path, 0600), 0);
	cr_expect_eq(ting_open(&read_only, p.endpoint, &reader, &err), -ETIMEDOUT);
	both = open_end(p.endpoint, NULL);
	write_text(both, "hello");
	read_only = open_end(p.endpoint, &reader);
	expect_read(read_only, "hello");
	cr_expect_eq(ting_close(both), 0);
	cr_expect_eq(ting_close(read_only), 0);
	unlink(p.path);
	leave(&p);
}

TEST(ting_end, who_wants_to_write_does_not_get_a_file_to_read_only, "")
{
	static const struct ting_options cut = {.is_cut = true};
	struct ting_error err;
	struct ting_end *e;

	cr_expect_eq(ting_open(&e, "file:///proc/self/exe", &cut, &err), -ETXTBSY);
	e = open_end("file:///proc/self/exe", NULL);
	cr_expect_eq(ting_write(e, "x", 1), -EBADF);
	ting_close(e);
}

TEST(ting_end, a_file_is_no_fifo, "")
{
	struct ting_error err;
	struct ting_end *e;

	cr_expect_eq(ting_open(&e, "fifo:///dev/null", NULL, &err), -ENOTSUP);
	cr_expect_str_eq(err.text, "cannot open fifo:///dev/null: it is not a fifo");
}

TEST(ting_end, standard_output_breaks_without_a_signal_and_ends_without_losing_its_number, "")
{
	static char large[100000];
	struct ting_end *e = open_end("-", &hasty);
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	dup2(fds[0], STDIN_FILENO);
	dup2(fds[1], STDOUT_FILENO);
	close(fds[1]);
	ting_close(e);
	e = open_end("-", &hasty);
	cr_expect_eq(ting_read(e, large, 1), -ETIMEDOUT);
	write_text(e, "through the pipe");
	expect_read(e, "through the pipe");
	cr_expect_eq(ting_write(e, large, sizeof large), 65536, "what a pipe holds");
	cr_expect_not(fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK);
	close(fds[0]);
	cr_expect_eq(ting_shutdown(e, TING_READ), 0);
	cr_expect_eq(ting_write(e, "x", 1), -EPIPE);
	cr_expect_eq(ting_shutdown(e, TING_WRITE), 0);
	cr_expect_eq(fcntl(STDOUT_FILENO, F_GETFD) >= 0, true);
	cr_expect_eq(ting_write(e, "x", 1), -EBADF);
	ting_close(e);
}

static int ticks, other_end;

/* The tenth makes an end of the waiting. */
static void tick(int signal)
{
	(void)signal;
	if (++ticks == 10)
		(void)!write(other_end, "at last", 7);
}

TEST(ting_end, a_signal_does_not_interrupt_waiting, "")
{
	struct sigaction action = {.sa_handler = tick}; /* no SA_RESTART */
	struct itimerval often = {{0, 1000}, {0, 1000}}, never = {0};
	struct place p = place("unix://");
	struct ting_listener *l = listen_on(p.endpoint);
	struct ting_end *a = open_end(p.endpoint, NULL), *b = accept_from(l);

	other_end = ting_descriptor(a, TING_WRITE);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	expect_read(b, "at last");
	setitimer(ITIMER_REAL, &never, NULL);
	cr_expect_geq(ticks, 10);
	ting_close(a);
	ting_close(b);
	ting_listener_close(l);
	leave(&p);
}
