/* lab_plan.h - what is measured, in which order.
 *
 * For each transport and each number of clients all models are measured one after the other, and
 * that as often as there are rounds: so what is compared was measured close together, and what
 * else the machine does at times hits all alike.  The first of the models is always the floor. */
#ifndef TING_LAB_PLAN_H
#define TING_LAB_PLAN_H

#include "lab/lab_transport.h"

#include <ting/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LAB_MODELS_MAX = 16,
	LAB_TRANSPORTS_MAX = 8,
	LAB_COUNTS_MAX = 16,
	LAB_ROUNDS_MAX = 99,
	LAB_CLIENTS_MAX = 1000000,
	LAB_NAME_MAX = 31,
};

/* The name of the bare loop among the models. */
#define LAB_FLOOR "floor"

/* The only "model" when a server is measured that runs already. */
#define LAB_OTHER "other"

struct lab_plan {
	size_t model_count, transport_count, count_count;
	char models[LAB_MODELS_MAX][LAB_NAME_MAX + 1];
	const struct lab_transport *transports[LAB_TRANSPORTS_MAX];
	uint32_t counts[LAB_COUNTS_MAX]; /* of clients */
	uint32_t rounds;
	uint32_t think_ms; /* that a client waits between an answer and its next request */
	uint32_t work_us;  /* that the server computes for each request */
	uint32_t size;     /* of a message in bytes */
	uint32_t duration_ms;
	bool is_pinned; /* the server stays on one processor */
};

/* One measurement; each is a number below the plan's count of that thing. */
struct lab_point {
	size_t transport, count, round, model;
};

/* A list of names or numbers between commas.  0, or -EINVAL with a sentence.  `known` are the names
 * of the models without the floor, NULL after the last. */
int lab_plan_models(
	struct lab_plan *p, const char *list, const char *const *known, struct ting_error *err);
int lab_plan_transports(struct lab_plan *p, const char *list, struct ting_error *err);
int lab_plan_clients(struct lab_plan *p, const char *list, struct ting_error *err);

/* How many measurements there are. */
size_t lab_plan_size(const struct lab_plan *p);

/* The one with that number, which is below lab_plan_size(). */
struct lab_point lab_plan_point(const struct lab_plan *p, size_t index);

#endif
