/* broker_sys.h - $SYS: the broker's own figures as retained messages, under mosquitto's names. */
#ifndef TING_BROKER_SYS_H
#define TING_BROKER_SYS_H

#include "base/base_ids.h"
#include "base/base_span.h"
#include "broker/broker_load.h"

struct broker;

enum { BROKER_SYS_ROWS_MAX = 128 };

struct broker_sys {
	msec started_ms, due_ms;                 /* MSEC_NEVER: no $SYS topics */
	msec round_ms;                           /* when the last round began */
	bool is_running;                         /* a round is being published */
	size_t row;                              /* the next one of the round */
	uint64_t published[BROKER_SYS_ROWS_MAX]; /* 1 + the last figure: only changes are published
						  */
	struct broker_load loads[BROKER_LOADS];
};

/* Is it a topic where only the broker itself speaks? */
static inline bool broker_sys_owns(struct span topic)
{
	return span_starts(topic, SPAN_LITERAL("$SYS/")) || span_equal(topic, SPAN_LITERAL("$SYS"));
}

void broker_sys_init(struct broker *b);

/* The interval may have changed. */
void broker_sys_configure(struct broker *b);

/* Starts a round when one is due. */
void broker_sys_tick(struct broker *b);

/* Publishes the next figure of a round; the router is free.  False when there is none. */
bool broker_sys_publish_one(struct broker *b);

#endif
