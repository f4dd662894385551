/* net_blocking.h - the door of a server that blocks: iterative, fork, prefork, thread.
 *
 *   while (net_stop_stage() == NET_RUNNING) {
 *           net_blocking_wait(b);                     someone came, or a signal
 *           while (net_blocking_take(b, &visitor))
 *                   serve the visitor, or have it served
 *   }
 *
 * One poll(2) waits for all listeners, of whatever kind; then each that is ready is asked once.
 * The watcher of pool, which waits for connections too, only keeps its listeners here. */
#ifndef TING_NET_BLOCKING_H
#define TING_NET_BLOCKING_H

#include "net/net_model.h"
#include "net/net_solo.h"

#include <poll.h>

enum { NET_DOORS_MAX = NET_LISTENERS_MAX * NET_ADDRESSES_MAX };

struct net_blocking {
	struct net_server base;
	unsigned listeners_count;
	struct net_listener listeners[NET_LISTENERS_MAX];
	struct net_accept_options options[NET_LISTENERS_MAX];
	size_t doors_count, next_door;
	struct net_blocking_door {
		unsigned listener;
		size_t socket; /* of the listener */
	} doors[NET_DOORS_MAX];
	struct pollfd polls[1 + NET_DOORS_MAX]; /* net_stop_descriptor(), then the doors */
	uint8_t datagram[NET_SOLO_BYTES];
};

static inline struct net_blocking *net_blocking_of(struct net_server *s)
{
	return (struct net_blocking *)s;
}

/* For the row: memory for a server of `size` bytes that begins with a struct net_blocking, and
 * net_stop_begin(); the end of both; and listeners. */
int net_blocking_make(struct net_server **ret, const struct net_server *base, size_t size);
void net_blocking_free(struct net_server *s, size_t size);
int net_blocking_add(struct net_server *s, const struct net_listener *l,
	const struct net_accept_options *options, unsigned *ret, struct ting_error *err);
void net_blocking_stop(struct net_server *s);

/* Until someone is at a door, or net_stop_descriptor() can be read, which is then cleared. */
void net_blocking_wait(struct net_blocking *b);

/* Until net_stop_descriptor() can be read, which is then cleared, or so much time has passed (-1:
 * as long as it takes); nobody is at any door. */
void net_blocking_rest(struct net_blocking *b, int timeout_ms);

/* The next who came: true, and *ret is a connection that the caller closes, or a datagram that is
 * there until the next call.  Who finds no room is refused here. */
bool net_blocking_take(struct net_blocking *b, struct net_visitor *ret);

/* The visitor is counted as inside, for the bounds; and no more. */
void net_blocking_enter(struct net_blocking *b, const struct net_visitor *v);
void net_blocking_leave(struct net_blocking *b, unsigned listener);

/* Someone was let in who cannot be served, for that reason. */
void net_blocking_refuse(struct net_blocking *b, const struct net_visitor *v, const char *why);

/* Nobody comes in any more: closes the sockets that listen and removes their files.  Those that
 * bring datagrams stay until net_blocking_free(), for the answers that somebody may still send. */
void net_blocking_end(struct net_blocking *b);

/* In a child, closes what it inherited of all sockets but one, and removes nothing. */
void net_blocking_close_in_child(struct net_blocking *b, int but);

#endif
