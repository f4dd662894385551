/* apps_bench_json.c */
#include "apps/apps_bench_json.h"

#include "apps/apps_json.h"
#include "bench/bench_figures.h"

enum { NUMBER_BYTES = 64 };

static void print_figure(struct json *j, const struct bench_figure *f)
{
	char number[NUMBER_BYTES];

	json_key(j, span_of_text(f->name));
	if (f->text) {
		json_text(j, span_of_text(f->text));
	} else if (f->is_known) {
		(void)snprintf(number, sizeof number, "%.*f", f->decimals, f->number);
		json_token(j, span_of_text(number));
	} else {
		json_token(j, SPAN_LITERAL("null"));
	}
}

static void print_sample(struct json *j, const struct bench_sample *s, bool knows_broker)
{
	const struct {
		const char *name;
		uint64_t value;
		bool is_known;
	} members[] = {
		{"time_ns", s->time_ns, true},
		{"sent", s->sent, true},
		{"delivered", s->delivered, true},
		{"cpu_ns", s->usage.cpu_ns, knows_broker},
		{"switches", s->usage.switches, knows_broker},
		{"resident_bytes", s->usage.resident_bytes, knows_broker},
	};

	json_open(j, false);
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		if (!members[i].is_known)
			continue;
		json_key(j, span_of_text(members[i].name));
		json_number(j, (int64_t)members[i].value);
	}
	json_close(j);
}

void bench_json_print(FILE *out, const struct bench_run *r)
{
	struct bench_figure all[BENCH_FIGURES_MAX];
	size_t count = bench_figures_list(all, r);
	struct json j;

	json_init(&j, out, true);
	json_open(&j, false);
	for (size_t i = 0; i < count; i++)
		print_figure(&j, &all[i]);
	json_key(&j, SPAN_LITERAL("samples"));
	json_open(&j, true);
	for (uint32_t i = 0; i < r->result.sample_count; i++)
		print_sample(&j, &r->result.samples[i], r->result.knows_broker);
	json_close(&j);
	json_close(&j);
	(void)fputc('\n', out);
}
