/* net_accept.h - accepts one client, or says why not: what all models have in common. */
#ifndef TING_NET_ACCEPT_H
#define TING_NET_ACCEPT_H

#include "net/net_model.h"

/* Without descriptors or memory; meanwhile clients wait in the kernel. */
enum { NET_REST_MS = 100 };

/* The next client that waits at that socket of the listener: its descriptor, which is not inherited
 * and has these `flags` of accept4(2), and its name.  -EAGAIN: nobody is there; or another -errno,
 * which is logged, and nobody should be accepted there for NET_REST_MS. */
int net_accept(struct net_server *s, const struct net_listener *l, size_t socket, int flags,
	char ret_peer[NET_NAME_MAX + 1]);

/* Why nobody may come in through that listener now; NULL: the next one may, and where servers share
 * their places it has one, until it leaves. */
const char *net_accept_bound(
	const struct net_server *s, const struct net_accept_options *options, unsigned listener);

/* Gives the place back. */
void net_accept_leave(const struct net_server *s, unsigned listener);

/* Closes fd, without waiting for what they may still say; counts and logs. */
void net_accept_refuse(struct net_server *s, int fd, const char *peer, const char *why);

/* Counts and logs. */
void net_accept_refused(struct net_server *s, const char *peer, const char *why);

/* Those that the listener's sockets accept will have these options. */
void net_accept_prepare(const struct net_listener *l, const struct net_accept_options *options);

#endif
