/* net_mail.h - the listeners of a loop that know no connections.
 *
 * When one is ready, a batch of datagrams is taken in one system call, and what the protocol has
 * sent by the end of the turn goes out in another.  A datagram alone is a connection while it is
 * told, always in the same slot; who is remembered as a peer has a slot like any other connection,
 * and is found by its address. */
#ifndef TING_NET_MAIL_H
#define TING_NET_MAIL_H

#include "net/net_traffic.h"

struct net_mail;

/* For the listeners of that traffic's server.  NULL: no memory. */
struct net_mail *net_mail_new(struct net_traffic *t);

/* After the connections, which are its peers, are gone.  NULL is fine. */
void net_mail_free(struct net_mail *m);

/* The bytes of state in each slot: the protocol's, and what is known of a peer if it has any. */
size_t net_mail_state_bytes(const struct net_protocol *p);

/* Takes over the sockets and hears them from now on.  0, or -errno and the listener is still the
 * caller's. */
int net_mail_listen(struct net_mail *m, const struct net_listener *l,
	const struct net_accept_options *options, unsigned index);

/* Sends what waits and closes the sockets.  Again is harmless. */
void net_mail_stop(struct net_mail *m);

/* An answer to the datagram alone, or one more datagram to a peer. */
void net_mail_send(struct net_mail *m, struct net_conn *n, struct span head, struct span body);

/* That connection is over.  Was it a peer, whose slot is free now? */
bool net_mail_forget(struct net_mail *m, struct net_conn *n);

#endif
