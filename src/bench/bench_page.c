/* bench_page.c - the charts over time show what happened from one sample to the next. */
#include "bench/bench_page.h"

#include "bench/bench_chart.h"
#include "bench/bench_figures.h"
#include "bench/bench_print.h"
#include "lab/lab_look.h"
#include "lab/lab_text.h"
#include "loop/loop_clock.h"

#include <math.h>
#include <stdlib.h>

enum { NUMBER_BYTES = 64, PER_MILLE = 1000 };

/* Where the maximum is, to the right of 99.9 % at 3. */
static const double max_place = 3.5;

/* What a sample tells of the time since the one before; false: nothing. */
typedef bool (*tell)(
	double *ret, const struct bench_sample *before, const struct bench_sample *now);

static bool tell_throughput(
	double *ret, const struct bench_sample *before, const struct bench_sample *now)
{
	double ns = (double)(now->time_ns - before->time_ns);

	*ret = (double)(now->delivered - before->delivered) * NS_PER_S / fmax(ns, 1);
	return true;
}

static bool tell_cpu(double *ret, const struct bench_sample *before, const struct bench_sample *now)
{
	double messages = (double)(now->delivered - before->delivered);

	*ret = (double)(now->usage.cpu_ns - before->usage.cpu_ns) / fmax(messages, 1);
	return messages > 0;
}

static bool tell_memory(
	double *ret, const struct bench_sample *before, const struct bench_sample *now)
{
	(void)before;
	*ret = (double)now->usage.resident_bytes;
	return true;
}

static const struct over_time {
	const char *id, *title, *hint;
	enum lab_figure figure;
	bool is_of_broker;
	tell tell;
} charts[] = {
	{"throughput", "Deliveries", "per second, as the run went on", LAB_THROUGHPUT, false,
		tell_throughput},
	{"cpu", "Processor time for a delivery", "of the broker; less is better", LAB_CPU, true,
		tell_cpu},
	{"memory", "Memory", "resident, of the broker", LAB_MEMORY, true, tell_memory},
};

static void print_figure(
	FILE *out, const char *title, const char *hint, const struct bench_chart *c)
{
	(void)fprintf(out, "<figure>\n<figcaption><h3>%s</h3><span>%s</span></figcaption>\n", title,
		hint);
	bench_chart_print(out, c);
	(void)fputs("</figure>\n", out);
}

static void print_over_time(
	FILE *out, const struct bench_result *r, const struct over_time *o, double *x, double *y)
{
	struct bench_chart c = {.id = o->id,
		.title = o->title,
		.name = "seconds",
		.figure = o->figure,
		.x = x,
		.y = y};
	struct bench_sample first = {.usage = r->opened_usage};
	const struct bench_sample *before = &first;

	for (uint32_t i = 0; i < r->sample_count; i++) {
		const struct bench_sample *now = &r->samples[i];

		if (!o->tell(&y[c.count], before, now))
			continue;
		x[c.count++] = (double)now->time_ns / NS_PER_S;
		before = now;
	}
	bench_chart_name_seconds(&c, c.count ? x[c.count - 1] : 1);
	print_figure(out, o->title, o->hint, &c);
}

/* A percentile's place is how rare it is: each step to the right is a tenth of what was left. */
static void print_latency(FILE *out, const struct bench_result *r, double *x, double *y)
{
	struct bench_chart c = {.id = "latency",
		.title = "Latency over percentile",
		.name = "of the deliveries were at most so late",
		.figure = LAB_P99,
		.is_logarithmic = true,
		.x = x,
		.y = y,
		.x_max = max_place,
		.place_count = 5,
		.places = {{-log10(0.5), "50 %"}, {1, "90 %"}, {2, "99 %"}, {3, "99.9 %"},
			{max_place, "all"}}};

	for (unsigned i = 0; i < PER_MILLE; i += i < 900 ? 100 : i < 990 ? 10 : 1) {
		x[c.count] = -log10(1 - (double)i / PER_MILLE);
		y[c.count++] = fmax((double)lab_histogram_at(&r->count.latencies, i), 1);
	}
	x[c.count] = max_place;
	y[c.count++] = fmax((double)r->count.latencies.max, 1);
	print_figure(out, "Latency", "from the intended time of sending to the arrival", &c);
}

static void print_charts(FILE *out, const struct bench_result *r)
{
	size_t room = r->sample_count > PER_MILLE ? r->sample_count : PER_MILLE;
	double *x = malloc(room * sizeof x[0]), *y = malloc(room * sizeof y[0]);

	if (!x || !y)
		abort();
	(void)fputs("<section>\n<h2>How it went</h2>\n<div class=\"charts\">\n", out);
	print_latency(out, r, x, y);
	for (size_t i = 0; i < sizeof charts / sizeof charts[0]; i++)
		if (r->knows_broker || !charts[i].is_of_broker)
			print_over_time(out, r, &charts[i], x, y);
	(void)fputs("</div>\n</section>\n", out);
	free(x);
	free(y);
}

static void print_head(FILE *out, const struct bench_page *p)
{
	(void)fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
		    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
		    "<title>What does a broker take?</title>\n<style>\n",
		out);
	lab_look_print_base(out);
	(void)fputs(".s{--c:var(--good)}\n</style>\n</head>\n<body>\n<main>\n"
		    "<h1>What does a broker take?</h1>\n<p class=\"facts\">",
		out);
	lab_text_print(out, p->run->endpoint);
	(void)fputs(": ", out);
	bench_print_plan(out, p->run->plan);
	(void)fprintf(out, ". ting %s, ", p->version);
	lab_text_print(out, p->system);
	(void)fputs(".<br/>Again: <code>", out);
	lab_text_print(out, p->command);
	(void)fputs("</code></p>\n", out);
	if (!p->run->result.reason[0])
		return;
	(void)fputs("<p><b>It ended early:</b> ", out);
	lab_text_print(out, p->run->result.reason);
	(void)fputs("</p>\n", out);
}

static void print_table(FILE *out, const struct bench_run *r)
{
	struct bench_figure all[BENCH_FIGURES_MAX];
	size_t count = bench_figures_list(all, r);

	(void)fputs(
		"<section>\n<h2>Everything</h2>\n<figure class=\"wide\">\n<table>\n<tbody>\n", out);
	for (size_t i = 0; i < count; i++) {
		if (!all[i].is_known || (all[i].text && !all[i].text[0]))
			continue;
		(void)fprintf(out, "<tr><th scope=\"row\">%s</th><td>", all[i].name);
		if (all[i].text)
			lab_text_print(out, all[i].text);
		else
			(void)fprintf(out, "%.*f", all[i].decimals, all[i].number);
		(void)fputs("</td></tr>\n", out);
	}
	(void)fputs("</tbody>\n</table>\n</figure>\n</section>\n", out);
}

void bench_page_print(FILE *out, const struct bench_page *p)
{
	print_head(out, p);
	(void)fputs("<section>\n<h2>In short</h2>\n<figure class=\"wide\">\n<pre>", out);
	bench_print_text(out, p->run);
	(void)fputs("</pre>\n</figure>\n</section>\n", out);
	if (p->run->result.count.delivered)
		print_charts(out, &p->run->result);
	print_table(out, p->run);
	(void)fputs("</main>\n</body>\n</html>\n", out);
}
