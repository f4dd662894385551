/* What select, poll and epoll have in common, and connections that keep messages. */
#include "net/net_server_loop.h"

#include "net/net_test_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/un.h>

enum { MODELS = 3 };

static const char *const models[MODELS] = {"select", "poll", "epoll"};

static void closed_stops(void *self, struct net_server *s, conn_id conn, int err)
{
	test_closed(self, s, conn, err);
	net_server_stop(s);
}

TEST(net_server_loop, each_waits_on_a_loop_of_its_own, "")
{
	for (size_t i = 0; i < MODELS; i++) {
		struct test_server t = {.protocol = {.name = "test",
						.needs = NET_ONE_MEMORY | NET_ONE_THREAD,
						.opened = test_opened,
						.received = test_received,
						.closed = closed_stops}};
		struct net_server_config config = {.model = net_model_find(models[i]),
			.protocol = &t.protocol,
			.self = &t,
			.connections_max = 1};
		conn_id conn;
		int fd;

		cr_assert_eq(net_server_new(&t.server, &config, NULL), 0);
		fd = test_connect(&t, 0, &conn);
		test_say(fd, "hello");
		cr_assert_eq(shutdown(fd, SHUT_WR), 0);
		cr_expect_eq(net_server_run(t.server), 0, "%s", models[i]);
		test_expect(fd, "hello");
		cr_expect_eq(t.closed, 1, "%s", models[i]);
		close(fd);
		net_server_free(t.server);
	}
}

TEST(net_server_loop, select_has_only_as_many_clients_as_it_has_bits_for, "")
{
	struct net_protocol protocol = {.name = "test", .received = test_received};
	struct net_server_config config = {.model = net_model_find("select"),
		.protocol = &protocol,
		.connections_max = FD_SETSIZE};
	struct net_server *s = NULL;
	struct ting_error err;

	cr_expect_eq(net_server_new(&s, &config, &err), -ENOTSUP);
	cr_expect_str_eq(err.text, "select has at most 1000 clients at once");
	cr_expect_leq(net_model_connections_usual(config.model), 1000);
}

/* A server that listens in a folder of its own. */
struct hall {
	struct test_server t;
	struct sockaddr_un at;
};

static void hall_init(struct hall *h, enum net_scheme scheme, uint32_t connections_max)
{
	const struct net_accept_options accepting = {0};
	const struct net_listen_options options = {0};
	struct net_endpoint e = {.scheme = scheme};
	struct net_listener l;
	unsigned index;

	h->at = (struct sockaddr_un){.sun_family = AF_UNIX, .sun_path = "/tmp/ting_hall_XXXXXX"};
	cr_assert_not_null(mkdtemp(h->at.sun_path));
	memcpy(h->at.sun_path + strlen(h->at.sun_path), "/s", 3);
	memcpy(e.path, h->at.sun_path, sizeof h->at.sun_path);
	test_server_init(&h->t, connections_max, 0);
	cr_assert_eq(net_listen(&l, &e, &options, NULL), 0);
	cr_assert_eq(net_server_add(h->t.server, &l, &accepting, &index, NULL), 0);
}

static int hall_enter(struct hall *h, int type)
{
	int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	cr_assert_geq(fd, 0);
	cr_assert_eq(connect(fd, (struct sockaddr *)&h->at, sizeof h->at), 0);
	test_turns(&h->t, 1);
	return fd;
}

static void hall_done(struct hall *h)
{
	test_server_done(&h->t);
	*strrchr(h->at.sun_path, '/') = '\0';
	cr_expect_eq(rmdir(h->at.sun_path), 0);
}

static void received_answers_twice(struct test_server *t, conn_id conn, struct span bytes)
{
	cr_expect(net_keeps_messages(t->server, conn));
	net_send(t->server, conn, bytes, bytes, NULL);
	net_send(t->server, conn, bytes, span_of(NULL, 0), NULL);
}

TEST(net_server_loop, messages_are_neither_merged_nor_split, "")
{
	static const struct test_server_reply reply = {received_answers_twice};
	struct hall h;
	int fd;

	hall_init(&h, NET_UNIXSEQ, 1);
	h.t.reply = &reply;
	fd = hall_enter(&h, SOCK_SEQPACKET);
	test_say(fd, "one");
	test_say(fd, "second");
	test_turns(&h.t, 2);
	cr_expect_eq(h.t.received, 2);
	test_expect(fd, "oneone");
	test_expect(fd, "one");
	test_expect(fd, "secondsecond");
	test_expect(fd, "second");
	cr_expect_eq(h.t.written_bytes, 27, "without what is between them");
	close(fd);
	test_turns(&h.t, 1);
	cr_expect_eq(h.t.closed, 1);
	cr_expect_eq(h.t.err, 0);
	hall_done(&h);
}

static void received_floods(struct test_server *t, conn_id conn, struct span bytes)
{
	(void)bytes;
	for (uint16_t i = 0; i < 2000; i++)
		net_send(t->server, conn, span_of(&i, sizeof i), SPAN_LITERAL("message"), NULL);
}

TEST(net_server_loop, messages_wait_for_their_reader, "")
{
	static const struct test_server_reply reply = {received_floods};
	struct hall h;
	uint16_t number;
	int fd, got = 0;

	hall_init(&h, NET_UNIXSEQ, 1);
	h.t.reply = &reply;
	fd = hall_enter(&h, SOCK_SEQPACKET);
	test_say(fd, "go");
	for (int idle = 0; idle < 3; test_turns(&h.t, 1), idle++) {
		uint8_t message[16];

		while (test_read(fd, message, sizeof message) == 9) {
			memcpy(&number, message, sizeof number);
			cr_assert_eq(number, got++);
			idle = 0;
		}
	}
	cr_expect_eq(got, 2000);
	close(fd);
	hall_done(&h);
}

TEST(net_server_loop, a_message_that_is_too_large_ends_its_connection, "")
{
	static char large[70000];
	struct hall h;
	int fd;

	hall_init(&h, NET_UNIXSEQ, 1);
	fd = hall_enter(&h, SOCK_SEQPACKET);
	cr_assert_eq(test_write(fd, large, sizeof large), (ssize_t)sizeof large);
	test_turns(&h.t, 1);
	cr_expect_eq(h.t.received, 0, "a part of it is not told");
	cr_expect_eq(h.t.closed, 1);
	cr_expect_eq(h.t.err, -EMSGSIZE);
	close(fd);
	hall_done(&h);
}

TEST(net_server_loop, who_is_refused_reads_an_end_though_they_have_sent_something, "")
{
	struct hall h;
	int inside, outside;
	char byte;

	hall_init(&h, NET_UNIX, 1);
	inside = hall_enter(&h, SOCK_STREAM);
	outside = hall_enter(&h, SOCK_STREAM);
	test_say(outside, "hello?");
	test_turns(&h.t, 1);
	cr_expect_eq(test_read(outside, &byte, 1), 0);
	cr_expect_eq(net_server_stats(h.t.server).refused, 1);
	cr_expect_eq(net_server_stats(h.t.server).open, 1, "it never came in");
	test_say(inside, "x");
	test_turns(&h.t, 1);
	test_expect(inside, "x");
	close(outside);
	close(inside);
	test_turns(&h.t, 2);
	cr_expect_eq(h.t.closed, 1);
	hall_done(&h);
}
