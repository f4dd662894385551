/* The heap of literal siblings, seen from inside: see the invariants at the top of topic_node.c. */
#include "base/base_prng.h"
#include "base/base_test_alloc.h"
#include "topic/topic_node.h"
#include "topic/topic_test.h"

enum { SIBLINGS = 3000, DEPTH_MAX = 9 };

struct world {
	struct topic_tree *tree;
	struct prng prng;
	struct topic_sub subs[SIBLINGS];
	size_t depth[SIBLINGS]; /* levels of the filter; 0: it is not in the tree */
};

static unsigned rank_of(const struct topic_node *n)
{
	return n ? n->rank : 0;
}

/* The nodes of the heap below and at `n`; the left ways may be long, so it goes with the links. */
static size_t check_heap(const struct topic_node *top)
{
	size_t count = 0;
	const struct topic_node *n = top, *from = NULL;

	cr_assert(!top || !top->up);
	while (n) {
		const struct topic_node *next = n->up;

		if (from == n->up) {
			count++;
			cr_assert(!n->up || n->up->visits >= n->visits);
			cr_assert_geq(rank_of(n->left), rank_of(n->right));
			cr_assert_eq(n->rank, rank_of(n->right) + 1);
			next = n->left ? n->left : n->right ? n->right : n->up;
		} else if (from == n->left && n->right) {
			next = n->right;
		}
		from = n;
		n = next;
	}
	return count;
}

/* "s<number>" and '+' levels behind it. */
static struct topic_filter filter_of(size_t number, size_t depth, char *text)
{
	size_t size = 0;

	text[size++] = 's';
	for (; number > 0; number /= 10)
		text[size++] = (char)('0' + number % 10);
	for (size_t i = 1; i < depth; i++) {
		text[size++] = '/';
		text[size++] = '+';
	}
	return test_filter(span_of(text, size));
}

static void toggle(struct world *w, size_t number, size_t depth)
{
	char text[64];
	struct topic_filter f;

	if (w->depth[number]) {
		topic_tree_remove(w->tree, &w->subs[number]);
		w->depth[number] = 0;
		return;
	}
	f = filter_of(number, depth, text);
	cr_assert_eq(topic_tree_add(w->tree, &f, 1, &w->subs[number]), 0);
	w->depth[number] = depth;
}

static void check(const struct world *w)
{
	size_t count = 0, depth_max = 0, capacity = 1;
	unsigned rank = rank_of(w->tree->root->literal);

	for (size_t i = 0; i < SIBLINGS; i++) {
		count += w->depth[i] > 0;
		if (w->depth[i] > depth_max)
			depth_max = w->depth[i];
	}
	cr_assert_eq(check_heap(w->tree->root->literal), count);
	cr_assert_eq(w->tree->root->visits, 1 + depth_max);
	for (unsigned i = 0; i < rank; i++)
		capacity *= 2;
	cr_assert_leq(capacity - 1, count, "rank %u of %zu nodes", rank, count);
}

static void with_world(void (*body)(struct world *w))
{
	struct world *w = calloc(1, sizeof *w);
	struct test_alloc memory;

	test_alloc_init(&memory);
	prng_init(&w->prng, 7);
	w->tree = topic_tree_new(&memory.alloc, &(struct hash_key){7, 8},
		&(struct topic_tree_limits){SIZE_MAX, SIZE_MAX});
	body(w);
	check(w);
	topic_tree_free(w->tree);
	cr_assert_eq(memory.blocks, 0);
	free(w);
}

static void in_random_order(struct world *w)
{
	for (size_t i = 0; i < 20000; i++) {
		toggle(w, (size_t)prng_below(&w->prng, SIBLINGS),
			1 + (size_t)prng_below(&w->prng, DEPTH_MAX));
		if (i % 100 == 0)
			check(w);
	}
}

/* All weights equal, then one direction, then the other: what makes heaps of this kind lopsided. */
static void in_rows(struct world *w)
{
	for (size_t round = 0; round < 6; round++) {
		for (size_t i = 0; i < SIBLINGS; i++)
			toggle(w, round % 2 ? SIBLINGS - 1 - i : i,
				round < 2 ? 3 : 1 + i * DEPTH_MAX / SIBLINGS);
		check(w);
	}
}

/* The heaviest goes each time: the bound must follow down at once. */
static void from_the_top(struct world *w)
{
	for (size_t i = 0; i < SIBLINGS; i++)
		toggle(w, i, 1 + (size_t)prng_below(&w->prng, DEPTH_MAX));
	for (size_t depth = DEPTH_MAX; depth > 1; depth--) {
		for (size_t i = 0; i < SIBLINGS; i++)
			if (w->depth[i] == depth)
				toggle(w, i, 0);
		check(w);
		cr_assert_leq(w->tree->root->visits, depth);
	}
}

TEST(topic_node, keeps_the_heaviest_sibling_on_top_in_any_order, "")
{
	with_world(in_random_order);
}

TEST(topic_node, keeps_its_ranks_when_siblings_come_and_go_in_rows, "")
{
	with_world(in_rows);
}

TEST(topic_node, lets_the_bound_fall_as_soon_as_the_heaviest_goes, "")
{
	with_world(from_the_top);
}
