/* bench_page.h - a run as one page that needs nothing else: what was measured, and charts of how
 * latency is distributed and how the run went on. */
#ifndef TING_BENCH_PAGE_H
#define TING_BENCH_PAGE_H

#include "bench/bench_run.h"

#include <stdio.h>

struct bench_page {
	const struct bench_run *run;
	const char *version; /* of ting */
	const char *system;  /* "Linux 6.1.0, 4 processors" */
	const char *command; /* that does it again */
};

/* HTML that is well-formed XML too. */
void bench_page_print(FILE *out, const struct bench_page *p);

#endif
