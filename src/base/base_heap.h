/* base_heap.h - which of these is due first?
 *
 * A binary heap of deadlines whose nodes live inside the elements.  Equal deadlines come out in the
 * order in which they were set, so that a run can be repeated. */
#ifndef TING_BASE_HEAP_H
#define TING_BASE_HEAP_H

#include "base/base_alloc.h"

#include <stdbool.h>
#include <stdint.h>

struct heap_node {
	int64_t due;
	uint64_t serial; /* breaks ties */
	size_t slot;     /* 1 + its place in the heap; 0: not in it */
};

struct heap {
	const struct allocator *alloc;
	struct heap_node **nodes;
	size_t count, room;
	uint64_t serial;
};

void heap_init(struct heap *h, const struct allocator *alloc);

/* Forgets the nodes, which belong to the caller. */
void heap_done(struct heap *h);

/* Makes sure that `count` nodes fit, so that heap_set() cannot fail.  0 or ERR_MEMORY. */
int heap_reserve(struct heap *h, size_t count);

/* Puts the node in, or moves it.  There must be room: see heap_reserve(). */
void heap_set(struct heap *h, struct heap_node *n, int64_t due);

/* A node that is not in the heap is left alone. */
void heap_remove(struct heap *h, struct heap_node *n);

static inline bool heap_holds(const struct heap_node *n)
{
	return n->slot != 0;
}

/* The node that is due first, still in the heap; NULL when it is empty. */
static inline struct heap_node *heap_first(const struct heap *h)
{
	return h->count ? h->nodes[0] : NULL;
}

#endif
