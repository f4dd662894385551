/* sim_world.h - a broker, its network, its disk and its clients in virtual time.
 *
 * One heap of things that happen at moments; the broker is one function that is called when bytes,
 * answers or deadlines come.  All chance comes from the seed, so a run can be had again. */
#ifndef TING_SIM_WORLD_H
#define TING_SIM_WORLD_H

#include "broker/broker.h"
#include "sim_alloc.h"
#include "sim_faults.h"
#include "sim_link.h"
#include "sim_model.h"
#include "sim_timer.h"

#include <stdio.h>

struct sim_client;
struct sim_hostile;

/* What a slice of seeds must have met, each at least once. */
enum sim_count {
	SIM_REDELIVERIES,
	SIM_TAKEOVERS,
	SIM_WILLS,
	SIM_EXPIRIES,
	SIM_FULL_WINDOWS,
	SIM_REROUTES,
	SIM_FULL_QUEUES,
	SIM_FAILED_ALLOCS,
	SIM_LATE_ACKS,
	SIM_COUNTS
};

struct sim_world {
	uint64_t seed;
	struct sim_faults faults;
	struct prng prng;
	struct heap heap;
	struct times now;
	struct sim_alloc alloc;
	struct broker_config config;
	struct broker *broker;
	struct broker_effects effects;
	struct sim_timer wake;
	struct sim_model *model; /* NULL in the second run */
	struct list links;
	uint32_t slots;
	uint32_t slot_uses[64];
	bool is_opening_hostile;

	struct sim_disk *disk;
	struct sim_access *access;
	struct sim_client **clients;
	struct sim_hostile **hostile;
	uint32_t messages; /* published so far: makes payloads unique */
	uint64_t digest;
	uint64_t steps;
	bool is_stopped; /* a rule was broken, or something went on for ever */
};

struct sim_result {
	uint64_t digest;
	uint64_t steps;
	uint32_t packets;
	uint64_t counts[SIM_COUNTS];
	char fault[512]; /* empty: none */
};

/* Runs one seed.  `is_checked`: with the model.  `trace` may be NULL. */
void sim_world_run(uint64_t seed, bool is_checked, FILE *trace, struct sim_result *ret);

/* --- For the parts of the world. --- */

void sim_world_step(struct sim_world *w, struct broker_event *event);

/* The timer fires in `delay` ms. */
void sim_world_after(struct sim_world *w, struct sim_timer *t, msec delay);

/* A link gets its number. */
void sim_world_opened(struct sim_world *w, struct sim_link *l, bool is_hostile);

/* Lets virtual time pass until `until` (mono), or until a rule is broken. */
void sim_world_pass(struct sim_world *w, msec until);

/* Changes the configuration in force. */
void sim_world_reconfigure(struct sim_world *w);

#endif
