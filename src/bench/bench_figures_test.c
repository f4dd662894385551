#include "bench/bench_figures.h"

#include "base/base_test.h"

#include <stdlib.h>

static const struct bench_plan plan = {.scenario = BENCH_FAN_IN,
	.version = MQTT_5,
	.qos = 1,
	.publishers = 3,
	.subscribers = 2,
	.size = 64,
	.window = 5,
	.processes = 1,
	.duration_ms = 1000};

static struct bench_run run_of(void)
{
	return (struct bench_run){.plan = &plan,
		.endpoint = "tcp://a, \"b\":1",
		.result = {.count = {.sent = 10, .delivered = 20, .expected = 20},
			.duration_ns = 1000000000,
			.opened = 5}};
}

static const struct bench_figure *find(
	const struct bench_figure *all, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(all[i].name, name) == 0)
			return &all[i];
	return NULL;
}

TEST(bench_figures, have_each_name_once, "")
{
	static struct bench_run r;
	struct bench_figure all[BENCH_FIGURES_MAX];
	size_t count;

	r = run_of();
	count = bench_figures_list(all, &r);
	for (size_t i = 0; i < count; i++)
		cr_assert_eq(find(all, count, all[i].name), &all[i], "%s", all[i].name);
}

TEST(bench_figures, say_what_is_not_known, "")
{
	static struct bench_run r;
	struct bench_figure all[BENCH_FIGURES_MAX];
	size_t count;

	r = run_of();
	count = bench_figures_list(all, &r);
	cr_assert_not(find(all, count, "cpu_ns_per_delivery")->is_known, "no process was named");
	cr_assert_not(find(all, count, "rate_per_s")->is_known, "a closed loop has none");
	cr_assert(find(all, count, "latency_p99_ns")->is_known);
	cr_assert_eq(find(all, count, "delivered_per_s")->number, 20);
	r.result.knows_broker = true;
	r.result.count.delivered = 0;
	count = bench_figures_list(all, &r);
	cr_assert_not(find(all, count, "cpu_ns_per_delivery")->is_known, "nothing was delivered");
	cr_assert(find(all, count, "resident_peak_bytes")->is_known);
}

TEST(bench_figures, are_two_lines_of_a_table, "RFC 4180")
{
	static struct bench_run r;
	char *text = NULL, *line;
	size_t size = 0, commas = 0;
	FILE *out = open_memstream(&text, &size);

	r = run_of();
	bench_figures_print(out, &r);
	cr_assert_eq(fclose(out), 0);
	line = strstr(text, "\r\n") + 2;
	for (const char *at = text; at < line; at++)
		commas += *at == ',';
	cr_assert(strncmp(text, "broker,scenario,version,qos,", 28) == 0);
	cr_assert(
		strncmp(line, "\"tcp://a, \"\"b\"\":1\",\"fan-in\",5,1,3,2,0,,64,5,,1,5,", 49) == 0,
		"%s", line);
	for (const char *at = line; *at; at++)
		commas -= *at == ',';
	cr_assert_eq(commas, (size_t)-1, "one is in the endpoint");
	cr_assert_str_eq(line + strlen(line) - 5, ",\"\"\r\n");
	free(text);
}
