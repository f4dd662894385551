/* apps_bench.c - from the command line to a plan, and from its result to files. */
#include "apps/apps_bench.h"

#include "bench/bench_floor.h"
#include "bench/bench_print.h"
#include "bench/bench_run.h"
#include "conf/conf_flag.h"
#include "conf/conf_value.h"
#include "net/net_address.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	STATUS_BAD = 1, /* the broker broke a promise or went away, or a file cannot be written */
	STATUS_USAGE = 2,
	DURATION_MS_MIN = 10,
	DURATION_MS_MAX = 24 * 3600 * 1000,
	NS_PER_S = 1000000000,
};

struct bench {
	struct bench_plan plan;
	struct bench_run run;
	const char *where; /* HOST[:PORT] or an endpoint */
	const char *floor; /* --floor: only be the forwarder, there */
	char endpoint[NET_ENDPOINT_MAX + 1];
};

enum flag {
	FLAG_SCENARIO,
	FLAG_PAIRS,
	FLAG_PUBLISHERS,
	FLAG_SUBSCRIBERS,
	FLAG_CONNECTIONS,
	FLAG_FILTERS,
	FLAG_QOS,
	FLAG_SIZE,
	FLAG_VERSION,
	FLAG_WINDOW,
	FLAG_RATE,
	FLAG_SECONDS,
	FLAG_MESSAGES,
	FLAG_PROCESSES,
	FLAG_PID,
	FLAG_USER,
	FLAG_PASSWORD,
	FLAG_FLOOR,
	FLAG_HELP,
	FLAG_WHERE,
};

static const struct conf_flag flags[] = {
	[FLAG_SCENARIO] = {'\0', "scenario", "NAME",
		"pairs, fan-in, fan-out, shared, connections or mixed"},
	[FLAG_PAIRS] = {'\0', "pairs", "N", "publishers, each with a subscriber of its own"},
	[FLAG_PUBLISHERS] = {'\0', "publishers", "N", "of fan-in, fan-out and shared"},
	[FLAG_SUBSCRIBERS] = {'\0', "subscribers", "N", "of those; of mixed: who hears all"},
	[FLAG_CONNECTIONS] = {'\0', "connections", "N", "that are only there, beside the others"},
	[FLAG_FILTERS] = {'\0', "filters", "N", "that each of these subscribes to; usually 1"},
	[FLAG_QOS] = {'q', "qos", "QOS", "0, 1 or 2; usually 0"},
	[FLAG_SIZE] = {'s', "size", "BYTES", "of a message; usually 64"},
	[FLAG_VERSION] = {'V', "version", "VERSION", "of MQTT: 3, 4 (3.1.1) or 5; usually 5"},
	[FLAG_WINDOW] = {'w', "window", "N",
		"messages that a publisher may be ahead of its subscribers; usually 1"},
	[FLAG_RATE] = {'r', "rate", "N", "messages a second of all publishers, whatever happens"},
	[FLAG_SECONDS] = {'t', "seconds", "S", "for so long; usually 5"},
	[FLAG_MESSAGES] = {'n', "messages", "N", "or until each publisher has sent so many"},
	[FLAG_PROCESSES] = {'\0', "processes", "N", "of the generator; usually 1"},
	[FLAG_PID] = {'\0', "pid", "PID", "the broker's process: tells its CPU and memory"},
	[FLAG_USER] = {'u', "username", "NAME", "to connect with"},
	[FLAG_PASSWORD] = {'P', "pw", "PASSWORD", "to connect with"},
	[FLAG_FLOOR] = {'\0', "floor", "ENDPOINT", "only be a forwarder without protocol, there"},
	[FLAG_HELP] = {'h', "help", NULL, "print this"},
	[FLAG_WHERE] = {CONF_FLAG_WORD, NULL, NULL, NULL},
	{0},
};

static void print_help(FILE *out)
{
	(void)fprintf(out,
		"ting bench [HOST[:PORT] | ENDPOINT] [OPTION...]\n\n"
		"Puts a load on an MQTT broker, checks every message, and tells what it took.\n\n");
	conf_flag_print(flags, out);
}

static int take_number(uint32_t *ret, const struct conf_flag *flag, const char *text, int64_t min,
	int64_t max, struct conf_error *e)
{
	char quoted[CONF_QUOTE_ROOM];
	int64_t number;

	if (conf_value_number(&number, text, min, max))
		return conf_error_set(e,
			"expected a number from %" PRId64 " to %" PRId64 " after --%s, found %s",
			min, max, flag->name, conf_quote(quoted, text));
	*ret = (uint32_t)number;
	return 0;
}

static int take_scenario(struct bench *b, const char *text, struct conf_error *e)
{
	char quoted[CONF_QUOTE_ROOM];

	b->plan.scenario = bench_scenario_find(text);
	if (b->plan.scenario == BENCH_SCENARIOS)
		return conf_error_set(e,
			"expected pairs, fan-in, fan-out, shared, connections or mixed after "
			"--scenario, found %s",
			conf_quote(quoted, text));
	return 0;
}

static int take_seconds(struct bench *b, const char *text, struct conf_error *e)
{
	char quoted[CONF_QUOTE_ROOM];
	int64_t ms;

	if (conf_value_seconds(&ms, text, DURATION_MS_MIN, DURATION_MS_MAX))
		return conf_error_set(e,
			"expected seconds from 0.01 to 86400 after --seconds, found %s",
			conf_quote(quoted, text));
	b->plan.duration_ms = (uint32_t)ms;
	return 0;
}

/* Where a number goes, and its bounds. */
static int take_plan_number(
	struct bench *b, const struct conf_flag *flag, const char *text, struct conf_error *e)
{
	struct bench_plan *p = &b->plan;
	const struct {
		uint32_t *to;
		int64_t min, max;
	} numbers[] = {
		[FLAG_PAIRS] = {&p->pairs, 1, BENCH_CLIENTS_MAX},
		[FLAG_PUBLISHERS] = {&p->publishers, 1, BENCH_CLIENTS_MAX},
		[FLAG_SUBSCRIBERS] = {&p->subscribers, 1, BENCH_CLIENTS_MAX},
		[FLAG_CONNECTIONS] = {&p->connections, 1, BENCH_CLIENTS_MAX},
		[FLAG_FILTERS] = {&p->filters, 1, BENCH_FILTERS_MAX},
		[FLAG_SIZE] = {&p->size, 1, UINT32_MAX},
		[FLAG_WINDOW] = {&p->window, 1, UINT16_MAX},
		[FLAG_RATE] = {&p->rate, 1, 100000000},
		[FLAG_MESSAGES] = {&p->messages, 1, INT32_MAX},
		[FLAG_PROCESSES] = {&p->processes, 1, BENCH_PROCESSES_MAX},
	};
	size_t i = (size_t)(flag - flags);

	return take_number(numbers[i].to, flag, text, numbers[i].min, numbers[i].max, e);
}

static int take_flag(
	struct bench *b, const struct conf_flag *flag, const char *value, struct conf_error *e)
{
	uint32_t number = 0;
	int result;

	switch ((enum flag)(flag - flags)) {
	case FLAG_SCENARIO:
		return take_scenario(b, value, e);
	case FLAG_PAIRS:
	case FLAG_PUBLISHERS:
	case FLAG_SUBSCRIBERS:
	case FLAG_CONNECTIONS:
	case FLAG_FILTERS:
	case FLAG_SIZE:
	case FLAG_WINDOW:
	case FLAG_RATE:
	case FLAG_MESSAGES:
	case FLAG_PROCESSES:
		return take_plan_number(b, flag, value, e);
	case FLAG_SECONDS:
		return take_seconds(b, value, e);
	case FLAG_QOS:
		result = take_number(&number, flag, value, 0, 2, e);
		b->plan.qos = (uint8_t)number;
		return result;
	case FLAG_VERSION:
		result = take_number(&number, flag, value, MQTT_3_1, MQTT_5, e);
		b->plan.version = (enum mqtt_version)number;
		return result;
	case FLAG_PID:
		result = take_number(&number, flag, value, 1, INT32_MAX, e);
		b->run.broker = (pid_t)number;
		return result;
	case FLAG_USER:
		b->plan.user = value;
		return 0;
	case FLAG_PASSWORD:
		b->plan.password = value;
		return 0;
	case FLAG_FLOOR:
		b->floor = value;
		return 0;
	case FLAG_WHERE:
		if (b->where)
			return conf_error_set(e, "expected one broker, found a second: %s", value);
		b->where = value;
		return 0;
	case FLAG_HELP:
		break;
	}
	return 0;
}

/* "host", "host:port" and "[::1]:port" are endpoints of tcp. */
static void name_endpoint(struct bench *b)
{
	const char *where = b->where ? b->where : "127.0.0.1";
	const char *colon = strrchr(where, ':');
	bool is_endpoint = strstr(where, "://") != NULL;
	bool has_port = colon && !strchr(colon, ']');

	(void)snprintf(b->endpoint, sizeof b->endpoint, "%s%s%s", is_endpoint ? "" : "tcp://",
		where, is_endpoint || has_port ? "" : ":1883");
}

/* A broker that is not there would be measured as one that needs nothing. */
static int check_pid(const struct bench *b, struct conf_error *e)
{
	char path[32];

	(void)snprintf(path, sizeof path, "/proc/%d/status", (int)b->run.broker);
	if (b->run.broker && access(path, R_OK))
		return conf_error_set(e, "there is no process %d", (int)b->run.broker);
	return 0;
}

/* 0: go on; 1: done, with *status. */
static int read_command_line(struct bench *b, char **argv, int *status)
{
	struct conf_flag_reader r = conf_flag_reader_of(argv + 1);
	const struct conf_flag *flag;
	struct ting_error err;
	struct conf_error e;
	const char *value;

	while ((flag = conf_flag_next(&r, flags, &value, &e))) {
		if (flag == &flags[FLAG_HELP]) {
			print_help(stdout);
			*status = 0;
			return 1;
		}
		if (take_flag(b, flag, value, &e))
			break;
	}
	if (!e.text[0] && !b->floor && bench_plan_complete(&b->plan, &err))
		(void)conf_error_set(&e, "%s", err.text);
	if (!e.text[0] && !check_pid(b, &e))
		return 0;
	(void)fprintf(stderr, "ting: %s (ting bench --help tells more)\n", e.text);
	*status = STATUS_USAGE;
	return 1;
}

static void show_progress(const struct bench_run *r, const struct bench_progress *p)
{
	(void)r;
	if (!isatty(STDERR_FILENO))
		return;
	if (p->elapsed_ns == 0)
		(void)fprintf(stderr, "\r\33[K%" PRIu32 " of %" PRIu32 " connected", p->opened,
			p->clients);
	else
		(void)fprintf(stderr,
			"\r\33[K%.1f s: %" PRIu64 " sent, %" PRIu64 " delivered, %.0f/s",
			(double)p->elapsed_ns / NS_PER_S, p->sent, p->delivered,
			(double)p->delivered * NS_PER_S / (double)p->elapsed_ns);
}

static int measure(struct bench *b)
{
	struct bench_result *r = &b->run.result;
	struct ting_error err;
	int status;

	if (bench_run(&b->run, &err)) {
		(void)fprintf(stderr, "ting: %s\n", err.text);
		bench_run_done(&b->run);
		return STATUS_BAD;
	}
	if (isatty(STDERR_FILENO))
		(void)fputs("\r\33[K", stderr);
	if (r->reason[0])
		(void)fprintf(stderr, "ting: %s: %s\n", b->endpoint, r->reason);
	if (r->count.sent || !r->reason[0])
		bench_print_text(stdout, &b->run);
	status = bench_result_is_bad(r) ? STATUS_BAD : 0;
	if (fflush(stdout))
		status = STATUS_BAD;
	bench_run_done(&b->run);
	return status;
}

int apps_bench(int argc, char **argv)
{
	struct bench b = {.plan = {.qos = BENCH_NOT_GIVEN}, .run = {.show = show_progress}};
	struct ting_error err;
	int status;

	(void)argc;
	if (read_command_line(&b, argv, &status))
		return status;
	if (b.floor) {
		(void)bench_floor_run(b.floor, &err);
		(void)fprintf(stderr, "ting: %s\n", err.text);
		return STATUS_BAD;
	}
	(void)snprintf(b.plan.run, sizeof b.plan.run, "%x", (unsigned)getpid());
	name_endpoint(&b);
	b.run.plan = &b.plan;
	b.run.endpoint = b.endpoint;
	return measure(&b);
}
