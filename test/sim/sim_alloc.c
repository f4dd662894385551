/* sim_alloc.c - the C library's memory with a count, and a refusal now and then. */
#include "sim_alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void *resize(void *context, void *old, size_t old_size, size_t new_size)
{
	struct sim_alloc *a = context;
	void *at;

	if (!old)
		old_size = 0;
	assert(a->live_bytes >= old_size);
	if (new_size == 0) {
		a->live_bytes -= old_size;
		a->live_count -= old != NULL;
		free(old);
		return NULL;
	}
	if (a->may_fail && a->failure && prng_below(&a->prng, 100000) < a->failure) {
		a->failures++;
		return NULL;
	}
	at = realloc(old, new_size);
	assert(at);
	if (new_size > old_size) /* what is not cleared is not zero */
		memset((char *)at + old_size, 0xa5, new_size - old_size);
	a->live_bytes += new_size - old_size;
	a->live_count += old == NULL;
	return at;
}

void sim_alloc_init(struct sim_alloc *a, uint64_t seed, unsigned failure)
{
	*a = (struct sim_alloc){.allocator = {resize, a}, .failure = failure};
	prng_init(&a->prng, seed);
}
