/* base_pool.h - many small things of one size, without asking the allocator for each.
 *
 * Memory is taken a slab at a time and given back when the pool ends; a freed thing is the next to
 * be handed out. */
#ifndef TING_BASE_POOL_H
#define TING_BASE_POOL_H

#include "base/base_alloc.h"

struct pool {
	const struct allocator *alloc;
	size_t item_bytes, items_per_slab;
	struct pool_slab *slabs;
	struct pool_item *idle;
	size_t used; /* things that are handed out */
};

/* item_bytes, the size of a type, is rounded up to hold a pointer.  Things are aligned as their
 * type needs it: its alignment divides its size. */
void pool_init(
	struct pool *p, const struct allocator *alloc, size_t item_bytes, size_t items_per_slab);

/* Everything that was handed out is gone with it. */
void pool_done(struct pool *p);

/* Cleared memory, or NULL. */
void *pool_take(struct pool *p);

/* `item` came from this pool. */
void pool_give(struct pool *p, void *item);

#endif
