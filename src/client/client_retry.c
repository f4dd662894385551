/* client_retry.c - what client_retry.h promises. */
#include "client/client_retry.h"

#include <assert.h>

void client_retry_init(struct client_retry *r, msec min_ms, msec max_ms, uint64_t seed)
{
	assert(min_ms > 0 && min_ms <= max_ms);
	*r = (struct client_retry){
		.min_ms = min_ms,
		.max_ms = max_ms,
		.bound_ms = min_ms,
		.connected_ms = MSEC_NEVER,
	};
	prng_init(&r->prng, seed);
}

void client_retry_connected(struct client_retry *r, msec now)
{
	r->connected_ms = now;
}

msec client_retry_wait(struct client_retry *r, msec now)
{
	msec wait;

	if (r->connected_ms != MSEC_NEVER && now - r->connected_ms >= r->bound_ms)
		r->bound_ms = r->min_ms;
	r->connected_ms = MSEC_NEVER;
	wait = r->bound_ms - (msec)prng_below(&r->prng, (uint64_t)r->bound_ms / 2 + 1);
	r->bound_ms = r->bound_ms < r->max_ms / 2 ? r->bound_ms * 2 : r->max_ms;
	return wait;
}
