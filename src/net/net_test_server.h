/* net_test_server.h - a server whose clients are the other ends of socket pairs, in the same
 * thread.
 *
 * What a client writes is there at once, so that a turn without waiting sees it. */
#ifndef TING_NET_TEST_SERVER_H
#define TING_NET_TEST_SERVER_H

#include "base/base_test.h"
#include "net/net_server.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct test_server {
	struct loop *loop;
	struct net_server *server;
	struct net_protocol protocol;
	conn_id last; /* of the last call */
	int opened, received, closed, expired, turns, logged;
	int err; /* that `closed` was told */
	size_t received_bytes, written_bytes;
	char peer[NET_NAME_MAX + 1];
	unsigned listener;
	char log[512];
	const struct test_server_reply *reply;
};

/* What the default protocol does with bytes; an echo if there is none. */
struct test_server_reply {
	void (*received)(struct test_server *t, conn_id conn, struct span bytes);
};

static inline void test_opened(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	struct test_server *t = self;

	(void)s;
	t->opened++;
	t->last = conn;
	t->listener = listener;
	memcpy(t->peer, peer, strlen(peer) + 1);
}

static inline void test_received(void *self, struct net_server *s, conn_id conn, struct span bytes)
{
	struct test_server *t = self;

	t->received++;
	t->last = conn;
	t->received_bytes += bytes.size;
	if (t->reply)
		t->reply->received(t, conn, bytes);
	else
		net_send(s, conn, bytes, span_of(NULL, 0), NULL);
}

static inline void test_written(void *self, struct net_server *s, conn_id conn, size_t bytes)
{
	struct test_server *t = self;

	(void)s;
	(void)conn;
	cr_expect_gt(bytes, 0);
	t->written_bytes += bytes;
}

static inline void test_closed(void *self, struct net_server *s, conn_id conn, int err)
{
	struct test_server *t = self;

	(void)s;
	t->closed++;
	t->last = conn;
	t->err = err;
}

static inline void test_expired(void *self, struct net_server *s, conn_id conn)
{
	struct test_server *t = self;

	(void)s;
	t->expired++;
	t->last = conn;
}

static inline void test_turn_end(void *self, struct net_server *s)
{
	(void)s;
	((struct test_server *)self)->turns++;
}

static inline void test_log(void *self, const char *text)
{
	struct test_server *t = self;

	t->logged++;
	memcpy(t->log, text, strlen(text) + 1);
}

static inline void test_server_init(struct test_server *t, uint32_t connections_max, msec linger_ms)
{
	struct net_server_config config = {
		.model = net_model_find("epoll"),
		.protocol = &t->protocol,
		.self = t,
		.connections_max = connections_max,
		.linger_ms = linger_ms,
		.log = test_log,
	};

	*t = (struct test_server){.protocol = {
					  .name = "test",
					  .needs = NET_ONE_MEMORY | NET_ONE_THREAD,
					  .opened = test_opened,
					  .received = test_received,
					  .written = test_written,
					  .closed = test_closed,
					  .expired = test_expired,
					  .turn_end = test_turn_end,
				  }};
	cr_assert_eq(loop_new(&t->loop), 0);
	config.loop = t->loop;
	cr_assert_eq(net_server_new(&t->server, &config, NULL), 0);
}

static inline void test_server_done(struct test_server *t)
{
	net_server_free(t->server);
	loop_free(t->loop);
}

/* The client's end of a new connection, which does not block.  send_bytes: of the server's side, as
 * for SO_SNDBUF; 0: as it comes. */
static inline int test_connect(struct test_server *t, int send_bytes, conn_id *ret)
{
	int fds[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	if (send_bytes)
		setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof send_bytes);
	cr_assert_eq(net_server_adopt(t->server, fds[0], "pair", 0, ret), 0);
	return fds[1];
}

static inline void test_turns(struct test_server *t, int count)
{
	while (count-- > 0)
		cr_assert_eq(loop_turn(t->loop, 0), 0);
}

/* The bytes that are there now; -1: none, 0: the end. */
static inline ssize_t test_read(int fd, void *buffer, size_t size)
{
	return recv(fd, buffer, size, 0);
}

/* Does exactly this come next? */
static inline void test_expect(int fd, const char *text)
{
	char buffer[256];
	ssize_t size = test_read(fd, buffer, sizeof buffer);

	cr_assert_eq(size, (ssize_t)strlen(text), "%zd bytes instead of %zu", size, strlen(text));
	cr_expect_eq(memcmp(buffer, text, strlen(text)), 0);
}

/* As much as fits: the number of bytes, or -errno. */
static inline ssize_t test_write(int fd, const void *bytes, size_t size)
{
	ssize_t count = send(fd, bytes, size, MSG_NOSIGNAL);

	return count < 0 ? -errno : count;
}

static inline void test_say(int fd, const char *text)
{
	cr_assert_eq(test_write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

#endif
