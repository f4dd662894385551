#include "lab/lab_made_test.h"

#include "base/base_test.h"

#include <stdio.h>
#include <string.h>

void made_init(struct made *m, const char *models, const char *transports, const char *clients,
	uint32_t rounds)
{
	static const char *const known[] = {"iterative", "fork", "prefork", "thread", "pool",
		"select", "poll", "epoll", "reuseport", NULL};

	*m = (struct made){.plan = {.rounds = rounds, .size = 64, .duration_ms = 1000}};
	cr_assert_eq(lab_plan_models(&m->plan, models, known, NULL), 0);
	cr_assert_eq(lab_plan_transports(&m->plan, transports, NULL), 0);
	cr_assert_eq(lab_plan_clients(&m->plan, clients, NULL), 0);
	cr_assert_leq(lab_plan_size(&m->plan), MADE_RESULTS_MAX);
}

struct lab_result *made_at(
	struct made *m, const char *transport, uint32_t clients, const char *model, uint32_t round)
{
	for (size_t i = 0; i < lab_plan_size(&m->plan); i++) {
		struct lab_point at = lab_plan_point(&m->plan, i);

		if (strcmp(m->plan.transports[at.transport]->name, transport) == 0 &&
			m->plan.counts[at.count] == clients &&
			strcmp(m->plan.models[at.model], model) == 0 && at.round == round)
			return &m->results[i];
	}
	cr_assert_fail("no point %s, %u, %s, %u", transport, clients, model, round);
	return NULL;
}

void made_measured(struct lab_result *r, uint32_t clients, uint64_t answers, uint64_t cpu_ns,
	uint64_t p99_us, uint64_t memory_kib)
{
	*r = (struct lab_result){
		.verdict = LAB_MEASURED,
		.window_ns = 1000000000,
		.answers = answers,
		.answers_all = answers,
		.latency_p50_ns = p99_us * 500,
		.latency_p99_ns = p99_us * 1000,
		.latency_max_ns = p99_us * 2000,
		.knows_server = true,
		.server_cpu_ns = answers * cpu_ns,
		.memory_bytes = memory_kib * 1024,
		.switches = answers,
		.generator_cpu_ns = 500000000,
		.served = clients,
	};
}

void made_reason(struct lab_result *r, const char *text)
{
	(void)snprintf(r->reason, sizeof r->reason, "%s", text);
}
