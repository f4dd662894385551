/* broker.h - an MQTT broker as a function: an event in, effects out.
 *
 * It speaks MQTT 3.1, 3.1.1 and 5.0 to connections that it knows by number.  It reads no clock,
 * owns no descriptor, draws no number that it was not seeded with: the same events give the same
 * effects. */
#ifndef TING_BROKER_H
#define TING_BROKER_H

#include "base/base_hash.h"
#include "broker/broker_config.h"
#include "broker/broker_effects.h"
#include "broker/broker_stats.h"

struct broker;

enum broker_event_type {
	BROKER_OPENED,   /* a connection; the id is new */
	BROKER_RECEIVED, /* bytes from it */
	BROKER_WRITTEN,  /* `count` bytes left its output for good */
	/* It is gone, and so are its packets that wait: while reading is off a driver does not look
	 * for the end of the stream either, or a DISCONNECT might be missed.  Not needed after
	 * BROKER_CLOSE. */
	BROKER_CLOSED,
	BROKER_TIME,       /* wake_ms came, or is_pending was set */
	BROKER_PERSISTED,  /* all batches up to `batch` are durable */
	BROKER_ANSWERED,   /* an access question that was put off is decided */
	BROKER_CONFIGURED, /* from now on `config` holds; access and limits may change */
	BROKER_SHUTDOWN,   /* say goodbye to everyone (0x8B) and close all connections */
};

struct broker_event {
	enum broker_event_type type;
	conn_id conn;
	struct times now; /* mono never goes back from one event to the next */
	union {
		struct span bytes;
		size_t count;
		uint64_t batch;
		struct {
			uint64_t ticket;
			struct broker_answer answer;
		} answered;
		const struct broker_config *config;
	};
};

/* The seed decides hashes and made-up client ids.  Never NULL. */
struct broker *broker_new(const struct allocator *alloc, const struct broker_config *config,
	const struct hash_key *seed, struct times now);

/* Outputs may still hold references to messages: they stay alive, and so must the allocator.  NULL
 * is fine. */
void broker_free(struct broker *b);

/* Does what the event asks for and appends to *effects.  A conn that is unknown or over is ignored.
 */
void broker_step(
	struct broker *b, const struct broker_event *event, struct broker_effects *effects);

const struct broker_stats *broker_stats(const struct broker *b);

#endif
