/* topic_node.c - nodes, and what a topic can cost at most.
 *
 * The idea.  From a node, a match goes to the '#' child, to the '+' child and to the one literal
 * child that bears the topic's next level.  So no topic can visit more nodes from n down than
 *
 *	visits(n) = 1 + visits(n's '#') + visits(n's '+') + the most visits of a literal child of n
 *
 * Each node holds that number, a function of the filters that are there now and not of their
 * history.  The literal children of a node form a heap with the largest number on top, so
 * `literal` is both the way to all of them and the last term of the sum.  It is a
 * leftist heap, linked through the nodes: putting in and taking out any node takes at most
 * O(log siblings) steps, in the worst case and not only on average, and needs no memory that could
 * be refused.
 *
 * Invariants of the heap: a node's visits are not less than those of its left and right; rank(left)
 * >= rank(right); rank(n) = rank(right) + 1, and 0 for no node.  Hence the way to the right is
 * never longer than log2(siblings + 1). */
#include "topic/topic_node.h"

#include <assert.h>

enum topic_kind topic_kind_of(struct span level)
{
	if (topic_level_is(level, '#'))
		return TOPIC_HASH;
	return topic_level_is(level, '+') ? TOPIC_PLUS : TOPIC_LITERAL;
}

static unsigned rank_of(const struct topic_node *n)
{
	return n ? n->rank : 0;
}

static uint32_t visits_of(const struct topic_node *n)
{
	return n ? n->visits : 0;
}

/* Restores the order of the ranks.  Did the rank of `n` change? */
static bool settle(struct topic_node *n)
{
	unsigned old = n->rank;

	if (rank_of(n->left) < rank_of(n->right)) {
		struct topic_node *left = n->left;

		n->left = n->right;
		n->right = left;
	}
	n->rank = (uint8_t)(rank_of(n->right) + 1);
	return n->rank != old;
}

/* One heap of two.  It goes down the right ways only, so the depth is logarithmic. */
static struct topic_node *meld(struct topic_node *a, struct topic_node *b)
{
	if (!a || !b)
		return a ? a : b;
	if (a->visits < b->visits)
		return meld(b, a);
	a->right = meld(a->right, b);
	a->right->up = a;
	settle(a);
	return a;
}

static void heap_put(struct topic_node *n)
{
	struct topic_node **top = &n->parent->literal;

	n->left = n->right = NULL;
	n->rank = 1;
	*top = meld(*top, n);
	(*top)->up = NULL;
}

/* The ranks that change going up grow with each step, so these steps are logarithmic, too. */
static void heap_take(struct topic_node *n)
{
	struct topic_node *rest = meld(n->left, n->right), *up = n->up;

	if (rest)
		rest->up = up;
	if (!up)
		n->parent->literal = rest;
	else if (up->left == n)
		up->left = rest;
	else
		up->right = rest;
	while (up && settle(up))
		up = up->up;
}

static void wild_put(struct topic_node *n)
{
	n->right = n->parent->wild;
	n->parent->wild = n;
}

static void wild_take(struct topic_node *n)
{
	struct topic_node **at = &n->parent->wild;

	while (*at != n)
		at = &(*at)->right;
	*at = n->right;
}

struct edge_key {
	const struct topic_node *parent;
	struct span level;
};

static bool edge_equal(const struct map_node *edge, const void *key)
{
	const struct topic_node *n = LIST_ENTRY(edge, struct topic_node, edge);
	const struct edge_key *k = key;

	return n->parent == k->parent && span_equal(topic_node_level(n), k->level);
}

struct topic_node *topic_node_find(
	const struct topic_tree *t, struct topic_node *parent, const struct topic_level *level)
{
	enum topic_kind kind = topic_kind_of(level->text);
	struct edge_key key = {parent, level->text};
	struct map_node *found;

	if (kind != TOPIC_LITERAL || !parent->literal)
		return topic_node_child(parent, kind);
	found = map_find(
		&t->edges, topic_level_hash(parent->serial, level->digest), edge_equal, &key);
	return found ? LIST_ENTRY(found, struct topic_node, edge) : NULL;
}

static size_t node_bytes(size_t level_bytes)
{
	return sizeof(struct topic_node) + level_bytes;
}

struct topic_node *topic_node_new(
	struct topic_tree *t, struct topic_node *parent, const struct topic_level *level)
{
	struct span text = level->text;
	struct topic_node *n = alloc_try(t->alloc, node_bytes(text.size));
	uint64_t hash;

	if (!n)
		return NULL;
	n->parent = parent;
	n->serial = ++t->serial;
	n->visits = 1;
	n->kind = (uint8_t)topic_kind_of(text);
	n->level_bytes = (uint16_t)text.size;
	if (text.size)
		memcpy(n->level, text.at, text.size);
	list_init(&n->subs);
	list_init(&n->groups);
	if (!parent)
		return n;
	if (n->kind == TOPIC_LITERAL) {
		hash = topic_level_hash(parent->serial, level->digest);
		if (map_insert(&t->edges, &n->edge, hash) < 0) {
			alloc_free(t->alloc, n, node_bytes(text.size));
			return NULL;
		}
		heap_put(n);
	} else {
		wild_put(n);
	}
	t->cells += topic_level_cells(text);
	return n;
}

void topic_node_free(struct topic_tree *t, struct topic_node *n)
{
	assert(list_is_empty(&n->subs) && list_is_empty(&n->groups) && !topic_node_any_child(n));
	topic_match_forget_node(t, n);
	if (n->parent) {
		t->cells -= topic_level_cells(topic_node_level(n));
		if (n->kind == TOPIC_LITERAL) {
			map_remove(&t->edges, &n->edge);
			heap_take(n);
		} else {
			wild_take(n);
		}
	}
	alloc_free(t->alloc, n, node_bytes(n->level_bytes));
}

void topic_node_weigh(struct topic_node *n)
{
	for (; n; n = n->parent) {
		uint32_t visits = 1 + visits_of(n->literal);

		for (const struct topic_node *w = n->wild; w; w = w->right)
			visits += w->visits;
		if (visits == n->visits)
			return;
		if (n->parent && n->kind == TOPIC_LITERAL) {
			heap_take(n);
			n->visits = visits;
			heap_put(n);
		} else {
			n->visits = visits;
		}
	}
}

void topic_node_prune(struct topic_tree *t, struct topic_node *n)
{
	while (n->parent && list_is_empty(&n->subs) && list_is_empty(&n->groups) &&
		!topic_node_any_child(n)) {
		struct topic_node *parent = n->parent;

		topic_node_free(t, n);
		n = parent;
	}
	topic_node_weigh(n);
}

size_t topic_node_weight_with(const struct topic_node *n, enum topic_kind kind, size_t count)
{
	size_t weight = count;

	for (; n; n = n->parent) {
		uint32_t old = visits_of(topic_node_child(n, kind));

		weight = n->visits + (weight > old ? weight - old : 0);
		kind = (enum topic_kind)n->kind;
	}
	return weight;
}
