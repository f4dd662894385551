/* broker_effects.h - what a step of the broker wants done.
 *
 * A list that broker_step() appends to and the driver carries out in order, then resets.  All spans
 * are good until broker_effects_reset(). */
#ifndef TING_BROKER_EFFECTS_H
#define TING_BROKER_EFFECTS_H

#include "base/base_arena.h"
#include "base/base_ids.h"
#include "base/base_shared.h"
#include "broker/broker_note.h"

enum broker_effect_type {
	BROKER_SEND,    /* append `head`, then `body`, to the connection's output */
	BROKER_CLOSE,   /* the connection is over: nothing more comes for it, and its events are
			   ignored */
	BROKER_READ,    /* go on reading the connection, or stop until told otherwise */
	BROKER_PERSIST, /* make batch `batch` durable, then say BROKER_PERSISTED */
	BROKER_NOTE,    /* tell whoever runs the broker */
};

struct broker_effect {
	enum broker_effect_type type;
	conn_id conn;
	union {
		struct {
			struct span head;
			struct span body;     /* inside `owner`, or empty */
			struct shared *owner; /* take a reference to keep `body`; may be NULL */
		} send;
		struct {
			bool is_graceful; /* write out what is pending, half-close, drain for a
					     while; else at once */
		} close;
		bool is_reading;
		uint64_t batch;
		struct broker_note note;
	};
};

struct broker_effects {
	struct arena arena;
	struct broker_effect *list;
	size_t count, room;
	msec wake_ms;    /* step again with BROKER_TIME at that moment (mono), or MSEC_NEVER */
	bool is_pending; /* there is work left: step again with BROKER_TIME soon, after the outputs
			    had a turn */
};

/* Takes memory from `alloc`, which must not fail. */
void broker_effects_init(struct broker_effects *e, const struct allocator *alloc);
void broker_effects_done(struct broker_effects *e);
void broker_effects_reset(struct broker_effects *e);

/* For the broker: a cleared effect at the end of the list. */
struct broker_effect *broker_effects_add(
	struct broker_effects *e, enum broker_effect_type type, conn_id conn);

#endif
