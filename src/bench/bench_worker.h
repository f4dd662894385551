/* bench_worker.h - one process of the generator, from its first connection to its last. */
#ifndef TING_BENCH_WORKER_H
#define TING_BENCH_WORKER_H

#include "bench/bench_shared.h"
#include "net/net_address.h"

enum {
	BENCH_IS_OPEN = 'o', /* all its clients are connected and subscribed */
	BENCH_IS_DONE = 'd', /* its part of the result is there; also when something went wrong */
};

/* Writes these to `report` as it comes to them, waits for the parent's phases between, and returns
 * when all is closed. */
void bench_worker_run(struct bench_shared *shared, uint32_t index, const struct bench_plan *p,
	const struct net_address *broker, int report);

#endif
