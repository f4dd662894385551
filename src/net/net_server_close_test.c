/* How connections end. */
#include "net/net_test_server.h"

static void close_at_once(struct test_server *t, conn_id conn, struct span bytes)
{
	(void)bytes;
	net_send(t->server, conn, SPAN_LITERAL("lost"), span_of(NULL, 0), NULL);
	net_close(t->server, conn, false);
	net_send(t->server, conn, SPAN_LITERAL("late"), span_of(NULL, 0), NULL);
	net_close(t->server, conn, true);
}

static void close_gracefully(struct test_server *t, conn_id conn, struct span bytes)
{
	(void)bytes;
	net_send(t->server, conn, SPAN_LITERAL("last words"), span_of(NULL, 0), NULL);
	net_close(t->server, conn, true);
	net_send(t->server, conn, SPAN_LITERAL("late"), span_of(NULL, 0), NULL);
}

static const struct test_server_reply at_once = {close_at_once}, gracefully = {close_gracefully};

static conn_id both[2];

static void close_the_other(struct test_server *t, conn_id conn, struct span bytes)
{
	(void)bytes;
	net_close(t->server, conn == both[0] ? both[1] : both[0], false);
}

TEST(net_close, a_close_within_a_call_is_final, "")
{
	struct test_server t;
	char buffer[100];
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 0);
	t.reply = &at_once;
	fd = test_connect(&t, 0, &conn);
	test_say(fd, "x");
	test_turns(&t, 3);
	cr_expect_eq(test_read(fd, buffer, sizeof buffer), 0);
	cr_expect_eq(t.closed, 0, "the protocol knows it already");
	cr_expect_eq(net_server_stats(t.server).open, 0);
	close(fd);
	test_server_done(&t);
}

TEST(net_close, whoever_was_closed_in_this_turn_is_not_called_for, "")
{
	static const struct test_server_reply other = {close_the_other};
	struct test_server t;
	int fds[2];

	test_server_init(&t, 10, 0);
	t.reply = &other;
	for (int i = 0; i < 2; i++) {
		fds[i] = test_connect(&t, 0, &both[i]);
		test_say(fds[i], "x");
	}
	test_turns(&t, 3);
	cr_expect_eq(t.received, 1);
	cr_expect_eq(t.closed, 0);
	close(fds[0]);
	close(fds[1]);
	test_server_done(&t);
}

TEST(net_close, a_late_number_does_not_reach_who_came_after, "")
{
	struct test_server t;
	conn_id early, late;
	char byte;
	int early_fd, late_fd;

	test_server_init(&t, 10, 0);
	early_fd = test_connect(&t, 0, &early);
	net_close(t.server, early, false);
	test_turns(&t, 1);
	late_fd = test_connect(&t, 0, &late);
	cr_assert_eq(conn_slot(late), conn_slot(early), "the slot is used again");
	cr_assert_neq(late, early);
	net_send(t.server, early, SPAN_LITERAL("x"), span_of(NULL, 0), NULL);
	net_close(t.server, early, true);
	net_set_reading(t.server, early, false);
	net_set_deadline(t.server, early, 0);
	net_close(t.server, 0xffffffffffffffff, false);
	net_send(t.server, 0, SPAN_LITERAL("x"), span_of(NULL, 0), NULL);
	test_say(late_fd, "hello");
	test_turns(&t, 3);
	test_expect(late_fd, "hello");
	cr_expect_eq(t.expired, 0);
	cr_expect_lt(test_read(late_fd, &byte, 1), 0, "nothing else came, and it is open");
	close(early_fd);
	close(late_fd);
	test_server_done(&t);
}

TEST(net_close, a_slot_is_not_used_again_before_the_turn_ends, "")
{
	struct test_server t;
	conn_id early, late;
	int early_fd, late_fd;

	test_server_init(&t, 10, 0);
	early_fd = test_connect(&t, 0, &early);
	net_close(t.server, early, false);
	late_fd = test_connect(&t, 0, &late);
	cr_expect_neq(conn_slot(late), conn_slot(early));
	close(early_fd);
	close(late_fd);
	test_server_done(&t);
}

TEST(net_close, last_words_arrive_while_the_peer_goes_on_sending, "")
{
	static char large[65536];
	struct test_server t;
	char buffer[100];
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 60000);
	t.reply = &gracefully;
	fd = test_connect(&t, 0, &conn);
	test_say(fd, "x");
	for (int i = 0; i < 20; i++) {
		cr_assert_gt(test_write(fd, large, sizeof large), 0, "what is sent is taken");
		test_turns(&t, 2);
	}
	cr_expect_eq(t.received, 1, "but told to nobody");
	test_expect(fd, "last words");
	cr_expect_eq(test_read(fd, buffer, sizeof buffer), 0, "our stream is ended");
	cr_expect_eq(net_server_stats(t.server).open, 1);
	close(fd);
	test_turns(&t, 2);
	cr_expect_eq(net_server_stats(t.server).open, 0);
	cr_expect_eq(t.closed, 0);
	test_server_done(&t);
}

TEST(net_close, reading_that_was_stopped_does_not_hold_up_the_end, "")
{
	struct test_server t;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 60000);
	fd = test_connect(&t, 0, &conn);
	net_set_reading(t.server, conn, false);
	test_say(fd, "x");
	test_turns(&t, 2);
	net_close(t.server, conn, true);
	test_turns(&t, 2);
	close(fd);
	test_turns(&t, 3);
	cr_expect_eq(net_server_stats(t.server).open, 0);
	cr_expect_eq(t.received, 0);
	test_server_done(&t);
}

TEST(net_close, a_peer_that_never_ends_is_left_after_a_while, "")
{
	struct test_server t;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 3);
	fd = test_connect(&t, 0, &conn);
	net_close(t.server, conn, true);
	while (net_server_stats(t.server).open > 0)
		loop_turn(t.loop, MSEC_NEVER);
	cr_expect_eq(t.closed, 0);
	close(fd);
	test_server_done(&t);
}

TEST(net_close, a_peer_that_never_reads_is_left_after_a_while, "")
{
	static const char large[100000];
	struct test_server t;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 3);
	fd = test_connect(&t, 4096, &conn);
	net_send(t.server, conn, span_of(large, sizeof large), span_of(NULL, 0), NULL);
	net_close(t.server, conn, true);
	while (net_server_stats(t.server).open > 0)
		loop_turn(t.loop, MSEC_NEVER);
	cr_expect_eq(t.closed, 0);
	close(fd);
	test_server_done(&t);
}

TEST(net_close, a_peer_that_sends_without_end_is_left_after_many_bytes, "")
{
	static char large[65536];
	struct test_server t;
	size_t sent = 0;
	ssize_t count = 0;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 3600000);
	fd = test_connect(&t, 0, &conn);
	net_close(t.server, conn, true);
	while (count != -EPIPE && count != -ECONNRESET) {
		count = test_write(fd, large, sizeof large);
		sent += count > 0 ? (size_t)count : 0;
		cr_assert_lt(sent, 32 << 20);
		test_turns(&t, 1);
	}
	cr_expect_gt(sent, 1 << 20);
	cr_expect_eq(net_server_stats(t.server).open, 0);
	close(fd);
	test_server_done(&t);
}

static void closed_says_more(void *self, struct net_server *s, conn_id conn, int err)
{
	test_closed(self, s, conn, err);
	net_send(s, conn, SPAN_LITERAL(" and bye"), span_of(NULL, 0), NULL);
}

TEST(net_close, whoever_ends_its_stream_in_order_still_gets_the_answer, "")
{
	struct test_server t;
	char buffer[100];
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 0);
	t.protocol.closed = closed_says_more;
	fd = test_connect(&t, 0, &conn);
	test_say(fd, "hello");
	shutdown(fd, SHUT_WR);
	test_turns(&t, 3);
	cr_expect_eq(t.closed, 1);
	cr_expect_eq(t.err, 0);
	cr_expect_eq(test_read(fd, buffer, sizeof buffer), 13);
	cr_expect_eq(memcmp(buffer, "hello and bye", 13), 0);
	cr_expect_eq(test_read(fd, buffer, sizeof buffer), 0);
	cr_expect_eq(net_server_stats(t.server).reads, 2, "the bytes and the end");
	cr_expect_eq(net_server_stats(t.server).open, 0);
	close(fd);
	test_server_done(&t);
}

static void closed_reads_on(void *self, struct net_server *s, conn_id conn, int err)
{
	test_closed(self, s, conn, err);
	net_set_reading(s, conn, true);
}

TEST(net_close, a_stream_that_ended_is_not_read_again, "")
{
	static const char large[100000];
	struct test_server t;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 60000);
	t.protocol.closed = closed_reads_on;
	fd = test_connect(&t, 4096, &conn);
	net_send(t.server, conn, span_of(large, sizeof large), span_of(NULL, 0), NULL);
	shutdown(fd, SHUT_WR);
	test_turns(&t, 10);
	cr_expect_eq(net_server_stats(t.server).reads, 1);
	close(fd);
	test_server_done(&t);
}

static void closed_closes(void *self, struct net_server *s, conn_id conn, int err)
{
	test_closed(self, s, conn, err);
	net_close(s, conn, false);
}

TEST(net_close, a_close_from_within_closed_is_harmless, "")
{
	struct test_server t;
	conn_id conns[2];
	int fds[2];

	test_server_init(&t, 10, 0);
	t.protocol.closed = closed_closes;
	for (int i = 0; i < 2; i++)
		fds[i] = test_connect(&t, 0, &conns[i]);
	net_send(t.server, conns[0], SPAN_LITERAL("unread"), span_of(NULL, 0), NULL);
	test_turns(&t, 1);
	close(fds[0]); /* a reset */
	close(fds[1]); /* an end in order */
	test_turns(&t, 3);
	cr_expect_eq(t.closed, 2);
	cr_expect_eq(net_server_stats(t.server).open, 0);
	test_server_done(&t);
}

TEST(net_close, output_that_is_still_pending_at_the_end_is_written, "")
{
	static const char large[300000];
	struct test_server t;
	char buffer[1000];
	size_t got = 0;
	ssize_t count = -1;
	conn_id conns[2];
	int fds[2];

	test_server_init(&t, 10, 60000);
	for (int i = 0; i < 2; i++) {
		fds[i] = test_connect(&t, 4096, &conns[i]);
		net_send(t.server, conns[i], span_of(large, sizeof large), span_of(NULL, 0), NULL);
		test_turns(&t, 2);
	}
	net_close(t.server, conns[0], true);
	shutdown(fds[1], SHUT_WR);
	test_turns(&t, 10);
	cr_expect_eq(net_server_stats(t.server).reads, 1, "the end is not read again and again");
	for (int i = 0; i < 2; i++, count = -1) {
		for (got = 0; count != 0; got += count > 0 ? (size_t)count : 0) {
			test_turns(&t, 1);
			count = test_read(fds[i], buffer, sizeof buffer);
		}
		cr_expect_eq(got, sizeof large);
		close(fds[i]);
	}
	test_turns(&t, 2);
	cr_expect_eq(net_server_stats(t.server).open, 0);
	test_server_done(&t);
}

TEST(net_close, a_peer_that_writes_before_it_reads_is_read, "")
{
	static const char large[300000];
	struct test_server t;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 60000);
	fd = test_connect(&t, 4096, &conn);
	net_set_reading(t.server, conn, false);
	while (test_write(fd, large, sizeof large) > 0)
		test_turns(&t, 1);
	net_send(t.server, conn, span_of(large, sizeof large), span_of(NULL, 0), NULL);
	test_turns(&t, 2);
	cr_assert_eq(test_write(fd, large, sizeof large), -EAGAIN);
	net_close(t.server, conn, true);
	test_turns(&t, 10);
	cr_expect_gt(test_write(fd, large, sizeof large), 0);
	close(fd);
	test_server_done(&t);
}

TEST(net_close, a_reset_is_told_with_its_error, "")
{
	struct test_server t;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 0);
	t.protocol.closed = closed_says_more;
	fd = test_connect(&t, 0, &conn);
	net_send(t.server, conn, SPAN_LITERAL("unread"), span_of(NULL, 0), NULL);
	test_turns(&t, 1);
	close(fd); /* with bytes that it has not read: a reset */
	test_turns(&t, 2);
	cr_expect_eq(t.closed, 1);
	cr_expect_eq(t.err, -ECONNRESET);
	cr_expect_eq(net_server_stats(t.server).open, 0);
	test_server_done(&t);
}

TEST(net_close, writing_to_one_who_left_is_an_error_and_no_signal, "")
{
	struct test_server t;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 0);
	fd = test_connect(&t, 0, &conn);
	net_set_reading(t.server, conn, false);
	close(fd);
	test_turns(&t, 3);
	cr_expect_eq(t.closed, 0, "nobody looks");
	net_send(t.server, conn, SPAN_LITERAL("hello?"), span_of(NULL, 0), NULL);
	test_turns(&t, 2);
	cr_expect_eq(t.closed, 1);
	cr_expect_eq(t.err, -EPIPE);
	test_server_done(&t);
}

TEST(net_close, a_reader_that_leaves_while_it_is_waited_for_is_noticed, "")
{
	static const char large[100000];
	struct test_server t;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 0);
	fd = test_connect(&t, 4096, &conn);
	net_set_reading(t.server, conn, false);
	net_send(t.server, conn, span_of(large, sizeof large), span_of(NULL, 0), NULL);
	test_turns(&t, 3);
	close(fd);
	test_turns(&t, 3);
	cr_expect_eq(t.closed, 1);
	cr_expect_eq(net_server_stats(t.server).open, 0);
	test_server_done(&t);
}

static void stop(struct test_server *t, conn_id conn, struct span bytes)
{
	net_send(t->server, conn, bytes, span_of(NULL, 0), NULL);
	net_server_stop(t->server);
	net_server_stop(t->server);
	net_set_deadline(t->server, 0, 0);
}

TEST(net_close, a_stop_writes_what_is_pending_and_ends_the_run, "")
{
	static const struct test_server_reply stops = {stop};
	struct test_server t;
	conn_id conn, idle;
	char byte;
	int fd, idle_fd, turns, pair[2];

	test_server_init(&t, 10, 3);
	t.reply = &stops;
	fd = test_connect(&t, 0, &conn);
	idle_fd = test_connect(&t, 0, &idle);
	net_set_deadline(t.server, 0, net_now(t.server).mono);
	test_say(fd, "bye");
	turns = t.turns;
	cr_expect_eq(net_server_run(t.server), 0);
	cr_expect_eq(t.turns, turns, "the protocol hears no more");
	cr_expect_eq(t.expired, 0);
	test_expect(fd, "bye");
	cr_expect_eq(test_read(fd, &byte, 1), 0);
	cr_expect_eq(test_read(idle_fd, &byte, 1), 0);
	cr_expect_eq(t.closed, 0);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	cr_expect_eq(net_server_adopt(t.server, pair[0], "pair", 0, &conn), -ESHUTDOWN);
	test_server_done(&t);
}

TEST(net_close, a_server_that_is_freed_closes_what_is_open, "")
{
	struct test_server t;
	conn_id conn;
	char byte;
	int fd;

	test_server_init(&t, 10, 0);
	fd = test_connect(&t, 0, &conn);
	net_send(t.server, conn, SPAN_LITERAL("lost"), span_of(NULL, 0), NULL);
	net_set_deadline(t.server, conn, 0);
	net_set_deadline(t.server, 0, 0);
	net_server_free(t.server);
	t.server = NULL;
	test_turns(&t, 1);
	cr_expect_eq(t.expired + t.turns, 0, "the loop goes on without it");
	test_server_done(&t);
	cr_expect_eq(test_read(fd, &byte, 1), 0);
	cr_expect_eq(t.closed, 0);
	close(fd);
}
