#include "base/base_prng.h"
#include "base/base_test.h"
#include "lab/lab_scale.h"

#include <math.h>

static void check(const struct lab_scale *s, double least, double most)
{
	cr_assert_geq(s->tick_count, 2);
	cr_assert_leq(s->tick_count, LAB_TICKS_MAX);
	cr_assert_leq(s->low, least * (1 + 1e-6), "%g %g", s->low, least);
	cr_assert_geq(s->high, most * (1 - 1e-6), "%g %g", s->high, most);
	cr_assert_lt(fabs(lab_scale_place(s, s->low)), 1e-9);
	cr_assert_lt(fabs(lab_scale_place(s, s->high) - 1), 1e-9);
	for (size_t i = 1; i < s->tick_count; i++)
		cr_assert_lt(s->ticks[i - 1], s->ticks[i]);
}

TEST(scale, covers_what_it_is_made_for, "")
{
	struct lab_scale s;
	struct prng random;

	prng_init(&random, 1);
	for (int i = 0; i < 10000; i++) {
		double least = pow(10, (double)prng_below(&random, 1000) / 100);
		double most = least * pow(10, (double)prng_below(&random, 1000) / 50);

		lab_scale_init(&s, least, most, true);
		check(&s, least, most);
		lab_scale_init(&s, 0, most, false);
		check(&s, 0, most);
	}
}

TEST(scale, few_decades_have_ones_twos_and_fives, "")
{
	static const double expected[] = {10, 20, 50, 100, 200};
	struct lab_scale s;

	lab_scale_init(&s, 12, 150, true);
	cr_assert_eq(s.tick_count, 5);
	for (size_t i = 0; i < 5; i++)
		cr_assert_lt(fabs(s.ticks[i] - expected[i]), 1e-6);
}

TEST(scale, of_one_value_has_an_extent, "")
{
	struct lab_scale s;

	lab_scale_init(&s, 100, 100, true);
	check(&s, 100, 100);
	lab_scale_init(&s, 0, 0, false);
	check(&s, 0, 0);
}

TEST(scale, linear_begins_at_zero, "")
{
	struct lab_scale s;

	lab_scale_init(&s, 250000, 281000, false);
	cr_assert_eq(s.low, 0);
	cr_assert_lt(fabs(s.high - 300000), 1);
	cr_assert_lt(fabs(lab_scale_place(&s, 150000) - 0.5), 1e-9);
}
