#include "net/net_idle.h"

#include "net/net_test_server.h"

#include <stdlib.h>

enum { IDLE_MS = 20 };

struct state {
	char bytes[3];
};

/* A server whose protocol has no deadlines, and so may have a time for idle clients. */
static void init(struct test_server *t, msec idle_ms)
{
	struct net_server_config config = {
		.model = net_model_find("epoll"),
		.protocol = &t->protocol,
		.self = t,
		.connections_max = 10,
		.idle_ms = idle_ms,
		.log = test_log,
	};

	*t = (struct test_server){.protocol = {
					  .name = "test",
					  .state_bytes = sizeof(struct state),
					  .opened = test_opened,
					  .received = test_received,
					  .written = test_written,
					  .closed = test_closed,
					  .turn_end = test_turn_end,
				  }};
	cr_assert_eq(loop_new(&t->loop), 0);
	config.loop = t->loop;
	cr_assert_eq(net_server_new(&t->server, &config, NULL), 0);
}

TEST(net_idle, closes_a_connection_on_which_nothing_moves, "")
{
	struct test_server t;
	conn_id conn;
	char byte;
	int fd;

	init(&t, IDLE_MS);
	fd = test_connect(&t, 0, &conn);
	while (t.closed == 0)
		cr_assert_eq(loop_turn(t.loop, MSEC_NEVER), 0);
	cr_expect_eq(t.err, -ETIMEDOUT);
	cr_expect_eq(t.last, conn);
	test_turns(&t, 1);
	cr_expect_eq(test_read(fd, &byte, 1), 0, "in order");
	close(fd);
	test_turns(&t, 2);
	cr_expect_eq(t.closed, 1);
	cr_expect_eq(net_server_stats(t.server).open, 0);
	test_server_done(&t);
}

/* Each turn reads before it looks at the clock's deadlines, so that a slow machine changes nothing.
 */
TEST(net_idle, keeps_a_connection_on_which_something_moves, "")
{
	struct test_server t;
	conn_id conn;
	msec start;
	char byte;
	int fd;

	init(&t, IDLE_MS);
	fd = test_connect(&t, 0, &conn);
	start = loop_now(t.loop).mono;
	while (loop_now(t.loop).mono < start + 3 * IDLE_MS) {
		test_say(fd, "x");
		test_turns(&t, 1);
		cr_assert_eq(test_read(fd, &byte, 1), 1);
	}
	cr_expect_eq(t.closed, 0);
	cr_expect_eq(t.opened, 1);
	cr_expect_gt(t.turns, 0);
	cr_expect_eq(t.written_bytes, t.received_bytes, "the protocol hears all as without it");
	close(fd);
	test_turns(&t, 1);
	cr_expect_eq(t.closed, 1);
	cr_expect_eq(t.err, 0);
	test_server_done(&t);
}

static void received_writes_state(struct test_server *t, conn_id conn, struct span bytes)
{
	struct state *s = net_state(t->server, conn);

	for (size_t i = 0; i < sizeof s->bytes; i++)
		s->bytes[i] = (char)(s->bytes[i] + bytes.at[0]);
	net_send(t->server, conn, span_of(s->bytes, sizeof s->bytes), span_of(NULL, 0), NULL);
}

TEST(net_idle, the_state_is_the_protocols_own, "")
{
	static const struct test_server_reply reply = {received_writes_state};
	struct test_server t;
	conn_id conn;
	int fd;

	init(&t, IDLE_MS);
	t.reply = &reply;
	fd = test_connect(&t, 0, &conn);
	test_say(fd, "\1");
	test_turns(&t, 1);
	test_expect(fd, "\1\1\1");
	test_say(fd, "\1");
	test_turns(&t, 1);
	test_expect(fd, "\2\2\2");
	while (t.closed == 0)
		cr_assert_eq(loop_turn(t.loop, MSEC_NEVER), 0);
	cr_expect_eq(t.err, -ETIMEDOUT, "what it wrote there did not hide the last movement");
	close(fd);
	test_server_done(&t);
}

TEST(net_idle, is_not_for_a_protocol_with_deadlines_of_its_own, "")
{
	struct net_protocol protocol = {
		.name = "patient", .received = test_received, .expired = test_expired};
	struct net_server_config config = {
		.model = net_model_find("epoll"),
		.protocol = &protocol,
		.connections_max = 1,
		.idle_ms = IDLE_MS,
	};
	struct net_server *s = NULL;
	struct ting_error err;

	cr_expect_eq(net_server_new(&s, &config, &err), -ENOTSUP);
	cr_expect_str_eq(
		err.text, "patient has deadlines of its own, and takes no time for idle clients");
	cr_expect_null(s);
}
