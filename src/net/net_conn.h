/* net_conn.h - the connections of a server, found by their number.
 *
 * A table of slots that grows in chunks and never moves: a connection stays where it is in memory
 * until the table ends, which is what the loop asks of a watch. */
#ifndef TING_NET_CONN_H
#define TING_NET_CONN_H

#include "base/base_heap.h"
#include "base/base_ids.h"
#include "loop/loop.h"
#include "net/net_output.h"

struct net_traffic;

enum net_conn_state {
	NET_CONN_FREE,     /* a free slot */
	NET_CONN_OPEN,     /* the protocol knows it; in all other states it does not */
	NET_CONN_FLUSHING, /* closing: the output is being written */
	NET_CONN_DRAINING, /* closing: our stream is ended, the peer's is not */
	NET_CONN_DEAD,     /* no descriptor any more; the slot is free when the turn ends */
};

/* What is idle costs this much and nothing else: 96 bytes. */
struct net_conn {
	struct loop_watch watch;
	struct net_traffic *traffic;
	struct net_output out;
	struct heap_node deadline;
	struct net_conn *next; /* in the list of those with something to do, or of idle slots */
	uint32_t slot, generation;
	uint32_t drained; /* bytes thrown away while closing */
	uint16_t listener;
	uint8_t state;       /* enum net_conn_state */
	bool is_listed : 1;  /* it has something to do at the turn's end */
	bool is_reading : 1; /* the protocol wants its bytes; the watch may not know yet */
	bool is_ended : 1;   /* the peer's stream is */
	bool is_failed : 1;  /* no memory for its output; the protocol is told at the turn's end */
	bool keeps_messages : 1; /* what is sent in one call is received in one call */
	bool is_refused : 1;     /* it never came in */
	bool is_datagram : 1;    /* it has no descriptor of its own: see net_mail.h */
};

struct net_conns {
	const struct allocator *alloc;
	size_t stride; /* of a slot: the connection and the protocol's state */
	uint8_t **chunks;
	uint32_t chunks_count, chunks_room;
	struct net_conn *idle;
};

/* state_bytes of the protocol's own follow each connection. */
void net_conns_init(struct net_conns *c, const struct allocator *alloc, size_t state_bytes);

/* Forgets the connections. */
void net_conns_done(struct net_conns *c);

/* How many slots there are, in use and idle. */
uint32_t net_conns_room(const struct net_conns *c);

/* An open connection in a slot of its own, cleared but for slot, generation and state; NULL: no
 * memory. */
struct net_conn *net_conns_take(struct net_conns *c);

/* The same slot for another one: a new number, and the state is cleared. */
void net_conns_renew(const struct net_conns *c, struct net_conn *n);

/* The slot is idle; its number is never seen again before 2^32 uses. */
void net_conns_give(struct net_conns *c, struct net_conn *n);

/* The protocol's own bytes: zeroes when the slot is taken. */
void *net_conn_state(struct net_conn *n);

conn_id net_conn_id(const struct net_conn *n);

/* The open connection with that number, or NULL. */
struct net_conn *net_conns_find(const struct net_conns *c, conn_id id);

/* Whatever is in that slot, below net_conns_room(). */
struct net_conn *net_conns_get(const struct net_conns *c, uint32_t slot);

#endif
