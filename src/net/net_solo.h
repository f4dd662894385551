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
	int fd; /* of a datagram: the socket that it came by */
	unsigned listener;
	bool never_blocks;           /* fd does not */
	bool keeps_messages;         /* what is sent in one call is received in one call */
	bool is_datagram;            /* with a sender and bytes; otherwise with a peer */
	char peer[NET_NAME_MAX + 1]; /* an endpoint as text */
	struct net_address from;     /* size 0: it has no name, and cannot be answered */
	struct span bytes;           /* borrowed */
};

enum { NET_SOLO_BYTES = 65536 }; /* read at once; no datagram is larger */

enum net_solo_state {
	NET_SOLO_OPEN,     /* the protocol knows it; in all others it does not */
	NET_SOLO_CLOSING,  /* what is pending is being written */
	NET_SOLO_DRAINING, /* our stream is ended, the peer's is not */
	NET_SOLO_DEAD,
};

struct net_solo {
	struct net_server base; /* what the protocol sees */
	const struct net_visitor *visitor;
	enum net_solo_state state;
	bool is_reading; /* the protocol wants its bytes */
	bool is_ended;   /* the peer's stream is */
	bool has_more;   /* net_again() was called */
	bool is_full;    /* the kernel took less than it was offered, the last time */
	int err;         /* of sending; told when it is next written */
	msec due;        /* of the connection; MSEC_NEVER: none */
	msec read_timeout, write_timeout; /* that the socket has; 0: none */
	size_t pending;                   /* bytes of messages or of the stream in `out` */
	size_t drained;                   /* bytes thrown away while closing */
	struct net_output out;            /* see net_messages.h, where messages are kept */
	struct net_blocks blocks;
	void *own; /* the protocol's state */
};

/* Serves the visitor from `opened` until it is over, for a server with that config, with calls that
 * block, and counts in c->base.stats.  *c needs no preparation.  The descriptor is shut down but
 * still open: whoever guards it (net_stop.h) closes it.
 *
 * The protocol's own deadline, of conn 0, is never due: there is nobody to wait for it.  A deadline
 * may be late by an eighth of its length. */
void net_solo_serve(
	struct net_solo *c, const struct net_server_config *config, const struct net_visitor *v);

/* The moves of which that consists, for whoever serves many in turns.  Each may end the connection:
 * see c->state. */

/* Tells the protocol of it.  False: no memory, which is logged, and there is nothing to end. */
bool net_solo_open(
	struct net_solo *c, const struct net_server_config *config, const struct net_visitor *v);

/* What is open: reads once, tells `received`, or `closed` at the end. */
void net_solo_read(struct net_solo *c, uint8_t buffer[NET_SOLO_BYTES], bool is_waiting);

/* What is open: writes once, if there is anything, and tells `written`. */
void net_solo_write(struct net_solo *c);

/* What is open: tells `expired` if it is time. */
void net_solo_expire(struct net_solo *c);

/* What is open: tells `closed`, and it is dead. */
void net_solo_lose(struct net_solo *c, int err);

/* What is closing, which has a time to end in: writes once, and ends our stream after the last
 * byte; then it is draining, with as much time again. */
void net_solo_finish(struct net_solo *c);

/* What is closing or draining: reads once, and throws it away. */
void net_solo_drain(struct net_solo *c, uint8_t buffer[NET_SOLO_BYTES]);

/* Is its time up? */
bool net_solo_is_due(const struct net_solo *c);

/* Its memory. */
void net_solo_done(struct net_solo *c);

/* What net_server_stats() tells of the model, and one of its servers knows. */
void net_stats_add(struct net_stats *to, const struct net_stats *from);

#endif
