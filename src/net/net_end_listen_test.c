/* UNIX sockets, pipes and files only: what needs a network is tested in test/e2e. */
#include "net/net_test_end.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

TEST(ting_listener, an_end_of_unixgram_has_a_name_to_be_answered_at, "")
{
	struct place p = place("unixgram://");
	struct ting_listener *l = listen_on(p.endpoint);
	struct ting_end *a = open_end(p.endpoint, &patient), *b = open_end(p.endpoint, &hasty);
	char bytes[8], name[TING_NAME_MAX + 1];
	struct ting_peer from_a, from_b;

	write_text(a, "a");
	write_text(b, "bb");
	cr_expect_eq(ting_receive(l, bytes, sizeof bytes, &from_a), 1);
	cr_expect_eq(ting_receive(l, bytes, sizeof bytes, &from_b), 2);
	ting_peer_name(&from_a, name);
	cr_expect_str_eq(name, ting_local_name(a));
	cr_expect_eq(strncmp(name, "unixgram://@", 12), 0);
	cr_expect_eq(ting_answer(l, "to b", 4, &from_b), 4);
	cr_expect_eq(ting_answer(l, "", 0, &from_a), 0);
	expect_read(b, "to b");
	expect_read(a, "");
	cr_expect_eq(ting_shutdown(a, TING_WRITE), -EOPNOTSUPP);
	ting_close(a);
	cr_expect_eq(ting_answer(l, "x", 1, &from_a), -ECONNREFUSED);
	ting_listener_close(l);
	cr_expect_eq(ting_write(b, "x", 1), -ECONNREFUSED);
	ting_close(b);
	leave(&p);
}

TEST(ting_listener, a_listener_of_datagrams_talks_with_one_sender_after_the_other, "")
{
	struct place p = place("unixgram://");
	struct ting_listener *l = listen_on(p.endpoint);
	struct ting_end *a = open_end(p.endpoint, NULL), *b = open_end(p.endpoint, NULL), *with;
	char byte;

	write_text(a, "first");
	write_text(b, "not heard");
	write_text(a, "second");
	with = accept_from(l);
	cr_expect_str_eq(ting_remote_name(with), ting_local_name(a));
	expect_read(with, "first");
	expect_read(with, "second");
	cr_expect_eq(ting_try_read(with, &byte, 1), -EAGAIN);
	write_text(with, "answer");
	expect_read(a, "answer");
	ting_close(with);
	write_text(b, "heard");
	with = accept_from(l);
	expect_read(with, "heard");
	ting_close(with);
	ting_close(a);
	ting_close(b);
	ting_listener_close(l);
	leave(&p);
}

TEST(ting_listener, who_has_gone_is_heard_but_not_answered, "")
{
	struct place p = place("unixgram://");
	struct ting_listener *l = listen_on(p.endpoint);
	struct ting_end *a = open_end(p.endpoint, NULL), *with;

	write_text(a, "first");
	write_text(a, "last");
	ting_close(a);
	with = accept_from(l);
	expect_read(with, "first");
	expect_read(with, "last");
	cr_expect_lt(ting_try_write(with, "x", 1), 0);
	ting_close(with);
	a = open_end(p.endpoint, NULL);
	write_text(a, "next");
	with = accept_from(l);
	expect_read(with, "next");
	ting_close(with);
	ting_close(a);
	ting_listener_close(l);
	leave(&p);
}

TEST(ting_listener, who_has_no_name_is_heard_but_not_answered, "")
{
	struct place p = place("unixgram://");
	struct ting_listener *l = listen_on(p.endpoint);
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char name[TING_NAME_MAX + 1], byte;
	struct ting_peer from;
	struct ting_end *e;

	memcpy(to.sun_path, p.path, strlen(p.path));
	for (int i = 0; i < 2; i++)
		cr_assert_eq(sendto(fd, "x", 1, 0, (const struct sockaddr *)&to, sizeof to), 1);
	cr_expect_eq(ting_receive(l, &byte, 1, &from), 1);
	ting_peer_name(&from, name);
	cr_expect_str_eq(name, "unixgram://");
	cr_expect_eq(ting_answer(l, "x", 1, &from), -ENOTCONN);
	e = accept_from(l);
	cr_expect_str_eq(ting_remote_name(e), "");
	expect_read(e, "x");
	cr_expect_eq(ting_write(e, "x", 1), -ENOTCONN);
	ting_close(e);
	close(fd);
	ting_listener_close(l);
	leave(&p);
}

TEST(ting_listener, a_crowded_queue_is_waited_for_and_is_no_reason_not_to_open, "")
{
	struct place p = place("unixgram://");
	struct ting_listener *l = listen_on(p.endpoint);
	struct ting_end *a = open_end(p.endpoint, &hasty), *b;
	struct ting_peer from;
	ssize_t count;
	char byte;

	do {
		count = ting_write(a, "x", 1);
	} while (count == 1);
	cr_expect_eq(count, -ETIMEDOUT);
	b = open_end(p.endpoint, &hasty);
	cr_expect_eq(ting_write(b, "x", 1), -ETIMEDOUT);
	while (ting_try_write(b, "x", 1) == -EAGAIN)
		cr_assert_eq(ting_receive(l, &byte, 1, &from), 1);
	ting_close(a);
	ting_close(b);
	ting_listener_close(l);
	leave(&p);
}

TEST(ting_listener, an_answer_waits_for_room_as_long_as_asked, "")
{
	struct place p = place("unixgram://");
	struct ting_listener *l;
	struct ting_end *a;
	struct ting_peer from;
	ssize_t count;
	char byte;

	cr_assert_eq(ting_listen(&l, p.endpoint, &hasty, NULL), 0);
	a = open_end(p.endpoint, NULL);
	write_text(a, "x");
	cr_assert_eq(ting_receive(l, &byte, 1, &from), 1);
	do {
		count = ting_answer(l, "x", 1, &from);
	} while (count == 1);
	cr_expect_eq(count, -ETIMEDOUT);
	ting_close(a);
	ting_listener_close(l);
	leave(&p);
}

TEST(ting_listener, a_fifo_brings_one_writer_after_the_other, "")
{
	struct place p = place("fifo://");
	struct ting_listener *l;

	cr_assert_eq(ting_listen(&l, p.endpoint, &hasty, NULL), 0);
	cr_expect_str_eq(ting_listener_name(l, 0), p.endpoint);
	for (int i = 0; i < 3; i++) {
		struct ting_end *a = open_end(p.endpoint, NULL), *b;
		char byte;

		write_text(a, "hello");
		b = accept_from(l);
		expect_read(b, "hello");
		cr_expect_eq(ting_try_read(b, &byte, 1), -EAGAIN);
		if (i == 1)
			ting_shutdown(a, TING_WRITE);
		else
			ting_close(a);
		cr_expect_eq(ting_read(b, &byte, 1), 0);
		ting_close(b);
		if (i == 1)
			cr_expect_eq(ting_close(a), 0);
		cr_expect_eq(ting_accept(&b, l, NULL), -ETIMEDOUT, "who left is forgotten");
	}
	ting_listener_close(l);
	leave(&p);
}

TEST(ting_listener, nobody_is_waited_for_longer_than_asked, "")
{
	static const char *const prefixes[] = {"unix://", "unixgram://", "fifo://"};

	for (size_t i = 0; i < 3; i++) {
		struct place p = place(prefixes[i]);
		struct ting_listener *l;
		struct ting_error err;
		struct ting_end *e;

		cr_assert_eq(ting_listen(&l, p.endpoint, &hasty, NULL), 0);
		cr_expect_eq(ting_accept(&e, l, &err), -ETIMEDOUT);
		ting_listener_close(l);
		leave(&p);
	}
}

TEST(ting_listener, says_what_cannot_be_listened_on, "")
{
	struct ting_listener *l;
	struct ting_error err;

	cr_expect_eq(ting_listen(&l, "file:///x", NULL, &err), -ENOTSUP);
	cr_expect_str_eq(err.text,
		"cannot listen on file:///x: a server's clients come to tcp, udp, unix, unixgram "
		"or unixseq");
	cr_expect_eq(ting_listen(&l, "fifo:///nonesuch/x", NULL, &err), -ENOENT);
}
