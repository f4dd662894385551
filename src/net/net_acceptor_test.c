/* Clients that come through a listener: a UNIX socket. */
#include "net/net_connect.h"
#include "net/net_test_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/un.h>

enum { CLIENTS = 100 };

static const struct net_listen_options options;

struct door {
	struct test_server t;
	struct net_endpoint endpoint;
	unsigned index;
};

static void door_init(struct door *d, uint32_t connections_max, uint32_t listener_max)
{
	struct net_accept_options accepting = {.connections_max = listener_max};
	struct net_listener l;

	*d = (struct door){.endpoint = {.scheme = NET_UNIX, .path = "/tmp/ting_net_XXXXXX"}};
	cr_assert_not_null(mkdtemp(d->endpoint.path));
	memcpy(d->endpoint.path + strlen(d->endpoint.path), "/s", 3);
	test_server_init(&d->t, connections_max, 0);
	cr_assert_eq(net_listen(&l, &d->endpoint, &options, NULL), 0);
	cr_assert_eq(net_server_add(d->t.server, &l, &accepting, &d->index, NULL), 0);
}

static void door_done(struct door *d)
{
	test_server_done(&d->t);
	*strrchr(d->endpoint.path, '/') = '\0';
	cr_expect_eq(rmdir(d->endpoint.path), 0, "the socket is removed");
}

/* A socket that is not connected yet. */
static int new_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	cr_assert_geq(fd, 0);
	return fd;
}

static void knock(struct door *d, int fd)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	memcpy(at.sun_path, d->endpoint.path, strlen(d->endpoint.path));
	cr_assert_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
}

TEST(net_acceptor, a_client_is_told_with_its_name_and_door, "")
{
	struct door d;
	char name[NET_ENDPOINT_MAX + 1];
	int fd = new_socket();

	door_init(&d, 10, 0);
	cr_expect_eq(d.index, 0);
	knock(&d, fd);
	test_turns(&d.t, 1);
	cr_expect_eq(d.t.opened, 1);
	cr_expect_eq(d.t.listener, 0);
	net_endpoint_format(&d.endpoint, name);
	cr_expect_str_eq(d.t.peer, name);
	test_say(fd, "hello");
	test_turns(&d.t, 1);
	test_expect(fd, "hello");
	close(fd);
	door_done(&d);
}

TEST(net_acceptor, a_crowd_comes_in_over_several_turns, "")
{
	struct door d;
	int fds[CLIENTS];

	door_init(&d, CLIENTS, 0);
	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = new_socket();
		knock(&d, fds[i]);
	}
	test_turns(&d.t, 1);
	cr_expect_gt(d.t.opened, 0);
	cr_expect_lt(d.t.opened, CLIENTS);
	test_turns(&d.t, 1);
	cr_expect_eq(d.t.opened, CLIENTS);
	for (int i = 0; i < CLIENTS; i++)
		close(fds[i]);
	door_done(&d);
}

/* The second client is closed at once, counted and logged. */
static void expect_room_for_one(struct door *d, const char *why)
{
	char byte, text[NET_ENDPOINT_MAX + 100];
	int first = new_socket(), second = new_socket(), third = new_socket();

	knock(d, first);
	knock(d, second);
	test_turns(&d->t, 2);
	cr_expect_eq(d->t.opened, 1);
	cr_expect_eq(net_server_stats(d->t.server).refused, 1);
	cr_expect_eq(d->t.logged, 1);
	(void)snprintf(text, sizeof text, "unix://%s refused: %s", d->endpoint.path, why);
	cr_expect_str_eq(d->t.log, text);
	cr_expect_eq(test_read(second, &byte, 1), 0);
	close(first);
	test_turns(&d->t, 3);
	knock(d, third);
	test_turns(&d->t, 1);
	cr_expect_eq(d->t.opened, 2, "there is room again");
	close(second);
	close(third);
}

TEST(net_acceptor, a_server_has_a_bound, "")
{
	struct door d;

	door_init(&d, 1, 0);
	expect_room_for_one(&d, "as many clients as the server may have are connected");
	door_done(&d);
}

TEST(net_acceptor, a_listener_has_a_bound, "")
{
	struct door d;

	door_init(&d, 10, 1);
	expect_room_for_one(&d, "as many clients as the listener may have are connected");
	door_done(&d);
}

TEST(net_acceptor, without_descriptors_it_rests_and_goes_on, "")
{
	struct door d;
	struct rlimit before, none;
	int fd = new_socket(), inside = new_socket();
	int turns;

	door_init(&d, 10, 0);
	knock(&d, inside);
	test_turns(&d.t, 1);
	getrlimit(RLIMIT_NOFILE, &before);
	none = before;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	knock(&d, fd);
	test_turns(&d.t, 10);
	cr_expect_eq(d.t.opened, 1);
	cr_expect_eq(d.t.logged, 1, "one line, not one per turn");
	cr_expect(strstr(d.t.log, "cannot accept clients for 100 ms: Too many open files"));
	test_say(inside, "hello");
	test_turns(&d.t, 1);
	test_expect(inside, "hello");
	setrlimit(RLIMIT_NOFILE, &before);
	turns = d.t.turns;
	while (d.t.opened < 2)
		loop_turn(d.t.loop, MSEC_NEVER);
	cr_expect_leq(d.t.turns - turns, 3, "it waited without spinning");
	close(fd);
	close(inside);
	door_done(&d);
}

static void over(struct loop_timer *t)
{
	t->expired = NULL;
}

TEST(net_acceptor, a_rest_does_not_outlive_the_server, "")
{
	struct door d;
	struct rlimit before, none;
	struct loop_timer after = {.expired = over};
	int fd = new_socket();

	door_init(&d, 10, 0);
	getrlimit(RLIMIT_NOFILE, &before);
	none = before;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	knock(&d, fd);
	test_turns(&d.t, 1);
	cr_expect_eq(d.t.logged, 1);
	setrlimit(RLIMIT_NOFILE, &before);
	net_server_free(d.t.server);
	d.t.server = NULL;
	loop_timer_set(d.t.loop, &after, loop_now(d.t.loop).mono + 110);
	while (after.expired)
		loop_turn(d.t.loop, MSEC_NEVER);
	close(fd);
	door_done(&d);
}

static void opened_stops(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	test_opened(self, s, conn, peer, listener);
	net_server_stop(s);
}

TEST(net_acceptor, a_stop_while_clients_come_in_leaves_the_rest_outside, "")
{
	struct door d;
	int fds[3];

	door_init(&d, 10, 0);
	d.t.protocol.opened = opened_stops;
	for (int i = 0; i < 3; i++) {
		fds[i] = new_socket();
		knock(&d, fds[i]);
	}
	test_turns(&d.t, 1);
	cr_expect_eq(d.t.opened, 1);
	cr_expect_eq(d.t.logged, 0);
	cr_expect_neq(access(d.endpoint.path, F_OK), 0);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	cr_expect_eq(net_server_run(d.t.server), 0);
	door_done(&d);
}
