/* net_output.c - blocks with room for bytes and a few pieces that say what is to be written.
 *
 * A piece is a run of the block's own bytes, or of somebody else's.  A block in a chain has at
 * least one piece that is not yet written, so that the last piece may always be made longer. */
#include "net/net_output.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

struct net_piece {
	const uint8_t *at;
	size_t size;
	struct shared *owner; /* NULL: `at` is in the block */
};

enum {
	PIECES = 8,
	ROOM = NET_BLOCK_BYTES - PIECES * sizeof(struct net_piece) - 2 * sizeof(void *),
};

struct net_block {
	struct net_block *next;
	uint16_t used;        /* of `room` */
	uint8_t first, count; /* pieces that are written, and all */
	struct net_piece pieces[PIECES];
	uint8_t room[ROOM];
};

static_assert(sizeof(struct net_block) == NET_BLOCK_BYTES, "no padding");

void net_blocks_init(struct net_blocks *b, const struct allocator *alloc)
{
	*b = (struct net_blocks){.alloc = alloc};
}

void net_blocks_done(struct net_blocks *b)
{
	assert(b->used == 0);
	while (b->idle) {
		struct net_block *k = b->idle;

		b->idle = k->next;
		alloc_free(b->alloc, k, sizeof *k);
	}
	b->idle_count = 0;
}

static struct net_block *take_block(struct net_blocks *b)
{
	struct net_block *k = b->idle;

	if (k) {
		b->idle = k->next;
		b->idle_count--;
	} else {
		k = alloc_resize(b->alloc, NULL, 0, sizeof *k);
		if (!k)
			return NULL;
	}
	b->used++;
	k->next = NULL;
	k->used = k->first = k->count = 0;
	return k;
}

static void give_block(struct net_blocks *b, struct net_block *k)
{
	b->used--;
	if (b->idle_count == NET_BLOCKS_IDLE_MAX) {
		alloc_free(b->alloc, k, sizeof *k);
		return;
	}
	k->next = b->idle;
	b->idle = k;
	b->idle_count++;
}

static struct net_block *add_block(struct net_output *o, struct net_blocks *b)
{
	struct net_block *k = take_block(b);

	if (!k)
		return NULL;
	if (o->last)
		o->last->next = k;
	else
		o->first = k;
	o->last = k;
	return k;
}

/* The piece that the next copied bytes make longer: the last one if it ends where the room begins,
 * or a new one.  NULL if the block has no place for any. */
static struct net_piece *open_piece(struct net_block *k)
{
	struct net_piece *p;

	if (!k || k->used == ROOM)
		return NULL;
	p = k->count ? &k->pieces[k->count - 1] : NULL;
	if (p && !p->owner)
		return p;
	if (k->count == PIECES)
		return NULL;
	p = &k->pieces[k->count++];
	*p = (struct net_piece){.at = k->room + k->used};
	return p;
}

int net_output_copy(struct net_output *o, struct net_blocks *b, struct span bytes)
{
	while (bytes.size > 0) {
		struct net_piece *p = open_piece(o->last);
		size_t size;

		if (!p && !add_block(o, b))
			return -ENOMEM;
		if (!p)
			p = open_piece(o->last);
		size = (size_t)(ROOM - o->last->used);
		if (size > bytes.size)
			size = bytes.size;
		memcpy(o->last->room + o->last->used, bytes.at, size);
		o->last->used = (uint16_t)(o->last->used + size);
		p->size += size;
		o->size += size;
		bytes = span_skip(bytes, size);
	}
	return 0;
}

int net_output_share(
	struct net_output *o, struct net_blocks *b, struct span bytes, struct shared *owner)
{
	if (bytes.size <= NET_COPY_MAX)
		return net_output_copy(o, b, bytes);
	if ((!o->last || o->last->count == PIECES) && !add_block(o, b))
		return -ENOMEM;
	shared_ref(owner);
	o->last->pieces[o->last->count++] = (struct net_piece){bytes.at, bytes.size, owner};
	o->size += bytes.size;
	return 0;
}

int net_output_add(struct net_output *o, struct net_blocks *b, struct span head, struct span body,
	struct shared *owner)
{
	int err = net_output_copy(o, b, head);

	if (err)
		return err;
	return owner ? net_output_share(o, b, body, owner) : net_output_copy(o, b, body);
}

size_t net_output_gather(const struct net_output *o, struct iovec *ret, size_t max)
{
	size_t count = 0;

	for (const struct net_block *k = o->first; k; k = k->next) {
		for (unsigned i = k->first; i < k->count; i++) {
			if (count == max)
				return count;
			ret[count].iov_base = (void *)(uintptr_t)k->pieces[i].at;
			ret[count++].iov_len = k->pieces[i].size;
		}
	}
	return count;
}

static void drop_first_block(struct net_output *o, struct net_blocks *b)
{
	struct net_block *k = o->first;

	o->first = k->next;
	if (!o->first)
		o->last = NULL;
	give_block(b, k);
}

void net_output_drop(struct net_output *o, struct net_blocks *b, size_t size)
{
	assert(size <= o->size);
	o->size -= size;
	while (size > 0) {
		struct net_block *k = o->first;
		struct net_piece *p = &k->pieces[k->first];

		if (size < p->size) {
			p->at += size;
			p->size -= size;
			return;
		}
		size -= p->size;
		shared_unref(p->owner);
		if (++k->first == k->count)
			drop_first_block(o, b);
	}
}

void net_output_clear(struct net_output *o, struct net_blocks *b)
{
	net_output_drop(o, b, o->size);
}
