/* base_arena.h - scratch memory that goes all at once.
 *
 * What it hands out stays in place until arena_reset(), which keeps one chunk for the next round.
 */
#ifndef TING_BASE_ARENA_H
#define TING_BASE_ARENA_H

#include "base/base_alloc.h"
#include "base/base_span.h"

struct arena {
	const struct allocator *alloc;
	struct arena_chunk *chunks; /* the first is the one in use */
	size_t used;                /* of the first */
};

void arena_init(struct arena *a, const struct allocator *alloc);
void arena_done(struct arena *a);

/* Forgets everything that was handed out. */
void arena_reset(struct arena *a);

/* Memory for any type, not cleared; never NULL. */
void *arena_take(struct arena *a, size_t size);

/* Gives back the end of what was taken last: it turned out to be `unused` bytes too large. */
void arena_trim(struct arena *a, size_t unused);

/* A copy of the bytes. */
struct span arena_copy(struct arena *a, struct span s);

#endif
