/* broker_outflow.h - what a session's client is still to be sent, or to acknowledge.
 *
 * Each message for a session is one delivery: queued, then, for QoS 1 and 2, in flight until the
 * client has it.  When the connection goes, what is in flight returns to the front of the queue and
 * is sent again, in order and with the same packet ids, to the next connection. */
#ifndef TING_BROKER_OUTFLOW_H
#define TING_BROKER_OUTFLOW_H

#include "base/base_list.h"
#include "base/base_map.h"
#include "base/base_span.h"
#include "mqtt/mqtt_types.h"

#include <stdbool.h>
#include <stdint.h>

struct broker;
struct broker_answer;
struct broker_conn;
struct broker_message;
struct broker_session;
struct topic_group;

enum broker_delivery_state {
	OUT_QUEUED,   /* never sent */
	OUT_SENT,     /* PUBLISH sent: waits for PUBACK or PUBREC */
	OUT_RECEIVED, /* QoS 2: PUBREC is here, PUBREL sent: waits for PUBCOMP */
	OUT_DONE,
};

/* A subscription identifier that goes out with a delivery. */
struct broker_delivery_id {
	struct broker_delivery_id *next;
	uint32_t id;
};

struct broker_delivery {
	struct list link;             /* among the router's, the queued ones or those in flight */
	struct map_node by_packet_id; /* while it has a packet id */
	struct broker_session *session;
	struct broker_message *message; /* a reference */
	struct topic_group *group;      /* a reference; NULL: not from a shared subscription */
	struct broker_delivery_id *ids; /* of the subscriptions that matched */
	uint16_t packet_id;             /* 0: none yet */
	uint8_t qos;
	enum broker_delivery_state state;
	bool is_retained; /* the RETAIN flag to send */
	bool is_allowed;  /* access said yes */
	bool is_repeated; /* a state other than queued, on a new connection: not sent there yet */
};

struct broker_outflow {
	struct list queued_qos0; /* only waits for the output to drain */
	struct list queued;
	struct list inflight;
	size_t queued_count, queued_bytes; /* of both queues */
	size_t inflight_count, inflight_bytes;
	uint16_t packet_id_last;
	uint64_t ticket;     /* of a delivery that waits for an access decision; 0: none */
	bool is_dropping;    /* the last message offered was dropped: one note is enough */
	bool is_window_full; /* waits for acknowledgements */
};

/* The memory of all sessions' deliveries. */
void broker_outflow_pool_init(struct broker *b);

void broker_outflow_init(struct broker_outflow *o);

/* A delivery of `m` that belongs to the caller, with a reference of its own; NULL without memory.
 */
struct broker_delivery *broker_delivery_new(
	struct broker *b, struct broker_session *s, struct broker_message *m);

/* Adds a subscription identifier.  0 or ERR_MEMORY. */
int broker_delivery_add_id(struct broker *b, struct broker_delivery *d, uint32_t id);

void broker_delivery_free(struct broker *b, struct broker_delivery *d);

/* Takes the delivery: sends it, queues it, or drops it when the queue is at its bound (the newest
 * goes, with a note and a count). */
void broker_outflow_offer(struct broker *b, struct broker_session *s, struct broker_delivery *d);

/* Is there room for one more message, so that retained ones may follow? */
bool broker_outflow_has_room(const struct broker *b, const struct broker_session *s);

/* Sends what can be sent now.  Stops when the work of the step is used up. */
void broker_outflow_drain(struct broker *b, struct broker_session *s);

/* What the client says of a delivery: PUBACK, PUBREC or PUBCOMP with its reason. */
void broker_outflow_acknowledge(struct broker *b, struct broker_conn *c, enum mqtt_type type,
	uint16_t packet_id, uint8_t reason);

/* The decision about a delivery that was put off. */
void broker_outflow_answered(struct broker *b, struct broker_session *s, uint64_t ticket,
	const struct broker_answer *answer);

/* The connection is gone: what was in flight will be sent again. */
void broker_outflow_rewind(struct broker *b, struct broker_session *s);

/* Drops one delivery of a session that ended; a shared one goes to another member.  False when
 * there are no more. */
bool broker_outflow_drop_one(struct broker *b, struct broker_session *s);

#endif
