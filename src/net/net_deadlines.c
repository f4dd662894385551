/* net_deadlines.c - a heap whose first one is the timer's. */
#include "net/net_deadlines.h"

#include <assert.h>

static void set_timer(struct net_deadlines *d)
{
	const struct heap_node *first = heap_first(&d->heap);

	loop_timer_set(d->loop, &d->timer, first ? first->due : MSEC_NEVER);
}

static void timer_expired(struct loop_timer *timer)
{
	struct net_deadlines *d = LOOP_ENTRY(timer, struct net_deadlines, timer);
	uint64_t last = d->heap.serial; /* later ones wait for the next turn */
	msec now = loop_now(d->loop).mono;
	struct heap_node *node;

	while ((node = heap_first(&d->heap)) && node->due <= now && node->serial <= last) {
		heap_remove(&d->heap, node);
		d->passed(d, node);
	}
	set_timer(d);
}

void net_deadlines_init(struct net_deadlines *d, struct loop *l,
	void (*passed)(struct net_deadlines *d, struct heap_node *node))
{
	bool has_room;

	d->loop = l;
	d->passed = passed;
	d->timer.expired = timer_expired;
	heap_init(&d->heap, &alloc_libc);
	has_room = net_deadlines_reserve(d, 1);
	assert(has_room && "out of memory for a server");
}

void net_deadlines_done(struct net_deadlines *d)
{
	loop_timer_set(d->loop, &d->timer, MSEC_NEVER);
	heap_done(&d->heap);
}

bool net_deadlines_reserve(struct net_deadlines *d, size_t count)
{
	return heap_reserve(&d->heap, count) == 0;
}

void net_deadlines_set(struct net_deadlines *d, struct heap_node *node, msec due)
{
	msec now = loop_now(d->loop).mono;

	if (due < now)
		due = now;
	if (due == MSEC_NEVER)
		heap_remove(&d->heap, node);
	else if (!heap_holds(node) || node->due != due)
		heap_set(&d->heap, node, due);
	set_timer(d);
}
