/* ting_core_state.h - what the files of the core face share.  Private to src/ting.
 *
 * The client core does the protocol; what is added here is the transport's coming and going, and
 * the words of the public headers. */
#ifndef TING_CORE_STATE_H
#define TING_CORE_STATE_H

#include "client/client.h"
#include "client/client_retry.h"

#include <ting/core.h>

enum {
	CORE_EFFECTS = 32,   /* of one step; more come with the next */
	CORE_ID_BYTES = 256, /* of an id that the server assigns, or that is made up */
};

struct ting_core {
	struct client client;
	struct client_effects effects;
	struct ting_client_options options; /* every default is filled in */
	struct mqtt_connect connect;        /* as it goes when the transport is there */
	uint8_t *scratch;                   /* send_bytes_max bytes: filters, while they are sent */
	uint8_t *id;                        /* CORE_ID_BYTES bytes */

	enum transport {
		TRANSPORT_NONE,    /* and none is wanted */
		TRANSPORT_WAITING, /* until retry_at */
		TRANSPORT_OPENING, /* the application is at it */
		TRANSPORT_UP,
	} transport;
	msec retry_at;
	struct client_retry retry;
	bool is_welcomed; /* once there was a CONNACK: our session is not the server's first */
	bool is_leaving;  /* the application asked for the end */
	msec now;         /* of the last call */
	struct mqtt_props extra; /* of the next wish that takes some */

	/* What ting_core_next() has yet to hand out: effects from `at` on, the body of the one at
	 * `at`, and last what to do with the transport. */
	size_t at;
	bool is_body;
	enum { ERRAND_NONE, ERRAND_OPEN, ERRAND_CLOSE } errand;

	struct span input; /* received and not yet taken */
	size_t taken, wanted;
};

/* ting_core_event.c */

/* One step of the client, whose effects are then to be handed out.  What client_step() answers. */
int core_step(struct ting_core *c, struct client_event event);

/* -EBUSY while something is to be handed out, else 0, and c->now is `now`. */
int core_begin(struct ting_core *c, int64_t now);

/* ting_core_request.c */

/* The properties that go along with a packet of that type; then there are none any more. */
void core_extra_take(struct ting_core *c, enum mqtt_type type, struct mqtt_props *ret);

/* ting_core.c */

/* There is no transport any more: is there to be another? */
void core_lost(struct ting_core *c);

/* The server let us in. */
void core_welcomed(struct ting_core *c, const struct mqtt_connack *p);

/* ting_core_options.c */

/* A copy with every default filled in. */
struct ting_client_options core_options(const struct ting_client_options *given);

/* Aliases that the server may use, of completed options: none, unless any topic has room under
 * them, for one that has not could not be taken. */
uint16_t core_aliases_in(const struct ting_client_options *o);

/* What the protocol does not allow, in a sentence; NULL: nothing.  The options are filled in, and
 * so is *ret then. */
const char *core_connect_make(const struct ting_client_options *o, struct mqtt_connect *ret);

#endif
