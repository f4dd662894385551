/* broker_delivery.h - one message on its way to one session. */
#ifndef TING_BROKER_DELIVERY_H
#define TING_BROKER_DELIVERY_H

#include "base/base_list.h"
#include "base/base_map.h"

#include <stdbool.h>
#include <stdint.h>

struct broker;
struct broker_message;
struct broker_session;
struct broker_subscription;
struct topic_group;

enum broker_delivery_state {
	OUT_QUEUED,   /* never sent */
	OUT_SENT,     /* PUBLISH sent: waits for PUBACK or PUBREC */
	OUT_RECEIVED, /* QoS 2: PUBREC is here, PUBREL sent: waits for PUBCOMP */
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
	struct broker_message *message; /* a reference; NULL once received */
	struct topic_group *group;      /* a reference; NULL: not from a shared subscription */
	struct broker_delivery_id *ids; /* of the subscriptions that matched */
	uint64_t ticket;                /* of the question of access that was put about it last */
	enum broker_delivery_state state;
	uint16_t packet_id; /* 0: none yet */
	uint8_t qos;
	bool is_retained; /* the RETAIN flag to send */
	bool is_allowed;  /* access said yes */
	bool is_repeated; /* in flight since an earlier connection, not sent on this one: no quota
			   */
};

/* The memory of all sessions' deliveries. */
void broker_delivery_pool_init(struct broker *b);

/* A delivery of `m`, with a reference of its own, that belongs to the caller; NULL without memory.
 */
struct broker_delivery *broker_delivery_new(
	struct broker *b, struct broker_session *s, struct broker_message *m);

void broker_delivery_free(struct broker *b, struct broker_delivery *d);

/* Adds what a subscription that matched asks for: the higher QoS, RETAIN as published, its
 * identifier. 0 or ERR_MEMORY. */
int broker_delivery_merge(
	struct broker *b, struct broker_delivery *d, const struct broker_subscription *sub);

/* Makes it a new delivery for another member of its group.  0 or ERR_MEMORY: it is then nobody's.
 */
int broker_delivery_redirect(
	struct broker *b, struct broker_delivery *d, struct broker_subscription *sub);

/* Gives it a packet id that its session does not use.  0 or ERR_MEMORY. */
int broker_delivery_number(struct broker *b, struct broker_delivery *d);

/* The one with that packet id, or NULL. */
struct broker_delivery *broker_delivery_find(
	const struct broker *b, const struct broker_session *s, uint16_t packet_id);

/* To another state; only moves of the protocol are allowed. */
void broker_delivery_move(struct broker_delivery *d, enum broker_delivery_state state);

#endif
