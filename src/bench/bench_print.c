/* bench_print.c */
#include "bench/bench_print.h"

#include <inttypes.h>

enum { NS_PER_S = 1000000000 };

static void print_clients(FILE *out, const struct bench_plan *p)
{
	switch (p->scenario) {
	case BENCH_PAIRS:
		(void)fprintf(out, "%" PRIu32 " pairs", p->publishers);
		break;
	case BENCH_MIXED:
		(void)fprintf(out, "mixed: %" PRIu32 " pairs and %" PRIu32 " listeners",
			p->publishers, p->subscribers - p->publishers);
		break;
	case BENCH_FAN_IN:
	case BENCH_FAN_OUT:
	case BENCH_SHARED:
		(void)fprintf(out, "%s: %" PRIu32 " to %" PRIu32, bench_scenario_name(p->scenario),
			p->publishers, p->subscribers);
		break;
	case BENCH_CONNECTIONS:
	case BENCH_SCENARIOS:
		break;
	}
	if (p->connections)
		(void)fprintf(out, "%s%" PRIu32 " connections that subscribe to %" PRIu32 "%s",
			p->publishers ? ", " : "", p->connections, p->filters,
			p->filters == 1 ? " topic" : " topics each");
}

static void print_version(FILE *out, enum mqtt_version version)
{
	static const char *const names[] = {
		[MQTT_3_1] = "3.1", [MQTT_3_1_1] = "3.1.1", [MQTT_5] = "5"};

	(void)fprintf(out, ", MQTT %s", names[version]);
}

void bench_print_plan(FILE *out, const struct bench_plan *p)
{
	print_clients(out, p);
	if (p->publishers) {
		if (p->scenario != BENCH_MIXED)
			(void)fprintf(out, ", QoS %u", p->qos);
		(void)fprintf(out, ", %" PRIu32 " bytes", p->size);
	}
	print_version(out, p->version);
	if (p->publishers && p->rate)
		(void)fprintf(out, ", %" PRIu32 " messages/s", p->rate);
	else if (p->publishers)
		(void)fprintf(out, ", at most %" PRIu32 " ahead", p->window);
}

static double us(uint64_t ns)
{
	return (double)ns / 1000;
}

static void print_messages(FILE *out, const struct bench_result *r)
{
	const struct bench_count *c = &r->count;

	(void)fprintf(
		out, "sent       %12" PRIu64 "   %10.0f/s\n", c->sent, bench_result_sent_per_s(r));
	(void)fprintf(out, "delivered  %12" PRIu64 "   %10.0f/s   in %.2f s\n", c->delivered,
		bench_result_delivered_per_s(r), (double)r->duration_ns / NS_PER_S);
	(void)fprintf(out,
		"lost       %12" PRIu64 "   doubled %" PRIu64 "   out of order %" PRIu64
		"   altered %" PRIu64 "\n",
		c->lost, c->doubled, c->disordered, c->altered);
	(void)fprintf(out, "latency    p50 %.1f us   p99 %.1f us   p99.9 %.1f us   max %.1f us\n",
		us(lab_histogram_at(&c->latencies, 500)), us(lab_histogram_at(&c->latencies, 990)),
		us(lab_histogram_at(&c->latencies, 999)), us(c->latencies.max));
	if (c->late_ns)
		(void)fprintf(out, "latest     a message was sent %.1f us after its time\n",
			us(c->late_ns));
}

static void print_broker(FILE *out, const struct bench_plan *p, const struct bench_result *r)
{
	if (p->publishers)
		(void)fprintf(out,
			"broker     %.0f ns of CPU and %.3f context switches per delivery\n",
			bench_result_cpu_ns_per_delivery(r), bench_result_switches_per_delivery(r));
	(void)fprintf(out, "accepting  %.1f us of CPU and %.2f KiB of memory per connection\n",
		bench_result_cpu_ns_per_connection(r) / 1000,
		bench_result_bytes_per_connection(r) / 1024);
	(void)fprintf(out,
		"memory     %.1f MiB at first, %.1f connected, %.1f at the end, %.1f at "
		"most\n",
		(double)r->before.resident_bytes / (1 << 20),
		(double)r->opened_usage.resident_bytes / (1 << 20),
		(double)r->after.resident_bytes / (1 << 20),
		(double)r->after.peak_bytes / (1 << 20));
}

void bench_print_text(FILE *out, const struct bench_run *run)
{
	const struct bench_result *r = &run->result;

	bench_print_plan(out, run->plan);
	(void)fprintf(out, "\nconnected  %12" PRIu32 "   in %.2f s\n", r->opened,
		(double)r->open_ns / NS_PER_S);
	if (run->plan->publishers)
		print_messages(out, r);
	if (r->knows_broker)
		print_broker(out, run->plan, r);
}
