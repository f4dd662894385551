/* One end of a socket pair is served in steps, and the other is looked at between them. */
#include "net/net_step.h"

#include "base/base_test.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINGER_MS = 20, SEND_BYTES = 4096 };

struct step {
	struct net_protocol protocol;
	struct net_server_config config;
	struct net_visitor visitor;
	struct net_solo c;
	uint8_t buffer[NET_SOLO_BYTES];
	uint32_t wanted;
	int received, closed, expired, turns;
	int err;
	size_t written;
	bool is_endless; /* there is always more to send */
	bool has_more;   /* it asks for one more turn */
	int peer;
};

static const uint8_t large[1 << 20];

static void received(void *self, struct net_server *s, conn_id conn, struct span bytes)
{
	((struct step *)self)->received++;
	net_send(s, conn, bytes, span_of(NULL, 0), NULL);
}

static void written(void *self, struct net_server *s, conn_id conn, size_t bytes)
{
	struct step *t = self;

	t->written += bytes;
	if (t->is_endless)
		net_send(s, conn, span_of(large, SEND_BYTES), span_of(NULL, 0), NULL);
}

static void closed(void *self, struct net_server *s, conn_id conn, int err)
{
	struct step *t = self;

	(void)s;
	(void)conn;
	t->closed++;
	t->err = err;
}

static void expired(void *self, struct net_server *s, conn_id conn)
{
	((struct step *)self)->expired++;
	net_close(s, conn, true);
}

static void turn_end(void *self, struct net_server *s)
{
	struct step *t = self;

	t->turns++;
	if (t->has_more)
		net_again(s);
}

static void step_init(struct step *t, int type)
{
	int fds[2];

	*t = (struct step){.protocol = {.name = "test",
				   .received = received,
				   .written = written,
				   .closed = closed,
				   .expired = expired,
				   .turn_end = turn_end}};
	cr_assert_eq(socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
	t->config = (struct net_server_config){
		.protocol = &t->protocol, .self = t, .linger_ms = LINGER_MS};
	t->visitor = (struct net_visitor){.fd = fds[0],
		.never_blocks = true,
		.keeps_messages = type == SOCK_SEQPACKET,
		.peer = "pair"};
	t->peer = fds[1];
	cr_assert(net_solo_open(&t->c, &t->config, &t->visitor));
}

static void step_done(struct step *t)
{
	net_solo_done(&t->c);
	close(t->visitor.fd);
	close(t->peer);
}

static void step(struct step *t, uint32_t ready)
{
	t->wanted = net_step(&t->c, ready, t->buffer);
}

static void say(struct step *t, const char *text)
{
	cr_assert_eq(send(t->peer, text, strlen(text), 0), (ssize_t)strlen(text));
}

static void expect(struct step *t, const char *text)
{
	char got[256];
	ssize_t size = recv(t->peer, got, sizeof got, 0);

	cr_assert_eq(size, (ssize_t)strlen(text), "%zd bytes instead of '%s'", size, text);
	cr_expect_eq(memcmp(got, text, strlen(text)), 0);
}

/* Sends until the kernel is full. */
static void fill(struct step *t)
{
	t->is_endless = true;
	net_send(&t->c.base, 1, span_of(large, SEND_BYTES), span_of(NULL, 0), NULL);
	step(t, 0);
	while (!t->c.is_full)
		step(t, EPOLLOUT);
	cr_assert_eq(t->wanted, EPOLLIN | EPOLLOUT);
}

/* As epoll would not say it: it takes a little while it still calls a socket full. */
static void make_a_little_room(struct step *t)
{
	uint8_t bytes[SEND_BYTES];

	cr_assert_gt(recv(t->peer, bytes, sizeof bytes, 0), 0);
}

TEST(net_step, one_read_and_one_write_and_nothing_is_kept, "")
{
	static struct step t;

	step_init(&t, SOCK_STREAM);
	step(&t, 0);
	cr_expect_eq(t.wanted, EPOLLIN);
	say(&t, "hello");
	step(&t, EPOLLIN);
	expect(&t, "hello");
	cr_expect_eq(t.wanted, EPOLLIN);
	cr_expect_eq(t.c.base.stats.reads, 1);
	cr_expect_eq(t.c.base.stats.writes, 1);
	cr_expect_eq(t.turns, 2);
	cr_expect_null(t.c.blocks.idle, "an idle connection holds no block");
	step_done(&t);
}

TEST(net_step, what_the_kernel_does_not_take_waits_for_its_word, "")
{
	static struct step t;
	size_t before;

	step_init(&t, SOCK_STREAM);
	fill(&t);
	before = t.written;
	make_a_little_room(&t);
	step(&t, 0);
	cr_expect_eq(t.written, before, "a little room is no word");
	step(&t, EPOLLOUT);
	cr_expect_gt(t.written, before);
	step_done(&t);
}

TEST(net_step, the_end_of_the_stream_is_told_and_closes, "")
{
	static struct step t;

	step_init(&t, SOCK_STREAM);
	say(&t, "last");
	shutdown(t.peer, SHUT_WR);
	step(&t, EPOLLIN);
	cr_expect_eq(t.c.state, NET_SOLO_OPEN);
	step(&t, EPOLLIN);
	cr_expect_eq(t.c.state, NET_SOLO_DEAD);
	cr_expect_eq(t.closed, 1);
	cr_expect_eq(t.err, 0);
	expect(&t, "last");
	step_done(&t);
}

TEST(net_step, a_graceful_close_waits_for_the_peer_and_throws_away_what_it_says, "")
{
	static struct step t;

	step_init(&t, SOCK_STREAM);
	net_send(&t.c.base, 1, SPAN_LITERAL("bye"), span_of(NULL, 0), NULL);
	net_close(&t.c.base, 1, true);
	step(&t, EPOLLOUT);
	cr_expect_eq(t.c.state, NET_SOLO_DRAINING);
	cr_expect_eq(t.wanted, EPOLLIN);
	cr_expect_neq(t.c.due, MSEC_NEVER, "not for ever");
	expect(&t, "bye");
	say(&t, "whatever");
	step(&t, EPOLLIN);
	cr_expect_eq(t.c.state, NET_SOLO_DRAINING);
	shutdown(t.peer, SHUT_WR);
	step(&t, EPOLLIN);
	cr_expect_eq(t.c.state, NET_SOLO_DEAD);
	cr_expect_eq(t.received + t.closed, 0);
	step_done(&t);
}

TEST(net_step, a_close_that_cannot_write_ends_when_its_time_is_up, "")
{
	static struct step t;

	step_init(&t, SOCK_STREAM);
	fill(&t);
	net_close(&t.c.base, 1, true);
	step(&t, EPOLLOUT);
	cr_expect_eq(t.c.state, NET_SOLO_CLOSING);
	t.c.due = 1;
	step(&t, 0);
	cr_expect_eq(t.c.state, NET_SOLO_DEAD);
	step_done(&t);
}

TEST(net_step, a_deadline_is_told_in_the_step_after_it, "")
{
	static struct step t;

	step_init(&t, SOCK_STREAM);
	net_set_deadline(&t.c.base, 1, 1);
	step(&t, 0);
	cr_expect_eq(t.expired, 1);
	cr_expect_eq(t.c.state, NET_SOLO_DRAINING);
	step_done(&t);
}

TEST(net_step, who_does_not_read_hears_that_the_connection_broke, "")
{
	static struct step t;

	step_init(&t, SOCK_STREAM);
	net_set_reading(&t.c.base, 1, false);
	say(&t, "unread");
	step(&t, 0);
	cr_expect_eq(t.wanted, 0);
	step(&t, EPOLLIN | EPOLLHUP);
	cr_expect_eq(t.received, 0);
	cr_expect_eq(t.c.state, NET_SOLO_DEAD);
	cr_expect_eq(t.err, -ECONNRESET);
	step_done(&t);
}

TEST(net_step, again_means_an_event_that_comes_at_once, "")
{
	static struct step t;

	step_init(&t, SOCK_STREAM);
	t.has_more = true;
	step(&t, 0);
	cr_expect_eq(t.wanted, EPOLLIN | EPOLLOUT);
	t.has_more = false;
	step(&t, EPOLLOUT);
	cr_expect_eq(t.wanted, EPOLLIN);
	cr_expect_eq(t.turns, 2);
	step_done(&t);
}

TEST(net_step, messages_are_not_merged, "")
{
	static struct step t;

	step_init(&t, SOCK_SEQPACKET);
	say(&t, "one");
	say(&t, "three");
	step(&t, EPOLLIN);
	step(&t, EPOLLIN);
	expect(&t, "one");
	expect(&t, "three");
	cr_expect_eq(t.received, 2);
	step_done(&t);
}

TEST(net_step, a_message_that_is_too_large_breaks_the_connection_and_is_not_cut, "")
{
	static const uint8_t message[NET_SOLO_BYTES + 1];
	static struct step t;

	step_init(&t, SOCK_SEQPACKET);
	cr_assert_eq(send(t.peer, message, sizeof message, 0), (ssize_t)sizeof message);
	step(&t, EPOLLIN);
	cr_expect_eq(t.received, 0);
	cr_expect_eq(t.closed, 1);
	cr_expect_eq(t.err, -EMSGSIZE);
	step_done(&t);
}
