/* topic_tree.c - subscriptions come and go.
 *
 * The idea.  All edges of the tree that bear a name are in one hash table, under (parent, level):
 * a node has no table of its own and a level costs one look-up.  '+' and '#' are pointers of their
 * parent.  All subscriptions are in a second table, under (node or group, subscriber), and all
 * groups in a third, under (node, name).  A node stays as long as something is at it or below it.
 */
#include "topic/topic_node.h"

#include "base/base_err.h"

#include <assert.h>

struct topic_tree *topic_tree_new(const struct allocator *alloc, const struct hash_key *key,
	const struct topic_tree_limits *limits)
{
	struct topic_tree *t = alloc_sure(alloc, sizeof *t);

	t->alloc = alloc;
	t->key = *key;
	t->limits = *limits;
	map_init(&t->edges, alloc);
	map_init(&t->groups, alloc);
	map_init(&t->owners, alloc);
	t->root = topic_node_new(t, NULL, SPAN_LITERAL(""));
	assert(t->root && "out of memory for a size that we chose");
	return t;
}

void topic_tree_set_limits(struct topic_tree *t, const struct topic_tree_limits *limits)
{
	t->limits = *limits;
}

struct topic_tree_stats topic_tree_stats(const struct topic_tree *t)
{
	return (struct topic_tree_stats){
		t->node_count, t->sub_count, t->group_count, t->root->visits};
}

/* The deepest node there is on the way of the filter; *ret_offset is the level that is missing. */
static struct topic_node *descend(
	const struct topic_tree *t, struct span filter, size_t *ret_offset)
{
	struct topic_node *n = t->root;
	size_t offset = 0;

	while (topic_level_is_there(filter, offset)) {
		struct span level = topic_level_at(filter, offset);
		struct topic_node *child = topic_node_find(t, n, level);

		if (!child)
			break;
		n = child;
		offset = topic_level_after(offset, level);
	}
	*ret_offset = offset;
	return n;
}

struct owner_key {
	const struct topic_node *node;
	const struct topic_group *group;
	uint32_t subscriber;
};

static bool owner_equal(const struct map_node *by_owner, const void *key)
{
	const struct topic_sub *sub = LIST_ENTRY(by_owner, struct topic_sub, by_owner);
	const struct owner_key *k = key;

	return sub->node == k->node && sub->group == k->group && sub->subscriber == k->subscriber;
}

static uint64_t owner_hash(const struct topic_tree *t, const struct owner_key *key)
{
	return topic_level_hash(&t->key, key->group ? key->group->serial : key->node->serial,
		span_of(&key->subscriber, sizeof key->subscriber));
}

static struct topic_sub *find_sub(const struct topic_tree *t, const struct owner_key *key)
{
	struct map_node *found = map_find(&t->owners, owner_hash(t, key), owner_equal, key);

	return found ? LIST_ENTRY(found, struct topic_sub, by_owner) : NULL;
}

struct topic_sub *topic_tree_find(
	const struct topic_tree *t, const struct topic_filter *f, uint32_t subscriber)
{
	size_t offset;
	struct owner_key key = {descend(t, f->filter, &offset), NULL, subscriber};

	if (topic_level_is_there(f->filter, offset))
		return NULL;
	if (f->group.size) {
		key.group = topic_group_find(t, key.node, f->group);
		if (!key.group)
			return NULL;
	}
	return find_sub(t, &key);
}

/* May the levels from `offset` on be put below `n`? */
static int check_limits(
	const struct topic_tree *t, const struct topic_node *n, struct span filter, size_t offset)
{
	size_t missing = topic_level_count(filter, offset), weight;

	if (missing == 0)
		return 0;
	if (missing > UINT32_MAX - t->node_count || t->node_count + missing > t->limits.nodes_max)
		return ERR_LIMIT;
	weight = topic_node_weight_with(n, topic_kind_of(topic_level_at(filter, offset)), missing);
	/* Limits may have been lowered: what makes nothing worse is still let in. */
	return weight > t->limits.visits_max && weight > t->root->visits ? ERR_LIMIT : 0;
}

/* Removes the node, and those above it, as far as nothing needs them. */
static void prune(struct topic_tree *t, struct topic_node *n)
{
	while (n->parent && list_is_empty(&n->subs) && list_is_empty(&n->groups) &&
		!n->child[TOPIC_HASH] && !n->child[TOPIC_PLUS] && !n->child[TOPIC_LITERAL]) {
		struct topic_node *parent = n->parent;

		topic_node_free(t, n);
		n = parent;
	}
	topic_node_weigh(n);
}

/* The node of the levels from `offset` on below `n`; NULL, and nothing changed, without memory. */
static struct topic_node *grow(
	struct topic_tree *t, struct topic_node *n, struct span filter, size_t offset)
{
	struct topic_node *child = n;

	while (topic_level_is_there(filter, offset)) {
		struct span level = topic_level_at(filter, offset);

		child = topic_node_new(t, n, level);
		if (!child) {
			prune(t, n);
			return NULL;
		}
		n = child;
		offset = topic_level_after(offset, level);
	}
	topic_node_weigh(n->parent);
	return n;
}

int topic_tree_add(struct topic_tree *t, const struct topic_filter *f, uint32_t subscriber,
	struct topic_sub *sub)
{
	size_t offset;
	struct topic_node *n = descend(t, f->filter, &offset);
	struct owner_key key = {n, NULL, subscriber};
	struct topic_group *group = NULL;
	int err = check_limits(t, n, f->filter, offset);

	assert(!sub->node);
	if (err < 0)
		return err;
	n = grow(t, n, f->filter, offset);
	if (!n)
		return ERR_MEMORY;
	if (f->group.size) {
		group = topic_group_find(t, n, f->group);
		if (!group)
			group = topic_group_new(t, n, f->group);
		err = group ? 0 : ERR_MEMORY;
		if (err < 0)
			goto fail;
	}
	key = (struct owner_key){n, group, subscriber};
	err = find_sub(t, &key) ? ERR_EXISTS
				: map_insert(&t->owners, &sub->by_owner, owner_hash(t, &key));
	if (err < 0)
		goto fail;
	sub->subscriber = subscriber;
	sub->is_online = true;
	sub->node = n;
	sub->group = group;
	if (group)
		topic_group_join(group, sub);
	else
		list_append(&n->subs, &sub->link);
	t->sub_count++;
	return 0;
fail:
	if (group && topic_group_count(group) == 0)
		topic_group_free(t, group);
	prune(t, n);
	return err;
}

/* Takes the subscription off its node, and its group away when it was the last member. */
static void unlink_sub(struct topic_tree *t, struct topic_sub *sub)
{
	if (sub->group) {
		topic_group_leave(sub->group, sub);
		if (topic_group_count(sub->group) == 0)
			topic_group_free(t, sub->group);
	} else {
		topic_match_forget_link(t, &sub->link);
		list_remove(&sub->link);
	}
	map_remove(&t->owners, &sub->by_owner);
	sub->node = NULL;
	sub->group = NULL;
	t->sub_count--;
}

void topic_tree_remove(struct topic_tree *t, struct topic_sub *sub)
{
	struct topic_node *n = sub->node;

	if (!n)
		return;
	unlink_sub(t, sub);
	prune(t, n);
}

static struct topic_node *any_child(const struct topic_node *n)
{
	for (int kind = 0; kind < TOPIC_KINDS; kind++)
		if (n->child[kind])
			return n->child[kind];
	return NULL;
}

static struct topic_sub *any_sub(const struct topic_node *n)
{
	const struct list *members = &n->subs;

	if (list_is_empty(members) && !list_is_empty(&n->groups)) {
		struct topic_group *g = LIST_ENTRY(n->groups.next, struct topic_group, link);

		members = g->online_count ? &g->online : &g->offline;
	}
	return list_is_empty(members) ? NULL : LIST_ENTRY(members->next, struct topic_sub, link);
}

void topic_tree_free(struct topic_tree *t)
{
	struct topic_node *n;
	struct topic_sub *sub;

	if (!t)
		return;
	assert(!t->match);
	for (n = t->root; n;) {
		struct topic_node *next = any_child(n);

		if (!next) {
			while ((sub = any_sub(n)))
				unlink_sub(t, sub);
			next = n->parent;
			topic_node_free(t, n);
		}
		n = next;
	}
	map_done(&t->edges);
	map_done(&t->groups);
	map_done(&t->owners);
	alloc_free(t->alloc, t, sizeof *t);
}

bool topic_sub_has_wildcards(const struct topic_sub *sub)
{
	return sub->node->has_wildcards;
}

void topic_sub_write_filter(const struct topic_sub *sub, struct writer *w)
{
	size_t size = 0;
	uint8_t *at;

	if (sub->group) {
		writer_bytes(w, SPAN_LITERAL("$share/"));
		writer_bytes(w, span_of(sub->group->name, sub->group->name_bytes));
		writer_u8(w, '/');
	}
	for (const struct topic_node *n = sub->node; n->parent; n = n->parent)
		size += (size_t)n->level_bytes + (n->parent->parent != NULL);
	at = writer_take(w, size);
	if (!at)
		return;
	at += size; /* the levels are known from the last to the first */
	for (const struct topic_node *n = sub->node; n->parent; n = n->parent) {
		at -= n->level_bytes;
		memcpy(at, n->level, n->level_bytes);
		if (n->parent->parent)
			*--at = '/';
	}
}
