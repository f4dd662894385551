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
	t->root = topic_node_new(t, NULL, &(struct topic_level){0});
	assert(t->root && "out of memory for a size that we chose");
	return t;
}

void topic_tree_set_limits(struct topic_tree *t, const struct topic_tree_limits *limits)
{
	t->limits = *limits;
}

struct topic_tree_stats topic_tree_stats(const struct topic_tree *t)
{
	return (struct topic_tree_stats){t->cells, t->sub_count, t->group_count, t->root->visits};
}

struct owner_key {
	const struct topic_node *node;
	const struct topic_group *group;
	uint64_t subscriber;
};

static bool owner_equal(const struct map_node *by_owner, const void *key)
{
	const struct topic_sub *sub = LIST_ENTRY(by_owner, struct topic_sub, by_owner);
	const struct owner_key *k = key;

	return sub->node == k->node && sub->group == k->group && sub->subscriber == k->subscriber;
}

static uint64_t owner_hash(const struct topic_tree *t, const struct owner_key *key)
{
	uint64_t serial = key->group ? key->group->serial : key->node->serial;

	const uint64_t words[] = {serial, key->subscriber};

	return hash_bytes(&t->key, span_of(words, sizeof words));
}

/* How much of what a subscription needs is there. */
struct place {
	struct topic_node *node;   /* the deepest one on the way of the filter */
	size_t offset;             /* of the first level that is missing */
	struct topic_group *group; /* NULL: not shared, or it is missing */
};

static struct place find_place(const struct topic_tree *t, const struct topic_filter *f)
{
	struct place p = {t->root, 0, NULL};

	while (topic_level_is_there(f->filter, p.offset)) {
		struct topic_level level =
			topic_level_of(&t->key, topic_level_at(f->filter, p.offset));
		struct topic_node *child = topic_node_find(t, p.node, &level);

		if (!child)
			return p;
		p.node = child;
		p.offset = topic_level_after(p.offset, level.text);
	}
	if (f->group.size) {
		struct topic_level name = topic_level_of(&t->key, f->group);

		p.group = topic_group_find(t, p.node, &name);
	}
	return p;
}

static struct topic_sub *sub_at(const struct topic_tree *t, const struct topic_filter *f,
	const struct place *p, uint64_t subscriber)
{
	struct owner_key key = {p->node, p->group, subscriber};
	struct map_node *found;

	if (topic_level_is_there(f->filter, p->offset) || (f->group.size && !p->group))
		return NULL;
	found = map_find(&t->owners, owner_hash(t, &key), owner_equal, &key);
	return found ? LIST_ENTRY(found, struct topic_sub, by_owner) : NULL;
}

struct topic_sub *topic_tree_find(
	const struct topic_tree *t, const struct topic_filter *f, uint64_t subscriber)
{
	struct place p = find_place(t, f);

	return sub_at(t, f, &p, subscriber);
}

/* May the place be completed? */
static int check_limits(
	const struct topic_tree *t, const struct topic_filter *f, const struct place *p)
{
	size_t cells = f->group.size && !p->group ? topic_level_cells(f->group) : 0;
	size_t count = 0, weight;
	struct span level;

	for (size_t at = p->offset; topic_level_is_there(f->filter, at); count++) {
		level = topic_level_at(f->filter, at);
		cells += topic_level_cells(level);
		at = topic_level_after(at, level);
	}
	if (cells > 0 && (t->cells > t->limits.nodes_max || cells > t->limits.nodes_max - t->cells))
		return ERR_LIMIT;
	if (count == 0)
		return 0;
	level = topic_level_at(f->filter, p->offset);
	weight = topic_node_weight_with(p->node, topic_kind_of(level), count);
	if (weight <= t->root->visits)
		return 0; /* the limit may have been lowered, but this makes nothing worse */
	return weight > t->limits.visits_max || weight > UINT32_MAX ? ERR_LIMIT : 0;
}

/* Takes back what complete_place() made, or what has become useless otherwise. */
static void drop_place(struct topic_tree *t, struct topic_node *n, struct topic_group *group)
{
	if (group)
		topic_group_free_unused(t, group);
	topic_node_prune(t, n);
}

/* Makes the levels and the group that are missing.  0, or ERR_MEMORY and nothing changed. */
static int complete_place(struct topic_tree *t, const struct topic_filter *f, struct place *p)
{
	struct topic_node *n = p->node;

	while (topic_level_is_there(f->filter, p->offset)) {
		struct topic_level level =
			topic_level_of(&t->key, topic_level_at(f->filter, p->offset));

		n = topic_node_new(t, p->node, &level);
		if (!n)
			goto fail;
		p->node = n;
		p->offset = topic_level_after(p->offset, level.text);
	}
	topic_node_weigh(n->parent);
	if (f->group.size && !p->group) {
		struct topic_level name = topic_level_of(&t->key, f->group);

		p->group = topic_group_new(t, n, &name);
		if (!p->group)
			goto fail;
	}
	return 0;
fail:
	topic_node_prune(t, p->node);
	return ERR_MEMORY;
}

int topic_tree_add(struct topic_tree *t, const struct topic_filter *f, uint64_t subscriber,
	struct topic_sub *sub)
{
	struct place p = find_place(t, f);
	struct owner_key key;
	int err;

	assert(!sub->node);
	if (sub_at(t, f, &p, subscriber))
		return ERR_EXISTS;
	err = check_limits(t, f, &p);
	if (err < 0)
		return err;
	err = complete_place(t, f, &p);
	if (err < 0)
		return err;
	key = (struct owner_key){p.node, p.group, subscriber};
	err = map_insert(&t->owners, &sub->by_owner, owner_hash(t, &key));
	if (err < 0) {
		drop_place(t, p.node, p.group);
		return err;
	}
	sub->subscriber = subscriber;
	sub->is_online = true;
	sub->node = p.node;
	sub->group = p.group;
	if (sub->group)
		topic_group_join(sub->group, sub);
	else
		list_append(&sub->node->subs, &sub->link);
	t->sub_count++;
	return 0;
}

/* Takes the subscription off its node, and its group away when it was the last member. */
static void unlink_sub(struct topic_tree *t, struct topic_sub *sub)
{
	if (sub->group) {
		topic_group_leave(sub->group, sub);
		topic_group_free_unused(t, sub->group);
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
	topic_node_prune(t, n);
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
		struct topic_node *next = topic_node_any_child(n);

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
	for (const struct topic_node *n = sub->node; n; n = n->parent)
		if (n->kind != TOPIC_LITERAL)
			return true;
	return false;
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
