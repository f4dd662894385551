/* base_prng.h - numbers that look random and can be had again from the same seed.
 *
 * xoshiro256** (Blackman and Vigna, 2018), seeded through SplitMix64.  Not for secrets. */
#ifndef TING_BASE_PRNG_H
#define TING_BASE_PRNG_H

#include <stdint.h>

struct prng {
	uint64_t state[4];
};

void prng_init(struct prng *p, uint64_t seed);

uint64_t prng_next(struct prng *p);

/* From 0 to bound - 1; bound is not 0. */
uint64_t prng_below(struct prng *p, uint64_t bound);

#endif
