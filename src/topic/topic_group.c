/* topic_group.c - the members of a $share group: two lists, and whose turn it is comes first.
 *
 * A group stays while it has members or references.  A match passes by one without members. */
#include "topic/topic_node.h"

#include <assert.h>

struct group_key {
	const struct topic_node *node;
	struct span name;
};

static bool group_equal(const struct map_node *by_name, const void *key)
{
	const struct topic_group *g = LIST_ENTRY(by_name, struct topic_group, by_name);
	const struct group_key *k = key;

	return g->node == k->node && span_equal(span_of(g->name, g->name_bytes), k->name);
}

struct topic_group *topic_group_find(
	const struct topic_tree *t, const struct topic_node *n, const struct topic_level *name)
{
	struct group_key key = {n, name->text};
	struct map_node *found =
		map_find(&t->groups, topic_level_hash(n->serial, name->digest), group_equal, &key);

	return found ? LIST_ENTRY(found, struct topic_group, by_name) : NULL;
}

static size_t group_bytes(size_t name_bytes)
{
	return sizeof(struct topic_group) + name_bytes;
}

struct topic_group *topic_group_new(
	struct topic_tree *t, struct topic_node *n, const struct topic_level *name)
{
	struct span text = name->text;
	struct topic_group *g = alloc_try(t->alloc, group_bytes(text.size));
	uint64_t hash = topic_level_hash(n->serial, name->digest);

	if (!g)
		return NULL;
	if (map_insert(&t->groups, &g->by_name, hash) < 0) {
		alloc_free(t->alloc, g, group_bytes(text.size));
		return NULL;
	}
	g->node = n;
	g->serial = ++t->serial;
	g->name_bytes = (uint16_t)text.size;
	memcpy(g->name, text.at, text.size);
	list_init(&g->online);
	list_init(&g->offline);
	list_append(&n->groups, &g->link);
	t->group_count++;
	t->cells += topic_level_cells(text);
	return g;
}

void topic_group_free_unused(struct topic_tree *t, struct topic_group *g)
{
	if (g->refs || topic_group_count(g))
		return;
	topic_match_forget_link(t, &g->link);
	list_remove(&g->link);
	map_remove(&t->groups, &g->by_name);
	t->group_count--;
	t->cells -= topic_level_cells(span_of(g->name, g->name_bytes));
	alloc_free(t->alloc, g, group_bytes(g->name_bytes));
}

void topic_group_join(struct topic_group *g, struct topic_sub *sub)
{
	list_append(sub->is_online ? &g->online : &g->offline, &sub->link);
	if (sub->is_online)
		g->online_count++;
	else
		g->offline_count++;
}

void topic_group_leave(struct topic_group *g, struct topic_sub *sub)
{
	list_remove(&sub->link);
	if (sub->is_online)
		g->online_count--;
	else
		g->offline_count--;
}

void topic_sub_set_online(struct topic_sub *sub, bool is_online)
{
	if (sub->is_online == is_online)
		return;
	if (sub->group)
		topic_group_leave(sub->group, sub);
	sub->is_online = is_online;
	if (sub->group)
		topic_group_join(sub->group, sub);
}

struct topic_sub *topic_group_pick(struct topic_group *g)
{
	struct list *members = g->online_count ? &g->online : &g->offline;
	struct list *first = list_first(members);

	if (!first)
		return NULL;
	list_remove(first);
	list_append(members, first);
	return LIST_ENTRY(first, struct topic_sub, link);
}

size_t topic_group_count(const struct topic_group *g)
{
	return g->online_count + g->offline_count;
}

size_t topic_group_online_count(const struct topic_group *g)
{
	return g->online_count;
}

void topic_group_ref(struct topic_group *g)
{
	g->refs++;
}

void topic_group_unref(struct topic_tree *t, struct topic_group *g)
{
	struct topic_node *n = g->node;

	assert(g->refs > 0);
	g->refs--;
	topic_group_free_unused(t, g);
	topic_node_prune(t, n);
}
