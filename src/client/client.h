/* client.h - an MQTT client as a function: an event in, effects out.
 *
 * It speaks MQTT 3.1, 3.1.1 and 5.0 over one transport at a time and keeps its session from one
 * transport to the next.  It reads no clock, owns no descriptor and allocates nothing: what it
 * needs to remember lives in memory that the caller hands over. */
#ifndef TING_CLIENT_H
#define TING_CLIENT_H

#include "base/base_ids.h"
#include "base/base_list.h"
#include "client/client_effects.h"
#include "mqtt/mqtt_connect.h"
#include "mqtt/mqtt_disconnect.h"
#include "mqtt/mqtt_publish.h"
#include "mqtt/mqtt_subscribe.h"

enum client_event_type {
	CLIENT_OPENED,       /* a transport is there; `connect` says how to introduce ourselves */
	CLIENT_RECEIVED,     /* `bytes`: all that came and was not yet taken */
	CLIENT_CLOSED,       /* the transport is gone */
	CLIENT_TIME,         /* wake_ms came, or is_pending was set */
	CLIENT_PUBLISH,      /* `publish` and `ticket` */
	CLIENT_SUBSCRIBE,    /* `subscribe` and `ticket` */
	CLIENT_UNSUBSCRIBE,  /* `subscribe` and `ticket` */
	CLIENT_ACKNOWLEDGE,  /* `acknowledge`: the application has taken care of a message */
	CLIENT_AUTHENTICATE, /* `auth`: the answer to a challenge, or the wish to do it all again */
	CLIENT_DISCONNECT,   /* `disconnect`; or give up waiting for the CONNACK */
};

/* What the pointers lead to is borrowed until the effects are reset; the topic, the properties and
 * the payload of a QoS 1 or 2 message until CLIENT_PUBLISHED names its ticket, and the
 * authentication method of CONNECT until CLIENT_DISCONNECTED. */
struct client_event {
	enum client_event_type type;
	msec now;        /* monotonic */
	uint64_t ticket; /* the application's name for a request, given back in its `done` */
	union {
		const struct mqtt_connect *connect;
		struct span bytes;
		const struct mqtt_publish *publish; /* the packet id is the client's to choose */
		const struct mqtt_subscribe *subscribe;
		struct {
			uint64_t receipt; /* of the message */
			uint8_t reason;   /* below 0x80: accepted.  Otherwise refused, where MQTT 5
					   * has the word; before it every message is accepted */
		} acknowledge;
		/* Its data, a reason string, user properties; the method is that of CONNECT. */
		const struct mqtt_props *auth;
		const struct mqtt_disconnect *disconnect;
	};
};

/* One request under way.  Private, like all of struct client. */
struct client_slot {
	struct list link;
	uint8_t state;
	bool is_seen; /* this connection's server has had it */
	uint64_t ticket;
	size_t filters_count;
	struct mqtt_publish publish;
};

/* One message received that is not over.  Private. */
struct client_received {
	uint64_t receipt; /* 0: the application has no say */
	uint16_t packet_id;
	uint8_t qos, state, reason;
	bool is_here; /* this connection's server has sent it */
};

/* A topic that a number stands for.  Private. */
struct client_alias {
	uint64_t used; /* when last, by client.aliases_used */
	uint16_t size; /* of the topic; 0: none */
};

/* Topics that numbers stand for on one connection. */
struct client_aliases {
	uint8_t *topics;            /* count * topic_bytes bytes */
	struct client_alias *table; /* count of them */
	uint16_t count;
	uint16_t topic_bytes; /* of the longest topic that has room */
};

struct client_config {
	/* Requests that may be under way: QoS 1 and 2 messages until they are acknowledged, whether
	 * sent yet or not, subscriptions and unsubscriptions.  1 to 65,535. */
	struct client_slot *slots;
	uint16_t slots_count;
	/* Messages that the server may have sent and that are not over: QoS 2 until PUBREL and,
	 * with `acknowledges_later`, QoS 1 until they are acknowledged.  At least 1; announced as
	 * Receive Maximum (MQTT 5).  A server that goes beyond is disconnected; but see
	 * client_step().  With `acknowledges_later`, and before MQTT 5, the last of several is for
	 * QoS 1 alone. */
	struct client_received *received;
	uint16_t received_max;
	/* QoS 1 and 2 messages come with a receipt and are acknowledged by CLIENT_ACKNOWLEDGE, not
	 * by themselves. */
	bool acknowledges_later;
	/* Aliases that the server may use (announced), and those of what we send: a topic that has
	 * no room is written out each time.  Either may be all zeroes. */
	struct client_aliases aliases_in, aliases_out;
	/* Each topic that is sent and has room gets an alias, the one that was used longest ago,
	 * unless the application gives one. */
	bool assigns_aliases;
	uint32_t
		packet_bytes_max; /* larger packets from the server are a fault (0x95); announced */
	msec reply_timeout_ms;    /* for CONNACK and PINGRESP */
};

struct client {
	struct client_config config;
	enum client_state { CLIENT_OFFLINE, CLIENT_GREETING, CLIENT_ONLINE } state;
	enum mqtt_version version;
	bool is_clean_start;
	bool is_brief;             /* the session ended, or ends, with its connection */
	struct mqtt_props limits;  /* what the server announced; its spans are empty */
	uint32_t session_expiry_s; /* as asked for in CONNECT */
	struct span auth_method;   /* of CONNECT */
	enum client_auth {
		CLIENT_AUTH_IDLE,
		CLIENT_AUTH_SERVER, /* the server's turn */
		CLIENT_AUTH_OURS,   /* the application's */
	} auth;
	uint64_t aliases_used;                 /* how often: the clock of aliases_out */
	uint16_t receive_max, topic_alias_max; /* that we announced */
	uint32_t packet_bytes_max;
	size_t received_count;   /* in the order of their PUBLISH packets */
	uint64_t receipts;       /* given so far */
	bool is_held;            /* a PUBLISH is not taken until the application acknowledges */
	struct list idle;        /* slots, the one that has rested longest first */
	struct list out;         /* QoS 1 and 2 messages: the released ones in the order of their
				  * PUBRECs, then the others in the order of their requests */
	struct list asked;       /* subscriptions and unsubscriptions */
	struct list lost;        /* whose CLIENT_LOST is still to be told */
	struct list *unreleased; /* the first of `out` that is not released, or &out */
	struct list *due;        /* all of `out` before it is seen; or &out */
	size_t inflight;         /* of `out`: seen */
	size_t out_count;        /* of `out`: all */
	msec keepalive_ms;       /* 0: none */
	msec sent_ms, heard_ms;  /* when the last packet went, when the last bytes came */
	msec reply_by_ms;        /* MSEC_NEVER: no CONNACK or PINGRESP is awaited */
};

/* Copies the config; the memory that it names must outlive the client. */
void client_init(struct client *c, const struct client_config *config);

/* Does what the event asks for and writes to *effects, which must come reset.
 *
 * CLIENT_RECEIVED, CLIENT_CLOSED and CLIENT_TIME answer 0.  CLIENT_OPENED is for a client that has
 * no transport; its `connect` is sent with the client's own limits where they are tighter.  It and
 * the requests answer 0 or why nothing was done:
 *   ERR_LIMIT   no slot is free, or the packet does not fit the effects' bytes
 *   ERR_ABSENT  not connected, for what cannot wait: QoS 0 messages, subscriptions, AUTH
 *   ERR_EXISTS  authentication is under way, and it is the server's turn
 *   -0x90, -0x8f, -0x82  the topic, a filter, a property or a reason is not allowed there, or AUTH
 *               without a method in CONNECT
 *   -0x9b, -0x9a, -0x95, -0x9e, -0xa1, -0xa2  the server's limits (QoS, retain, packet size,
 *               shared subscriptions, subscription ids, wildcards) forbid it
 *
 * A QoS 1 or 2 message waits in its slot while there is no connection or the server's Receive
 * Maximum is reached.  Once sent it belongs to the session: on a connection that resumes it the
 * message, or its PUBREL, goes again under its id and in its order; if the server has no session,
 * or CLIENT_OPENED asks for a clean start, it is told as CLIENT_LOST.  An alias property above the
 * server's maximum is left out.
 *
 * Acknowledgements go in the order in which the messages came: an early one waits for those before
 * it.  The receipt of a QoS 1 message is good for its connection, because the server sends the
 * message again on the next; that of a QoS 2 message for its session: it is not told again.  Any
 * other receipt is ignored.
 *
 * A server before MQTT 5 knows of no Receive Maximum.  With `acknowledges_later`, once `received`
 * is full, the next QoS 1 or 2 PUBLISH and all after it are not taken until a CLIENT_ACKNOWLEDGE
 * makes room.  The server cannot be heard then, so it is not found silent either. */
int client_step(struct client *c, const struct client_event *event, struct client_effects *effects);

/* Has CONNACK let us in, and is the connection still there? */
bool client_is_online(const struct client *c);

/* QoS 1 and 2 messages that are not yet acknowledged. */
size_t client_unfinished(const struct client *c);

/* The limits that the server announced in CONNACK; what the specification takes for granted until
 * there was one. */
const struct mqtt_props *client_limits(const struct client *c);

#endif
