#include "base/base_arena.h"
#include "base/base_test.h"
#include "base/base_test_alloc.h"

static void setup(struct test_alloc *t, struct arena *a)
{
	test_alloc_init(t);
	arena_init(a, &t->alloc);
}

TEST(arena, asks_for_nothing_before_it_is_used, "")
{
	struct test_alloc t;
	struct arena a;

	setup(&t, &a);
	arena_reset(&a);
	arena_done(&a);
	cr_expect_eq(t.calls, 0);
}

TEST(arena, gives_memory_that_fits_any_type, "")
{
	struct test_alloc t;
	struct arena a;

	setup(&t, &a);
	for (size_t size = 0; size < 100; size++)
		cr_expect_eq((uintptr_t)arena_take(&a, size) % alignof(max_align_t), 0);
	arena_done(&a);
	cr_expect_eq(t.blocks, 0);
}

TEST(arena, keeps_everything_in_place_until_reset, "")
{
	struct test_alloc t;
	struct arena a;
	uint8_t *taken[1000];

	setup(&t, &a);
	for (size_t i = 0; i < 1000; i++) {
		taken[i] = arena_take(&a, 1 + i);
		memset(taken[i], (int)(i % 251), 1 + i);
	}
	for (size_t i = 0; i < 1000; i++)
		for (size_t j = 0; j <= i; j++)
			cr_assert_eq(taken[i][j], i % 251);
	cr_expect_gt(t.blocks, 1, "this test is about several chunks");
	arena_done(&a);
	cr_expect_eq(t.blocks, 0);
}

TEST(arena, round_that_fits_one_chunk_asks_for_no_memory, "")
{
	struct test_alloc t;
	struct arena a;
	size_t calls;

	setup(&t, &a);
	arena_take(&a, 1000);
	calls = t.calls;
	for (int round = 0; round < 100; round++) {
		arena_reset(&a);
		arena_take(&a, 1000);
	}
	cr_expect_eq(t.calls, calls);
	arena_done(&a);
}

TEST(arena, reset_gives_back_all_but_one_chunk, "")
{
	struct test_alloc t;
	struct arena a;

	setup(&t, &a);
	arena_take(&a, 1);
	arena_take(&a, 1 << 20);
	arena_take(&a, 1 << 16);
	arena_take(&a, 1 << 16);
	arena_reset(&a);
	cr_expect_eq(t.blocks, 1);
	cr_expect_lt(t.bytes, 1 << 17);
	arena_done(&a);
	cr_expect_eq(t.blocks, 0);
}

TEST(arena, trimmed_bytes_are_given_again, "")
{
	struct test_alloc t;
	struct arena a;
	uint8_t *first;

	setup(&t, &a);
	first = arena_take(&a, 1000);
	arena_trim(&a, 1000);
	cr_expect_eq((void *)first, arena_take(&a, 10));
	arena_trim(&a, 0);
	arena_done(&a);
}

TEST(arena, copies_bytes_and_the_empty_span, "")
{
	struct test_alloc t;
	struct arena a;
	struct span source = SPAN_LITERAL("some bytes");
	struct span copy;

	setup(&t, &a);
	copy = arena_copy(&a, source);
	cr_expect(span_equal(copy, source));
	cr_expect_neq(copy.at, source.at);
	cr_expect_eq(arena_copy(&a, span_of(NULL, 0)).size, 0);
	arena_done(&a);
}

TEST_ABORTS(arena, trimming_more_than_was_taken_is_a_bug)
{
	struct arena a;

	arena_init(&a, &alloc_libc);
	arena_take(&a, 10);
	arena_trim(&a, 11);
}

TEST_ABORTS(arena, being_refused_memory_is_the_end)
{
	struct test_alloc t;
	struct arena a;

	setup(&t, &a);
	t.grants = 0;
	arena_take(&a, 1);
}

TEST(arena, uses_a_chunk_to_its_last_byte, "")
{
	struct test_alloc t;
	struct arena a;

	setup(&t, &a);
	arena_take(&a, 1 << 15);
	arena_take(&a, 1 << 15);
	cr_expect_eq(t.calls, 1);
	arena_take(&a, 1);
	cr_expect_eq(t.calls, 2);
	arena_done(&a);
}
