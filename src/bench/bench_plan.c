/* bench_plan.c - a row for each scenario says what is usual and what cannot be chosen. */
#include "bench/bench_plan.h"

#include "bench/bench_payload.h"
#include "net/net_error.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SIZE = 64, WINDOW = 1, DURATION_MS = 5000, PAYLOAD_MAX = 16 * 1024 * 1024 };

struct kind {
	const char *name;
	bool has_pairs;                                /* a subscriber for each publisher */
	uint32_t publishers, subscribers, connections; /* if nothing was said */
};

static const struct kind kinds[BENCH_SCENARIOS] = {
	[BENCH_PAIRS] = {"pairs", true, 100, 100, 0},
	[BENCH_FAN_IN] = {"fan-in", false, 100, 1, 0},
	[BENCH_FAN_OUT] = {"fan-out", false, 1, 100, 0},
	[BENCH_SHARED] = {"shared", false, 100, 5, 0},
	[BENCH_CONNECTIONS] = {"connections", false, 0, 0, 1000},
	[BENCH_MIXED] = {"mixed", true, 30, 33, 0},
};

const char *bench_scenario_name(enum bench_scenario scenario)
{
	return kinds[scenario].name;
}

enum bench_scenario bench_scenario_find(const char *name)
{
	unsigned i = 0;

	while (i < BENCH_SCENARIOS && strcmp(kinds[i].name, name) != 0)
		i++;
	return (enum bench_scenario)i;
}

static int wrong(struct ting_error *err, const char *sentence, const char *scenario)
{
	return net_error_set(err, -EINVAL, sentence, scenario);
}

static int complete_clients(struct bench_plan *p, const struct kind *k, struct ting_error *err)
{
	uint32_t listeners = k->subscribers - k->publishers; /* of a scenario with pairs */

	if (p->pairs && !k->has_pairs)
		return wrong(err, "%s has no pairs: use --publishers and --subscribers", k->name);
	if (k->publishers == 0 && (p->publishers || p->subscribers))
		return wrong(err, "in %s nobody publishes or hears: use --connections", k->name);
	if (k->has_pairs && (p->publishers || (p->subscribers && listeners == 0)))
		return wrong(err, "%s has as many publishers as subscribers: use --pairs", k->name);
	if (k->has_pairs) {
		p->publishers = p->pairs ? p->pairs : k->publishers;
		p->subscribers =
			p->publishers + (p->subscribers && listeners ? p->subscribers : listeners);
	}
	if (p->publishers == 0)
		p->publishers = k->publishers;
	if (p->subscribers == 0)
		p->subscribers = k->subscribers;
	if (p->connections == 0)
		p->connections = k->connections;
	if (p->filters == 0)
		p->filters = 1;
	if ((uint64_t)p->publishers + p->subscribers + p->connections > BENCH_CLIENTS_MAX)
		return net_error_set(
			err, -EINVAL, "expected at most %d clients", BENCH_CLIENTS_MAX);
	if (!k->has_pairs && (uint64_t)p->publishers * p->subscribers > BENCH_FLOWS_MAX)
		return net_error_set(err, -EINVAL,
			"publishers times subscribers must be at most %d", BENCH_FLOWS_MAX);
	return 0;
}

static int complete_load(struct bench_plan *p, struct ting_error *err)
{
	if (p->size == 0)
		p->size = SIZE;
	if (p->size < BENCH_PAYLOAD_MIN || p->size > PAYLOAD_MAX)
		return net_error_set(err, -EINVAL,
			"expected a size from %d to %d bytes: publisher, number and time of a "
			"message are in its payload",
			BENCH_PAYLOAD_MIN, PAYLOAD_MAX);
	if (p->rate && p->window)
		return net_error_set(
			err, -EINVAL, "expected --rate or --window: a fixed rate waits for nobody");
	if (!p->rate && !p->window)
		p->window = WINDOW;
	if (p->messages == 0 && p->duration_ms == 0)
		p->duration_ms = DURATION_MS;
	return 0;
}

int bench_plan_complete(struct bench_plan *p, struct ting_error *err)
{
	int result = complete_clients(p, &kinds[p->scenario], err);

	if (result == 0)
		result = complete_load(p, err);
	if (result)
		return result;
	if ((p->user && strlen(p->user) > BENCH_NAME_MAX) ||
		(p->password && strlen(p->password) > BENCH_NAME_MAX))
		return net_error_set(err, -EINVAL,
			"expected a user name and a password of at most %d bytes", BENCH_NAME_MAX);
	if (p->version == 0)
		p->version = MQTT_5;
	if (p->qos != BENCH_NOT_GIVEN && p->scenario == BENCH_MIXED)
		return net_error_set(
			err, -EINVAL, "mixed has every QoS: expected no --qos beside it");
	if (p->qos == BENCH_NOT_GIVEN)
		p->qos = 0;
	if (p->processes == 0)
		p->processes = 1;
	if (p->processes > bench_plan_clients(p))
		p->processes = bench_plan_clients(p);
	return 0;
}

uint32_t bench_plan_clients(const struct bench_plan *p)
{
	return p->publishers + p->subscribers + p->connections;
}

static bool is_listener(const struct bench_plan *p, uint32_t subscriber)
{
	return p->scenario != BENCH_PAIRS &&
		(p->scenario != BENCH_MIXED || subscriber >= p->publishers);
}

/* Pairs stay together, so that nothing has to be said between processes; so do those that share,
 * so that one process knows what has come. */
uint32_t bench_plan_process(const struct bench_plan *p, uint32_t client)
{
	if (client < p->publishers)
		return client % p->processes;
	client -= p->publishers;
	if (client >= p->subscribers)
		client -= p->subscribers;
	else if (p->scenario == BENCH_SHARED)
		return 0;
	return client % p->processes;
}

bool bench_plan_hears(const struct bench_plan *p, uint32_t subscriber, uint32_t publisher)
{
	return is_listener(p, subscriber) ? publisher < p->publishers : subscriber == publisher;
}

uint32_t bench_plan_heard(const struct bench_plan *p, uint32_t subscriber)
{
	return is_listener(p, subscriber) ? p->publishers : 1;
}

/* How many of the numbers from `first` to `end` - 1 are `process` modulo the processes. */
static uint32_t share(const struct bench_plan *p, uint32_t first, uint32_t end, uint32_t process)
{
	uint32_t below_end = (end + p->processes - 1 - process) / p->processes;
	uint32_t below_first = (first + p->processes - 1 - process) / p->processes;

	return below_end - below_first;
}

uint32_t bench_plan_copies(const struct bench_plan *p, uint32_t publisher, uint32_t process)
{
	uint32_t own = publisher % p->processes == process; /* the subscriber of the pair */

	switch (p->scenario) {
	case BENCH_PAIRS:
		return own;
	case BENCH_MIXED:
		return own + share(p, p->publishers, p->subscribers, process);
	case BENCH_FAN_IN:
	case BENCH_FAN_OUT:
		return share(p, 0, p->subscribers, process);
	case BENCH_SHARED:
		return process == 0;
	case BENCH_CONNECTIONS:
	case BENCH_SCENARIOS:
		break;
	}
	return 0;
}

uint8_t bench_plan_qos(const struct bench_plan *p, uint32_t publisher)
{
	return p->scenario == BENCH_MIXED ? (uint8_t)(publisher % 3) : p->qos;
}

uint8_t bench_plan_granted(const struct bench_plan *p, uint32_t subscriber)
{
	if (p->scenario == BENCH_MIXED && is_listener(p, subscriber))
		return 2;
	return bench_plan_qos(p, subscriber);
}

static bool has_one_topic(const struct bench_plan *p)
{
	return p->scenario == BENCH_FAN_OUT || p->scenario == BENCH_SHARED;
}

static size_t topic(const struct bench_plan *p, const char *before, uint32_t number,
	char ret[BENCH_TOPIC_MAX + 1])
{
	return (size_t)snprintf(
		ret, BENCH_TOPIC_MAX + 1, "%sbench/%s/%" PRIu32, before, p->run, number);
}

size_t bench_plan_topic(
	const struct bench_plan *p, uint32_t publisher, char ret[BENCH_TOPIC_MAX + 1])
{
	return topic(p, "", has_one_topic(p) ? 0 : publisher, ret);
}

uint32_t bench_plan_filters(const struct bench_plan *p, uint32_t client)
{
	if (client < p->publishers)
		return 0;
	return client < p->publishers + p->subscribers ? 1 : p->filters;
}

size_t bench_plan_filter(
	const struct bench_plan *p, uint32_t client, uint32_t number, char ret[BENCH_TOPIC_MAX + 1])
{
	uint32_t subscriber = client - p->publishers;

	assert(client >= p->publishers);
	if (subscriber >= p->subscribers)
		return (size_t)snprintf(ret, BENCH_TOPIC_MAX + 1,
			"bench/%s/idle/%" PRIu32 "/%" PRIu32, p->run, subscriber - p->subscribers,
			number);
	if (p->scenario == BENCH_SHARED)
		return topic(p, "$share/bench/", 0, ret);
	if (has_one_topic(p))
		return topic(p, "", 0, ret);
	if (is_listener(p, subscriber))
		return (size_t)snprintf(ret, BENCH_TOPIC_MAX + 1, "bench/%s/+", p->run);
	return topic(p, "", subscriber, ret);
}
