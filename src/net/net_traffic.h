/* net_traffic.h - the connections of one loop, and all that comes and goes on them.
 *
 * In a turn each connection that is ready is read once, into one buffer that all of them share.
 * What the protocol sends waits in the connection's output, and the connection in a list; at the
 * turn's end each of that list is written once.  A connection that has nothing to do is not touched
 * and holds no memory but its slot. */
#ifndef TING_NET_TRAFFIC_H
#define TING_NET_TRAFFIC_H

#include "net/net_conn.h"
#include "net/net_deadlines.h"
#include "net/net_model.h"

struct net_mail;

struct net_traffic {
	struct net_server *server;
	struct net_conns conns;
	struct net_blocks blocks;
	struct net_conn *todo, **todo_last; /* those that are listed, in their order */
	struct net_deadlines deadlines;
	struct heap_node own_deadline; /* of the protocol itself */
	struct loop_end turn_end;
	struct net_mail *mail; /* NULL: no listener brings datagrams */
	unsigned refused;      /* of those that are being seen out */
	bool is_stopping;
	uint8_t buffer[65536];
};

/* Connections of that server, on its loop.  *t is all zeroes and does not move. */
void net_traffic_init(struct net_traffic *t, struct net_server *s);

/* Closes what is open. */
void net_traffic_done(struct net_traffic *t);

/* See net_server_adopt(); there is no bound here.  keeps_messages: of a SOCK_SEQPACKET socket. */
int net_traffic_open(struct net_traffic *t, int fd, const char *peer, unsigned listener,
	bool keeps_messages, conn_id *ret);

/* A slot for a connection through that listener, which waits for nothing yet.  NULL: no memory. */
struct net_conn *net_traffic_take(struct net_traffic *t, int fd, unsigned listener);

/* Counts it, and tells the protocol of it. */
void net_traffic_introduce(struct net_traffic *t, const struct net_conn *n, const char *peer);

/* Takes over the descriptor of somebody who is refused.  They read an end of stream, and not a
 * reset because of what they may be sending: that is thrown away for a while. */
void net_traffic_see_out(struct net_traffic *t, int fd);

/* Hears no more datagrams, and closes all connections gracefully; the protocol hears no more. */
void net_traffic_stop(struct net_traffic *t);

/* Closes all connections at once, and the protocol does not hear of it. */
void net_traffic_cut(struct net_traffic *t);

/* See net_send() and those that follow it. */
size_t net_traffic_send(struct net_traffic *t, conn_id conn, struct span head, struct span body,
	struct shared *owner);
size_t net_traffic_flush(struct net_traffic *t, conn_id conn);
void net_traffic_close(struct net_traffic *t, conn_id conn, bool is_graceful);
void net_traffic_set_reading(struct net_traffic *t, conn_id conn, bool is_reading);
void net_traffic_set_deadline(struct net_traffic *t, conn_id conn, msec due_ms);
void *net_traffic_state(struct net_traffic *t, conn_id conn);
bool net_traffic_keeps_messages(const struct net_traffic *t, conn_id conn);

#endif
