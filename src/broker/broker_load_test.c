/* broker_load_test.c - the averages against the exact formula. */
#include "broker/broker_load.h"

#include "base/base_test.h"

TEST(load, follows_the_exponential_average, "")
{
	struct broker_load l = {0};
	double exact[BROKER_LOAD_SPANS] = {0};
	/* e to the power of -10/60, -10/300 and -10/900: what ten seconds leave. */
	const double leaves[BROKER_LOAD_SPANS] = {0.846481724891, 0.967216100482, 0.988950389294};
	uint64_t total = 0;

	for (int round = 0; round < 100; round++) {
		uint64_t more = round < 50 ? 1000 : 10;

		total += more;
		broker_load_update(&l, total, 10000);
		for (int i = 0; i < BROKER_LOAD_SPANS; i++) {
			exact[i] += ((double)more * 6 - exact[i]) * (1 - leaves[i]);
			cr_assert_float_eq(
				(double)l.hundredths[i] / 100, exact[i], 0.001 * exact[i] + 0.5);
		}
	}
}

TEST(load, forgets_all_after_a_day, "")
{
	struct broker_load l = {.hundredths = {UINT64_C(1) << 50, 100, 100}};

	broker_load_update(&l, 0, (msec)48 * 3600 * 1000);
	cr_assert_leq(l.hundredths[0], UINT64_C(1) << 20);
	cr_assert_eq(l.hundredths[2], 0);
}

TEST(load, waits_for_a_second_to_pass, "")
{
	struct broker_load l = {0};

	broker_load_update(&l, 100, 999);
	cr_assert_eq(l.total, 0);
	cr_assert_eq(l.hundredths[0], 0);
}
