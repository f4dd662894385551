/* bench_payload.h - what a message says about itself, so that whoever receives it knows which it
 * is and how long it took.
 *
 *   8 bytes   when it was meant to be sent, nanoseconds of the machine's monotonic clock
 *   4 bytes   the publisher's number
 *   4 bytes   the message's number, from 0
 *   the rest  the same bytes in every message, so that an altered one is noticed */
#ifndef TING_BENCH_PAYLOAD_H
#define TING_BENCH_PAYLOAD_H

#include "base/base_span.h"

#include <stdbool.h>
#include <stdint.h>

enum { BENCH_PAYLOAD_MIN = 16 };

struct bench_payload {
	uint64_t time_ns;
	uint32_t publisher, number;
};

/* Writes the first BENCH_PAYLOAD_MIN bytes. */
void bench_payload_stamp(uint8_t *ret, const struct bench_payload *p);

/* What follows them. */
void bench_payload_fill(uint8_t *payload, size_t size);

/* False, and *ret unchanged: it has not `filled`'s size, or other bytes after the stamp. */
bool bench_payload_read(struct bench_payload *ret, struct span payload, struct span filled);

#endif
