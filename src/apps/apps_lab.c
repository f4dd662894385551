/* apps_lab.c - from the command line to a plan, and from its results to files. */
#include "apps/apps_lab.h"

#include "apps/apps_lab_progress.h"
#include "apps/apps_report.h"
#include "apps/apps_version.h"
#include "conf/conf_command.h"
#include "lab/lab_floor.h"
#include "lab/lab_page.h"
#include "lab/lab_run.h"
#include "lab/lab_table.h"
#include "net/net_server.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	STATUS_WRONG = 1,    /* something was answered wrongly, died, or could not be written */
	STATUS_SIGNAL = 128, /* and its number, as a shell has it */
	THINK_MS_MAX = 60000,
	WORK_US_MAX = 1000000,
	SIZE_MAX_BYTES = 65507,
	DURATION_MS_MIN = 10,
	DURATION_MS_MAX = 3600 * 1000,
	PATH_BYTES = 4096,
};

struct lab {
	struct lab_plan plan;
	const char *models, *transports, *clients, *folder;
	const char *floor; /* --floor: be the server of the floor, here */
	struct lab_run run;
};

enum flag {
	FLAG_MODELS,
	FLAG_TRANSPORTS,
	FLAG_CLIENTS,
	FLAG_THINK,
	FLAG_WORK,
	FLAG_SECONDS,
	FLAG_SIZE,
	FLAG_REPEAT,
	FLAG_PIN,
	FLAG_OUT,
	FLAG_AT,
	FLAG_FLOOR,
	FLAG_HELP
};

static const struct conf_flag flags[] = {
	[FLAG_MODELS] = {'\0', "models", "LIST", "epoll,thread...; usually all"},
	[FLAG_TRANSPORTS] = {'\0', "transports", "LIST",
		"of tcp,udp,unix,unixgram,unixseq; usually the first three"},
	[FLAG_CLIENTS] = {'\0', "clients", "LIST", "how many at once; usually 1,10,100,1000"},
	[FLAG_THINK] = {'\0', "think", "MS", "a client waits so long before it asks again"},
	[FLAG_WORK] = {'\0', "work", "US", "the server computes so long for each request"},
	[FLAG_SECONDS] = {'\0', "seconds", "S", "of each measurement; usually 1"},
	[FLAG_SIZE] = {'\0', "size", "BYTES", "of a message; usually 64"},
	[FLAG_REPEAT] = {'\0', "repeat", "N", "measure each so often and take the middle"},
	[FLAG_PIN] = {'\0', "pin", NULL, "keep servers on one processor: see the manual"},
	[FLAG_OUT] = {'\0', "out", "DIR", "where the files are written; usually ./lab"},
	[FLAG_AT] = {'\0', "at", "ENDPOINT", "measure the echo server that listens there instead"},
	[FLAG_FLOOR] = {'\0', "floor", "ENDPOINT", "only be the bare loop, and serve there"},
	[FLAG_HELP] = {'h', "help", NULL, "print this"},
	{0},
};

static int take_flag(
	void *self, const struct conf_flag *flag, const char *value, struct conf_error *e)
{
	struct lab *l = self;
	int64_t ms;

	switch ((enum flag)(flag - flags)) {
	case FLAG_MODELS:
		l->models = value;
		break;
	case FLAG_TRANSPORTS:
		l->transports = value;
		break;
	case FLAG_CLIENTS:
		l->clients = value;
		break;
	case FLAG_THINK:
		return conf_command_u32(&l->plan.think_ms, flag, value, 0, THINK_MS_MAX, e);
	case FLAG_WORK:
		return conf_command_u32(&l->plan.work_us, flag, value, 0, WORK_US_MAX, e);
	case FLAG_SECONDS:
		if (conf_command_seconds(&ms, flag, value, DURATION_MS_MIN, DURATION_MS_MAX, e))
			return -EINVAL;
		l->plan.duration_ms = (uint32_t)ms;
		break;
	case FLAG_SIZE:
		return conf_command_u32(&l->plan.size, flag, value, 1, SIZE_MAX_BYTES, e);
	case FLAG_REPEAT:
		return conf_command_u32(&l->plan.rounds, flag, value, 1, LAB_ROUNDS_MAX, e);
	case FLAG_PIN:
		l->plan.is_pinned = true;
		break;
	case FLAG_OUT:
		l->folder = value;
		break;
	case FLAG_AT:
		l->run.endpoint = value;
		break;
	case FLAG_FLOOR:
		l->floor = value;
		break;
	case FLAG_HELP:
		break;
	}
	return 0;
}

/* A server that runs already has no model that we know, and the transport of its endpoint. */
static int plan_other(struct lab *l, struct ting_error *err)
{
	struct lab_plan *p = &l->plan;

	p->transports[0] = lab_transport_of(l->run.endpoint);
	if (!p->transports[0]) {
		(void)snprintf(err->text, sizeof err->text,
			"\"%s\": expected an endpoint of tcp, udp, unix, unixgram or unixseq",
			l->run.endpoint);
		return -EINVAL;
	}
	p->transport_count = 1;
	(void)snprintf(p->models[0], sizeof p->models[0], "%s", LAB_OTHER);
	p->model_count = 1;
	return 0;
}

static int plan_models(struct lab *l, struct ting_error *err)
{
	const char *known[LAB_MODELS_MAX] = {NULL};
	int result;

	for (size_t i = 0; i < LAB_MODELS_MAX - 1 && net_model_name(i); i++)
		known[i] = net_model_name(i);
	result = lab_plan_models(&l->plan, l->models, known, err);
	return result ? result : lab_plan_transports(&l->plan, l->transports, err);
}

static int complete(void *self, struct conf_error *e)
{
	struct lab *l = self;
	struct ting_error err;
	int result = l->run.endpoint ? plan_other(l, &err) : plan_models(l, &err);

	if (result == 0)
		result = lab_plan_clients(&l->plan, l->clients, &err);
	return result ? conf_error_set(e, "%s", err.text) : 0;
}

static const struct conf_command command_line = {
	.name = "lab",
	.usage = "ting lab [OPTION...]\n\n"
		 "Measures each server model on each transport, and writes lab.csv and\n"
		 "lab.html: a table, charts, and what to choose.\n",
	.flags = flags,
	.take = take_flag,
	.check = complete,
};

/* What the files are made of. */
struct report {
	struct lab_plan *plan;
	struct lab_run *run;
	struct lab_page page;
};

static void print_table(FILE *out, const void *report)
{
	const struct report *r = report;

	lab_table_print(out, r->plan, r->run->results);
}

static void print_page(FILE *out, const void *report)
{
	const struct report *r = report;

	lab_page_print(out, &r->page);
}

/* A file of the folder. */
static int write_file(const struct lab *l, const char *name,
	void (*print)(FILE *out, const void *report), const struct report *r)
{
	char path[PATH_BYTES];

	(void)snprintf(path, sizeof path, "%s/%s", l->folder, name);
	return report_write(path, print, r) ? STATUS_WRONG : 0;
}

static void print_words(const struct lab_words *w)
{
	for (size_t i = 0; i < w->count; i++) {
		const struct lab_word *word = &w->list[i];

		if (i == 0 || strcmp(word->heading, word[-1].heading) != 0)
			(void)printf("%s\n", word->heading);
		(void)printf("  %s%s%s\n", word->lead, word->lead[0] ? ": " : "", word->text);
	}
}

/* Writes what there is, and says what follows from it. */
static int tell(struct lab *l, char **argv, bool is_cut)
{
	char command[REPORT_TEXT_MAX + 1], system[REPORT_TEXT_MAX + 1];
	struct lab_summary summary;
	struct lab_words words;
	struct report r = {.plan = &l->plan, .run = &l->run};
	int status;

	report_describe_system(system);
	report_describe_command(command, "lab", argv, NULL);
	lab_summary_init(&summary, &l->plan, l->run.results);
	lab_words_find(&words, &summary);
	r.page = (struct lab_page){&summary, &words, TING_VERSION, system, command, is_cut};
	status = write_file(l, "lab.csv", print_table, &r);
	if (write_file(l, "lab.html", print_page, &r))
		status = STATUS_WRONG;
	print_words(&words);
	if (status == 0)
		(void)printf("%s/lab.csv\n%s/lab.html\n", l->folder, l->folder);
	lab_summary_done(&summary);
	return status;
}

static bool is_any_failed(const struct lab *l)
{
	for (size_t i = 0; i < lab_plan_size(&l->plan); i++)
		if (l->run.results[i].verdict == LAB_FAILED)
			return true;
	return false;
}

/* Measures, and writes what there is, be it all or not. */
static int measure(struct lab *l, char **argv)
{
	struct ting_error err;
	int result, status;

	if (mkdir(l->folder, 0777) && errno != EEXIST) {
		(void)fprintf(stderr, "ting: cannot make %s: %s\n", l->folder, strerror(errno));
		return STATUS_WRONG;
	}
	result = lab_run(&l->run, &err);
	if (result < 0)
		(void)fprintf(stderr, "ting: %s\n", err.text);
	status = tell(l, argv, result != 0);
	if (status)
		return status;
	if (result > 0)
		return STATUS_SIGNAL + result;
	return result < 0 || is_any_failed(l) ? STATUS_WRONG : 0;
}

static int be_floor(const struct lab *l)
{
	struct ting_error err;

	if (lab_floor_run(l->floor, l->plan.work_us, &err))
		(void)fprintf(stderr, "ting: %s\n", err.text);
	return STATUS_WRONG;
}

int apps_lab(int argc, char **argv)
{
	struct lab l = {
		.plan = {.rounds = 1, .size = 64, .duration_ms = 1000},
		.transports = "tcp,udp,unix",
		.clients = "1,10,100,1000",
		.folder = "lab",
	};
	int status;

	(void)argc;
	if (conf_command_read(&command_line, &l, argv, &status))
		return status;
	if (l.floor)
		return be_floor(&l);
	l.run.plan = &l.plan;
	l.run.show = lab_progress_show;
	l.run.results = calloc(lab_plan_size(&l.plan), sizeof l.run.results[0]);
	if (!l.run.results)
		abort();
	status = measure(&l, argv);
	free(l.run.results);
	return status;
}
