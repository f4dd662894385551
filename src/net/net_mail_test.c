/* Datagrams on UNIX sockets, whose senders are in the same thread. */
#include "net/net_mail.h"

#include "net/net_test_server.h"

#include <ting/endpoint.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>

enum { LARGE = 70000 };

struct post {
	struct test_server t;
	char folder[32];
	conn_id conns[8]; /* in the order of the calls of `opened` */
};

static void post_opened(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	struct post *p = self;

	if (p->t.opened < 8)
		p->conns[p->t.opened] = conn;
	test_opened(self, s, conn, peer ? peer : "nobody", listener);
}

static void path_of(const struct post *p, const char *name, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	(void)snprintf(ret->sun_path, sizeof ret->sun_path, "%s/%s", p->folder, name);
}

static void post_init(
	struct post *p, enum net_datagrams datagrams, uint32_t connections_max, msec idle_ms)
{
	const struct net_accept_options accepting = {0};
	const struct net_listen_options options = {0};
	struct net_endpoint e = {.scheme = NET_UNIXGRAM};
	struct net_server_config config = {
		.model = net_model_find("epoll"),
		.protocol = &p->t.protocol,
		.self = p,
		.connections_max = connections_max,
		.idle_ms = idle_ms,
		.log = test_log,
	};
	struct net_listener l;
	unsigned index;

	*p = (struct post){.folder = "/tmp/ting_mail_XXXXXX",
		.t.protocol = {
			.name = "test",
			.datagrams = datagrams,
			.needs = datagrams == NET_DATAGRAMS_OF_PEERS
				? NET_ONE_MEMORY | NET_ONE_THREAD
				: 0,
			.state_bytes = 1,
			.opened = post_opened,
			.received = test_received,
			.closed = test_closed,
		}};
	cr_assert_not_null(mkdtemp(p->folder));
	(void)snprintf(e.path, sizeof e.path, "%s/server", p->folder);
	cr_assert_eq(loop_new(&p->t.loop), 0);
	config.loop = p->t.loop;
	cr_assert_eq(net_server_new(&p->t.server, &config, NULL), 0);
	cr_assert_eq(net_listen(&l, &e, &options, NULL), 0);
	cr_assert_eq(net_server_add(p->t.server, &l, &accepting, &index, NULL), 0);
}

static void post_done(struct post *p)
{
	test_server_done(&p->t);
	cr_expect_eq(rmdir(p->folder), 0, "all sockets are removed");
}

/* A socket that sends to the server, and can be answered if it has a name. */
static int new_sender(const struct post *p, const char *name)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_un at;

	cr_assert_geq(fd, 0);
	path_of(p, name ? name : "", &at);
	if (name)
		cr_assert_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	path_of(p, "server", &at);
	cr_assert_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

static void remove_sender(const struct post *p, int fd, const char *name)
{
	struct sockaddr_un at;

	close(fd);
	path_of(p, name, &at);
	unlink(at.sun_path);
}

TEST(net_mail, each_datagram_is_answered_to_its_sender, "")
{
	struct post p;
	int a, b;

	post_init(&p, NET_DATAGRAMS_ALONE, 1, 0);
	a = new_sender(&p, "a");
	b = new_sender(&p, "b");
	test_say(a, "one");
	test_say(b, "two");
	test_say(a, "three");
	test_turns(&p.t, 1);
	test_expect(a, "one");
	test_expect(a, "three");
	test_expect(b, "two");
	cr_expect_eq(p.t.opened, 3, "each is a connection of its own");
	cr_expect_eq(p.t.closed, 0);
	cr_expect_str_eq(p.t.peer, "nobody");
	cr_expect_eq(net_server_stats(p.t.server).datagrams, 3);
	cr_expect_eq(net_server_stats(p.t.server).reads, 1, "taken together");
	cr_expect_eq(net_server_stats(p.t.server).writes, 1, "sent together");
	cr_expect_eq(net_server_stats(p.t.server).open, 0);
	remove_sender(&p, a, "a");
	remove_sender(&p, b, "b");
	post_done(&p);
}

static void received_looks_around(struct test_server *t, conn_id conn, struct span bytes)
{
	struct post *p = (struct post *)t;
	uint8_t *state = net_state(t->server, conn);

	cr_expect_eq(*state, 0, "it is new");
	*state = 1;
	cr_expect(net_keeps_messages(t->server, conn));
	cr_expect_eq(p->conns[t->opened - 1], conn);
	if (t->opened > 1) {
		cr_expect_neq(p->conns[0], conn);
		cr_expect_null(net_state(t->server, p->conns[0]));
		net_send(t->server, p->conns[0], SPAN_LITERAL("late"), span_of(NULL, 0), NULL);
		net_close(t->server, p->conns[0], true);
	}
	net_set_reading(t->server, conn, false);
	net_send(t->server, conn, SPAN_LITERAL("head "), bytes, NULL);
	net_send(t->server, conn, span_of(NULL, 0), span_of(NULL, 0), NULL);
	net_close(t->server, conn, true);
	net_send(t->server, conn, SPAN_LITERAL("after"), span_of(NULL, 0), NULL);
}

TEST(net_mail, a_datagram_is_a_connection_until_it_is_told_or_closed, "")
{
	static const struct test_server_reply reply = {received_looks_around};
	struct post p;
	int a;

	post_init(&p, NET_DATAGRAMS_ALONE, 1, 0);
	p.t.reply = &reply;
	a = new_sender(&p, "a");
	for (int i = 0; i < 3; i++) {
		test_say(a, "x");
		test_turns(&p.t, 1);
		test_expect(a, "head x");
		test_expect(a, "");
		cr_expect_eq(test_read(a, &(char){0}, 1), -1, "nothing else");
	}
	cr_expect_eq(p.t.closed, 0);
	remove_sender(&p, a, "a");
	post_done(&p);
}

TEST(net_mail, what_cannot_be_answered_is_counted_and_holds_up_nobody, "")
{
	struct post p;
	int a, gone, nameless;

	post_init(&p, NET_DATAGRAMS_ALONE, 1, 0);
	a = new_sender(&p, "a");
	gone = new_sender(&p, "gone");
	nameless = new_sender(&p, NULL);
	test_say(gone, "x");
	test_say(nameless, "y");
	test_say(a, "z");
	remove_sender(&p, gone, "gone");
	test_turns(&p.t, 1);
	test_expect(a, "z");
	cr_expect_eq(p.t.received, 3);
	cr_expect_eq(net_server_stats(p.t.server).dropped, 2);
	close(nameless);
	remove_sender(&p, a, "a");
	post_done(&p);
}

TEST(net_mail, one_that_is_too_large_is_dropped_whole, "")
{
	static char large[LARGE];
	struct post p;
	int a;

	post_init(&p, NET_DATAGRAMS_ALONE, 1, 0);
	a = new_sender(&p, "a");
	cr_assert_eq(test_write(a, large, TING_DATAGRAM_MAX), TING_DATAGRAM_MAX);
	test_turns(&p.t, 1);
	cr_expect_eq(test_read(a, large, sizeof large), TING_DATAGRAM_MAX);
	cr_assert_eq(test_write(a, large, sizeof large), LARGE);
	test_turns(&p.t, 1);
	cr_expect_eq(p.t.received, 1);
	cr_expect_eq(net_server_stats(p.t.server).datagrams, 2);
	cr_expect_eq(net_server_stats(p.t.server).dropped, 1);
	remove_sender(&p, a, "a");
	post_done(&p);
}

static void received_chatters(struct test_server *t, conn_id conn, struct span bytes)
{
	for (int i = 0; i < 10; i++)
		net_send(t->server, conn, bytes, span_of(NULL, 0), NULL);
}

/* Ten answers of 60,000 bytes do not wait for each other: there is not so much room. */
TEST(net_mail, sends_sooner_what_does_not_fit, "")
{
	static const struct test_server_reply reply = {received_chatters};
	static char large[60000];
	struct post p;
	int a, size = 1 << 21, got = 0;

	post_init(&p, NET_DATAGRAMS_ALONE, 1, 0);
	p.t.reply = &reply;
	a = new_sender(&p, "a");
	setsockopt(a, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	cr_assert_eq(test_write(a, large, sizeof large), (ssize_t)sizeof large);
	test_turns(&p.t, 1);
	while (test_read(a, large, sizeof large) == (ssize_t)sizeof large)
		got++;
	cr_expect_eq(got + (int)net_server_stats(p.t.server).dropped, 10, "sent or counted");
	cr_expect_gt(got, 0);
	cr_expect_gt(net_server_stats(p.t.server).writes, 1);
	remove_sender(&p, a, "a");
	post_done(&p);
}

TEST(net_mail, a_peer_stays_and_may_be_sent_to_at_any_time, "")
{
	struct post p;
	int a, b;

	post_init(&p, NET_DATAGRAMS_OF_PEERS, 10, 0);
	a = new_sender(&p, "a");
	b = new_sender(&p, "b");
	test_say(a, "one");
	test_say(b, "two");
	test_say(a, "three");
	test_turns(&p.t, 1);
	test_expect(a, "one");
	test_expect(a, "three");
	test_expect(b, "two");
	cr_expect_eq(p.t.opened, 2);
	cr_expect_eq(net_server_stats(p.t.server).open, 2);
	*(char *)net_state(p.t.server, p.conns[0]) = 7;
	net_send(p.t.server, p.conns[0], SPAN_LITERAL("un"), SPAN_LITERAL("asked"), NULL);
	test_turns(&p.t, 1);
	test_expect(a, "unasked");
	cr_expect_eq(*(char *)net_state(p.t.server, p.conns[0]), 7);
	net_close(p.t.server, p.conns[0], true);
	test_say(a, "again");
	test_turns(&p.t, 1);
	test_expect(a, "again");
	cr_expect_eq(p.t.opened, 3, "it was forgotten, and has a new number");
	cr_expect_neq(p.conns[2], p.conns[0]);
	remove_sender(&p, a, "a");
	remove_sender(&p, b, "b");
	post_done(&p);
}

TEST(net_mail, a_peer_beyond_the_bound_is_refused_and_told_of_once, "")
{
	struct post p;
	int a, b;

	post_init(&p, NET_DATAGRAMS_OF_PEERS, 1, 0);
	a = new_sender(&p, "a");
	b = new_sender(&p, "b");
	test_say(a, "one");
	test_say(b, "two");
	test_say(b, "three");
	test_turns(&p.t, 1);
	cr_expect_eq(p.t.received, 1);
	cr_expect_eq(net_server_stats(p.t.server).refused, 2);
	cr_expect_eq(p.t.logged, 1);
	cr_expect_not_null(strstr(p.t.log, "refused: as many clients as the server may have"));
	net_close(p.t.server, p.conns[0], false);
	test_turns(&p.t, 1);
	test_say(b, "four");
	test_turns(&p.t, 1);
	test_expect(b, "four");
	remove_sender(&p, a, "a");
	remove_sender(&p, b, "b");
	post_done(&p);
}

TEST(net_mail, a_peer_that_says_nothing_is_forgotten, "")
{
	struct post p;
	int a;

	post_init(&p, NET_DATAGRAMS_OF_PEERS, 10, 5);
	a = new_sender(&p, "a");
	test_say(a, "one");
	while (p.t.closed == 0)
		cr_assert_eq(loop_turn(p.t.loop, MSEC_NEVER), 0);
	cr_expect_eq(p.t.err, -ETIMEDOUT);
	test_turns(&p.t, 1);
	cr_expect_eq(net_server_stats(p.t.server).open, 0);
	remove_sender(&p, a, "a");
	post_done(&p);
}

TEST(net_mail, a_protocol_that_needs_connections_refuses_it, "")
{
	const struct net_accept_options accepting = {0};
	struct test_server t;
	struct net_listener l = {.count = 1,
		.sockets = {{.fd = -1, .name = "udp://127.0.0.1:7"}},
		.endpoint = {.scheme = NET_UDP}};
	struct ting_error err;
	unsigned index;

	test_server_init(&t, 1, 0);
	cr_expect_eq(net_server_add(t.server, &l, &accepting, &index, &err), -ENOTSUP);
	cr_expect_str_eq(err.text, "test needs a connection, and udp://127.0.0.1:7 has none");
	test_server_done(&t);
}
