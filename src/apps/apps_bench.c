/* apps_bench.c - from the command line to a plan, and from its result to files. */
#include "apps/apps_bench.h"

#include "apps/apps_bench_json.h"
#include "apps/apps_report.h"
#include "apps/apps_version.h"
#include "bench/bench_figures.h"
#include "bench/bench_floor.h"
#include "bench/bench_page.h"
#include "bench/bench_print.h"
#include "bench/bench_run.h"
#include "conf/conf_command.h"
#include "loop/loop_clock.h"
#include "net/net_address.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	STATUS_BAD = 1, /* the broker broke a promise or went away, or a file cannot be written */
	DURATION_MS_MIN = 10,
	DURATION_MS_MAX = 24 * 3600 * 1000,
	RATE_MAX = 100000000, /* messages a second */
};

struct bench {
	struct bench_plan plan;
	struct bench_run run;
	uint32_t qos, version, pid;
	const char *where;             /* HOST[:PORT] or an endpoint */
	const char *floor;             /* --floor: only be the forwarder, there */
	const char *csv, *json, *html; /* files, or NULL */
	char **argv;
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
	FLAG_CSV,
	FLAG_JSON,
	FLAG_HTML,
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
	[FLAG_CSV] = {'\0', "csv", "FILE", "write what was measured there, as two lines"},
	[FLAG_JSON] = {'\0', "json", "FILE", "and there, with what happened meanwhile"},
	[FLAG_HTML] = {'\0', "html", "FILE", "and as a page with charts"},
	[FLAG_FLOOR] = {'\0', "floor", "ENDPOINT", "only be a forwarder without protocol, there"},
	[FLAG_HELP] = {'h', "help", NULL, "print this"},
	[FLAG_WHERE] = {CONF_FLAG_WORD, NULL, "HOST[:PORT]",
		"the broker, or its endpoint; usually 127.0.0.1:1883"},
	{0},
};

/* Where a value goes in struct bench: a number, or a text, which has no bounds. */
static const struct place {
	size_t offset;
	uint32_t min, max;
} places[] = {
	[FLAG_PAIRS] = {offsetof(struct bench, plan.pairs), 1, BENCH_CLIENTS_MAX},
	[FLAG_PUBLISHERS] = {offsetof(struct bench, plan.publishers), 1, BENCH_CLIENTS_MAX},
	[FLAG_SUBSCRIBERS] = {offsetof(struct bench, plan.subscribers), 1, BENCH_CLIENTS_MAX},
	[FLAG_CONNECTIONS] = {offsetof(struct bench, plan.connections), 1, BENCH_CLIENTS_MAX},
	[FLAG_FILTERS] = {offsetof(struct bench, plan.filters), 1, BENCH_FILTERS_MAX},
	[FLAG_QOS] = {offsetof(struct bench, qos), 0, 2},
	[FLAG_SIZE] = {offsetof(struct bench, plan.size), 1, UINT32_MAX},
	[FLAG_VERSION] = {offsetof(struct bench, version), MQTT_3_1, MQTT_5},
	[FLAG_WINDOW] = {offsetof(struct bench, plan.window), 1, UINT16_MAX},
	[FLAG_RATE] = {offsetof(struct bench, plan.rate), 1, RATE_MAX},
	[FLAG_MESSAGES] = {offsetof(struct bench, plan.messages), 1, INT32_MAX},
	[FLAG_PROCESSES] = {offsetof(struct bench, plan.processes), 1, BENCH_PROCESSES_MAX},
	[FLAG_PID] = {offsetof(struct bench, pid), 1, INT32_MAX},
	[FLAG_USER] = {offsetof(struct bench, plan.user), 0, 0},
	[FLAG_PASSWORD] = {offsetof(struct bench, plan.password), 0, 0},
	[FLAG_CSV] = {offsetof(struct bench, csv), 0, 0},
	[FLAG_JSON] = {offsetof(struct bench, json), 0, 0},
	[FLAG_HTML] = {offsetof(struct bench, html), 0, 0},
	[FLAG_FLOOR] = {offsetof(struct bench, floor), 0, 0},
	[FLAG_WHERE] = {offsetof(struct bench, where), 0, 0},
};

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

static int take_flag(
	void *self, const struct conf_flag *flag, const char *value, struct conf_error *e)
{
	struct bench *b = self;
	const struct place *p = &places[flag - flags];
	void *to = (char *)self + p->offset;
	int64_t ms;

	if (flag == &flags[FLAG_SCENARIO])
		return take_scenario(b, value, e);
	if (flag == &flags[FLAG_SECONDS]) {
		if (conf_command_seconds(&ms, flag, value, DURATION_MS_MIN, DURATION_MS_MAX, e))
			return -EINVAL;
		b->plan.duration_ms = (uint32_t)ms;
		return 0;
	}
	if (p->max)
		return conf_command_u32(to, flag, value, p->min, p->max, e);
	if (flag == &flags[FLAG_WHERE] && b->where)
		return conf_error_set(e, "expected one broker, found a second: %s", value);
	*(const char **)to = value;
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

/* Completes the plan. */
static int check(void *self, struct conf_error *e)
{
	struct bench *b = self;
	struct ting_error err;

	if (b->floor)
		return 0;
	b->plan.qos = (uint8_t)b->qos;
	b->plan.version = (enum mqtt_version)b->version;
	b->run.broker = (pid_t)b->pid;
	if (bench_plan_complete(&b->plan, &err))
		return conf_error_set(e, "%s", err.text);
	/* Who is not there would be measured as one that needs nothing. */
	if (b->pid && kill(b->run.broker, 0) && errno == ESRCH)
		return conf_error_set(e, "there is no process %" PRIu32, b->pid);
	return 0;
}

static const struct conf_command command_line = {
	.name = "bench",
	.usage = "ting bench [HOST[:PORT] | ENDPOINT] [OPTION...]\n\n"
		 "Puts a load on an MQTT broker, checks every message, and tells what it took.\n",
	.flags = flags,
	.take = take_flag,
	.check = check,
};

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

static void print_csv(FILE *out, const void *run)
{
	bench_figures_print(out, run);
}

static void print_json(FILE *out, const void *run)
{
	bench_json_print(out, run);
}

static void print_page(FILE *out, const void *page)
{
	bench_page_print(out, page);
}

static int write_page(const struct bench *b)
{
	char system[REPORT_TEXT_MAX + 1], command[REPORT_TEXT_MAX + 1];
	struct bench_page page = {&b->run, TING_VERSION, system, command};

	report_describe_system(system);
	report_describe_command(command, "bench", b->argv, b->plan.password);
	return report_write(b->html, print_page, &page);
}

/* Prints it, and writes all files that were asked for.  0 or STATUS_BAD. */
static int tell(const struct bench *b)
{
	int status = bench_result_is_bad(&b->run.result) ? STATUS_BAD : 0;

	bench_print_text(stdout, &b->run);
	if (fflush(stdout))
		status = STATUS_BAD;
	if (b->csv && report_write(b->csv, print_csv, &b->run))
		status = STATUS_BAD;
	if (b->json && report_write(b->json, print_json, &b->run))
		status = STATUS_BAD;
	if (b->html && write_page(b))
		status = STATUS_BAD;
	return status;
}

static int measure(struct bench *b)
{
	struct bench_result *r = &b->run.result;
	struct ting_error err;
	int status = STATUS_BAD;

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
		status = tell(b);
	bench_run_done(&b->run);
	return status;
}

int apps_bench(int argc, char **argv)
{
	struct bench b = {.argv = argv, .qos = BENCH_NOT_GIVEN, .run = {.show = show_progress}};
	struct ting_error err;
	int status;

	(void)argc;
	if (conf_command_read(&command_line, &b, argv, &status))
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
