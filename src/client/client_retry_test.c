/* client_retry_test.c - waits that grow, differ, and begin anew when they should. */
#include "client/client_retry.h"

#include "base/base_test.h"

static struct client_retry r;

static void expect_within(msec least, msec most)
{
	msec wait = client_retry_wait(&r, 0);

	cr_assert(wait >= least && wait <= most, "%d is not between %d and %d", (int)wait,
		(int)least, (int)most);
}

TEST(retry, waits_twice_as_long_each_time_up_to_a_bound, "")
{
	for (uint64_t seed = 0; seed < 200; seed++) {
		client_retry_init(&r, 1000, 6000, seed);
		expect_within(500, 1000);
		expect_within(1000, 2000);
		expect_within(2000, 4000);
		expect_within(3000, 6000);
		expect_within(3000, 6000);
	}
}

TEST(retry, uses_all_of_the_range, "")
{
	bool is_met[11] = {false};

	for (uint64_t seed = 0; seed < 1000; seed++) {
		client_retry_init(&r, 10, 10, seed);
		is_met[client_retry_wait(&r, 0)] = true;
	}
	for (int i = 0; i <= 10; i++)
		cr_assert_eq(is_met[i], i >= 5, "%d", i);
}

TEST(retry, is_the_same_for_the_same_seed, "")
{
	struct client_retry other;

	client_retry_init(&r, 1, 1 << 20, 7);
	client_retry_init(&other, 1, 1 << 20, 7);
	for (int i = 0; i < 100; i++)
		cr_assert_eq(client_retry_wait(&r, 0), client_retry_wait(&other, 0));
}

TEST(retry, begins_anew_after_a_connection_that_lasted, "")
{
	client_retry_init(&r, 1000, 60000, 1);
	for (int i = 0; i < 3; i++)
		(void)client_retry_wait(&r, 0);
	client_retry_connected(&r, 100000);
	cr_assert_geq(client_retry_wait(&r, 107999), 4000, "it did not last");
	client_retry_connected(&r, 200000);
	cr_assert_leq(client_retry_wait(&r, 216000), 1000);
	cr_assert_geq(client_retry_wait(&r, 900000), 1000, "there was no connection in between");
}

TEST(retry, does_not_grow_beyond_what_a_number_holds, "")
{
	client_retry_init(&r, 1, MSEC_NEVER - 1, 1);
	for (int i = 0; i < 200; i++)
		cr_assert_geq(client_retry_wait(&r, 0), 0);
}
