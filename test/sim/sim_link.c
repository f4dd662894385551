/* sim_link.c - bytes in two directions; each direction moves when its timer fires. */
#include "sim_link.h"

#include "sim_world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What one effect of the broker sent. */
struct chunk {
	struct list link;
	struct shared *owner;
	struct span body;
	size_t head_size, done; /* done: bytes that left, of head and body */
	uint8_t head[];
};

static msec draw_delay(struct sim_link *l)
{
	struct sim_world *w = l->world;
	msec delay = 0;

	if (w->faults.latency_ms)
		delay = (msec)prng_below(&w->prng, (uint64_t)w->faults.latency_ms + 1);
	if (sim_happens(&w->prng, w->faults.stall))
		delay += 50 + (msec)prng_below(&w->prng, 4000);
	return delay;
}

static void schedule(struct sim_link *l, struct sim_timer *t)
{
	if (!heap_holds(&t->node))
		sim_world_after(l->world, t, draw_delay(l));
}

/* How much of `waiting` a delivery carries. */
static size_t draw_part(struct sim_link *l, size_t waiting, size_t bound)
{
	struct sim_world *w = l->world;
	size_t part = bound && waiting > bound ? bound : waiting;

	if (part > 1 && sim_happens(&w->prng, w->faults.split))
		part = 1 + (size_t)prng_below(&w->prng, part);
	return part;
}

static void tell_broker(
	struct sim_link *l, enum broker_event_type type, struct span bytes, size_t count)
{
	struct broker_event e = {.type = type, .conn = l->conn};

	if (type == BROKER_RECEIVED)
		e.bytes = bytes;
	else if (type == BROKER_WRITTEN)
		e.count = count;
	sim_world_step(l->world, &e);
}

/* A connection that is over: its events must do nothing. */
static bool is_late(struct sim_link *l)
{
	return l->is_broker_done && !sim_happens(&l->world->prng, l->world->faults.late_event);
}

/* Who does not read sees no end of the stream either. */
static bool may_move_up(const struct sim_link *l)
{
	return l->is_read || l->is_broker_done || l->is_cut;
}

static void move_up(void *owner)
{
	struct sim_link *l = owner;
	size_t part = draw_part(l, l->up_size, 0);
	size_t start = l->up_start;

	if (!may_move_up(l))
		return;
	if (part) {
		l->up_start += part;
		l->up_size -= part;
		if (!is_late(l))
			tell_broker(l, BROKER_RECEIVED, span_of(l->up + start, part), 0);
	}
	if (l->up_size) {
		schedule(l, &l->up_timer);
		return;
	}
	l->up_start = 0;
	if (l->is_up_closed && may_move_up(l) && !is_late(l)) {
		l->is_broker_done = true;
		tell_broker(l, BROKER_CLOSED, span_of(NULL, 0), 0);
	}
}

static void drop_chunk(struct chunk *c)
{
	list_remove(&c->link);
	shared_unref(c->owner);
	free(c);
}

static void drop_down(struct sim_link *l)
{
	while (!list_is_empty(&l->down))
		drop_chunk(LIST_ENTRY(l->down.next, struct chunk, link));
}

static struct span rest_of(const struct chunk *c)
{
	if (c->done < c->head_size)
		return span_of(c->head + c->done, c->head_size - c->done);
	return span_skip(c->body, c->done - c->head_size);
}

static void finish_down(struct sim_link *l)
{
	if (!list_is_empty(&l->down)) {
		schedule(l, &l->down_timer);
		return;
	}
	if (!l->is_down_closed || l->is_peer_done)
		return;
	l->is_peer_done = true;
	l->far_end->closed(l->owner, l);
}

/* One delivery to the peer: up to the link's window, across chunks. */
static void move_down(void *owner)
{
	struct sim_link *l = owner;
	size_t room = l->world->faults.window_bytes, moved = 0;

	if (l->is_halted && !l->is_peer_done)
		return;
	if (!room)
		room = SIZE_MAX;
	while (moved < room && !list_is_empty(&l->down)) {
		struct chunk *c = LIST_ENTRY(l->down.next, struct chunk, link);
		struct span rest = rest_of(c);
		size_t part = rest.size ? draw_part(l, rest.size, room - moved) : 0;

		if (part && !l->is_peer_done)
			l->far_end->received(l->owner, l, span_of(rest.at, part));
		c->done += part;
		moved += part;
		if (c->done == c->head_size + c->body.size)
			drop_chunk(c);
		else if (c->done != c->head_size)
			break;
	}
	if (moved && !is_late(l))
		tell_broker(l, BROKER_WRITTEN, span_of(NULL, 0), moved);
	finish_down(l);
}

struct sim_link *sim_link_open(
	struct sim_world *w, const struct sim_far_end *far_end, void *owner, bool is_hostile)
{
	struct sim_link *l = calloc(1, sizeof *l);

	assert(l);
	l->world = w;
	l->far_end = far_end;
	l->owner = owner;
	l->is_read = true;
	l->up_timer = (struct sim_timer){.fire = move_up, .owner = l};
	l->down_timer = (struct sim_timer){.fire = move_down, .owner = l};
	list_init(&l->down);
	sim_world_opened(w, l, is_hostile);
	tell_broker(l, BROKER_OPENED, span_of(NULL, 0), 0);
	return l;
}

void sim_link_free(struct sim_link *l)
{
	heap_remove(&l->world->heap, &l->up_timer.node);
	heap_remove(&l->world->heap, &l->down_timer.node);
	drop_down(l);
	list_remove(&l->link);
	free(l->up);
	free(l);
}

void sim_link_write(struct sim_link *l, struct span bytes)
{
	if (l->is_up_closed || bytes.size == 0)
		return;
	if (l->up_start + l->up_size + bytes.size > l->up_room) {
		l->up_room = 2 * (l->up_start + l->up_size + bytes.size);
		l->up = realloc(l->up, l->up_room);
		assert(l->up);
	}
	memcpy(l->up + l->up_start + l->up_size, bytes.at, bytes.size);
	l->up_size += bytes.size;
	schedule(l, &l->up_timer);
}

void sim_link_close(struct sim_link *l)
{
	l->is_up_closed = true;
	l->is_peer_done = true;
	schedule(l, &l->up_timer);
	schedule(l, &l->down_timer);
}

void sim_link_halt(struct sim_link *l, bool is_halted)
{
	l->is_halted = is_halted;
	if (!is_halted)
		schedule(l, &l->down_timer);
}

void sim_link_cut(struct sim_link *l)
{
	if (l->up_size)
		l->up_size = (size_t)prng_below(&l->world->prng, l->up_size + 1);
	if (!l->is_read)
		l->up_size = 0;
	drop_down(l);
	l->is_cut = true;
	l->is_halted = false;
	l->is_up_closed = true;
	l->is_down_closed = true;
	schedule(l, &l->up_timer);
	schedule(l, &l->down_timer);
}

void sim_link_take(struct sim_link *l, struct span head, struct span body, struct shared *owner)
{
	struct chunk *c;

	if (l->is_down_closed || head.size + body.size == 0)
		return;
	c = malloc(sizeof *c + head.size + (owner ? 0 : body.size));
	assert(c);
	*c = (struct chunk){.owner = owner, .body = body, .head_size = head.size};
	if (head.size)
		memcpy(c->head, head.at, head.size);
	if (owner) {
		shared_ref(owner);
	} else if (body.size) {
		memcpy(c->head + head.size, body.at, body.size);
		c->body = span_of(c->head + head.size, body.size);
	}
	list_append(&l->down, &c->link);
	schedule(l, &l->down_timer);
}

void sim_link_end(struct sim_link *l, bool is_graceful)
{
	l->is_broker_done = true;
	if (!is_graceful)
		drop_down(l);
	l->is_down_closed = true;
	l->is_halted = false;
	schedule(l, &l->down_timer);
}

void sim_link_read(struct sim_link *l, bool is_read)
{
	l->is_read = is_read;
	if (is_read && (l->up_size || l->is_up_closed))
		schedule(l, &l->up_timer);
}
