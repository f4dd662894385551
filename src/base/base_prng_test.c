#include "base/base_prng.h"
#include "base/base_test.h"

TEST(prng, seeds_as_splitmix64_does, "")
{
	struct prng p;

	prng_init(&p, 1234567);
	cr_expect_eq(p.state[0], 6457827717110365317U);
	cr_expect_eq(p.state[1], 3203168211198807973U);
	cr_expect_eq(p.state[2], 9817491932198370423U);
}

TEST(prng, draws_as_xoshiro256_starstar_does, "")
{
	static const uint64_t first[] = {
		11520, 0, 1509978240, 1215971899390074240, 1216172134540287360};
	struct prng p = {{1, 2, 3, 4}};

	for (int i = 0; i < 5; i++)
		cr_expect_eq(prng_next(&p), first[i]);
}

TEST(prng, same_seed_same_numbers, "")
{
	struct prng a, b, c;

	prng_init(&a, 7);
	prng_init(&b, 7);
	prng_init(&c, 8);
	for (int i = 0; i < 100; i++) {
		uint64_t drawn = prng_next(&a);

		cr_expect_eq(drawn, prng_next(&b));
		cr_expect_neq(drawn, prng_next(&c));
	}
}

TEST(prng, below_one_is_zero, "")
{
	struct prng p;

	prng_init(&p, 0);
	for (int i = 0; i < 100; i++)
		cr_expect_eq(prng_below(&p, 1), 0);
}

TEST(prng, below_stays_below_the_largest_bounds, "")
{
	static const uint64_t bounds[] = {UINT64_MAX, UINT64_MAX / 2 + 2, UINT64_MAX / 3 * 2};
	struct prng p;

	prng_init(&p, 0);
	for (int i = 0; i < 3000; i++)
		cr_expect_lt(prng_below(&p, bounds[i % 3]), bounds[i % 3]);
}

TEST(prng, below_reaches_every_number_about_equally, "")
{
	int seen[6] = {0};
	struct prng p;

	prng_init(&p, 3);
	for (int i = 0; i < 60000; i++)
		seen[prng_below(&p, 6)]++;
	for (int i = 0; i < 6; i++)
		cr_expect(seen[i] > 9500 && seen[i] < 10500, "%d came %d times", i, seen[i]);
}

TEST_ABORTS(prng, below_zero_is_a_bug)
{
	struct prng p;

	prng_init(&p, 0);
	prng_below(&p, 0);
}
