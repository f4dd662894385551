/* bench_sequence.h - which messages of a publisher have come, and did they come in order?
 *
 * Remembers the last 64 numbers, or more; what is older and has not come counts as lost, and what
 * is older and comes again cannot be told from what comes too late. */
#ifndef TING_BENCH_SEQUENCE_H
#define TING_BENCH_SEQUENCE_H

#include <stdint.h>

struct bench_sequence {
	uint32_t high;  /* one more than the highest number that came */
	uint32_t next;  /* all below came, or are older than what is remembered */
	uint32_t words; /* of `seen` */
	uint64_t *seen; /* a ring of bits: the caller's memory, all zeroes at first */
};

enum bench_arrival {
	BENCH_IN_ORDER, /* or after some that are missing yet */
	BENCH_LATE,     /* after a later one */
	BENCH_DOUBLE,
};

/* `words` is a power of two. */
struct bench_sequence bench_sequence_of(uint64_t *seen, uint32_t words);

enum bench_arrival bench_sequence_add(struct bench_sequence *s, uint32_t number);

#endif
