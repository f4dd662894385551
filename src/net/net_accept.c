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

const char *net_accept_bound(
	const struct net_server *s, const struct net_accept_options *options, unsigned listener)
{
	if (s->stats.open >= s->config.connections_max)
		return "as many clients as the server may have are connected";
	if (options->connections_max > 0 && s->open[listener] >= options->connections_max)
		return "as many clients as the listener may have are connected";
	return NULL;
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
