/* base_arena.c - a list of chunks, the newest first; only the first is handed out from. */
#include "base/base_arena.h"

#include <assert.h>
#include <stdalign.h>
#include <string.h>

enum { CHUNK_BYTES = 64 * 1024 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t size; /* of bytes[] */
	alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *a, const struct allocator *alloc)
{
	*a = (struct arena){.alloc = alloc};
}

static void drop_first(struct arena *a)
{
	struct arena_chunk *c = a->chunks;

	a->chunks = c->next;
	alloc_free(a->alloc, c, sizeof *c + c->size);
}

void arena_done(struct arena *a)
{
	while (a->chunks)
		drop_first(a);
	a->used = 0;
}

void arena_reset(struct arena *a)
{
	while (a->chunks && (a->chunks->next || a->chunks->size > CHUNK_BYTES))
		drop_first(a);
	a->used = 0;
}

static void add_chunk(struct arena *a, size_t size)
{
	size_t room = size > CHUNK_BYTES ? size : CHUNK_BYTES;
	struct arena_chunk *c = alloc_resize(a->alloc, NULL, 0, sizeof *c + room);

	assert(c && "out of memory for a size that we chose");
	c->next = a->chunks;
	c->size = room;
	a->chunks = c;
	a->used = 0;
}

void *arena_take(struct arena *a, size_t size)
{
	size_t unit = alignof(max_align_t);
	void *at;

	a->used = (a->used + unit - 1) / unit * unit;
	if (!a->chunks || a->chunks->size < a->used || a->chunks->size - a->used < size)
		add_chunk(a, size);
	at = a->chunks->bytes + a->used;
	a->used += size;
	return at;
}

void arena_trim(struct arena *a, size_t unused)
{
	assert(unused <= a->used);
	a->used -= unused;
}

struct span arena_copy(struct arena *a, struct span s)
{
	void *at = arena_take(a, s.size);

	if (s.size)
		memcpy(at, s.at, s.size);
	return span_of(at, s.size);
}
