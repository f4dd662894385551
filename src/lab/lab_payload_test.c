#include "base/base_test.h"
#include "lab/lab_payload.h"

#include <string.h>

enum { SIZE_MAX_TESTED = 100 };

TEST(payload, is_the_same_again, "")
{
	uint8_t a[SIZE_MAX_TESTED], b[SIZE_MAX_TESTED];

	for (size_t size = 0; size <= SIZE_MAX_TESTED; size++) {
		lab_payload_fill(a, size, 7, 8);
		lab_payload_fill(b, size, 7, 8);
		cr_assert_eq(lab_payload_difference(a, b, size), size);
	}
}

TEST(payload, fills_no_more_than_its_size, "")
{
	uint8_t bytes[SIZE_MAX_TESTED + 1];

	for (size_t size = 0; size <= SIZE_MAX_TESTED; size++) {
		memset(bytes, 0xaa, sizeof bytes);
		lab_payload_fill(bytes, size, 1, 1);
		cr_assert_eq(bytes[size], 0xaa);
	}
}

TEST(payload, differs_by_client_and_by_request, "")
{
	uint8_t own[8], other[8];

	for (uint32_t client = 0; client < 50; client++)
		for (uint32_t request = 0; request < 50; request++) {
			lab_payload_fill(own, sizeof own, client, request);
			lab_payload_fill(other, sizeof other, client + 1, request);
			cr_assert_lt(lab_payload_difference(own, other, 8), 8);
			lab_payload_fill(other, sizeof other, client, request + 1);
			cr_assert_lt(lab_payload_difference(own, other, 8), 8);
			lab_payload_fill(other, sizeof other, request + 50, client);
			cr_assert_lt(lab_payload_difference(own, other, 8), 8);
		}
}

TEST(payload, difference_is_the_first, "")
{
	uint8_t a[SIZE_MAX_TESTED], b[SIZE_MAX_TESTED];

	lab_payload_fill(a, sizeof a, 1, 2);
	for (size_t at = 0; at < sizeof a; at++) {
		memcpy(b, a, sizeof a);
		b[at] ^= 1;
		b[sizeof b - 1] ^= 2;
		cr_assert_eq(lab_payload_difference(a, b, sizeof a), at);
	}
}
