/* net_connect.h - a connection to an endpoint, without waiting for it.
 *
 *   net_connect_start(&c, ...);    0: c.fd is a socket, connecting
 *   wait until c.fd can be written
 *   net_connect_finish(&c, ...);   0: connected; -EINPROGRESS: wait again, for another c.fd
 *   take c.fd, or net_connect_done(&c)
 *
 * Only looking up a name may block: see net_endpoint_resolve().  Sockets of datagrams connect at
 * once, so that they hear only the other end, and of its absence. */
#ifndef TING_NET_CONNECT_H
#define TING_NET_CONNECT_H

#include "net/net_socket.h"

struct net_connect_options {
	int family; /* AF_UNSPEC, AF_INET, AF_INET6 */
	struct net_socket_options socket;
	const struct net_endpoint *bind; /* the local end, of the same scheme, or NULL: the system's
					  * choice, which names unixgram too, so that it can be
					  * answered.  Must outlive the struct net_connect; its file
					  * is the caller's to remove once c.fd is taken */
};

struct net_connect {
	int fd; /* does not block, is not inherited; -1: none */
	struct net_connect_options options;
	struct net_endpoint endpoint;
	struct net_address addresses[NET_ADDRESSES_MAX];
	size_t count, tried; /* the socket is for the last that was tried */
	bool is_group;       /* that address is a multicast or broadcast: who answers has another,
			      * so fd is not connected, and is sent from with the address */
};

/* Looks up the endpoint and begins with its first address.  0 and c->fd is there, or -errno with a
 * sentence and nothing to clean up. */
int net_connect_start(struct net_connect *c, const struct net_endpoint *e,
	const struct net_connect_options *options, struct ting_error *err);

/* Once c->fd can be written and is no longer watched: 0, it is connected, and the caller's to
 * close, directly or with net_connect_done(); -EINPROGRESS, this address failed, its descriptor is
 * closed, and c->fd is another that is on its way; or -errno with a sentence and no descriptor
 * left. */
int net_connect_finish(struct net_connect *c, struct ting_error *err);

/* Gives up and closes c->fd if it is not -1. */
void net_connect_done(struct net_connect *c);

#endif
