/* base_map.h - finds an element by its hash, without ever stopping to move everything.
 *
 * The links live inside the elements; the caller computes the hash and compares the keys.  The
 * table doubles step by step: each insertion or removal moves a few chains of the old table, so
 * that no call does unbounded work. */
#ifndef TING_BASE_MAP_H
#define TING_BASE_MAP_H

#include "base/base_alloc.h"

#include <stdbool.h>
#include <stdint.h>

struct map_node {
	struct map_node *next;
	uint64_t hash;
};

struct map_table {
	struct map_node **chains;
	size_t size; /* a power of two, or 0 */
};

struct map {
	const struct allocator *alloc;
	struct map_table now, old; /* `old` is being emptied into `now` */
	size_t moved;              /* chains of `old` that are empty for good */
	size_t count;
};

typedef bool (*map_equal_fn)(const struct map_node *n, const void *key);

void map_init(struct map *m, const struct allocator *alloc);

/* Forgets the elements, which belong to the caller. */
void map_done(struct map *m);

/* The element with that hash for which `is_equal` holds, or NULL. */
struct map_node *map_find(
	const struct map *m, uint64_t hash, map_equal_fn is_equal, const void *key);

/* The key must not be there.  0, or ERR_MEMORY and *m unchanged (only ever for the first element:
 * a table that cannot grow goes on with longer chains). */
int map_insert(struct map *m, struct map_node *n, uint64_t hash);

/* The element must be there. */
void map_remove(struct map *m, struct map_node *n);

/* Takes all elements out, in any order, and gives each to `taken`, which may free it.  For the end
 * of the elements' life: it takes as long as it takes. */
void map_drain(struct map *m, void (*taken)(void *context, struct map_node *n), void *context);

#endif
