/* net_solo.h - one connection, served by a thread of control that blocks.
 *
 * Wait for bytes, tell the protocol, write what it answers, wait for bytes: one read and one write
 * for a message that comes alone.  Each such server is a struct net_server of its own, with one
 * connection, so that as many may run at once as there are threads or processes.  */
#ifndef TING_NET_SOLO_H
#define TING_NET_SOLO_H

#include "net/net_model.h"
#include "net/net_output.h"

/* Someone who wants something: a connection, or a datagram that is all there is of one. */
struct net_visitor {
	int fd; /* blocks; of a datagram: the socket that it came by, which need not */
	unsigned listener;
	bool keeps_messages;         /* what is sent in one call is received in one call */
	bool is_datagram;            /* with a sender and bytes; otherwise with a peer */
	char peer[NET_NAME_MAX + 1]; /* an endpoint as text */
	struct net_address from;     /* size 0: it has no name, and cannot be answered */
	struct span bytes;           /* borrowed */
};

enum { NET_SOLO_BYTES = 65536 }; /* read at once; no datagram is larger */

struct net_solo {
	struct net_server base; /* what the protocol sees */
	const struct net_visitor *visitor;
	enum { SOLO_OPEN, SOLO_CLOSING, SOLO_DEAD } state; /* see net_close() */
	bool is_reading;                                   /* the protocol wants its bytes */
	bool is_ended;                                     /* the peer's stream is */
	bool has_more;                                     /* net_again() was called */
	int err;                                           /* of sending; told at the turn's end */
	msec due;                                          /* of the connection */
	msec read_timeout, write_timeout;                  /* that the socket has; 0: none */
	struct net_output out;
	struct net_blocks blocks;
	size_t sent; /* messages, in bytes, of which the protocol was not yet told */
	void *own;   /* the protocol's state */
	uint8_t buffer[NET_SOLO_BYTES];
};

/* Serves the visitor from `opened` until it is over, for a server with that config, and counts in
 * c->base.stats.  *c needs no preparation.  The descriptor is shut down but still open: whoever
 * guards it (net_stop.h) closes it.
 *
 * The protocol's own deadline, of conn 0, is never due: there is nobody to wait for it.  A deadline
 * may be late by an eighth of its length.  A message, where messages are kept, is sent at once. */
void net_solo_serve(
	struct net_solo *c, const struct net_server_config *config, const struct net_visitor *v);

/* What net_server_stats() tells of the model, and one of its servers knows. */
void net_stats_add(struct net_stats *to, const struct net_stats *from);

#endif
