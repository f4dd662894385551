/* client_effects.h - what a step of the client wants done, and what it has to tell.
 *
 * A list in the caller's memory that client_step() fills and the driver carries out in order, then
 * resets.  Spans point into the list's bytes, into the bytes that were received or into what a
 * request brought: they are good until the list is reset, as long as those stay. */
#ifndef TING_CLIENT_EFFECTS_H
#define TING_CLIENT_EFFECTS_H

#include "base/base_ids.h"
#include "base/base_span.h"
#include "base/base_writer.h"
#include "mqtt/mqtt_connect.h"
#include "mqtt/mqtt_publish.h"
#include "mqtt/mqtt_subscribe.h"

enum client_effect_type {
	/* For the transport. */
	CLIENT_SEND,  /* write `head`, then `body` */
	CLIENT_CLOSE, /* close it once everything before is written; its events no longer matter */
	/* For the application. */
	CLIENT_CONNECTED,     /* `connack`; its limits are the client's business */
	CLIENT_MESSAGE,       /* `message`, once a QoS 2 message; act on it before what follows */
	CLIENT_CHALLENGED,    /* `auth`: the server wants a CLIENT_AUTHENTICATE */
	CLIENT_AUTHENTICATED, /* `auth`: authenticated again.  The first time it is CONNECTED */
	CLIENT_PUBLISHED,     /* `done`: a QoS 1 or 2 message is over, its bytes are free again */
	CLIENT_SUBSCRIBED,    /* `done`, one reason for each filter */
	CLIENT_UNSUBSCRIBED,  /* `done`, likewise; no reasons before MQTT 5 */
	CLIENT_DISCONNECTED,  /* `end`: the last effect of every connection */
};

enum client_outcome {
	CLIENT_DONE,       /* the server answered; `reason` says what */
	CLIENT_OVER_LIMIT, /* not sent: the server's limits forbid it; `reason` says which */
	CLIENT_LOST,       /* the connection or the session ended before an answer */
};

struct client_done {
	enum client_outcome outcome;
	uint64_t ticket;         /* of the request */
	uint8_t reason;          /* of a publication; 0x80 and above: refused */
	struct span reasons;     /* of a subscription */
	struct mqtt_props props; /* of the answer */
};

enum client_cause {
	CLIENT_ASKED,    /* the application did */
	CLIENT_REFUSED,  /* CONNACK said no; `reason` is its code: before MQTT 5 the return code */
	CLIENT_SENT_OFF, /* the server sent DISCONNECT, with `reason` */
	CLIENT_BROKEN,   /* the transport went away */
	CLIENT_FAULT,    /* the server broke the protocol; `reason` says how */
	CLIENT_SILENT,   /* no CONNACK, or no answer to a ping, in time */
};

struct client_end {
	enum client_cause cause;
	uint8_t reason;
	struct mqtt_props props; /* of the server's CONNACK or DISCONNECT */
};

struct client_effect {
	enum client_effect_type type;
	union {
		struct {
			struct span head;
			struct span body; /* a payload, or empty */
		} send;
		struct mqtt_connack connack;
		struct {
			struct mqtt_publish message; /* its topic is never empty: aliases are
						      * resolved */
			uint64_t receipt; /* of a CLIENT_ACKNOWLEDGE that is to come; 0: none */
		};
		struct mqtt_props auth; /* data, reason string, user properties */
		struct client_done done;
		struct client_end end;
	};
};

struct client_effects {
	struct client_effect *list;
	size_t count, room;
	struct writer bytes; /* heads of packets */
	size_t taken;        /* of the bytes received: drop that many from the front */
	size_t wanted;       /* bytes that the next packet has in all; 0: not known yet */
	msec wake_ms;        /* step again with CLIENT_TIME at that moment, or MSEC_NEVER */
	/* There is work left: carry out and reset, then step again with CLIENT_RECEIVED and the
	 * bytes that were not taken, if any. */
	bool is_pending;
};

/* The memory stays the caller's.  At least CLIENT_EFFECTS_MIN effects; `bytes_size` bounds what can
 * be sent: the largest CONNECT, SUBSCRIBE or PUBLISH without its payload must fit. */
enum { CLIENT_EFFECTS_MIN = 8, CLIENT_EFFECT_BYTES_MIN = 64 };

void client_effects_init(struct client_effects *e, struct client_effect *list, size_t room,
	uint8_t *bytes, size_t bytes_size);

/* Everything is carried out. */
void client_effects_reset(struct client_effects *e);

#endif
