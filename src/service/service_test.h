/* service_test.h - a service on the model epoll, whose clients are the other ends of socket pairs
 * in the same thread.
 *
 * What a client writes is there at once, so that a turn without waiting sees it. */
#ifndef TING_SERVICE_TEST_H
#define TING_SERVICE_TEST_H

#include "base/base_test.h"
#include "service/service.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct service_rig {
	struct loop *loop;
	struct net_server *server;
	const struct service *service;
	void *self;
};

static char service_rig_log[512]; /* the last line */

static inline void service_rig_take_log(void *self, const char *text)
{
	(void)self;
	(void)snprintf(service_rig_log, sizeof service_rig_log, "%s", text);
}

static inline void service_rig_init(struct service_rig *r, const char *name)
{
	const struct service_options options = {0};
	struct net_server_config config = {
		.model = net_model_find("epoll"),
		.connections_max = 100,
		.log = service_rig_take_log,
	};

	*r = (struct service_rig){.service = service_find(name)};
	cr_assert(r->service);
	if (r->service->make)
		cr_assert_eq(r->service->make(&r->self, &options, NULL), 0);
	cr_assert_eq(loop_new(&r->loop), 0);
	config.loop = r->loop;
	config.protocol = r->service->protocol;
	config.self = r->self;
	cr_assert_eq(net_server_new(&r->server, &config, NULL), 0);
}

static inline void service_rig_done(struct service_rig *r)
{
	net_server_free(r->server);
	loop_free(r->loop);
	if (r->service->free)
		r->service->free(r->self);
}

static inline void service_rig_turns(struct service_rig *r, int count)
{
	while (count-- > 0)
		cr_assert_eq(loop_turn(r->loop, 0), 0);
}

/* The client's end of a new connection, which does not block. */
static inline int service_rig_connect(struct service_rig *r)
{
	conn_id conn;
	int fds[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	cr_assert_eq(net_server_adopt(r->server, fds[0], "pair", 0, &conn), 0);
	service_rig_turns(r, 1);
	return fds[1];
}

/* As much as fits; 0: nothing. */
static inline size_t service_rig_write(int fd, const void *bytes, size_t size)
{
	ssize_t wrote = send(fd, bytes, size, MSG_NOSIGNAL);

	cr_assert(wrote >= 0 || errno == EAGAIN);
	return wrote > 0 ? (size_t)wrote : 0;
}

/* All of it, and the service has read it. */
static inline void service_rig_say(struct service_rig *r, int fd, const void *bytes, size_t size)
{
	cr_assert_eq(service_rig_write(fd, bytes, size), size);
	service_rig_turns(r, 2);
}

/* What is there now; 0: nothing, or the end. */
static inline size_t service_rig_read(int fd, void *ret, size_t size)
{
	ssize_t got = recv(fd, ret, size, 0);

	return got > 0 ? (size_t)got : 0;
}

/* Exactly this is there. */
#define EXPECT_HEARD(fd, text)                                                                     \
	do {                                                                                       \
		char heard[2048] = "";                                                             \
		(void)service_rig_read(fd, heard, sizeof heard - 1);                               \
		cr_expect_str_eq(heard, text);                                                     \
	} while (0)

/* Our end was told that there is no more. */
static inline bool service_rig_is_over(int fd)
{
	char byte;

	return recv(fd, &byte, 1, 0) == 0;
}

#endif
