/* sim_alloc.h - memory that is counted, and that can be made to run out by draw. */
#ifndef TING_SIM_ALLOC_H
#define TING_SIM_ALLOC_H

#include "base/base_alloc.h"
#include "base/base_prng.h"

#include <stdbool.h>
#include <stdint.h>

struct sim_alloc {
	struct allocator allocator; /* what the code under test is given */
	struct prng prng;
	unsigned failure; /* in hundred-thousandths of the requests; 0: never */
	bool may_fail;
	size_t live_bytes, live_count;
	uint64_t failures;
};

/* `a` must stay where it is. */
void sim_alloc_init(struct sim_alloc *a, uint64_t seed, unsigned failure);

#endif
