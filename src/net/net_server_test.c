#include "net/net_model.h"
#include "net/net_test_server.h"

#include <stdlib.h>

enum { CLIENTS = 1000, LARGE = 1 << 20 };

TEST(net_server, one_message_costs_one_read_and_one_write, "")
{
	struct test_server t;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 0);
	fd = test_connect(&t, 0, &conn);
	test_say(fd, "hello");
	test_turns(&t, 5);
	test_expect(fd, "hello");
	cr_expect_eq(net_server_stats(t.server).reads, 1);
	cr_expect_eq(net_server_stats(t.server).writes, 1);
	cr_expect_eq(net_server_stats(t.server).bytes_in, 5);
	cr_expect_eq(net_server_stats(t.server).bytes_out, 5);
	cr_expect_eq(t.written_bytes, 5);
	close(fd);
	test_server_done(&t);
}

TEST(net_server, bytes_that_come_one_at_a_time_are_all_there, "")
{
	struct test_server t;
	char got[100];
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 0);
	fd = test_connect(&t, 0, &conn);
	for (int i = 0; i < 100; i++) {
		char byte = (char)i;

		cr_assert_eq(test_write(fd, &byte, 1), 1);
		test_turns(&t, 1);
	}
	cr_assert_eq(test_read(fd, got, sizeof got), 100);
	for (int i = 0; i < 100; i++)
		cr_expect_eq(got[i], i);
	cr_expect_eq(t.received, 100);
	close(fd);
	test_server_done(&t);
}

static void reply_often(struct test_server *t, conn_id conn, struct span bytes)
{
	for (int i = 0; i < 100; i++)
		net_send(t->server, conn, bytes, bytes, NULL);
}

TEST(net_server, all_that_is_sent_in_a_turn_goes_in_one_write, "")
{
	static const struct test_server_reply often = {reply_often};
	struct test_server t;
	char buffer[4096];
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 0);
	t.reply = &often;
	fd = test_connect(&t, 0, &conn);
	test_say(fd, "0123456789");
	test_turns(&t, 1);
	cr_expect_eq(test_read(fd, buffer, sizeof buffer), 2000);
	cr_expect_eq(net_server_stats(t.server).writes, 1);
	close(fd);
	test_server_done(&t);
}

static void opened_greets(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	test_opened(self, s, conn, peer, listener);
	net_send(s, conn, SPAN_LITERAL("welcome"), span_of(NULL, 0), NULL);
}

TEST(net_server, who_is_adopted_is_greeted_without_delay, "")
{
	struct test_server t;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 0);
	t.protocol.opened = opened_greets;
	fd = test_connect(&t, 0, &conn);
	loop_turn(t.loop, MSEC_NEVER);
	test_expect(fd, "welcome");
	close(fd);
	test_server_done(&t);
}

static uint8_t pattern(size_t at)
{
	return (uint8_t)(at * 2654435761U >> 13);
}

TEST(net_server, a_small_send_buffer_cuts_the_stream_and_loses_nothing, "")
{
	struct test_server t;
	uint8_t buffer[3000];
	size_t sent = 0, got = 0;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 0);
	fd = test_connect(&t, 4096, &conn);
	while (got < LARGE) {
		size_t size = 0;
		ssize_t count;

		for (; size < sizeof buffer && sent + size < LARGE; size++)
			buffer[size] = pattern(sent + size);
		count = size ? test_write(fd, buffer, size) : 0;
		if (count > 0)
			sent += (size_t)count;
		test_turns(&t, 1);
		count = test_read(fd, buffer, 1 + got % 2999);
		for (ssize_t i = 0; i < count; i++)
			cr_assert_eq(buffer[i], pattern(got + (size_t)i), "byte %zu", got);
		if (count > 0)
			got += (size_t)count;
	}
	cr_expect_eq(t.written_bytes, LARGE);
	close(fd);
	test_server_done(&t);
}

TEST(net_server, whoever_does_not_read_waits_alone_and_costs_no_turns, "")
{
	static const char large[100000];
	struct test_server t;
	uint64_t writes;
	conn_id slow, quick;
	int slow_fd, quick_fd;

	test_server_init(&t, 10, 0);
	slow_fd = test_connect(&t, 4096, &slow);
	quick_fd = test_connect(&t, 0, &quick);
	net_send(t.server, slow, span_of(large, sizeof large), span_of(NULL, 0), NULL);
	test_turns(&t, 10);
	cr_expect_gt(t.written_bytes, 0);
	cr_expect_lt(t.written_bytes, sizeof large, "the protocol can see what is pending");
	writes = net_server_stats(t.server).writes;
	net_send(t.server, slow, SPAN_LITERAL("more"), span_of(NULL, 0), NULL);
	test_turns(&t, 10);
	cr_expect_eq(net_server_stats(t.server).writes, writes, "it waits for the kernel");
	test_say(quick_fd, "hello");
	test_turns(&t, 1);
	test_expect(quick_fd, "hello");
	close(slow_fd);
	close(quick_fd);
	test_server_done(&t);
}

TEST(net_server, whoever_always_has_more_to_say_is_read_once_per_turn, "")
{
	static char large[200000];
	struct test_server t;
	conn_id loud, quiet;
	int loud_fd, quiet_fd, size = 400000;

	test_server_init(&t, 10, 0);
	loud_fd = test_connect(&t, 0, &loud);
	quiet_fd = test_connect(&t, 0, &quiet);
	setsockopt(loud_fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	cr_assert_gt(test_write(loud_fd, large, sizeof large), 130000);
	test_say(quiet_fd, "x");
	test_turns(&t, 1);
	cr_expect_eq(t.received, 2);
	test_expect(quiet_fd, "x");
	close(loud_fd);
	close(quiet_fd);
	test_server_done(&t);
}

TEST(net_server, a_thousand_clients_are_served, "")
{
	static int fds[CLIENTS];
	struct test_server t;
	conn_id conn;

	test_server_init(&t, CLIENTS, 0);
	for (int i = 0; i < CLIENTS; i++)
		fds[i] = test_connect(&t, 0, &conn);
	cr_expect_eq(net_server_stats(t.server).open, CLIENTS);
	for (int i = 0; i < CLIENTS; i++)
		cr_assert_eq(test_write(fds[i], &i, sizeof i), sizeof i);
	while (t.received < CLIENTS)
		test_turns(&t, 1);
	for (int i = 0, got; i < CLIENTS; i++) {
		cr_assert_eq(test_read(fds[i], &got, sizeof got), sizeof got);
		cr_assert_eq(got, i);
		close(fds[i]);
	}
	while (net_server_stats(t.server).open > 0)
		test_turns(&t, 1);
	cr_expect_eq(t.closed, CLIENTS);
	test_server_done(&t);
}

TEST(net_server, takes_no_more_connections_than_it_may, "")
{
	struct test_server t;
	conn_id conn;
	int fd, pair[2];

	test_server_init(&t, 1, 0);
	fd = test_connect(&t, 0, &conn);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	cr_expect_eq(net_server_adopt(t.server, pair[0], "pair", 0, &conn), -EMFILE);
	close(fd);
	test_turns(&t, 3);
	cr_expect_eq(
		net_server_adopt(t.server, pair[0], "pair", 0, &conn), 0, "there is room again");
	close(pair[1]);
	test_server_done(&t);
}

TEST(net_server, an_unread_connection_keeps_its_bytes_and_costs_no_turns, "")
{
	struct test_server t;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 0);
	fd = test_connect(&t, 0, &conn);
	net_set_reading(t.server, conn, false);
	test_say(fd, "hello");
	test_turns(&t, 5);
	cr_expect_eq(t.received, 0);
	cr_expect_eq(net_server_stats(t.server).reads, 0);
	net_set_reading(t.server, conn, true);
	test_turns(&t, 1);
	test_expect(fd, "hello");
	net_set_reading(t.server, conn, false);
	net_set_reading(t.server, conn, true);
	test_say(fd, "again");
	test_turns(&t, 1);
	test_expect(fd, "again");
	close(fd);
	test_server_done(&t);
}

static void turn_end_sends(void *self, struct net_server *s)
{
	struct test_server *t = self;

	t->turns++;
	if (t->received == 1 && t->turns < 4) {
		net_send(s, t->last, SPAN_LITERAL("."), span_of(NULL, 0), NULL);
		net_again(s);
	}
}

static void reply_nothing(struct test_server *t, conn_id conn, struct span bytes)
{
	(void)t;
	(void)conn;
	(void)bytes;
}

TEST(net_server, the_turns_end_comes_before_the_output_and_again_when_asked_for, "")
{
	static const struct test_server_reply nothing = {reply_nothing};
	struct test_server t;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 0);
	t.reply = &nothing;
	t.protocol.turn_end = turn_end_sends;
	fd = test_connect(&t, 0, &conn);
	test_say(fd, "x");
	loop_turn(t.loop, MSEC_NEVER);
	test_expect(fd, ".");
	loop_turn(t.loop, MSEC_NEVER);
	loop_turn(t.loop, MSEC_NEVER);
	test_expect(fd, "..");
	cr_expect_eq(t.turns, 3);
	close(fd);
	test_server_done(&t);
}

static int payloads_freed;

static void free_payload(struct shared *s)
{
	payloads_freed++;
	free(s);
}

struct payload {
	struct shared shared;
	uint8_t bytes[2000];
};

TEST(net_server, a_payload_lives_as_long_as_an_output_needs_it, "")
{
	struct payload *p = calloc(1, sizeof *p);
	struct test_server t;
	uint8_t buffer[4000];
	conn_id conns[3];
	int fds[3];

	test_server_init(&t, 10, 0);
	shared_init(&p->shared, free_payload);
	memset(p->bytes, 'p', sizeof p->bytes);
	for (int i = 0; i < 3; i++) {
		fds[i] = test_connect(&t, 0, &conns[i]);
		net_send(t.server, conns[i], SPAN_LITERAL("head"),
			span_of(p->bytes, sizeof p->bytes), &p->shared);
	}
	cr_expect_eq(p->shared.refs, 4, "nothing is copied");
	net_close(t.server, conns[2], false);
	cr_expect_eq(p->shared.refs, 3);
	shared_unref(&p->shared);
	cr_expect_eq(payloads_freed, 0);
	test_turns(&t, 1);
	cr_expect_eq(payloads_freed, 1);
	cr_expect_eq(test_read(fds[0], buffer, sizeof buffer), 2004);
	cr_expect_eq(memcmp(buffer, "headppp", 7), 0);
	cr_expect_eq(test_read(fds[2], buffer, sizeof buffer), 0, "closed, and nothing was sent");
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	test_server_done(&t);
}

TEST(net_server, more_parts_than_one_write_takes_go_in_the_next_turns, "")
{
	static struct payload p;
	struct test_server t;
	uint8_t buffer[4096];
	size_t got = 0;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 0);
	shared_init(&p.shared, free_payload);
	fd = test_connect(&t, 0, &conn);
	for (int i = 0; i < 300; i++)
		net_send(t.server, conn, SPAN_LITERAL("head"), span_of(p.bytes, 600), &p.shared);
	for (int i = 0; i < 3; i++) {
		ssize_t count;

		loop_turn(t.loop, MSEC_NEVER);
		while ((count = test_read(fd, buffer, sizeof buffer)) > 0)
			got += (size_t)count;
	}
	cr_expect_eq(got, 300 * 604);
	cr_expect_eq(net_server_stats(t.server).writes, 3, "256 parts each");
	cr_expect_eq(p.shared.refs, 1);
	close(fd);
	test_server_done(&t);
}

static int stolen_from;

static void steal(struct test_server *t, conn_id conn, struct span bytes)
{
	char buffer[10];

	(void)t;
	(void)conn;
	(void)bytes;
	(void)test_read(stolen_from, buffer, sizeof buffer);
}

TEST(net_server, bytes_that_vanish_before_they_are_read_harm_nobody, "")
{
	static const struct test_server_reply steals = {steal};
	struct test_server t;
	conn_id first, second;
	int first_fd, pair[2];

	test_server_init(&t, 10, 0);
	t.reply = &steals;
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	stolen_from = dup(pair[0]);
	first_fd = test_connect(&t, 0, &first);
	cr_assert_eq(net_server_adopt(t.server, pair[0], "pair", 0, &second), 0);
	test_say(first_fd, "x");
	test_say(pair[1], "x");
	test_turns(&t, 1);
	cr_expect_eq(net_server_stats(t.server).reads, 2);
	cr_expect_eq(t.received, 1);
	cr_expect_eq(t.closed, 0);
	close(stolen_from);
	close(first_fd);
	close(pair[1]);
	test_server_done(&t);
}

TEST(net_server, refuses_a_protocol_that_the_model_cannot_carry, "")
{
	static const struct net_model lonely = {.name = "lonely",
		.offers = NET_ONE_THREAD,
		.lacks = "each is alone",
		.connections_max = 1};
	struct test_server t;
	struct net_server_config config = {.model = &lonely, .connections_max = 1};
	struct ting_error err;
	struct net_server *s = NULL;

	test_server_init(&t, 10, 0);
	config.protocol = &t.protocol;
	config.loop = t.loop;
	cr_expect_eq(net_server_new(&s, &config, &err), -ENOTSUP);
	cr_expect_str_eq(err.text,
		"lonely cannot carry test: its clients share one memory, and each is alone");
	cr_expect_null(s);
	cr_expect_null(net_model_find("lonely"));
	test_server_done(&t);
}
