#include "bench/bench_sequence.h"

#include "base/base_test.h"

static enum bench_arrival add(struct bench_sequence *s, uint32_t number)
{
	return bench_sequence_add(s, number);
}

TEST(bench_sequence, takes_numbers_in_order, "")
{
	uint64_t seen = 0;
	struct bench_sequence s = bench_sequence_of(&seen, 1);

	for (uint32_t i = 0; i < 1000; i++)
		cr_assert_eq(add(&s, i), BENCH_IN_ORDER, "%u", i);
	cr_assert_eq(s.high, 1000);
	cr_assert_eq(s.next, 1000);
}

TEST(bench_sequence, waits_at_the_first_that_is_missing, "")
{
	uint64_t seen = 0;
	struct bench_sequence s = bench_sequence_of(&seen, 1);

	cr_assert_eq(add(&s, 0), BENCH_IN_ORDER);
	cr_assert_eq(add(&s, 2), BENCH_IN_ORDER);
	cr_assert_eq(add(&s, 3), BENCH_IN_ORDER);
	cr_assert_eq(s.high, 4);
	cr_assert_eq(s.next, 1);
	cr_assert_eq(add(&s, 1), BENCH_LATE);
	cr_assert_eq(s.next, 4);
}

TEST(bench_sequence, knows_what_came_before, "")
{
	uint64_t seen = 0;
	struct bench_sequence s = bench_sequence_of(&seen, 1);

	cr_assert_eq(add(&s, 0), BENCH_IN_ORDER);
	cr_assert_eq(add(&s, 0), BENCH_DOUBLE);
	cr_assert_eq(add(&s, 5), BENCH_IN_ORDER);
	cr_assert_eq(add(&s, 3), BENCH_LATE);
	cr_assert_eq(add(&s, 3), BENCH_DOUBLE);
	cr_assert_eq(add(&s, 5), BENCH_DOUBLE);
}

TEST(bench_sequence, forgets_what_its_memory_does_not_reach, "")
{
	uint64_t seen = 0;
	struct bench_sequence s = bench_sequence_of(&seen, 1);

	cr_assert_eq(add(&s, 0), BENCH_IN_ORDER);
	cr_assert_eq(add(&s, 100), BENCH_IN_ORDER);
	cr_assert_eq(s.next, 37, "the 64 up to 100 are remembered");
	cr_assert_eq(add(&s, 37), BENCH_LATE);
	cr_assert_eq(add(&s, 36), BENCH_DOUBLE);
	cr_assert_eq(add(&s, 1000000), BENCH_IN_ORDER);
	for (uint32_t i = 1000000 - 63; i < 1000000; i++)
		cr_assert_eq(add(&s, i), BENCH_LATE, "%u", i);
	cr_assert_eq(s.next, 1000001);
}

TEST(bench_sequence, remembers_as_much_as_it_has_words, "")
{
	uint64_t seen[4] = {0};
	struct bench_sequence s = bench_sequence_of(seen, 4);

	cr_assert_eq(add(&s, 255), BENCH_IN_ORDER);
	for (uint32_t i = 255; i-- > 0;)
		cr_assert_eq(add(&s, i), BENCH_LATE, "%u", i);
	cr_assert_eq(s.next, 256);
	cr_assert_eq(add(&s, 0), BENCH_DOUBLE);
}
