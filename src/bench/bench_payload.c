/* bench_payload.c */
#include "bench/bench_payload.h"

#include "base/base_reader.h"
#include "base/base_writer.h"

#include <assert.h>

enum { STEP = 7, START = 32, PRINTABLE = 95 };

void bench_payload_stamp(uint8_t *ret, const struct bench_payload *p)
{
	struct writer w = writer_of(ret, BENCH_PAYLOAD_MIN);

	writer_u32(&w, (uint32_t)(p->time_ns >> 32));
	writer_u32(&w, (uint32_t)p->time_ns);
	writer_u32(&w, p->publisher);
	writer_u32(&w, p->number);
	assert(!w.is_full);
}

void bench_payload_fill(uint8_t *payload, size_t size)
{
	for (size_t i = BENCH_PAYLOAD_MIN; i < size; i++)
		payload[i] = (uint8_t)(START + i * STEP % PRINTABLE);
}

bool bench_payload_read(struct bench_payload *ret, struct span payload, struct span filled)
{
	struct reader r = reader_of(payload);
	uint64_t high;

	if (!span_equal(
		    span_skip(payload, BENCH_PAYLOAD_MIN), span_skip(filled, BENCH_PAYLOAD_MIN)) ||
		payload.size != filled.size)
		return false;
	high = reader_u32(&r);
	ret->time_ns = high << 32 | reader_u32(&r);
	ret->publisher = reader_u32(&r);
	ret->number = reader_u32(&r);
	return true;
}
