/* bench_figures.c - the order here is that of the columns. */
#include "bench/bench_figures.h"

#include "lab/lab_table.h"

#include <assert.h>

struct list {
	struct bench_figure *at;
	size_t count;
};

static struct bench_figure *add(struct list *l, const char *name, bool is_known)
{
	struct bench_figure *f = &l->at[l->count++];

	assert(l->count <= BENCH_FIGURES_MAX);
	*f = (struct bench_figure){.name = name, .is_known = is_known};
	return f;
}

static void add_text(struct list *l, const char *name, const char *text)
{
	add(l, name, true)->text = text;
}

static void add_count(struct list *l, const char *name, uint64_t count, bool is_known)
{
	add(l, name, is_known)->number = (double)count;
}

static void add_ratio(struct list *l, const char *name, double value, bool is_known)
{
	struct bench_figure *f = add(l, name, is_known);

	f->number = value;
	f->decimals = 3;
}

static void add_plan(struct list *l, const struct bench_plan *p)
{
	add_text(l, "scenario", bench_scenario_name(p->scenario));
	add_count(l, "version", p->version, true);
	add_count(l, "qos", p->qos, p->scenario != BENCH_MIXED);
	add_count(l, "publishers", p->publishers, true);
	add_count(l, "subscribers", p->subscribers, true);
	add_count(l, "connections", p->connections, true);
	add_count(l, "filters", p->filters, p->connections > 0);
	add_count(l, "size_bytes", p->size, true);
	add_count(l, "window", p->window, p->window > 0);
	add_count(l, "rate_per_s", p->rate, p->rate > 0);
	add_count(l, "processes", p->processes, true);
}

static void add_messages(struct list *l, const struct bench_result *r, bool has_messages)
{
	const struct bench_count *c = &r->count;

	add_count(l, "sent", c->sent, true);
	add_count(l, "delivered", c->delivered, true);
	add_count(l, "expected", c->expected, true);
	add_count(l, "lost", c->lost, true);
	add_count(l, "doubled", c->doubled, true);
	add_count(l, "out_of_order", c->disordered, true);
	add_count(l, "altered", c->altered, true);
	add_count(l, "duration_ns", r->duration_ns, true);
	add_ratio(l, "sent_per_s", bench_result_sent_per_s(r), has_messages);
	add_ratio(l, "delivered_per_s", bench_result_delivered_per_s(r), has_messages);
	add_count(l, "latency_p50_ns", lab_histogram_at(&c->latencies, 500), has_messages);
	add_count(l, "latency_p99_ns", lab_histogram_at(&c->latencies, 990), has_messages);
	add_count(l, "latency_p999_ns", lab_histogram_at(&c->latencies, 999), has_messages);
	add_count(l, "latency_max_ns", c->latencies.max, has_messages);
	add_count(l, "sent_late_ns", c->late_ns, has_messages);
}

static void add_broker(struct list *l, const struct bench_result *r, bool has_messages)
{
	bool knows = r->knows_broker, has_both = knows && has_messages;

	add_ratio(l, "cpu_ns_per_delivery", bench_result_cpu_ns_per_delivery(r), has_both);
	add_ratio(l, "switches_per_delivery", bench_result_switches_per_delivery(r), has_both);
	add_ratio(l, "cpu_ns_per_connection", bench_result_cpu_ns_per_connection(r), knows);
	add_ratio(l, "bytes_per_connection", bench_result_bytes_per_connection(r), knows);
	add_count(l, "resident_before_bytes", r->before.resident_bytes, knows);
	add_count(l, "resident_connected_bytes", r->opened_usage.resident_bytes, knows);
	add_count(l, "resident_after_bytes", r->after.resident_bytes, knows);
	add_count(l, "resident_peak_bytes", r->after.peak_bytes, knows);
}

size_t bench_figures_list(struct bench_figure ret[BENCH_FIGURES_MAX], const struct bench_run *run)
{
	const struct bench_result *r = &run->result;
	bool has_messages = r->count.delivered > 0;
	struct list l = {.at = ret};

	add_text(&l, "broker", run->endpoint);
	add_plan(&l, run->plan);
	add_count(&l, "connected", r->opened, true);
	add_count(&l, "connecting_ns", r->open_ns, true);
	add_messages(&l, r, has_messages);
	add_broker(&l, r, has_messages);
	add_text(&l, "reason", r->reason);
	return l.count;
}

void bench_figures_print(FILE *out, const struct bench_run *r)
{
	struct bench_figure all[BENCH_FIGURES_MAX];
	size_t count = bench_figures_list(all, r);

	for (size_t i = 0; i < count; i++)
		(void)fprintf(out, "%s%s", i ? "," : "", all[i].name);
	(void)fputs("\r\n", out);
	for (size_t i = 0; i < count; i++) {
		if (i)
			(void)fputc(',', out);
		if (all[i].text)
			lab_table_print_quoted(out, all[i].text);
		else if (all[i].is_known)
			(void)fprintf(out, "%.*f", all[i].decimals, all[i].number);
	}
	(void)fputs("\r\n", out);
}
