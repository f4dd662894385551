/* bench_figures.h - a run as a list of names and values, for all that is read by programs: the
 * plan, what was counted, and what follows from it. */
#ifndef TING_BENCH_FIGURES_H
#define TING_BENCH_FIGURES_H

#include "bench/bench_run.h"

#include <stdio.h>

enum { BENCH_FIGURES_MAX = 64 };

struct bench_figure {
	const char *name; /* "cpu_ns_per_delivery": its unit is in it */
	bool is_known;
	const char *text; /* the value, or NULL: */
	double number;
	int decimals;
};

/* How many there are; always the same names in the same order. */
size_t bench_figures_list(struct bench_figure ret[BENCH_FIGURES_MAX], const struct bench_run *r);

/* As comma-separated values (RFC 4180): a line of names, and one of values. */
void bench_figures_print(FILE *out, const struct bench_run *r);

#endif
