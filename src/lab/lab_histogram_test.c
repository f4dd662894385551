#include "base/base_prng.h"
#include "base/base_test.h"
#include "lab/lab_histogram.h"

#include <stdlib.h>

enum { VALUES = 5000 };

static int by_size(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

TEST(histogram, of_nothing_answers_zero, "")
{
	static const struct lab_histogram empty;

	cr_assert_eq(lab_histogram_at(&empty, 500), 0);
	cr_assert_eq(lab_histogram_at(&empty, 1000), 0);
}

TEST(histogram, of_one_value_answers_it, "")
{
	static const uint64_t values[] = {0, 1, 63, 64, 65, 127, 128, 1000000, UINT64_MAX};

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		static struct lab_histogram h;
		uint64_t found;

		h = (struct lab_histogram){0};
		lab_histogram_add(&h, values[i]);
		found = lab_histogram_at(&h, 1);
		cr_assert_eq(found, lab_histogram_at(&h, 1000));
		cr_assert(found <= values[i] && values[i] - found <= values[i] / 64, "%zu", i);
	}
}

TEST(histogram, small_values_are_exact, "")
{
	static struct lab_histogram h;

	for (uint64_t i = 1; i <= 50; i++)
		lab_histogram_add(&h, i);
	cr_assert_eq(lab_histogram_at(&h, 500), 25);
	cr_assert_eq(lab_histogram_at(&h, 980), 49);
	cr_assert_eq(lab_histogram_at(&h, 981), 50);
	cr_assert_eq(lab_histogram_at(&h, 0), 1);
}

/* Each percentile beside the one of the sorted values. */
TEST(histogram, is_right_to_one_per_cent, "")
{
	static struct lab_histogram h;
	static uint64_t values[VALUES];
	struct prng random;

	prng_init(&random, 1);
	for (unsigned bits = 1; bits <= 64; bits++) {
		h = (struct lab_histogram){0};
		for (size_t i = 0; i < VALUES; i++) {
			values[i] = prng_next(&random) >> (64 - bits) >> prng_below(&random, 10);
			lab_histogram_add(&h, values[i]);
		}
		qsort(values, VALUES, sizeof values[0], by_size);
		for (unsigned at = 1; at <= 1000; at++) {
			uint64_t exact = values[((size_t)VALUES * at + 999) / 1000 - 1];
			uint64_t found = lab_histogram_at(&h, at);
			uint64_t apart = exact > found ? exact - found : found - exact;

			cr_assert_leq(apart, exact / 100, "%u bits, %u: %ju", bits, at, found);
		}
		cr_assert_eq(h.max, values[VALUES - 1]);
	}
}

TEST(histogram, merges_what_another_counted, "")
{
	static struct lab_histogram all, low, high;

	for (uint64_t i = 0; i < 1000; i++) {
		lab_histogram_add(&all, i * 1000);
		lab_histogram_add(i < 500 ? &low : &high, i * 1000);
	}
	lab_histogram_merge(&low, &high);
	cr_assert_eq(memcmp(&low, &all, sizeof all), 0);
}
