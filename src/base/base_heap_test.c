#include "base/base_err.h"
#include "base/base_heap.h"
#include "base/base_prng.h"
#include "base/base_test.h"
#include "base/base_test_alloc.h"

static struct heap_node *take_first(struct heap *h)
{
	struct heap_node *n = heap_first(h);

	heap_remove(h, n);
	return n;
}

TEST(heap, empty_heap_has_no_first, "")
{
	struct heap h;

	heap_init(&h, &alloc_libc);
	cr_expect_null(heap_first(&h));
	heap_done(&h);
}

TEST(heap, first_is_what_is_due_first, "")
{
	static const int64_t due[] = {5, INT64_MAX, -3, 0, INT64_MIN, 9, 5};
	struct heap_node nodes[7] = {0};
	struct heap h;
	int64_t before = INT64_MIN;

	heap_init(&h, &alloc_libc);
	cr_assert_eq(heap_reserve(&h, 7), 0);
	for (size_t i = 0; i < 7; i++)
		heap_set(&h, &nodes[i], due[i]);
	for (size_t i = 0; i < 7; i++) {
		struct heap_node *n = take_first(&h);

		cr_expect_geq(n->due, before);
		before = n->due;
	}
	cr_expect_null(heap_first(&h));
	heap_done(&h);
}

TEST(heap, equal_deadlines_come_in_the_order_they_were_set, "")
{
	struct heap_node nodes[100] = {0};
	struct heap h;

	heap_init(&h, &alloc_libc);
	cr_assert_eq(heap_reserve(&h, 100), 0);
	for (size_t i = 0; i < 100; i++)
		heap_set(&h, &nodes[i], 1);
	heap_set(&h, &nodes[0], 1); /* set again: it is the last now */
	for (size_t i = 1; i < 100; i++)
		cr_expect_eq(take_first(&h), &nodes[i]);
	cr_expect_eq(take_first(&h), &nodes[0]);
	heap_done(&h);
}

TEST(heap, setting_again_moves, "")
{
	struct heap_node a = {0}, b = {0};
	struct heap h;

	heap_init(&h, &alloc_libc);
	cr_assert_eq(heap_reserve(&h, 2), 0);
	heap_set(&h, &a, 1);
	heap_set(&h, &b, 2);
	heap_set(&h, &a, 3);
	cr_expect_eq(heap_first(&h), &b);
	heap_set(&h, &a, 1);
	cr_expect_eq(heap_first(&h), &a);
	cr_expect_eq(h.count, 2);
	heap_done(&h);
}

TEST(heap, removing_what_is_not_in_it_does_nothing, "")
{
	struct heap_node in = {0}, out = {0};
	struct heap h;

	heap_init(&h, &alloc_libc);
	cr_assert_eq(heap_reserve(&h, 1), 0);
	heap_set(&h, &in, 1);
	heap_remove(&h, &out);
	cr_expect(heap_holds(&in));
	heap_remove(&h, &in);
	heap_remove(&h, &in);
	cr_expect_not(heap_holds(&in));
	cr_expect_eq(h.count, 0);
	heap_done(&h);
}

TEST_ABORTS(heap, setting_without_room_is_a_bug)
{
	struct heap_node n = {0};
	struct heap h;

	heap_init(&h, &alloc_libc);
	heap_set(&h, &n, 1);
}

TEST(heap, refused_reserve_leaves_it_as_it_was, "")
{
	struct heap_node nodes[16] = {0};
	struct test_alloc t;
	struct heap h;

	test_alloc_init(&t);
	heap_init(&h, &t.alloc);
	cr_assert_eq(heap_reserve(&h, 16), 0);
	for (size_t i = 0; i < 16; i++)
		heap_set(&h, &nodes[i], (int64_t)i);
	t.grants = 0;
	cr_expect_eq(heap_reserve(&h, 17), ERR_MEMORY);
	cr_expect_eq(heap_reserve(&h, 16), 0, "there is room already");
	cr_expect_eq(heap_first(&h), &nodes[0]);
	cr_expect_eq(h.count, 16);
	heap_done(&h);
	cr_expect_eq(t.blocks, 0);
}

/* The first of the nodes by looking at all of them. */
static const struct heap_node *first_of(const struct heap_node *nodes, size_t count)
{
	const struct heap_node *first = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct heap_node *n = &nodes[i];

		if (!heap_holds(n))
			continue;
		if (!first || n->due < first->due ||
			(n->due == first->due && n->serial < first->serial))
			first = n;
	}
	return first;
}

TEST(heap, agrees_with_a_search_after_any_history, "")
{
	struct heap_node nodes[40] = {0};
	struct prng p;
	struct heap h;

	prng_init(&p, 1);
	heap_init(&h, &alloc_libc);
	cr_assert_eq(heap_reserve(&h, 40), 0);
	for (int step = 0; step < 20000; step++) {
		struct heap_node *n = &nodes[prng_below(&p, 40)];

		if (prng_below(&p, 3) == 0)
			heap_remove(&h, n);
		else
			heap_set(&h, n, (int64_t)prng_below(&p, 20));
		cr_assert_eq(heap_first(&h), first_of(nodes, 40), "step %d", step);
	}
	heap_done(&h);
}
