/* trace_do.h - what a trace lets happen to the broker. */
#ifndef TING_TRACE_DO_H
#define TING_TRACE_DO_H

#include "base/base_arena.h"
#include "trace_packet.h"
#include "trace_world.h"

struct trace_player {
	struct trace_world world;
	struct trace_variables variables;
	struct trace_fault *fault;
	struct arena arena; /* emptied after each step */
};

/* The peer of that letter, or NULL. */
struct trace_peer *trace_player_peer(struct trace_player *t, struct span who);

/* Does an item that is not an expectation; *ret_next is the first that is not yet done: packets of
 * one clause go at once.  0, or ERR_MALFORMED with the fault set. */
int trace_do(
	struct trace_player *t, const struct trace_item *item, const struct trace_item **ret_next);

#endif
