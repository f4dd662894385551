/* topic_store.c - a tree of names, and searches that hold nothing but the node they stand on.
 *
 * The idea.  A level is found through one hash table for the whole tree, under (parent, level), and
 * the children of a node are also in a list, oldest first, for the wildcards.  A search stands on
 * one node and pins it.  A node stays while it has a value, a child or a pin, so the way up and the
 * way to the next sibling are always there; what died under a pin goes when the pin goes.  Where
 * the previous level of the filter starts is seen in the filter itself: no stack is needed. */
#include "topic/topic_store.h"

#include "base/base_err.h"
#include "base/base_list.h"
#include "base/base_map.h"
#include "topic/topic_level.h"

#include <assert.h>

struct topic_store_node {
	struct map_node edge; /* key: parent and level */
	struct topic_store_node *parent;
	struct list children, sibling;
	void *value;     /* NULL: only the way to others */
	uint64_t serial; /* never used twice */
	uint32_t pins;   /* searches that stand here */
	uint16_t level_bytes;
	uint8_t level[];
};

struct topic_store {
	const struct allocator *alloc;
	struct hash_key key;
	size_t nodes_max, cells, value_count; /* cells: see topic_level.h */
	struct map edges;
	struct topic_store_node *root;
	uint64_t serial; /* the last one given */
};

static size_t node_bytes(size_t level_bytes)
{
	return sizeof(struct topic_store_node) + level_bytes;
}

static struct span level_of(const struct topic_store_node *n)
{
	return span_of(n->level, n->level_bytes);
}

struct edge_key {
	const struct topic_store_node *parent;
	struct span level;
};

static bool edge_equal(const struct map_node *edge, const void *key)
{
	const struct topic_store_node *n = LIST_ENTRY(edge, struct topic_store_node, edge);
	const struct edge_key *k = key;

	return n->parent == k->parent && span_equal(level_of(n), k->level);
}

static struct topic_store_node *find_child(const struct topic_store *t,
	const struct topic_store_node *parent, const struct topic_level *level)
{
	struct edge_key key = {parent, level->text};
	uint64_t hash = topic_level_hash(parent->serial, level->digest);
	struct map_node *found = map_find(&t->edges, hash, edge_equal, &key);

	return found ? LIST_ENTRY(found, struct topic_store_node, edge) : NULL;
}

/* A new child, or the root when `parent` is NULL; NULL when there is no memory. */
static struct topic_store_node *node_new(
	struct topic_store *t, struct topic_store_node *parent, const struct topic_level *level)
{
	struct span text = level->text;
	struct topic_store_node *n = alloc_try(t->alloc, node_bytes(text.size));
	uint64_t hash;

	if (!n)
		return NULL;
	n->parent = parent;
	n->serial = ++t->serial;
	n->level_bytes = (uint16_t)text.size;
	if (text.size)
		memcpy(n->level, text.at, text.size);
	list_init(&n->children);
	list_init(&n->sibling);
	if (!parent)
		return n;
	hash = topic_level_hash(parent->serial, level->digest);
	if (map_insert(&t->edges, &n->edge, hash) < 0) {
		alloc_free(t->alloc, n, node_bytes(text.size));
		return NULL;
	}
	list_append(&parent->children, &n->sibling);
	t->cells += topic_level_cells(text);
	return n;
}

static void node_free(struct topic_store *t, struct topic_store_node *n)
{
	assert(n->pins == 0 && "searches are stopped before the store ends");
	if (n->parent) {
		list_remove(&n->sibling);
		map_remove(&t->edges, &n->edge);
		t->cells -= topic_level_cells(level_of(n));
	}
	alloc_free(t->alloc, n, node_bytes(n->level_bytes));
}

/* Removes the node, and those above it, as far as nothing needs them. */
static void prune(struct topic_store *t, struct topic_store_node *n)
{
	while (n->parent && !n->value && n->pins == 0 && list_is_empty(&n->children)) {
		struct topic_store_node *parent = n->parent;

		node_free(t, n);
		n = parent;
	}
}

struct topic_store *topic_store_new(
	const struct allocator *alloc, const struct hash_key *key, size_t nodes_max)
{
	struct topic_store *t = alloc_sure(alloc, sizeof *t);

	t->alloc = alloc;
	t->key = *key;
	t->nodes_max = nodes_max;
	map_init(&t->edges, alloc);
	t->root = node_new(t, NULL, &(struct topic_level){0});
	assert(t->root && "out of memory for a size that we chose");
	return t;
}

void topic_store_free(struct topic_store *t)
{
	if (!t)
		return;
	for (struct topic_store_node *n = t->root; n;) {
		struct list *child = list_first(&n->children);
		struct topic_store_node *parent = n->parent;

		if (child) {
			n = LIST_ENTRY(child, struct topic_store_node, sibling);
			continue;
		}
		node_free(t, n);
		n = parent;
	}
	map_done(&t->edges);
	alloc_free(t->alloc, t, sizeof *t);
}

/* The deepest node there is on the way of the name; *ret_offset is the level that is missing. */
static struct topic_store_node *descend(
	const struct topic_store *t, struct span name, size_t *ret_offset)
{
	struct topic_store_node *n = t->root;
	size_t offset = 0;

	while (topic_level_is_there(name, offset)) {
		struct topic_level level = topic_level_of(&t->key, topic_level_at(name, offset));
		struct topic_store_node *child = find_child(t, n, &level);

		if (!child)
			break;
		n = child;
		offset = topic_level_after(offset, level.text);
	}
	*ret_offset = offset;
	return n;
}

/* The node of that name, or NULL. */
static struct topic_store_node *find(const struct topic_store *t, struct span name)
{
	size_t offset;
	struct topic_store_node *n = descend(t, name, &offset);

	return topic_level_is_there(name, offset) ? NULL : n;
}

void *topic_store_find(const struct topic_store *t, struct span name)
{
	const struct topic_store_node *n = find(t, name);

	return n ? n->value : NULL;
}

static size_t cells_from(struct span name, size_t offset)
{
	size_t cells = 0;
	struct span level;

	for (; topic_level_is_there(name, offset); offset = topic_level_after(offset, level)) {
		level = topic_level_at(name, offset);
		cells += topic_level_cells(level);
	}
	return cells;
}

int topic_store_set(struct topic_store *t, struct span name, void *value, void **ret_old)
{
	size_t offset;
	struct topic_store_node *n = descend(t, name, &offset);

	assert(value);
	if (cells_from(name, offset) > t->nodes_max - t->cells)
		return ERR_LIMIT;
	while (topic_level_is_there(name, offset)) {
		struct topic_level level = topic_level_of(&t->key, topic_level_at(name, offset));
		struct topic_store_node *child = node_new(t, n, &level);

		if (!child) {
			prune(t, n);
			return ERR_MEMORY;
		}
		n = child;
		offset = topic_level_after(offset, level.text);
	}
	*ret_old = n->value;
	t->value_count += !n->value;
	n->value = value;
	return 0;
}

void *topic_store_take(struct topic_store *t, struct span name)
{
	struct topic_store_node *n = find(t, name);
	void *value = n ? n->value : NULL;

	if (!value)
		return NULL;
	n->value = NULL;
	t->value_count--;
	prune(t, n);
	return value;
}

size_t topic_store_count(const struct topic_store *t)
{
	return t->value_count;
}

/* Moves the search, and its pin, to another node; NULL: it is over. */
static void stand_on(struct topic_search *s, struct topic_store_node *n)
{
	struct topic_store_node *old = s->at;

	if (n)
		n->pins++;
	s->at = n;
	if (!old)
		return;
	old->pins--;
	prune(s->store, old);
}

void topic_search_start(struct topic_search *s, struct topic_store *t, struct span filter)
{
	*s = (struct topic_search){.store = t, .filter = filter};
	stand_on(s, t->root);
}

void topic_search_stop(struct topic_search *s)
{
	stand_on(s, NULL);
}

/* '+', '#', or 0 for another level: in a valid filter the first byte tells. */
static char wildcard_at(struct span filter, size_t offset)
{
	char first = offset < filter.size ? (char)filter.at[offset] : 0;

	return first == '+' || first == '#' ? first : 0;
}

/* The filter's level for the children of the node at hand; under a '#' that is the '#'. */
static char wanted_wildcard(const struct topic_search *s)
{
	return wildcard_at(s->filter, s->offset);
}

/* A filter that begins with a wildcard leaves out names that begin with '$'.  [MQTT-4.7.2-1] */
static bool is_left_out(const struct topic_search *s)
{
	return s->at->parent == s->store->root && s->at->level_bytes && s->at->level[0] == '$' &&
		wildcard_at(s->filter, 0);
}

/* Does the filter end at the node at hand, or with a '#' below it? */
static bool is_hit(const struct topic_search *s)
{
	if (!s->at->value || is_left_out(s))
		return false;
	return !topic_level_is_there(s->filter, s->offset) || wanted_wildcard(s) == '#';
}

/* Hashes a level once for all the siblings below which it is looked up. */
static const struct topic_level *wanted_literal(struct topic_search *s)
{
	if (s->literal.text.at != s->filter.at + s->offset)
		s->literal = topic_level_of(&s->store->key, topic_level_at(s->filter, s->offset));
	return &s->literal;
}

/* The oldest child that the filter's next level may mean, or NULL. */
static struct topic_store_node *first_child(struct topic_search *s)
{
	struct list *first = list_first(&s->at->children);

	if (!first || !topic_level_is_there(s->filter, s->offset) || is_left_out(s))
		return NULL;
	if (!wanted_wildcard(s))
		return find_child(s->store, s->at, wanted_literal(s));
	return LIST_ENTRY(first, struct topic_store_node, sibling);
}

static struct topic_store_node *next_sibling(const struct topic_store_node *n)
{
	struct list *next = n->sibling.next;

	if (next == &n->parent->children)
		return NULL;
	return LIST_ENTRY(next, struct topic_store_node, sibling);
}

static void step_down(struct topic_search *s)
{
	switch (wanted_wildcard(s)) {
	case '#':
		s->below++;
		break;
	case '+':
		s->offset += 2;
		break;
	default:
		s->offset = topic_level_after(s->offset, wanted_literal(s)->text);
		break;
	}
}

static void step_up(struct topic_search *s)
{
	if (s->below > 0) {
		s->below--;
		return;
	}
	s->offset--; /* where that level ends */
	while (s->offset > 0 && s->filter.at[s->offset - 1] != '/')
		s->offset--;
}

/* A node comes before its children, and those in the order of their age.  NULL: that was the last.
 */
static struct topic_store_node *next_node(struct topic_search *s)
{
	struct topic_store_node *next = first_child(s);

	for (struct topic_store_node *n = s->at; !next && n->parent; n = n->parent) {
		step_up(s);
		if (wanted_wildcard(s))
			next = next_sibling(n);
	}
	if (next)
		step_down(s);
	return next;
}

enum topic_search_result topic_search_next(struct topic_search *s, size_t *budget, void **ret_value)
{
	while (s->at) {
		if (*budget == 0)
			return TOPIC_SEARCH_PAUSE;
		--*budget;
		stand_on(s, next_node(s));
		if (s->at && is_hit(s)) {
			*ret_value = s->at->value;
			return TOPIC_SEARCH_FOUND;
		}
	}
	return TOPIC_SEARCH_END;
}
