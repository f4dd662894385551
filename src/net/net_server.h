/* net_server.h - carries a protocol to its clients.
 *
 * A protocol owns no descriptor: it gets bytes and gives bytes, and may ask for a deadline.  How
 * the clients are waited for is the server's model, a row of a table, and a protocol does not see
 * which one it is.  It says what it needs of a model; net_server_new() refuses one that has it not.
 *
 * A datagram without a peer that is remembered is a connection too, a short one: `opened`,
 * `received` once, and it is over when `received` returns.  So one protocol serves streams and
 * datagrams. */
#ifndef TING_NET_SERVER_H
#define TING_NET_SERVER_H

#include "base/base_ids.h"
#include "base/base_shared.h"
#include "base/base_span.h"
#include "loop/loop.h"
#include "net/net_listen.h"

struct net_server;

/* What a protocol may need, and a model may offer. */
enum net_need {
	NET_ONE_MEMORY = 1, /* all connections live in one process, and a call for one connection
			     * may send to, close and set deadlines of any other */
	NET_ONE_THREAD = 2, /* never two calls at once */
};

/* What the protocol makes of endpoints that know no connections: udp and unixgram. */
enum net_datagrams {
	NET_DATAGRAMS_REFUSED,  /* net_server_add() says so in a sentence */
	NET_DATAGRAMS_ALONE,    /* each is a connection of its own, and may be answered at once */
	NET_DATAGRAMS_OF_PEERS, /* who sent one stays a connection until it is closed or nothing
				 * moves for idle_ms (0: a minute).  Such a protocol needs one
				 * memory and one thread. */
};

/* Each slot but `name` and `received` may be NULL.  `self` is what the server was made with; unless
 * the protocol needs one memory and one thread, several threads or processes use it at once.  `s`
 * is the server that carries the connection: the functions below are called with it, from within
 * these slots or, if the protocol needs one memory and one thread, from any callback of the loop.
 *
 * A connection is known from `opened` until `closed` or until the protocol closes it, whichever
 * comes first: after that there are no more calls for it, and what is asked for its id is ignored.
 */
struct net_protocol {
	const char *name; /* "mqtt" */
	unsigned needs;   /* of enum net_need */
	enum net_datagrams datagrams;
	size_t state_bytes; /* of its own for each connection: see net_state() */

	/* Someone connected to the listener with that index.  `peer` is an endpoint as text,
	 * borrowed; NULL for a datagram alone. */
	void (*opened)(void *self, struct net_server *s, conn_id conn, const char *peer,
		unsigned listener);

	/* Bytes came: what was there, in the order of the stream, cut anywhere; or one whole
	 * message, which may be empty, where net_keeps_messages().  Borrowed; the server keeps none
	 * of them. */
	void (*received)(void *self, struct net_server *s, conn_id conn, struct span bytes);

	/* That many more bytes of what was sent are with the kernel and off this process's memory.
	 * At most once per connection and turn. */
	void (*written)(void *self, struct net_server *s, conn_id conn, size_t bytes);

	/* The connection is over.  err is 0 when the peer ended its stream in order: then the
	 * protocol may still send, in this call, and it is written out as after a graceful close.
	 * Otherwise -errno: -ECONNRESET, -EPIPE, -ETIMEDOUT, -ENOMEM (its output found no
	 * memory)... */
	void (*closed)(void *self, struct net_server *s, conn_id conn, int err);

	/* The deadline that was set for the connection passed, or for conn 0 the protocol's own. It
	 * is no longer set. */
	void (*expired)(void *self, struct net_server *s, conn_id conn);

	/* All that was ready has been told; the output is written next.  Once per turn. */
	void (*turn_end)(void *self, struct net_server *s);
};

/* Model. */
struct net_model;

/* The row with that name, or NULL. */
const struct net_model *net_model_find(const char *name);

/* The rows in their order, for help and for tests: their names; NULL after the last. */
const char *net_model_name(size_t index);

/* What it is, in a line. */
const char *net_model_help(const struct net_model *m);

/* 0, or -ENOTSUP with the sentence that net_server_new() would refuse the protocol with; err may be
 * NULL. */
int net_model_check(
	const struct net_model *m, const struct net_protocol *p, struct ting_error *err);

/* How many clients it has at once unless told otherwise: what the model can bear. */
uint32_t net_model_connections_usual(const struct net_model *m);

struct net_server_config {
	const struct net_model *model;
	const struct net_protocol *protocol;
	void *self;
	struct loop *loop; /* of the thread that will call net_server_run(), borrowed, for select,
			    * poll and epoll, whatever it waits with; NULL: the model waits in its
			    * own way */
	uint32_t connections_max; /* open at once, those being closed included; at least 1 */
	uint32_t workers; /* of prefork (at first), pool and reuseport; 0: as many as is usual */
	msec linger_ms;   /* a graceful close: as long at most to write, and again to wait for the
			   * peer's end.  0: NET_LINGER_MS */
	msec idle_ms;     /* a connection on which nothing moved for so long, either way, is closed;
			   * 0: never.  The protocol hears `closed` with -ETIMEDOUT.  Only for a
			   * protocol without `expired`, which it replaces. */

	/* SIGTERM and SIGINT stop the server as net_server_stop() does; a second one cuts what is
	 * still open.  SIGPIPE and, where there are children, SIGCHLD are taken care of.  Only then
	 * may the model be one that blocks. */
	bool stops_on_signals;

	/* Something that no connection can be told went wrong, or a client was refused.  One line
	 * of text, borrowed.  From any thread or process of the model.  May be NULL. */
	void (*log)(void *self, const char *text);
};

enum { NET_LINGER_MS = 2000, NET_LISTENERS_MAX = 64 };

/* Copies the config.  0, -ENOMEM, or -ENOTSUP: the model cannot carry the protocol, or not so many
 * clients or workers; with a sentence: "fork cannot carry chat: its clients share one memory, and
 * each client of fork has a process of its own". */
int net_server_new(
	struct net_server **ret, const struct net_server_config *config, struct ting_error *err);

/* Closes what is open, at once and without telling the protocol.  Not from within a slot.  NULL is
 * fine. */
void net_server_free(struct net_server *s);

struct net_accept_options {
	uint32_t connections_max; /* open at once through this listener; 0: no limit of its own */
	bool has_no_delay;        /* TCP_NODELAY */
};

/* Takes over *l, which is accepted from once the server runs, and closes it when the server stops.
 * Its index is *ret: 0, 1, 2... in the order of the calls.  Clients beyond a bound are accepted,
 * closed at once, counted and logged.  0, or -errno and *l is still the caller's: -ENOSPC if there
 * are NET_LISTENERS_MAX already, -ENOTSUP if it brings datagrams and the protocol refuses them. */
int net_server_add(struct net_server *s, const struct net_listener *l,
	const struct net_accept_options *options, unsigned *ret, struct ting_error *err);

/* Takes over a connected stream socket as if it had been accepted from that listener (which need
 * not exist), and calls `opened` before it returns.  0 and *ret, or -errno and fd is still the
 * caller's: -EMFILE at connections_max, -ESHUTDOWN after net_server_stop(), -ENOTSUP if the model
 * does not offer one memory and one thread. */
int net_server_adopt(
	struct net_server *s, int fd, const char *peer, unsigned listener, conn_id *ret);

/* Serves until net_server_stop() was called and the last connection is over.  0 or -errno.  Once in
 * the life of a server.  In a model of processes it returns in the first of them only. */
int net_server_run(struct net_server *s);

/* Accepts no more; closes gracefully what is open, without telling the protocol.  Whoever wants to
 * say goodbye sends it before.  From within a slot or a callback of the loop; a model without a
 * loop is stopped by a signal. */
void net_server_stop(struct net_server *s);

/* What a protocol does.  A conn that is unknown or over is ignored by all of these. */

/* Appends head, then body, to the output, which is written at the turn's end; where messages are
 * kept, they are one message, and nothing at all is an empty one.  `head` is copied.
 * `body` lies inside what `owner` counts and is kept by a reference to it, unless it is small or
 * `owner` is NULL: then it is copied too.  The output has no bound of its own: `written` tells the
 * protocol what is gone.  Returns the bytes that the output holds now, where messages are kept
 * perhaps with their lengths, of which `written` does not tell: none for a datagram, which waits
 * nowhere and of which `written` does not tell either. */
size_t net_send(struct net_server *s, conn_id conn, struct span head, struct span body,
	struct shared *owner);

/* Writes the output now, for a protocol that fills it faster than a turn empties it, until it is
 * empty or the kernel takes no more.  Returns the bytes that left, of which `written` says nothing.
 */
size_t net_flush(struct net_server *s, conn_id conn);

/* The protocol is done with it.  Gracefully: what is pending is written, the stream is ended, and
 * what the peer still sends is thrown away until it ends too, all of it for a bounded time, so that
 * the last words arrive.  Otherwise at once: what is pending is lost. */
void net_close(struct net_server *s, conn_id conn, bool is_graceful);

/* Goes on reading, as a connection does at first, or stops until told otherwise.  Meanwhile the end
 * of the stream is not noticed either. */
void net_set_reading(struct net_server *s, conn_id conn, bool is_reading);

/* `expired` is called then (mono); MSEC_NEVER: no deadline.  conn 0 is the protocol itself. */
void net_set_deadline(struct net_server *s, conn_id conn, msec due_ms);

/* There is work left: `turn_end` is called again soon, after the output had a turn. */
void net_again(struct net_server *s);

/* Both clocks as they were at the start of this turn, or now where there are no turns. */
struct times net_now(const struct net_server *s);

/* The protocol's own state_bytes for a connection that it knows: zeroes before `opened`, aligned
 * for anything, in their place until the connection is over; still there in `closed`.  NULL for any
 * other number. */
void *net_state(struct net_server *s, conn_id conn);

/* Is what was sent in one call received in one call?  So it is for datagrams and unixseq. */
bool net_keeps_messages(const struct net_server *s, conn_id conn);

/* Tells the configured log, if there is one: one line, cut where it is too long. */
void net_server_log(const struct net_server *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

struct net_stats {
	uint64_t accepted;  /* adopted ones included */
	uint64_t refused;   /* at a bound */
	uint64_t datagrams; /* received */
	uint64_t dropped;   /* datagrams that the kernel or a peer had no room for */
	uint64_t bytes_in, bytes_out;
	uint64_t reads, writes; /* system calls */
	uint32_t open;          /* now, those being closed included */
};

/* What the model knows of: where each client has a process, bytes and calls are zero. */
struct net_stats net_server_stats(const struct net_server *s);

#endif
