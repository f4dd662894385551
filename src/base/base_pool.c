/* base_pool.c - slabs, and a list of the idle things in them. */
#include "base/base_pool.h"

#include <assert.h>
#include <stdalign.h>
#include <string.h>

struct pool_item {
	struct pool_item *next;
};

struct pool_slab {
	struct pool_slab *next;
	alignas(max_align_t) unsigned char items[];
};

void pool_init(
	struct pool *p, const struct allocator *alloc, size_t item_bytes, size_t items_per_slab)
{
	size_t unit = alignof(struct pool_item);

	*p = (struct pool){.alloc = alloc,
		.item_bytes = (item_bytes + unit - 1) / unit * unit,
		.items_per_slab = items_per_slab};
}

static size_t slab_bytes(const struct pool *p)
{
	return sizeof(struct pool_slab) + p->item_bytes * p->items_per_slab;
}

void pool_done(struct pool *p)
{
	while (p->slabs) {
		struct pool_slab *s = p->slabs;

		p->slabs = s->next;
		alloc_free(p->alloc, s, slab_bytes(p));
	}
	p->idle = NULL;
	p->used = 0;
}

static void add_slab(struct pool *p)
{
	struct pool_slab *s = alloc_resize(p->alloc, NULL, 0, slab_bytes(p));

	if (!s)
		return;
	s->next = p->slabs;
	p->slabs = s;
	for (size_t i = p->items_per_slab; i-- > 0;) {
		void *item = s->items + i * p->item_bytes;

		((struct pool_item *)item)->next = p->idle;
		p->idle = item;
	}
}

void *pool_take(struct pool *p)
{
	struct pool_item *item;

	if (!p->idle)
		add_slab(p);
	item = p->idle;
	if (!item)
		return NULL;
	p->idle = item->next;
	p->used++;
	return memset(item, 0, p->item_bytes);
}

void pool_give(struct pool *p, void *item)
{
	struct pool_item *i = item;

	assert(p->used > 0);
	p->used--;
	i->next = p->idle;
	p->idle = i;
}
