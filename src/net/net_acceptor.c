/* net_acceptor.c - accept() and its many ways to fail. */
#include "net/net_acceptor.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

enum {
	ACCEPTS_PER_TURN = 64,
	REST_MS = 100, /* without descriptors or memory */
};

static void watch_doors(struct net_acceptor *a, unsigned events)
{
	for (size_t i = 0; i < a->listener.count; i++)
		loop_watch(a->server->config.loop, &a->doors[i].watch, events);
}

static void rest_over(struct loop_timer *t)
{
	watch_doors(LOOP_ENTRY(t, struct net_acceptor, rest), LOOP_READ);
}

static void rest(struct net_acceptor *a, const char *name, int err)
{
	struct loop *l = a->server->config.loop;

	net_server_log(
		a->server, "%s: cannot accept clients for %d ms: %s", name, REST_MS, strerror(err));
	watch_doors(a, 0);
	loop_timer_set(l, &a->rest, loop_now(l).mono + REST_MS);
}

/* Is it the client that failed, and the next one may be better?  accept(2) names these. */
static bool is_client_fault(int err)
{
	switch (err) {
	case EINTR:
	case ECONNABORTED:
	case EPROTO:
	case EPERM: /* a firewall */
	case ENETDOWN:
	case ENETUNREACH:
	case ENOPROTOOPT:
	case EHOSTDOWN:
	case EHOSTUNREACH:
	case ENONET:
		return true;
	default:
		return false;
	}
}

static void refuse(struct net_acceptor *a, int fd, const char *peer, const char *why)
{
	close(fd);
	a->server->stats.refused++;
	net_server_log(a->server, "%s refused: %s", peer, why);
}

static void let_in(struct net_acceptor *a, int fd, const char *peer)
{
	int err;

	if (a->server->stats.open >= a->server->config.connections_max) {
		refuse(a, fd, peer, "as many clients as the server may have are connected");
		return;
	}
	if (a->options.connections_max > 0 &&
		a->server->open[a->index] >= a->options.connections_max) {
		refuse(a, fd, peer, "as many clients as the listener may have are connected");
		return;
	}
	err = a->open_fn(a->server, fd, peer, a->index);
	if (err)
		refuse(a, fd, peer, strerror(-err));
}

static void door_ready(struct loop_watch *w, unsigned events)
{
	struct net_door *door = LOOP_ENTRY(w, struct net_door, watch);
	struct net_acceptor *a = door->acceptor;
	const char *name = a->listener.sockets[door - a->doors].name;

	(void)events;
	/* A protocol that is told of a client may stop the server. */
	for (int i = 0; i < ACCEPTS_PER_TURN && w->events; i++) {
		struct net_address from = {.size = sizeof from.at};
		char peer[NET_NAME_MAX + 1];
		int fd = accept4(w->fd, (struct sockaddr *)&from.at, &from.size,
			SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && errno == EAGAIN)
			return;
		if (fd < 0 && is_client_fault(errno))
			continue;
		if (fd < 0) {
			rest(a, name, errno);
			return;
		}
		if (from.at.ss_family == AF_UNIX) /* who connects has no name there */
			memcpy(peer, name, sizeof peer);
		else
			net_address_format(&from, a->listener.endpoint.scheme, peer);
		let_in(a, fd, peer);
	}
}

int net_acceptor_start(struct net_acceptor *a, struct net_server *s, const struct net_listener *l,
	const struct net_accept_options *options, unsigned index, net_open_fn open_fn)
{
	int on = options->has_no_delay;

	*a = (struct net_acceptor){.server = s,
		.open_fn = open_fn,
		.listener = *l,
		.options = *options,
		.index = index,
		.rest = {.expired = rest_over}};
	for (size_t i = 0; i < l->count; i++) {
		int fd = l->sockets[i].fd, err;

		/* Those that it accepts inherit it. */
		if (l->endpoint.scheme == NET_TCP)
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
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
