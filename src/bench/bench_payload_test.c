#include "bench/bench_payload.h"

#include "base/base_test.h"

enum { SIZE = 40 };

static void make(uint8_t payload[SIZE])
{
	const struct bench_payload p = {
		.time_ns = 0x0102030405060708, .publisher = 9, .number = 10};

	bench_payload_fill(payload, SIZE);
	bench_payload_stamp(payload, &p);
}

TEST(bench_payload, is_read_as_it_was_stamped, "")
{
	uint8_t filled[SIZE] = {0}, payload[SIZE] = {0};
	struct bench_payload p;

	bench_payload_fill(filled, SIZE);
	make(payload);
	cr_assert(bench_payload_read(&p, span_of(payload, SIZE), span_of(filled, SIZE)));
	cr_assert_eq(p.time_ns, 0x0102030405060708);
	cr_assert_eq(p.publisher, 9);
	cr_assert_eq(p.number, 10);
}

TEST(bench_payload, of_the_smallest_size_is_its_stamp, "")
{
	const struct bench_payload sent = {.time_ns = 1, .publisher = 2, .number = 3};
	uint8_t payload[BENCH_PAYLOAD_MIN] = {0};
	struct bench_payload p;

	bench_payload_fill(payload, sizeof payload);
	bench_payload_stamp(payload, &sent);
	cr_assert(bench_payload_read(
		&p, span_of(payload, sizeof payload), span_of(payload, sizeof payload)));
	cr_assert_eq(p.number, 3);
}

TEST(bench_payload, shows_each_altered_byte_and_each_other_size, "")
{
	uint8_t filled[SIZE] = {0}, payload[SIZE] = {0};
	struct bench_payload p;

	bench_payload_fill(filled, SIZE);
	make(payload);
	for (size_t i = BENCH_PAYLOAD_MIN; i < SIZE; i++) {
		payload[i] ^= 1;
		cr_assert_not(
			bench_payload_read(&p, span_of(payload, SIZE), span_of(filled, SIZE)));
		payload[i] ^= 1;
	}
	for (size_t size = 0; size < SIZE; size++)
		cr_assert_not(
			bench_payload_read(&p, span_of(payload, size), span_of(filled, SIZE)));
}
