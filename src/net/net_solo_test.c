/* One end of a socket pair is served, by this thread until it is over; so the peer says beforehand
 * all that it has to say, or says it from a thread. */
#include "net/net_solo.h"

#include "base/base_test.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LARGE = 1 << 20, DUE_MS = 20 };

struct solo {
	struct net_protocol protocol;
	struct net_server_config config;
	struct net_solo c;
	int opened, received, closed, expired, turns;
	int err;
	size_t received_bytes, written_bytes;
	bool has_state, keeps_messages;
	bool has_peer;
};

static void opened(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	struct solo *t = self;

	(void)listener;
	t->opened++;
	t->has_peer = peer && strcmp(peer, "pair") == 0;
	t->has_state = *(int *)net_state(s, conn) == 0;
	t->keeps_messages = net_keeps_messages(s, conn);
}

static void received(void *self, struct net_server *s, conn_id conn, struct span bytes)
{
	struct solo *t = self;

	t->received++;
	t->received_bytes += bytes.size;
	net_send(s, conn, bytes, span_of(NULL, 0), NULL);
}

static void written(void *self, struct net_server *s, conn_id conn, size_t bytes)
{
	(void)s;
	(void)conn;
	((struct solo *)self)->written_bytes += bytes;
}

static void closed(void *self, struct net_server *s, conn_id conn, int err)
{
	struct solo *t = self;

	t->closed++;
	t->err = err;
	t->has_state = t->has_state && net_state(s, conn);
	net_send(s, conn, SPAN_LITERAL("bye"), span_of(NULL, 0), NULL);
}

static void expired(void *self, struct net_server *s, conn_id conn)
{
	((struct solo *)self)->expired++;
	net_close(s, conn, true);
}

static void turn_end(void *self, struct net_server *s)
{
	(void)s;
	((struct solo *)self)->turns++;
}

static void solo_init(struct solo *t)
{
	*t = (struct solo){.protocol = {
				   .name = "test",
				   .state_bytes = sizeof(int),
				   .opened = opened,
				   .received = received,
				   .written = written,
				   .closed = closed,
				   .expired = expired,
				   .turn_end = turn_end,
			   }};
	t->config = (struct net_server_config){
		.protocol = &t->protocol, .self = t, .linger_ms = DUE_MS};
}

static void pair_init(int fds[2], int type)
{
	cr_assert_eq(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds), 0);
}

static void say(int fd, const char *text)
{
	cr_assert_eq(send(fd, text, strlen(text), 0), (ssize_t)strlen(text));
}

static void expect(int fd, const char *text)
{
	char buffer[256];
	ssize_t size = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);

	cr_assert_eq(size, (ssize_t)strlen(text), "%zd bytes instead of '%s'", size, text);
	cr_expect_eq(memcmp(buffer, text, strlen(text)), 0);
}

/* Until it is over. */
static void serve(struct solo *t, int fd)
{
	struct net_visitor v = {.fd = fd, .peer = "pair"};
	int type;
	socklen_t size = sizeof type;

	cr_assert_eq(getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size), 0);
	v.keeps_messages = type == SOCK_SEQPACKET;
	net_solo_serve(&t->c, &t->config, &v);
	close(fd);
}

TEST(net_solo, answers_until_the_peer_ends_and_may_then_say_a_last_word, "")
{
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_STREAM);
	say(fds[1], "hello");
	shutdown(fds[1], SHUT_WR);
	serve(&t, fds[0]);
	expect(fds[1], "hellobye");
	expect(fds[1], "");
	cr_expect(t.has_peer);
	cr_expect_eq(t.opened, 1);
	cr_expect_eq(t.received, 1);
	cr_expect_eq(t.closed, 1);
	cr_expect_eq(t.err, 0);
	cr_expect_eq(t.written_bytes, 5);
	cr_expect_eq(t.turns, 2, "one for the bytes, one for the end");
	cr_expect(t.has_state);
	cr_expect_not(t.keeps_messages);
	close(fds[1]);
}

TEST(net_solo, one_read_and_one_write_for_a_message, "")
{
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_STREAM);
	t.protocol.closed = NULL;
	say(fds[1], "hello");
	shutdown(fds[1], SHUT_WR);
	serve(&t, fds[0]);
	expect(fds[1], "hello");
	cr_expect_eq(t.c.base.stats.reads, 2, "one more for the end");
	cr_expect_eq(t.c.base.stats.writes, 1);
	cr_expect_eq(t.c.base.stats.bytes_in, 5);
	cr_expect_eq(t.c.base.stats.bytes_out, 5);
	close(fds[1]);
}

static void opened_greets(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	opened(self, s, conn, peer, listener);
	net_send(s, conn, SPAN_LITERAL("hello "), SPAN_LITERAL("you"), NULL);
	net_close(s, conn, true);
	cr_expect_eq(net_send(s, conn, SPAN_LITERAL("more"), span_of(NULL, 0), NULL), 0);
}

TEST(net_solo, a_graceful_close_writes_and_throws_away_what_still_comes, "")
{
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_STREAM);
	t.protocol.opened = opened_greets;
	say(fds[1], "whatever");
	shutdown(fds[1], SHUT_WR);
	serve(&t, fds[0]);
	expect(fds[1], "hello you");
	expect(fds[1], "");
	cr_expect_eq(t.received + t.closed, 0);
	close(fds[1]);
}

TEST(net_solo, a_peer_that_never_ends_is_left_after_a_while, "")
{
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_STREAM);
	t.protocol.opened = opened_greets;
	serve(&t, fds[0]);
	expect(fds[1], "hello you");
	close(fds[1]);
}

static void opened_closes(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	opened(self, s, conn, peer, listener);
	net_send(s, conn, SPAN_LITERAL("lost"), span_of(NULL, 0), NULL);
	net_close(s, conn, false);
}

TEST(net_solo, an_abrupt_close_loses_what_is_pending, "")
{
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_STREAM);
	t.protocol.opened = opened_closes;
	serve(&t, fds[0]);
	expect(fds[1], "");
	cr_expect_eq(t.closed, 0);
	close(fds[1]);
}

static void opened_waits(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	opened(self, s, conn, peer, listener);
	net_set_deadline(s, conn, net_now(s).mono + DUE_MS);
}

TEST(net_solo, a_deadline_ends_a_read, "")
{
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_STREAM);
	t.protocol.opened = opened_waits;
	say(fds[1], "hello");
	serve(&t, fds[0]);
	cr_expect_eq(t.received, 1);
	cr_expect_eq(t.expired, 1);
	cr_expect_eq(t.closed, 0);
	expect(fds[1], "hello");
	close(fds[1]);
}

static void opened_floods(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	static const uint8_t large[LARGE];

	opened_waits(self, s, conn, peer, listener);
	net_send(s, conn, span_of(large, sizeof large), span_of(NULL, 0), NULL);
}

TEST(net_solo, a_deadline_ends_a_write_to_a_peer_that_does_not_read, "")
{
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_STREAM);
	t.protocol.opened = opened_floods;
	serve(&t, fds[0]);
	cr_expect_eq(t.expired, 1);
	cr_expect_gt(t.written_bytes, 0, "what the kernel took was told before");
	cr_expect_lt(t.written_bytes, LARGE);
	close(fds[1]);
}

static void opened_is_deaf(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	opened_waits(self, s, conn, peer, listener);
	net_set_reading(s, conn, false);
}

TEST(net_solo, who_does_not_read_waits_for_the_deadline, "")
{
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_STREAM);
	t.protocol.opened = opened_is_deaf;
	say(fds[1], "hello");
	serve(&t, fds[0]);
	cr_expect_eq(t.received, 0);
	cr_expect_eq(t.expired, 1);
	close(fds[1]);
}

TEST(net_solo, who_does_not_read_hears_that_the_connection_broke, "")
{
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_STREAM);
	t.protocol.opened = opened_is_deaf;
	close(fds[1]);
	serve(&t, fds[0]);
	cr_expect_eq(t.closed, 1);
	cr_expect_eq(t.err, -ECONNRESET);
}

TEST(net_solo, a_reset_is_told, "")
{
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_STREAM);
	say(fds[0], "unread");
	close(fds[1]); /* with unread bytes: a UNIX socket resets too */
	serve(&t, fds[0]);
	cr_expect_eq(t.closed, 1);
	cr_expect_eq(t.err, -ECONNRESET);
}

static void turn_again(void *self, struct net_server *s)
{
	struct solo *t = self;

	t->turns++;
	if (t->turns < 10)
		net_again(s);
	else
		net_close(s, 1, false);
}

TEST(net_solo, again_means_another_turn_without_waiting, "")
{
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_STREAM);
	t.protocol.turn_end = turn_again;
	serve(&t, fds[0]);
	cr_expect_eq(t.turns, 10);
	close(fds[1]);
}

static void *read_slowly(void *argument)
{
	uint8_t bytes[3000];
	size_t *total = argument;
	int fd = (int)*total;
	ssize_t size;

	*total = 0;
	while ((size = recv(fd, bytes, sizeof bytes, 0)) > 0)
		*total += (size_t)size;
	return NULL;
}

static void opened_flushes(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	static const uint8_t large[LARGE];

	opened(self, s, conn, peer, listener);
	net_send(s, conn, span_of(large, sizeof large), span_of(NULL, 0), NULL);
	cr_expect_eq(net_flush(s, conn), LARGE);
	net_close(s, conn, true);
}

TEST(net_solo, a_flush_writes_all, "")
{
	static struct solo t;
	size_t total;
	pthread_t thread;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_STREAM);
	t.protocol.opened = opened_flushes;
	total = (size_t)fds[1];
	cr_assert_eq(pthread_create(&thread, NULL, read_slowly, &total), 0);
	serve(&t, fds[0]);
	pthread_join(thread, NULL);
	cr_expect_eq(total, LARGE);
	cr_expect_eq(t.written_bytes, 0, "a flush is not told");
	close(fds[1]);
}

TEST(net_solo, messages_are_not_merged, "")
{
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_SEQPACKET);
	say(fds[1], "one");
	say(fds[1], "three");
	shutdown(fds[1], SHUT_WR);
	serve(&t, fds[0]);
	expect(fds[1], "one");
	expect(fds[1], "three");
	expect(fds[1], "bye");
	cr_expect(t.keeps_messages);
	cr_expect_eq(t.received, 2);
	cr_expect_eq(t.written_bytes, 8);
	close(fds[1]);
}

static void opened_sends_messages(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	static const uint8_t large[10000];

	opened_waits(self, s, conn, peer, listener);
	for (int i = 0; i < 1000; i++)
		net_send(s, conn, span_of(large, sizeof large), span_of(NULL, 0), NULL);
}

TEST(net_solo, a_deadline_ends_the_writing_of_messages, "")
{
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_SEQPACKET);
	t.protocol.opened = opened_sends_messages;
	serve(&t, fds[0]);
	cr_expect_eq(t.expired, 1);
	cr_expect_gt(t.written_bytes, 0);
	cr_expect_eq(t.written_bytes % 10000, 0, "whole messages");
	close(fds[1]);
}

static void serve_datagram(struct solo *t, int fd, struct span bytes)
{
	struct net_visitor v = {
		.fd = fd, .keeps_messages = true, .is_datagram = true, .bytes = bytes};

	net_solo_serve(&t->c, &t->config, &v);
}

TEST(net_solo, a_datagram_is_a_connection_of_one_message, "")
{
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_DGRAM);
	serve_datagram(&t, fds[0], SPAN_LITERAL("hello"));
	expect(fds[1], "hello");
	cr_expect_eq(t.opened, 1);
	cr_expect_eq(t.received, 1);
	cr_expect_eq(t.closed, 0);
	cr_expect(t.keeps_messages);
	cr_expect_not(t.has_peer);
	close(fds[0]);
	close(fds[1]);
}

TEST(net_solo, a_datagram_that_opened_dealt_with_is_not_received, "")
{
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_DGRAM);
	t.protocol.opened = opened_greets;
	serve_datagram(&t, fds[0], SPAN_LITERAL("hello"));
	expect(fds[1], "hello you");
	cr_expect_eq(t.received, 0);
	close(fds[0]);
	close(fds[1]);
}

TEST(net_solo, an_answer_that_finds_no_room_is_dropped, "")
{
	static const uint8_t large[40000];
	static struct solo t;
	int fds[2];

	solo_init(&t);
	pair_init(fds, SOCK_DGRAM);
	while (send(fds[0], large, sizeof large, MSG_DONTWAIT) > 0)
		;
	serve_datagram(&t, fds[0], SPAN_LITERAL("hello"));
	cr_expect_eq(t.c.base.stats.dropped, 1);
	close(fds[0]);
	close(fds[1]);
}
