/* apps_lab_progress.c - one line says the point, its share of the whole, and what it gave. */
#include "apps/apps_lab_progress.h"

#include "lab/lab_summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static void print_outcome(const struct lab_result *r)
{
	double per_s = 0, cpu_ns = 0, p99_ns = 0;

	if (r->verdict == LAB_MEASURED) {
		(void)lab_figure_of(r, NULL, LAB_THROUGHPUT, &per_s);
		(void)fprintf(stderr, "%.0f/s", per_s);
		if (lab_figure_of(r, NULL, LAB_P99, &p99_ns))
			(void)fprintf(stderr, ", p99 %.0f us", p99_ns / 1000);
		if (lab_figure_of(r, NULL, LAB_CPU, &cpu_ns))
			(void)fprintf(stderr, ", %.2f us of CPU each", cpu_ns / 1000);
	} else {
		(void)fprintf(stderr, "%s: %s", r->verdict == LAB_REFUSED ? "refused" : "FAILED",
			r->reason);
	}
}

void lab_progress_show(const struct lab_run *r, size_t index, unsigned per_mille)
{
	struct lab_point at = lab_plan_point(r->plan, index);
	size_t count = lab_plan_size(r->plan);
	bool is_terminal = isatty(STDERR_FILENO), is_done = per_mille >= 1000;

	is_done = is_done && r->results[index].verdict != LAB_NOT_DONE;
	if (!is_terminal && !is_done)
		return;
	if (is_terminal)
		(void)fprintf(stderr, "\r\33[K");
	(void)fprintf(stderr, "%zu/%zu  %s, %" PRIu32 " client%s, %s: ", index + is_done, count,
		r->plan->transports[at.transport]->name, r->plan->counts[at.count],
		r->plan->counts[at.count] == 1 ? "" : "s", r->plan->models[at.model]);
	if (is_done)
		print_outcome(&r->results[index]);
	else
		(void)fprintf(stderr, "%u %%", per_mille / 10);
	if (is_done)
		(void)fputc('\n', stderr);
}
