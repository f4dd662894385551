/* net_acceptor.c - a watch for each of the listener's sockets, and a timer for its rests. */
#include "net/net_acceptor.h"

#include "net/net_accept.h"

#include <errno.h>
#include <string.h>

enum { ACCEPTS_PER_TURN = 64 };

/* 0, or -errno of one of them. */
static int watch_doors(struct net_acceptor *a, unsigned events)
{
	int err = 0;

	for (size_t i = 0; i < a->listener.count; i++) {
		int failed = loop_watch(a->server->config.loop, &a->doors[i].watch, events);

		err = failed ? failed : err;
	}
	return err;
}

static void rest(struct net_acceptor *a)
{
	struct loop *l = a->server->config.loop;

	watch_doors(a, 0);
	loop_timer_set(l, &a->rest, loop_now(l).mono + NET_REST_MS);
}

/* Without memory for a watch it rests again. */
static void rest_over(struct loop_timer *t)
{
	struct net_acceptor *a = LOOP_ENTRY(t, struct net_acceptor, rest);

	if (watch_doors(a, LOOP_READ) < 0)
		rest(a);
}

static void let_in(struct net_acceptor *a, int fd, const char *peer)
{
	const char *why = net_accept_bound(a->server, &a->options, a->index);
	int err = why ? 0 : a->open_fn(a->server, fd, peer, a->index);

	if (err)
		net_accept_leave(a->server, a->index);
	if (why || err) {
		a->see_out_fn(a->server, fd);
		net_accept_refused(a->server, peer, why ? why : strerror(-err));
	}
}

static void door_ready(struct loop_watch *w, unsigned events)
{
	struct net_door *door = LOOP_ENTRY(w, struct net_door, watch);
	struct net_acceptor *a = door->acceptor;

	(void)events;
	/* A protocol that is told of a client may stop the server. */
	for (int i = 0; i < ACCEPTS_PER_TURN && w->events; i++) {
		char peer[NET_NAME_MAX + 1];
		int fd = net_accept(
			a->server, &a->listener, (size_t)(door - a->doors), SOCK_NONBLOCK, peer);

		if (fd == -EAGAIN)
			return;
		if (fd < 0) {
			rest(a);
			return;
		}
		let_in(a, fd, peer);
	}
}

int net_acceptor_start(struct net_acceptor *a, struct net_server *s, const struct net_listener *l,
	const struct net_accept_options *options, unsigned index, net_open_fn open_fn,
	net_see_out_fn see_out_fn)
{
	*a = (struct net_acceptor){.server = s,
		.open_fn = open_fn,
		.see_out_fn = see_out_fn,
		.listener = *l,
		.options = *options,
		.index = index,
		.rest = {.expired = rest_over}};
	net_accept_prepare(l, options);
	for (size_t i = 0; i < l->count; i++) {
		int fd = l->sockets[i].fd, err;

		a->doors[i] = (struct net_door){{.ready = door_ready, .fd = fd}, a};
		err = loop_watch(s->config.loop, &a->doors[i].watch, LOOP_READ);
		if (err) {
			watch_doors(a, 0);
			return err;
		}
	}
	return 0;
}

void net_acceptor_stop(struct net_acceptor *a)
{
	watch_doors(a, 0);
	loop_timer_set(a->server->config.loop, &a->rest, MSEC_NEVER);
	net_listener_done(&a->listener);
}
