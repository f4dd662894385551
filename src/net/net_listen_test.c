/* UNIX sockets only: what listens on a network is tested in test/e2e. */
#include "net/net_connect.h"
#include "net/net_listen.h"

#include "base/base_test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct net_listen_options options;
static const struct net_connect_options connecting;

/* An endpoint in a directory of its own. */
static struct net_endpoint place(void)
{
	struct net_endpoint e = {.scheme = NET_UNIX, .path = "/tmp/ting_net_XXXXXX"};

	cr_assert_not_null(mkdtemp(e.path));
	memcpy(e.path + strlen(e.path), "/s", 3);
	return e;
}

static void leave(struct net_endpoint *e)
{
	*strrchr(e->path, '/') = '\0';
	cr_expect_eq(rmdir(e->path), 0, "%s is not empty", e->path);
}

TEST(net_listen, a_unix_socket_is_there_and_gone_again, "")
{
	struct net_endpoint e = place();
	struct net_listener l;
	struct net_connect c;
	char name[NET_ENDPOINT_MAX + 1];
	int fd;

	cr_assert_eq(net_listen(&l, &e, &options, NULL), 0);
	net_endpoint_format(&e, name);
	cr_expect_eq(l.count, 1);
	cr_expect_str_eq(l.sockets[0].name, name);
	cr_expect(fcntl(l.sockets[0].fd, F_GETFD) & FD_CLOEXEC);
	cr_expect(fcntl(l.sockets[0].fd, F_GETFL) & O_NONBLOCK);
	cr_assert_eq(net_connect_start(&c, &e, &connecting, NULL), 0);
	cr_expect_eq(net_connect_finish(&c, NULL), 0);
	fd = accept(l.sockets[0].fd, NULL, NULL);
	cr_expect_geq(fd, 0);
	close(fd);
	net_connect_done(&c);
	cr_expect_eq(c.fd, -1);
	net_listener_done(&l);
	net_listener_done(&l);
	leave(&e);
}

TEST(net_listen, a_socket_that_somebody_listens_on_is_left_alone, "")
{
	struct net_endpoint e = place();
	struct net_listener l, second;
	struct ting_error err;
	char expected[NET_ENDPOINT_MAX + 100];

	cr_assert_eq(net_listen(&l, &e, &options, NULL), 0);
	cr_expect_eq(net_listen(&second, &e, &options, &err), -EADDRINUSE);
	(void)snprintf(expected, sizeof expected,
		"cannot listen on unix://%s: another program listens there, or the file is not a "
		"socket",
		e.path);
	cr_expect_str_eq(err.text, expected);
	cr_expect_eq(access(e.path, F_OK), 0);
	net_listener_done(&l);
	leave(&e);
}

TEST(net_listen, one_who_is_too_busy_to_accept_is_left_alone, "")
{
	static const struct net_listen_options short_queue = {.backlog = 1};
	struct net_endpoint e = place();
	struct net_listener l, second;
	struct net_connect c[10];
	int count = 0;

	cr_assert_eq(net_listen(&l, &e, &short_queue, NULL), 0);
	while (count < 10 && net_connect_start(&c[count], &e, &connecting, NULL) == 0)
		count++;
	cr_assert_lt(count, 10, "the queue is full");
	cr_expect_eq(net_listen(&second, &e, &options, NULL), -EADDRINUSE);
	while (count > 0)
		net_connect_done(&c[--count]);
	net_listener_done(&l);
	leave(&e);
}

TEST(net_listen, a_socket_that_nobody_listens_on_is_replaced, "")
{
	struct net_endpoint e = place();
	struct net_listener l;

	cr_assert_eq(net_listen(&l, &e, &options, NULL), 0);
	close(l.sockets[0].fd); /* as when the process was killed */
	cr_expect_eq(net_listen(&l, &e, &options, NULL), 0);
	net_listener_done(&l);
	leave(&e);
}

TEST(net_listen, a_file_that_is_no_socket_is_left_alone, "")
{
	struct net_endpoint e = place();
	struct net_listener l;
	int fd = open(e.path, O_CREAT | O_WRONLY, 0600);

	cr_assert_eq(write(fd, "precious", 8), 8);
	close(fd);
	cr_expect_eq(net_listen(&l, &e, &options, NULL), -EADDRINUSE);
	cr_expect_eq(access(e.path, F_OK), 0);
	unlink(e.path);
	cr_assert_eq(symlink("/nonesuch", e.path), 0);
	cr_expect_eq(net_listen(&l, &e, &options, NULL), -EADDRINUSE);
	unlink(e.path);
	leave(&e);
}

TEST(net_listen, the_socket_of_who_took_the_place_stays, "")
{
	struct net_endpoint e = place();
	struct net_listener first, second;

	cr_assert_eq(net_listen(&first, &e, &options, NULL), 0);
	cr_assert_eq(unlink(e.path), 0);
	cr_assert_eq(net_listen(&second, &e, &options, NULL), 0);
	net_listener_done(&first);
	cr_expect_eq(access(e.path, F_OK), 0);
	net_listener_done(&second);
	leave(&e);
}

TEST(net_listen, again_is_one_more_descriptor_of_the_same_unix_socket, "")
{
	struct net_endpoint e = place();
	struct net_listener l, again;
	struct net_connect c;
	int fd;

	cr_assert_eq(net_listen(&l, &e, &options, NULL), 0);
	cr_assert_eq(net_listen_again(&again, &l, NULL), 0);
	cr_expect_str_eq(again.sockets[0].name, l.sockets[0].name);
	cr_assert_eq(net_connect_start(&c, &e, &connecting, NULL), 0);
	fd = accept(again.sockets[0].fd, NULL, NULL);
	cr_expect_geq(fd, 0);
	close(fd);
	net_connect_done(&c);
	net_listener_done(&again);
	cr_expect_eq(access(e.path, F_OK), 0, "the first listener goes on");
	net_listener_done(&l);
	leave(&e);
}

TEST(net_listen, a_missing_directory_is_named_as_the_reason, "")
{
	struct net_endpoint e = {.scheme = NET_UNIX, .path = "/nonesuch/s"};
	struct net_listener l;
	struct ting_error err;

	cr_expect_eq(net_listen(&l, &e, &options, &err), -ENOENT);
	cr_expect_str_eq(
		err.text, "cannot listen on unix:///nonesuch/s: the directory does not exist");
}

TEST(net_connect, says_whom_it_could_not_reach, "")
{
	struct net_endpoint e = {.scheme = NET_UNIX, .path = "/nonesuch/s"};
	struct net_connect c;
	struct ting_error err;

	cr_expect_eq(net_connect_start(&c, &e, &connecting, &err), -ENOENT);
	cr_expect_str_eq(
		err.text, "cannot connect to unix:///nonesuch/s: No such file or directory");
	cr_expect_eq(c.fd, -1);
}
