#include "bench/bench_result.h"

#include "base/base_test.h"

#include <math.h>

static bool is(double value, double expected)
{
	return fabs(value - expected) < 1e-9 * fabs(expected) + 1e-12;
}

TEST(bench_result, adds_up_what_several_processes_counted, "")
{
	static struct bench_count a, b;

	a.sent = b.sent = 10;
	a.lost = 1;
	b.lost_sure = 2;
	b.doubled = 3;
	b.doubled_sure = 4;
	a.disordered = 5;
	b.altered = 6;
	a.expected = 7;
	b.delivered = 8;
	a.last_ns = 100;
	b.last_ns = 90;
	b.late_ns = 11;
	lab_histogram_add(&a.latencies, 5);
	lab_histogram_add(&b.latencies, 7);
	lab_histogram_add(&b.latencies, 9);
	bench_count_add(&a, &b);
	cr_assert_eq(a.sent, 20);
	cr_assert_eq(a.lost, 1);
	cr_assert_eq(a.lost_sure, 2);
	cr_assert_eq(a.doubled, 3);
	cr_assert_eq(a.doubled_sure, 4);
	cr_assert_eq(a.disordered, 5);
	cr_assert_eq(a.altered, 6);
	cr_assert_eq(a.expected, 7);
	cr_assert_eq(a.delivered, 8);
	cr_assert_eq(a.last_ns, 100);
	cr_assert_eq(a.late_ns, 11);
	cr_assert_eq(a.latencies.total, 3);
	cr_assert_eq(a.latencies.max, 9);
	cr_assert_eq(lab_histogram_at(&a.latencies, 500), 7);
}

TEST(bench_result, divides_by_what_happened, "")
{
	static struct bench_result r;

	r.count.sent = 500;
	r.count.delivered = 1000;
	r.duration_ns = 500000000;
	r.opened = 10;
	r.before = (struct bench_usage){.cpu_ns = 100, .resident_bytes = 4096};
	r.opened_usage =
		(struct bench_usage){.cpu_ns = 1100, .switches = 10, .resident_bytes = 24096};
	r.after = (struct bench_usage){.cpu_ns = 3001100, .switches = 510};
	cr_assert(is(bench_result_sent_per_s(&r), 1000));
	cr_assert(is(bench_result_delivered_per_s(&r), 2000));
	cr_assert(is(bench_result_cpu_ns_per_delivery(&r), 3000));
	cr_assert(is(bench_result_switches_per_delivery(&r), 0.5));
	cr_assert(is(bench_result_bytes_per_connection(&r), 2000));
	cr_assert(is(bench_result_cpu_ns_per_connection(&r), 100));
}

TEST(bench_result, is_zero_where_nothing_happened, "")
{
	static const struct bench_result r;

	cr_assert_eq(bench_result_sent_per_s(&r), 0);
	cr_assert_eq(bench_result_cpu_ns_per_delivery(&r), 0);
	cr_assert_eq(bench_result_bytes_per_connection(&r), 0);
	cr_assert_not(bench_result_is_bad(&r));
}

TEST(bench_result, is_bad_when_a_promise_was_broken, "")
{
	static struct bench_result r;

	r.count.lost = 1;
	r.count.doubled = 1;
	cr_assert_not(bench_result_is_bad(&r), "QoS 0 may lose, QoS 1 may double");
	r.count.lost_sure = 1;
	cr_assert(bench_result_is_bad(&r));
	r = (struct bench_result){.count = {.doubled_sure = 1}};
	cr_assert(bench_result_is_bad(&r));
	r = (struct bench_result){.count = {.disordered = 1}};
	cr_assert(bench_result_is_bad(&r));
	r = (struct bench_result){.count = {.altered = 1}};
	cr_assert(bench_result_is_bad(&r));
	r = (struct bench_result){.reason = "it went away"};
	cr_assert(bench_result_is_bad(&r));
}
