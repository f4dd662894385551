#include "base/base_pool.h"
#include "base/base_prng.h"
#include "base/base_test.h"
#include "base/base_test_alloc.h"

TEST(pool, takes_one_block_for_many_things, "")
{
	struct test_alloc t;
	struct pool p;

	test_alloc_init(&t);
	pool_init(&p, &t.alloc, 24, 10);
	cr_expect_eq(t.calls, 0);
	for (int i = 0; i < 10; i++)
		cr_assert(pool_take(&p));
	cr_expect_eq(t.calls, 1);
	cr_assert(pool_take(&p));
	cr_expect_eq(t.calls, 2);
	cr_expect_eq(p.used, 11);
	pool_done(&p);
	cr_expect_eq(t.blocks, 0);
}

/* The largest that a type of that size may have; in any case a pointer's. */
static size_t alignment_of(size_t size)
{
	size_t alignment = alignof(max_align_t);

	while (alignment > alignof(void *) && size % alignment)
		alignment /= 2;
	return alignment;
}

TEST(pool, things_are_cleared_aligned_and_apart, "")
{
	for (size_t size = 1; size < 70; size++) {
		struct pool p;
		unsigned char *taken[33];

		pool_init(&p, &alloc_libc, size, 8);
		for (size_t i = 0; i < 33; i++) {
			taken[i] = pool_take(&p);
			cr_assert(taken[i]);
			cr_assert_eq((uintptr_t)taken[i] % alignment_of(size), 0);
			for (size_t j = 0; j < size; j++)
				cr_assert_eq(taken[i][j], 0);
			memset(taken[i], (int)i + 1, size);
		}
		for (size_t i = 0; i < 33; i++)
			for (size_t j = 0; j < size; j++)
				cr_assert_eq(taken[i][j], i + 1);
		pool_done(&p);
	}
}

TEST(pool, what_was_given_back_is_taken_next_and_cleared, "")
{
	struct pool p;
	unsigned char *a, *b;

	pool_init(&p, &alloc_libc, 16, 4);
	a = pool_take(&p);
	cr_assert(a);
	memset(a, 1, 16);
	pool_give(&p, a);
	b = pool_take(&p);
	cr_expect_eq(a, b);
	for (int i = 0; i < 16; i++)
		cr_expect_eq(b[i], 0);
	pool_done(&p);
}

TEST(pool, without_memory_it_gives_only_what_came_back, "")
{
	struct test_alloc t;
	struct pool p;
	void *a;

	test_alloc_init(&t);
	pool_init(&p, &t.alloc, 8, 1);
	t.grants = 1;
	a = pool_take(&p);
	cr_assert(a);
	cr_expect_null(pool_take(&p));
	cr_expect_eq(p.used, 1);
	pool_give(&p, a);
	cr_expect_eq(pool_take(&p), a);
	pool_done(&p);
	cr_expect_eq(t.blocks, 0);
}

TEST_ABORTS(pool, giving_back_more_than_was_taken_is_a_bug)
{
	struct pool p;
	long item[2] = {0};

	pool_init(&p, &alloc_libc, sizeof item, 1);
	pool_give(&p, item);
}

TEST(pool, is_empty_and_usable_once_it_is_done, "")
{
	struct test_alloc t;
	struct pool p;

	test_alloc_init(&t);
	pool_init(&p, &t.alloc, 8, 4);
	cr_assert(pool_take(&p));
	pool_done(&p);
	cr_expect_eq(p.used, 0);
	cr_assert(pool_take(&p));
	cr_expect_eq(t.calls, 2, "what it had is gone");
	pool_done(&p);
}
