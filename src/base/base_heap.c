/* base_heap.c - a binary heap in an array of pointers; each node knows its place. */
#include "base/base_heap.h"

#include "base/base_err.h"

#include <assert.h>

void heap_init(struct heap *h, const struct allocator *alloc)
{
	*h = (struct heap){.alloc = alloc};
}

void heap_done(struct heap *h)
{
	alloc_free(h->alloc, h->nodes, h->room * sizeof(struct heap_node *));
	*h = (struct heap){.alloc = h->alloc};
}

int heap_reserve(struct heap *h, size_t count)
{
	size_t room = h->room ? h->room : 16;
	void *nodes;

	if (count <= h->room)
		return 0;
	while (room < count)
		room *= 2;
	nodes = alloc_resize(h->alloc, h->nodes, h->room * sizeof(struct heap_node *),
		room * sizeof(struct heap_node *));
	if (!nodes)
		return ERR_MEMORY;
	h->nodes = nodes;
	h->room = room;
	return 0;
}

static bool is_before(const struct heap_node *a, const struct heap_node *b)
{
	return a->due != b->due ? a->due < b->due : a->serial < b->serial;
}

static void put(struct heap *h, struct heap_node *n, size_t place)
{
	h->nodes[place] = n;
	n->slot = place + 1;
}

static void rise(struct heap *h, struct heap_node *n, size_t place)
{
	while (place > 0 && is_before(n, h->nodes[(place - 1) / 2])) {
		put(h, h->nodes[(place - 1) / 2], place);
		place = (place - 1) / 2;
	}
	put(h, n, place);
}

static void sink(struct heap *h, struct heap_node *n, size_t place)
{
	for (;;) {
		size_t child = 2 * place + 1;

		if (child + 1 < h->count && is_before(h->nodes[child + 1], h->nodes[child]))
			child++;
		if (child >= h->count || !is_before(h->nodes[child], n))
			break;
		put(h, h->nodes[child], place);
		place = child;
	}
	put(h, n, place);
}

static void settle(struct heap *h, struct heap_node *n, size_t place)
{
	if (place > 0 && is_before(n, h->nodes[(place - 1) / 2]))
		rise(h, n, place);
	else
		sink(h, n, place);
}

void heap_set(struct heap *h, struct heap_node *n, int64_t due)
{
	n->due = due;
	n->serial = ++h->serial;
	if (heap_holds(n)) {
		settle(h, n, n->slot - 1);
		return;
	}
	assert(h->count < h->room);
	rise(h, n, h->count++);
}

void heap_remove(struct heap *h, struct heap_node *n)
{
	struct heap_node *last;
	size_t place;

	if (!heap_holds(n))
		return;
	place = n->slot - 1;
	n->slot = 0;
	last = h->nodes[--h->count];
	if (last != n)
		settle(h, last, place);
}
