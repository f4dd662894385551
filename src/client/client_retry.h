/* client_retry.h - how long to wait before connecting again.
 *
 * All clients of a server lose it at the same moment; if all came back after the same time they
 * would run it down again.  So each wait is drawn, between half and all of a bound that doubles
 * with each attempt. */
#ifndef TING_CLIENT_RETRY_H
#define TING_CLIENT_RETRY_H

#include "base/base_ids.h"
#include "base/base_prng.h"

/* Private, but its place is the caller's. */
struct client_retry {
	struct prng prng;
	msec min_ms, max_ms;
	msec bound_ms;     /* of the next wait */
	msec connected_ms; /* since when; MSEC_NEVER: not connected */
};

/* The bound goes from min_ms, at least 1, to max_ms, at least that. */
void client_retry_init(struct client_retry *r, msec min_ms, msec max_ms, uint64_t seed);

/* The server let us in. */
void client_retry_connected(struct client_retry *r, msec now);

/* The connection is over, or did not come about: milliseconds until the next attempt.  The bound
 * begins anew only after a connection that lasted as long as the bound is: a server that takes us
 * in and loses us at once is no better than one that does not answer. */
msec client_retry_wait(struct client_retry *r, msec now);

#endif
