/* net_accept.c - accept() and its many ways to fail. */
#include "net/net_accept.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

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

int net_accept(struct net_server *s, const struct net_listener *l, size_t socket, int flags,
	char ret_peer[NET_NAME_MAX + 1])
{
	const struct net_listener_socket *door = &l->sockets[socket];
	struct net_address from;
	int fd;

	do {
		from.size = sizeof from.at;
		fd = accept4(
			door->fd, (struct sockaddr *)&from.at, &from.size, SOCK_CLOEXEC | flags);
	} while (fd < 0 && is_client_fault(errno));
	if (fd < 0) {
		int err = errno;

		if (err != EAGAIN)
			net_server_log(s, "%s: cannot accept clients for %d ms: %s", door->name,
				NET_REST_MS, strerror(err));
		return -err;
	}
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

void net_accept_refuse(struct net_server *s, int fd, const char *peer, const char *why)
{
	close(fd);
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
