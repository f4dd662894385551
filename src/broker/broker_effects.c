/* broker_effects.c - a growing array of effects; their bytes live in an arena, but for the bodies
 * of messages, to each of which an effect holds a reference. */
#include "broker/broker_effects.h"

#include <assert.h>
#include <string.h>

enum { ROOM_FIRST = 64 };

void broker_effects_init(struct broker_effects *e, const struct allocator *alloc)
{
	*e = (struct broker_effects){.wake_ms = MSEC_NEVER};
	arena_init(&e->arena, alloc);
}

void broker_effects_done(struct broker_effects *e)
{
	broker_effects_reset(e);
	alloc_free(e->arena.alloc, e->list, e->room * sizeof *e->list);
	arena_done(&e->arena);
	e->list = NULL;
	e->count = e->room = 0;
}

void broker_effects_reset(struct broker_effects *e)
{
	for (size_t i = 0; i < e->count; i++)
		if (e->list[i].type == BROKER_SEND)
			shared_unref(e->list[i].send.owner);
	arena_reset(&e->arena);
	e->count = 0;
}

struct broker_effect *broker_effects_add(
	struct broker_effects *e, enum broker_effect_type type, conn_id conn)
{
	struct broker_effect *added;

	if (e->count == e->room) {
		size_t room = e->room ? 2 * e->room : ROOM_FIRST;
		void *list = alloc_resize(
			e->arena.alloc, e->list, e->room * sizeof *e->list, room * sizeof *e->list);

		assert(list && "out of memory for a size that we chose");
		e->list = list;
		e->room = room;
	}
	added = &e->list[e->count++];
	memset(added, 0, sizeof *added);
	added->type = type;
	added->conn = conn;
	return added;
}
