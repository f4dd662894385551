/* bench_result.c */
#include "bench/bench_result.h"

enum { NS_PER_S = 1000000000 };

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void bench_count_add(struct bench_count *c, const struct bench_count *other)
{
	c->sent += other->sent;
	c->expected += other->expected;
	c->delivered += other->delivered;
	c->lost += other->lost;
	c->lost_sure += other->lost_sure;
	c->doubled += other->doubled;
	c->doubled_sure += other->doubled_sure;
	c->disordered += other->disordered;
	c->altered += other->altered;
	c->last_ns = larger(c->last_ns, other->last_ns);
	c->late_ns = larger(c->late_ns, other->late_ns);
	lab_histogram_merge(&c->latencies, &other->latencies);
}

bool bench_result_is_bad(const struct bench_result *r)
{
	const struct bench_count *c = &r->count;

	return r->reason[0] || c->lost_sure || c->doubled_sure || c->disordered || c->altered;
}

static double per(double what, double of)
{
	return of > 0 ? what / of : 0;
}

double bench_result_sent_per_s(const struct bench_result *r)
{
	return per((double)r->count.sent * NS_PER_S, (double)r->duration_ns);
}

double bench_result_delivered_per_s(const struct bench_result *r)
{
	return per((double)r->count.delivered * NS_PER_S, (double)r->duration_ns);
}

double bench_result_cpu_ns_per_delivery(const struct bench_result *r)
{
	return per((double)r->after.cpu_ns - (double)r->opened_usage.cpu_ns,
		(double)r->count.delivered);
}

double bench_result_switches_per_delivery(const struct bench_result *r)
{
	return per((double)r->after.switches - (double)r->opened_usage.switches,
		(double)r->count.delivered);
}

double bench_result_bytes_per_connection(const struct bench_result *r)
{
	return per((double)r->opened_usage.resident_bytes - (double)r->before.resident_bytes,
		r->opened);
}

double bench_result_cpu_ns_per_connection(const struct bench_result *r)
{
	return per((double)r->opened_usage.cpu_ns - (double)r->before.cpu_ns, r->opened);
}
