/* broker_alias.h - topic aliases of one connection, in each direction.
 *
 * They end with the connection.  [MQTT-3.3.2-7] */
#ifndef TING_BROKER_ALIAS_H
#define TING_BROKER_ALIAS_H

#include "base/base_alloc.h"
#include "base/base_span.h"

enum { BROKER_ALIASES_OUT_MAX = 16 }; /* ours to use, however many the client allows */

/* What the client taught us. */
struct broker_alias_in {
	struct span *topics; /* topics[alias - 1], each ours; NULL before the first */
	uint16_t max;        /* what CONNACK allowed */
};

/* What we taught the client: the first topics that it got keep their aliases. */
struct broker_alias_out {
	struct span *topics;
	uint16_t count, max;
};

void broker_alias_in_done(struct broker_alias_in *in, const struct allocator *alloc);
void broker_alias_out_done(struct broker_alias_out *out, const struct allocator *alloc);

/* Copies `topic` under `alias`, which is 1 to in->max.  0 or ERR_MEMORY. */
int broker_alias_in_set(struct broker_alias_in *in, const struct allocator *alloc, uint16_t alias,
	struct span topic);

/* Empty when the client never said what the alias means. */
struct span broker_alias_in_find(const struct broker_alias_in *in, uint16_t alias);

/* The alias to send with `topic`, or 0: none.  *ret_is_known: the client knows it, the topic can be
 * left out. A new alias counts as known once it was returned: the caller sends it. */
uint16_t broker_alias_out_use(struct broker_alias_out *out, const struct allocator *alloc,
	struct span topic, bool *ret_is_known);

/* The alias that was new in the last use was not sent after all. */
void broker_alias_out_undo(struct broker_alias_out *out, const struct allocator *alloc);

#endif
