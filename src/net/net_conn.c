/* net_conn.c - chunks of slots, and a list of the idle ones. */
#include "net/net_conn.h"

#include <assert.h>
#include <stdalign.h>
#include <string.h>

enum { CHUNK = 256 }; /* slots */

static_assert(sizeof(struct net_conn) <= 96, "a hundred thousand of them are idle");
static_assert(sizeof(struct net_conn) % alignof(max_align_t) == 0, "the state follows");

void net_conns_init(struct net_conns *c, const struct allocator *alloc, size_t state_bytes)
{
	size_t unit = alignof(max_align_t);

	*c = (struct net_conns){.alloc = alloc,
		.stride = sizeof(struct net_conn) + (state_bytes + unit - 1) / unit * unit};
}

void net_conns_done(struct net_conns *c)
{
	for (uint32_t i = 0; i < c->chunks_count; i++)
		alloc_free(c->alloc, c->chunks[i], CHUNK * c->stride);
	alloc_free(c->alloc, c->chunks, c->chunks_room * sizeof *c->chunks);
	*c = (struct net_conns){.alloc = c->alloc, .stride = c->stride};
}

uint32_t net_conns_room(const struct net_conns *c)
{
	return c->chunks_count * CHUNK;
}

static bool has_place(struct net_conns *c)
{
	uint32_t room = c->chunks_room ? 2 * c->chunks_room : 16;
	void *chunks;

	if (c->chunks_count < c->chunks_room)
		return true;
	chunks = alloc_resize(
		c->alloc, c->chunks, c->chunks_room * sizeof *c->chunks, room * sizeof *c->chunks);
	if (!chunks)
		return false;
	c->chunks = chunks;
	c->chunks_room = room;
	return true;
}

static void add_chunk(struct net_conns *c)
{
	uint8_t *chunk;

	if (!has_place(c))
		return;
	chunk = alloc_try(c->alloc, CHUNK * c->stride);
	if (!chunk)
		return;
	c->chunks[c->chunks_count++] = chunk;
	for (uint32_t slot = c->chunks_count * CHUNK; slot-- > (c->chunks_count - 1) * CHUNK;) {
		struct net_conn *n = net_conns_get(c, slot);

		n->slot = slot;
		n->next = c->idle;
		c->idle = n;
	}
}

struct net_conn *net_conns_take(struct net_conns *c)
{
	struct net_conn *n;

	if (!c->idle)
		add_chunk(c);
	n = c->idle;
	if (!n)
		return NULL;
	c->idle = n->next;
	*n = (struct net_conn){.slot = n->slot, .generation = n->generation};
	net_conns_renew(c, n);
	return n;
}

void net_conns_renew(const struct net_conns *c, struct net_conn *n)
{
	n->generation = n->generation == UINT32_MAX ? 1 : n->generation + 1;
	n->state = NET_CONN_OPEN;
	memset(net_conn_state(n), 0, c->stride - sizeof *n);
}

void net_conns_give(struct net_conns *c, struct net_conn *n)
{
	n->state = NET_CONN_FREE;
	n->next = c->idle;
	c->idle = n;
}

void *net_conn_state(struct net_conn *n)
{
	return n + 1;
}

conn_id net_conn_id(const struct net_conn *n)
{
	return (conn_id)n->generation << 32 | n->slot;
}

struct net_conn *net_conns_get(const struct net_conns *c, uint32_t slot)
{
	return (void *)(c->chunks[slot / CHUNK] + slot % CHUNK * c->stride);
}

struct net_conn *net_conns_find(const struct net_conns *c, conn_id id)
{
	struct net_conn *n;

	if (conn_slot(id) >= net_conns_room(c))
		return NULL;
	n = net_conns_get(c, conn_slot(id));
	return n->state == NET_CONN_OPEN && net_conn_id(n) == id ? n : NULL;
}
