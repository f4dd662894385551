/* lab_made_test.h - results with made-up numbers, for tests of what is made of results. */
#ifndef TING_LAB_MADE_TEST_H
#define TING_LAB_MADE_TEST_H

#include "lab/lab_plan.h"
#include "lab/lab_result.h"

enum { MADE_RESULTS_MAX = 512 };

struct made {
	struct lab_plan plan;
	struct lab_result results[MADE_RESULTS_MAX];
};

/* A plan with the floor and these models, separated by commas, and no result yet. */
void made_init(struct made *m, const char *models, const char *transports, const char *clients,
	uint32_t rounds);

/* The result of a model, by name and round from 0. */
struct lab_result *made_at(
	struct made *m, const char *transport, uint32_t clients, const char *model, uint32_t round);

/* Makes the result a measured one: one second, so many answers, each with so much processor time,
 * a p99 of so much, so much memory, and all clients served. */
void made_measured(struct lab_result *r, uint32_t clients, uint64_t answers, uint64_t cpu_ns,
	uint64_t p99_us, uint64_t memory_kib);

void made_reason(struct lab_result *r, const char *text);

#endif
