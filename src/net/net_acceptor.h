/* net_acceptor.h - accepts the clients of one listener, on a loop.
 *
 * Bounded per turn, so that a crowd at the door does not hold up those inside.  A client beyond a
 * bound is accepted, closed, counted and logged.  Without descriptors or memory the listener rests
 * for a moment, and the clients wait in the kernel's queue. */
#ifndef TING_NET_ACCEPTOR_H
#define TING_NET_ACCEPTOR_H

#include "net/net_model.h"

/* Takes over a new connection's descriptor.  0, or -errno and fd is still the caller's. */
typedef int (*net_open_fn)(struct net_server *s, int fd, const char *peer, unsigned listener);

/* Takes over the descriptor of who is refused. */
typedef void (*net_see_out_fn)(struct net_server *s, int fd);

struct net_acceptor {
	struct net_server *server;
	net_open_fn open_fn;
	net_see_out_fn see_out_fn;
	struct net_listener listener;
	struct net_accept_options options;
	unsigned index;
	struct net_door {
		struct loop_watch watch;
		struct net_acceptor *acceptor;
	} doors[NET_ADDRESSES_MAX]; /* one for each of the listener's sockets */
	struct loop_timer rest;
};

/* Accepts from now on.  *a stays where it is until the end of the turn in which it is stopped.  0,
 * or -errno and the listener is still the caller's. */
int net_acceptor_start(struct net_acceptor *a, struct net_server *s, const struct net_listener *l,
	const struct net_accept_options *options, unsigned index, net_open_fn open_fn,
	net_see_out_fn see_out_fn);

/* Closes the sockets.  Again is harmless. */
void net_acceptor_stop(struct net_acceptor *a);

#endif
