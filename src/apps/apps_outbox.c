/* apps_outbox.c - a ring: what is over goes when nothing older is left. */
#include "apps/apps_outbox.h"

#include "base/base_alloc.h"

#include <assert.h>
#include <string.h>

static struct outbox_item *item_get(const struct outbox *b, uint64_t ticket)
{
	assert(ticket >= b->first && ticket < b->end);
	return &b->ring[ticket % OUTBOX_MAX];
}

void outbox_init(struct outbox *b)
{
	*b = (struct outbox){.ring = alloc_sure(&alloc_libc, OUTBOX_MAX * sizeof *b->ring)};
}

void outbox_done(struct outbox *b)
{
	while (!outbox_is_empty(b))
		(void)outbox_over(b, b->first);
	alloc_free(&alloc_libc, b->ring, OUTBOX_MAX * sizeof *b->ring);
}

bool outbox_has_room(const struct outbox *b, size_t others)
{
	return b->end - b->first + others < OUTBOX_MAX && b->bytes < OUTBOX_BYTES_MAX;
}

bool outbox_is_empty(const struct outbox *b)
{
	return b->first == b->end;
}

void outbox_add(struct outbox *b, struct span bytes, uint64_t tag)
{
	uint8_t *copy = alloc_sure(&alloc_libc, bytes.size + 1);

	assert(b->end - b->first < OUTBOX_MAX);
	if (bytes.size)
		memcpy(copy, bytes.at, bytes.size);
	b->bytes += bytes.size;
	b->ring[b->end++ % OUTBOX_MAX] = (struct outbox_item){
		.bytes = span_of(copy, bytes.size), .tag = tag, .state = OUTBOX_WAITING};
}

bool outbox_next(struct outbox *b, struct span *ret, uint64_t *ret_ticket)
{
	if (b->due < b->first)
		b->due = b->first;
	while (b->due < b->end && item_get(b, b->due)->state != OUTBOX_WAITING)
		b->due++;
	if (b->due == b->end)
		return false;
	*ret = item_get(b, b->due)->bytes;
	*ret_ticket = b->due;
	return true;
}

void outbox_sent(struct outbox *b, uint64_t ticket)
{
	item_get(b, ticket)->state = OUTBOX_SENT;
}

void outbox_again(struct outbox *b, uint64_t ticket)
{
	item_get(b, ticket)->state = OUTBOX_WAITING;
	if (ticket < b->due)
		b->due = ticket;
}

static void item_free(struct outbox *b, const struct outbox_item *item)
{
	b->bytes -= item->bytes.size;
	alloc_free(&alloc_libc, (void *)item->bytes.at, item->bytes.size + 1);
}

uint64_t outbox_over(struct outbox *b, uint64_t ticket)
{
	struct outbox_item *item = item_get(b, ticket);
	uint64_t tag = item->tag;

	assert(item->state != OUTBOX_OVER);
	item_free(b, item);
	*item = (struct outbox_item){.state = OUTBOX_OVER};
	while (b->first < b->end && item_get(b, b->first)->state == OUTBOX_OVER)
		b->first++;
	return tag;
}

void outbox_sift(struct outbox *b, bool (*is_kept)(void *self, uint64_t tag), void *self)
{
	uint64_t end = b->first;

	for (uint64_t ticket = b->first; ticket < b->end; ticket++) {
		struct outbox_item item = *item_get(b, ticket);

		assert(item.state == OUTBOX_WAITING);
		if (is_kept(self, item.tag))
			b->ring[end++ % OUTBOX_MAX] = item;
		else
			item_free(b, &item);
	}
	b->due = b->first;
	b->end = end;
}

size_t outbox_count(const struct outbox *b)
{
	size_t count = 0;

	for (uint64_t ticket = b->first; ticket < b->end; ticket++)
		count += item_get(b, ticket)->state != OUTBOX_OVER;
	return count;
}
