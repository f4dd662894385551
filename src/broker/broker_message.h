/* broker_message.h - a publication while somebody still needs it.
 *
 * Topic, properties and payload are copied once, into one block that all its deliveries, the
 * retained store and the outputs share by counting references. */
#ifndef TING_BROKER_MESSAGE_H
#define TING_BROKER_MESSAGE_H

#include "base/base_alloc.h"
#include "base/base_ids.h"
#include "base/base_shared.h"
#include "base/base_span.h"

struct broker_message {
	struct shared shared; /* first */
	struct broker_ledger *ledger;
	struct span topic;
	struct span props; /* those that are forwarded, encoded, in the order in which they came */
	struct span payload;
	msec expires_ms;    /* MSEC_NEVER: does not */
	uint64_t batch;     /* 0, or what must be durable before anybody hears of it */
	uint64_t publisher; /* the keyed hash of the client id, for No Local; 0: the broker */
	uint8_t qos;
	bool is_retained; /* as it was published */
	size_t block_bytes;
};

/* Counts the messages alive.  It outlives its broker for as long as outputs hold messages. */
struct broker_ledger {
	const struct allocator *alloc;
	size_t messages, bytes;
	bool is_orphan; /* the broker is gone: the last message frees it */
};

/* Never NULL. */
struct broker_ledger *broker_ledger_new(const struct allocator *alloc);

/* Messages may be alive. */
void broker_ledger_free(struct broker_ledger *l);

/* Copies `topic`, `payload` and, of the encoded property list `props`, what a server forwards.  One
 * reference, the caller's; the other fields are the caller's to set (never expires, no publisher).
 * NULL when there is no memory. */
struct broker_message *broker_message_new(
	struct broker_ledger *l, struct span topic, struct span props, struct span payload);

static inline struct broker_message *broker_message_ref(struct broker_message *m)
{
	shared_ref(&m->shared);
	return m;
}

/* NULL is fine. */
static inline void broker_message_unref(struct broker_message *m)
{
	if (m)
		shared_unref(&m->shared);
}

/* Seconds left of its life, only for a message that expires.  At least 1: what was sent before it
 * expired is sent again all the same.  [MQTT-4.3.3-7] */
static inline uint32_t broker_message_left_s(const struct broker_message *m, msec now_ms)
{
	return m->expires_ms > now_ms ? (uint32_t)((m->expires_ms - now_ms + 999) / 1000) : 1;
}

#endif
