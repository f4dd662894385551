/* bench_run.h - carries out a plan: starts the processes of the generator, takes them through the
 * phases together, looks at the broker meanwhile, and adds up what they counted. */
#ifndef TING_BENCH_RUN_H
#define TING_BENCH_RUN_H

#include "bench/bench_plan.h"
#include "bench/bench_result.h"

#include <sys/types.h>

struct bench_progress {
	uint32_t opened, clients;
	uint64_t sent, delivered;
	uint64_t elapsed_ns; /* since the first message; 0: clients still connect */
};

struct bench_run {
	const struct bench_plan *plan; /* complete */
	const char *endpoint;          /* of the broker */
	pid_t broker;                  /* whose use of the machine is measured, 0: nobody's */
	void (*show)(const struct bench_run *r, const struct bench_progress *p); /* now and then */
	struct bench_result result;
};

/* Fills r->result as far as it came.  SIGINT and SIGTERM end the publishing early.  0, or -errno
 * with a sentence when it did not even begin. */
int bench_run(struct bench_run *r, struct ting_error *err);
void bench_run_done(struct bench_run *r);

#endif
