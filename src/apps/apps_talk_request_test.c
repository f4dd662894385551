/* How long an answer is waited for. */
#include "apps/apps_talk_request.h"

#include "base/base_test.h"

TEST(talk_request, waits_twice_as_long_each_time_within_a_quarter, "")
{
	for (int64_t tries = 1; tries <= 20; tries++) {
		int64_t middle = 100 << (tries < 7 ? tries - 1 : 6);

		cr_expect_eq(talk_request_patience(100, tries, 0), middle * 3 / 4);
		for (uint64_t random = 1; random < 1000000; random = 3 * random + 1) {
			int64_t wait_ms = talk_request_patience(100, tries, random);

			cr_expect(wait_ms >= middle * 3 / 4 && wait_ms <= middle * 5 / 4);
		}
		cr_expect_eq(
			talk_request_patience(100, tries, (uint64_t)(middle / 2)), middle * 5 / 4);
	}
}

TEST(talk_request, waits_at_least_a_moment, "")
{
	cr_expect_eq(talk_request_patience(1, 1, UINT64_MAX), 1);
}
