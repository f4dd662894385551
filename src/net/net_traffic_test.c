/* What no client can see: the memory. */
#include "net/net_traffic.h"

#include "base/base_test_alloc.h"
#include "net/net_test_server.h"

/* A test server whose connections belong to `traffic` instead, with an allocator that counts. */
struct counted {
	struct test_server t;
	struct test_alloc alloc;
	struct net_server base;
	struct net_traffic traffic;
};

static struct counted *counted_new(void)
{
	struct counted *c = calloc(1, sizeof *c);

	test_server_init(&c->t, 10, 0);
	test_alloc_init(&c->alloc);
	c->base = (struct net_server){.model = c->t.server->model, .config = c->t.server->config};
	net_traffic_init(&c->traffic, &c->base);
	c->traffic.blocks.alloc = &c->alloc.alloc;
	return c;
}

static void counted_free(struct counted *c)
{
	net_traffic_done(&c->traffic);
	cr_expect_eq(c->alloc.blocks, 0);
	test_server_done(&c->t);
	free(c);
}

static int counted_connect(struct counted *c, conn_id *ret)
{
	int fds[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	cr_assert_eq(net_traffic_open(&c->traffic, fds[0], "pair", 0, false, ret), 0);
	return fds[1];
}

static void send_text(struct counted *c, conn_id conn, const char *text)
{
	net_traffic_send(&c->traffic, conn, span_of_text(text), span_of(NULL, 0), NULL);
}

TEST(net_traffic, an_idle_connection_holds_no_block, "")
{
	struct counted *c = counted_new();
	conn_id conn;
	int fd = counted_connect(c, &conn);

	cr_expect_eq(c->alloc.calls, 0);
	send_text(c, conn, "hello");
	cr_expect_eq(c->traffic.blocks.used, 1);
	test_turns(&c->t, 1);
	test_expect(fd, "hello");
	cr_expect_eq(c->traffic.blocks.used, 0);
	close(fd);
	counted_free(c);
}

TEST(net_traffic, sending_allocates_nothing_once_it_is_warm, "")
{
	struct counted *c = counted_new();
	conn_id conn;
	int fd = counted_connect(c, &conn);

	for (int i = 0; i < 100; i++) {
		send_text(c, conn, "hello");
		test_turns(&c->t, 1);
		test_expect(fd, "hello");
	}
	cr_expect_eq(c->alloc.calls, 1);
	close(fd);
	counted_free(c);
}

TEST(net_traffic, whose_output_finds_no_memory_goes_alone, "")
{
	struct counted *c = counted_new();
	conn_id first, second;
	int first_fd = counted_connect(c, &first), second_fd = counted_connect(c, &second);

	send_text(c, first, "hello");
	c->alloc.grants = 0;
	send_text(c, second, "lost");
	c->alloc.grants = SIZE_MAX;
	send_text(c, second, "lost too: the stream has a hole");
	cr_expect_eq(c->t.closed, 0, "not within the call");
	test_turns(&c->t, 2);
	cr_expect_eq(c->t.closed, 1);
	cr_expect_eq(c->t.last, second);
	cr_expect_eq(c->t.err, -ENOMEM);
	test_expect(first_fd, "hello");
	cr_expect_eq(c->base.stats.open, 1);
	close(first_fd);
	close(second_fd);
	counted_free(c);
}

TEST(net_traffic, no_memory_is_told_of_one_that_waits_for_its_reader_too, "")
{
	static const char large[400000];
	struct counted *c = counted_new();
	conn_id conn;
	int fd = counted_connect(c, &conn);

	net_traffic_send(&c->traffic, conn, span_of(large, sizeof large), span_of(NULL, 0), NULL);
	test_turns(&c->t, 3);
	c->alloc.grants = 0;
	net_traffic_send(&c->traffic, conn, span_of(large, sizeof large), span_of(NULL, 0), NULL);
	test_turns(&c->t, 1);
	cr_expect_eq(c->t.err, -ENOMEM);
	close(fd);
	counted_free(c);
}

TEST(net_traffic, a_flush_does_not_wait_for_the_end_of_the_turn, "")
{
	static const char large[4000000];
	struct counted *c = counted_new();
	size_t held, written;
	conn_id conn;
	int fd = counted_connect(c, &conn);

	send_text(c, conn, "hello");
	cr_expect_eq(net_traffic_flush(&c->traffic, conn), 5);
	test_expect(fd, "hello");
	held = net_traffic_send(
		&c->traffic, conn, span_of(large, sizeof large), span_of(NULL, 0), NULL);
	cr_expect_eq(held, sizeof large);
	written = net_traffic_flush(&c->traffic, conn);
	cr_expect_gt(written, 0, "what the kernel takes");
	cr_expect_lt(written, sizeof large, "and no more");
	cr_expect_eq(net_traffic_flush(&c->traffic, conn), 0, "nor does it ask again");
	test_turns(&c->t, 1);
	cr_expect_eq(c->t.written_bytes, 0, "what a flush returned is not told again");
	cr_expect_eq(net_traffic_flush(&c->traffic, conn + 1), 0);
	close(fd);
	counted_free(c);
}

TEST(net_traffic, a_connection_is_small, "")
{
	cr_expect_leq(sizeof(struct net_conn), 96);
}
