/* bench_plan.h - what load is put on a broker: who publishes what, and who hears it.
 *
 * Clients are numbered from 0: the publishers, then the subscribers, then those that are only
 * there.  Each belongs to one of the generator's processes.  Pure. */
#ifndef TING_BENCH_PLAN_H
#define TING_BENCH_PLAN_H

#include "mqtt/mqtt_types.h"

#include <ting/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bench_scenario {
	BENCH_PAIRS,       /* each publisher has a topic and a subscriber of its own */
	BENCH_FAN_IN,      /* each publisher has a topic; each subscriber hears all of them */
	BENCH_FAN_OUT,     /* one topic, which every subscriber hears */
	BENCH_SHARED,      /* one topic, and each message reaches one of the subscribers */
	BENCH_CONNECTIONS, /* nobody publishes: what does it cost that they are there? */
	BENCH_MIXED,       /* pairs with QoS 0, 1 and 2 in turn, and listeners that hear them all */
	BENCH_SCENARIOS
};

enum {
	BENCH_NOT_GIVEN = 0xff, /* in place of a QoS */
	BENCH_CLIENTS_MAX = 1000000,
	BENCH_FLOWS_MAX = 100000000, /* of a publisher to a subscriber */
	BENCH_PROCESSES_MAX = 64,
	BENCH_FILTERS_MAX = 1000000, /* of one client */
	BENCH_RUN_MAX = 7,           /* characters */
	BENCH_TOPIC_MAX = 63,
	BENCH_NAME_MAX = 8191, /* of a user, and a password */
};

/* All zeroes, with BENCH_NOT_GIVEN as QoS, is completed by bench_plan_complete(). */
struct bench_plan {
	enum bench_scenario scenario;
	enum mqtt_version version;
	uint8_t qos;
	uint32_t pairs; /* how publishers and subscribers may be given at once */
	uint32_t publishers,
		subscribers;  /* mixed: the subscribers beyond the pairs' are listeners */
	uint32_t connections; /* that are there and hear nothing */
	uint32_t filters;     /* that each of those subscribes to */
	uint32_t size;        /* of a payload, in bytes */
	uint32_t window;   /* a publisher's lead over its slowest subscriber; 0: none, see rate */
	uint32_t rate;     /* messages a second, of all publishers together; 0: see window */
	uint32_t messages; /* of each publisher; 0: until the time is up */
	uint32_t duration_ms; /* 0: until the messages are sent */
	uint32_t processes;
	const char *user, *password; /* or NULL */
	char run[BENCH_RUN_MAX + 1]; /* in each name and topic, so that two runs do not meet */
};

/* "pairs"... */
const char *bench_scenario_name(enum bench_scenario scenario);

/* BENCH_SCENARIOS if there is none of that name. */
enum bench_scenario bench_scenario_find(const char *name);

/* Fills in what was not given, and checks the whole.  0, or -EINVAL with a sentence. */
int bench_plan_complete(struct bench_plan *p, struct ting_error *err);

/* How many clients there are. */
uint32_t bench_plan_clients(const struct bench_plan *p);

/* The process that a client belongs to. */
uint32_t bench_plan_process(const struct bench_plan *p, uint32_t client);

/* Does every message of this publisher come to this subscriber (numbered from 0 each)?  With shared
 * subscriptions it may come. */
bool bench_plan_hears(const struct bench_plan *p, uint32_t subscriber, uint32_t publisher);

/* How many publishers it hears: one or all. */
uint32_t bench_plan_heard(const struct bench_plan *p, uint32_t subscriber);

/* How many times a message of this publisher is to be delivered to clients of `process`. */
uint32_t bench_plan_copies(const struct bench_plan *p, uint32_t publisher, uint32_t process);

uint8_t bench_plan_qos(const struct bench_plan *p, uint32_t publisher);

/* The QoS that a subscriber asks for: the highest of those it hears. */
uint8_t bench_plan_granted(const struct bench_plan *p, uint32_t subscriber);

/* Where a publisher publishes to. */
size_t bench_plan_topic(
	const struct bench_plan *p, uint32_t publisher, char ret[BENCH_TOPIC_MAX + 1]);

/* How many filters a client subscribes to, and each of them; the length. */
uint32_t bench_plan_filters(const struct bench_plan *p, uint32_t client);
size_t bench_plan_filter(const struct bench_plan *p, uint32_t client, uint32_t number,
	char ret[BENCH_TOPIC_MAX + 1]);

#endif
