/* net_accept.c - bounds, and what is logged. */
#include "net/net_accept.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

enum { REFUSED_READS_MAX = 16 }; /* of what a client said before it was refused */

int net_accept(struct net_server *s, const struct net_listener *l, size_t socket, int flags,
	char ret_peer[NET_NAME_MAX + 1])
{
	const struct net_listener_socket *door = &l->sockets[socket];
	struct net_address from;
	int fd = net_listen_accept(door->fd, flags, &from);

	if (fd < 0 && fd != -EAGAIN)
		net_server_log(s, "%s: cannot accept clients for %d ms: %s", door->name,
			NET_REST_MS, strerror(-fd));
	if (fd < 0)
		return fd;
	if (from.at.ss_family == AF_UNIX) /* who connects has no name there */
		memcpy(ret_peer, door->name, NET_NAME_MAX + 1);
	else
		net_address_format(&from, l->endpoint.scheme, ret_peer);
	return fd;
}

static bool take_place(atomic_uint *taken, uint32_t max)
{
	if (atomic_fetch_add(taken, 1) < max)
		return true;
	atomic_fetch_sub(taken, 1);
	return false;
}

const char *net_accept_bound(
	const struct net_server *s, const struct net_accept_options *options, unsigned listener)
{
	uint32_t max = s->config.connections_max;
	uint32_t listener_max = options->connections_max ? options->connections_max : UINT32_MAX;
	struct net_places *p = s->places;

	if (p ? !take_place(&p->all, max) : s->stats.open >= max)
		return "as many clients as the server may have are connected";
	if (p ? take_place(&p->by_listener[listener], listener_max)
	      : s->open[listener] < listener_max)
		return NULL;
	if (p)
		atomic_fetch_sub(&p->all, 1);
	return "as many clients as the listener may have are connected";
}

void net_accept_leave(const struct net_server *s, unsigned listener)
{
	if (!s->places)
		return;
	atomic_fetch_sub(&s->places->by_listener[listener], 1);
	atomic_fetch_sub(&s->places->all, 1);
}

/* Unread words would have the kernel answer the close with a reset, and the client would not read
 * the end. */
static void hang_up(int fd)
{
	char words[4096];

	shutdown(fd, SHUT_WR);
	for (int i = 0; i < REFUSED_READS_MAX; i++)
		if (recv(fd, words, sizeof words, MSG_DONTWAIT) <= 0)
			break;
	close(fd);
}

void net_accept_refuse(struct net_server *s, int fd, const char *peer, const char *why)
{
	hang_up(fd);
	net_accept_refused(s, peer, why);
}

void net_accept_refused(struct net_server *s, const char *peer, const char *why)
{
	s->stats.refused++;
	net_server_log(s, "%s refused: %s", peer, why);
}

void net_accept_prepare(const struct net_listener *l, const struct net_accept_options *options)
{
	int on = options->has_no_delay;

	/* Those that it accepts inherit it. */
	for (size_t i = 0; i < l->count && l->endpoint.scheme == NET_TCP; i++)
		setsockopt(l->sockets[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}
