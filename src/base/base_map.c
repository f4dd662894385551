/* base_map.c - two tables of chains: the old one empties into the new one, a few chains a call. */
#include "base/base_map.h"

#include "base/base_err.h"

#include <assert.h>

enum { SIZE_FIRST = 16, CHAINS_MOVED_PER_CALL = 4 };

void map_init(struct map *m, const struct allocator *alloc)
{
	*m = (struct map){.alloc = alloc};
}

static void table_free(const struct map *m, struct map_table *t)
{
	alloc_free(m->alloc, t->chains, t->size * sizeof(struct map_node *));
	*t = (struct map_table){0};
}

void map_done(struct map *m)
{
	table_free(m, &m->now);
	table_free(m, &m->old);
	m->count = 0;
}

static struct map_node **chain_of(const struct map *m, uint64_t hash)
{
	size_t place = m->old.size ? (size_t)hash & (m->old.size - 1) : 0;

	if (m->old.size && place >= m->moved)
		return &m->old.chains[place];
	return m->now.size ? &m->now.chains[hash & (m->now.size - 1)] : NULL;
}

struct map_node *map_find(
	const struct map *m, uint64_t hash, map_equal_fn is_equal, const void *key)
{
	struct map_node **chain = chain_of(m, hash);

	if (!chain)
		return NULL;
	for (struct map_node *n = *chain; n; n = n->next)
		if (n->hash == hash && is_equal(n, key))
			return n;
	return NULL;
}

static void move_some(struct map *m)
{
	for (int i = 0; i < CHAINS_MOVED_PER_CALL && m->old.size; i++) {
		struct map_node *n = m->old.chains[m->moved];

		while (n) {
			struct map_node *next = n->next;
			struct map_node **chain = &m->now.chains[n->hash & (m->now.size - 1)];

			n->next = *chain;
			*chain = n;
			n = next;
		}
		m->old.chains[m->moved++] = NULL;
		if (m->moved == m->old.size)
			table_free(m, &m->old);
	}
}

static void grow(struct map *m)
{
	size_t size = m->now.size ? 2 * m->now.size : SIZE_FIRST;
	struct map_node **chains = alloc_try(m->alloc, size * sizeof(struct map_node *));

	if (!chains)
		return;
	m->old = m->now;
	m->moved = 0;
	m->now = (struct map_table){chains, size};
}

int map_insert(struct map *m, struct map_node *n, uint64_t hash)
{
	struct map_node **chain;

	move_some(m);
	if (m->count >= m->now.size && !m->old.size)
		grow(m);
	chain = chain_of(m, hash);
	if (!chain)
		return ERR_MEMORY;
	n->hash = hash;
	n->next = *chain;
	*chain = n;
	m->count++;
	return 0;
}

void map_remove(struct map *m, struct map_node *n)
{
	struct map_node **at;

	move_some(m);
	at = chain_of(m, n->hash);
	assert(at);
	while (*at != n) {
		assert(*at && "the element is in the map");
		at = &(*at)->next;
	}
	*at = n->next;
	n->next = NULL;
	m->count--;
}

static void drain(
	struct map_table *t, void (*taken)(void *context, struct map_node *n), void *context)
{
	for (size_t i = 0; i < t->size; i++) {
		struct map_node *n = t->chains[i];

		t->chains[i] = NULL;
		while (n) {
			struct map_node *next = n->next;

			n->next = NULL;
			taken(context, n);
			n = next;
		}
	}
}

void map_drain(struct map *m, void (*taken)(void *context, struct map_node *n), void *context)
{
	drain(&m->now, taken, context);
	drain(&m->old, taken, context);
	m->count = 0;
}
