/* apps_link.h - the client core on a real socket: TCP or UNIX, one thread, poll(2).
 *
 * The program calls link_turn() over and over: each turn waits, reads once, writes once.  What the
 * core tells arrives through one function; what the program wants goes in through link_request(),
 * between turns. */
#ifndef TING_APPS_LINK_H
#define TING_APPS_LINK_H

#include "apps/apps_options.h"
#include "client/client.h"
#include "net/net_connect.h"
#include "net/net_output.h"

#include <poll.h>
#include <signal.h>

enum link_state {
	LINK_DOWN,       /* no socket */
	LINK_CONNECTING, /* the socket is on its way */
	LINK_UP,         /* the core knows it */
	LINK_LEAVING,    /* the core is done with it: the output drains */
};

enum {
	LINK_WATCHED_MAX = 9,
	LINK_HELD_MAX = 1000, /* messages that wait to be acknowledged, for the device of the
			       * options */
};

struct link {
	const struct options *options;
	struct client client;
	struct client_effects effects;
	struct mqtt_connect connect;
	enum link_state state;
	struct net_endpoint local; /* where the socket comes from, if options say it */
	struct net_connect socket;
	struct net_blocks blocks;
	struct net_output out;
	uint8_t *in;
	size_t in_size, in_room;
	char id[64];         /* when it is made up */
	bool is_output_full; /* the kernel takes no more for now */
	bool is_heard_out;   /* the program refused a message: nothing more of this batch */
	bool is_half_closed;
	bool is_cut; /* a connection ended while output was waiting */
	msec leave_by_ms;

	/* What the core tells.  False, for a message only: it is refused, hence not acknowledged,
	 * and the program is about to disconnect. */
	bool (*tell)(void *self, const struct client_effect *effect);
	void *self;

	/* Set by the program.  `owner` counts something that holds every payload: they are then not
	 * copied.  NULL: they are. */
	struct shared *owner;
	struct pollfd watched[LINK_WATCHED_MAX]; /* that link_turn() also waits for; it says what
						  * happened in their `revents` */
	size_t watched_count;
	const sigset_t *signals; /* that may interrupt the wait, or NULL */
};

/* Wants room for `slots_count` requests.  Never fails: the sizes are ours. */
void link_init(struct link *l, const struct options *o, uint16_t slots_count,
	bool (*tell)(void *self, const struct client_effect *effect), void *self);
void link_done(struct link *l);

/* Begins to connect.  0, or EXIT_USAGE with a sentence on standard error. */
int link_open(struct link *l);

/* Waits until something happens or `due` (monotonic), and deals with it.  0, or EXIT_USAGE with a
 * sentence: no connection came about. */
int link_turn(struct link *l, msec due);

/* Answers what client_step() does. */
int link_request(struct link *l, struct client_event event);

/* Sends DISCONNECT and lets the output drain; the state is LINK_DOWN some turns later. */
void link_leave(struct link *l);

/* Says how a connection ended, unless the program asked for it, and answers the exit status. */
int link_explain_end(const struct link *l, const struct client_end *end);

#endif
