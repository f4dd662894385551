/* Deadlines of connections and of the protocol itself. */
#include "net/net_test_server.h"

TEST(net_deadline, comes_once_and_not_after_the_close, "")
{
	struct test_server t;
	conn_id first, second;
	int first_fd, second_fd;
	msec now;

	test_server_init(&t, 10, 0);
	first_fd = test_connect(&t, 0, &first);
	second_fd = test_connect(&t, 0, &second);
	now = net_now(t.server).mono;
	net_set_deadline(t.server, first, now + 2);
	net_set_deadline(t.server, second, now + 1);
	net_close(t.server, second, false);
	while (t.expired == 0)
		loop_turn(t.loop, MSEC_NEVER);
	cr_expect_eq(t.last, first);
	cr_expect_geq(net_now(t.server).mono, now + 2);
	test_turns(&t, 3);
	cr_expect_eq(t.expired, 1);
	cr_expect_eq(net_server_stats(t.server).open, 1);
	close(first_fd);
	close(second_fd);
	test_server_done(&t);
}

TEST(net_deadline, the_protocol_has_a_deadline_of_its_own_before_any_client, "")
{
	struct test_server t;

	test_server_init(&t, 10, 0);
	t.last = 1;
	net_set_deadline(t.server, 0, net_now(t.server).mono + 1);
	while (t.expired == 0)
		loop_turn(t.loop, MSEC_NEVER);
	cr_expect_eq(t.last, 0);
	net_set_deadline(t.server, 0, 0);
	net_set_deadline(t.server, 0, MSEC_NEVER);
	test_turns(&t, 2);
	cr_expect_eq(t.expired, 1);
	test_server_done(&t);
}

TEST(net_deadline, does_not_hide_the_next_one, "")
{
	struct test_server t;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 0);
	fd = test_connect(&t, 0, &conn);
	test_turns(&t, 1);
	net_set_deadline(t.server, 0, net_now(t.server).mono + 1);
	net_set_deadline(t.server, conn, net_now(t.server).mono + 50);
	while (t.expired < 2)
		loop_turn(t.loop, MSEC_NEVER);
	cr_expect_eq(t.last, conn);
	close(fd);
	test_server_done(&t);
}

static void expired_again(void *self, struct net_server *s, conn_id conn)
{
	test_expired(self, s, conn);
	if (conn != 0)
		net_set_deadline(s, conn, 0);
}

TEST(net_deadline, one_that_is_always_set_again_starves_no_other, "")
{
	struct test_server t;
	conn_id conn;
	int fd;

	test_server_init(&t, 10, 0);
	t.protocol.expired = expired_again;
	fd = test_connect(&t, 0, &conn);
	net_set_deadline(t.server, conn, 0);
	net_set_deadline(t.server, 0, net_now(t.server).mono);
	test_turns(&t, 1);
	cr_expect_eq(t.expired, 2);
	cr_expect_eq(t.last, 0);
	test_turns(&t, 1);
	cr_expect_eq(t.expired, 3);
	close(fd);
	test_server_done(&t);
}
