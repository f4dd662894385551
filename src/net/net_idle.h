/* net_idle.h - closes connections on which nothing moves: a filter between a server and a protocol.
 *
 * To the server it is a protocol, to the protocol it is not there.  It notes the moment of each
 * movement in the connection's state, behind the protocol's own, and sets a deadline anew only when
 * the last one passed: a message costs no more than the note. */
#ifndef TING_NET_IDLE_H
#define TING_NET_IDLE_H

#include "net/net_server.h"

enum { NET_PEER_IDLE_MS = 60000 };

struct net_idle;

/* Has *config speak to the protocol through a filter, if it has a time for idle connections or a
 * protocol whose datagrams come from peers: those are forgotten after NET_PEER_IDLE_MS in any case.
 * The filter, for net_idle_free() when the server is gone; or NULL, none is needed.  The protocol
 * of such a config has no deadlines of its own. */
struct net_idle *net_idle_new(struct net_server_config *config);

/* NULL is fine. */
void net_idle_free(struct net_idle *i);

#endif
