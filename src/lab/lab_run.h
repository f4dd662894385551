/* lab_run.h - carries out a plan. */
#ifndef TING_LAB_RUN_H
#define TING_LAB_RUN_H

#include "lab/lab_plan.h"
#include "lab/lab_result.h"

/* All that is measured: a result for each point of the plan, by its number. */
struct lab_run {
	const struct lab_plan *plan;
	const char *endpoint; /* of a server that runs already, or NULL: the plan's models */
	struct lab_result *results;

	/* Tells how far it is: the point in hand, and how much of it is done.  Called some ten
	 * times a second, and with 1000 once the result is there. */
	void (*show)(const struct lab_run *r, size_t index, unsigned per_mille);
};

/* Measures until the end of the plan, or SIGINT or SIGTERM: then what has been measured is there,
 * and the number of the signal is the answer.  0, or -errno with a sentence. */
int lab_run(struct lab_run *r, struct ting_error *err);

#endif
