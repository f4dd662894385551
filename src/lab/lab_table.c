/* lab_table.c - the columns are a table: figures by their kind, counts by their place. */
#include "lab/lab_table.h"

#include "lab/lab_summary.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

static const char *const verdicts[] = {
	[LAB_NOT_DONE] = "",
	[LAB_MEASURED] = "measured",
	[LAB_REFUSED] = "refused",
	[LAB_FAILED] = "failed",
};

static const struct {
	const char *name;
	enum lab_figure figure;
	int decimals;
} figures[] = {
	{"answers_per_s", LAB_THROUGHPUT, 0},
	{"cpu_ns_per_answer", LAB_CPU, 0},
	{"cpu_to_floor", LAB_RATIO, 3},
	{"latency_p50_ns", LAB_P50, 0},
	{"latency_p99_ns", LAB_P99, 0},
	{"latency_max_ns", LAB_LATENCY_MAX, 0},
	{"memory_bytes", LAB_MEMORY, 0},
	{"switches_per_answer", LAB_SWITCHES, 3},
	{"server_processors", LAB_SERVER_BUSY, 3},
	{"generator_processors", LAB_GENERATOR_BUSY, 3},
};

static const struct {
	const char *name;
	size_t offset; /* of a uint64_t in struct lab_result */
} counts[] = {
	{"window_ns", offsetof(struct lab_result, window_ns)},
	{"answers", offsetof(struct lab_result, answers)},
	{"answers_all", offsetof(struct lab_result, answers_all)},
	{"clients_served", offsetof(struct lab_result, served)},
	{"clients_refused", offsetof(struct lab_result, refused)},
	{"clients_cut", offsetof(struct lab_result, cut)},
	{"requests_lost", offsetof(struct lab_result, lost)},
	{"answers_late", offsetof(struct lab_result, late)},
	{"answers_missing", offsetof(struct lab_result, missing)},
};

enum {
	FIGURES = sizeof figures / sizeof figures[0],
	COUNTS = sizeof counts / sizeof counts[0],
};

static void print_names(FILE *out)
{
	(void)fputs("transport,clients,round,model,verdict", out);
	for (size_t i = 0; i < FIGURES; i++)
		(void)fprintf(out, ",%s", figures[i].name);
	for (size_t i = 0; i < COUNTS; i++)
		(void)fprintf(out, ",%s", counts[i].name);
	(void)fputs(",reason\r\n", out);
}

void lab_table_print_quoted(FILE *out, const char *text)
{
	(void)fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			(void)fputc('"', out);
		(void)fputc(*text, out);
	}
	(void)fputc('"', out);
}

static void print_result(
	FILE *out, const struct lab_plan *p, const struct lab_result *results, size_t index)
{
	const struct lab_result *r = &results[index];
	struct lab_point at = lab_plan_point(p, index);

	(void)fprintf(out, "%s,%" PRIu32 ",%zu,%s,%s", p->transports[at.transport]->name,
		p->counts[at.count], at.round + 1, p->models[at.model], verdicts[r->verdict]);
	for (size_t i = 0; i < FIGURES; i++) {
		double value;

		(void)fputc(',', out);
		if (lab_figure_of(r, lab_floor_of(p, results, index), figures[i].figure, &value))
			(void)fprintf(out, "%.*f", figures[i].decimals, value);
	}
	for (size_t i = 0; i < COUNTS; i++) {
		uint64_t count;

		memcpy(&count, (const char *)r + counts[i].offset, sizeof count);
		(void)fprintf(out, ",%" PRIu64, count);
	}
	(void)fputc(',', out);
	lab_table_print_quoted(out, r->reason);
	(void)fputs("\r\n", out);
}

void lab_table_print(FILE *out, const struct lab_plan *p, const struct lab_result *results)
{
	print_names(out);
	for (size_t i = 0; i < lab_plan_size(p); i++)
		if (results[i].verdict != LAB_NOT_DONE)
			print_result(out, p, results, i);
}
