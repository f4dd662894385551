/* apps_run.c - from the command line to a running service, and to its end. */
#include "apps/apps_run.h"

#include "apps/apps_run_list.h"
#include "conf/conf_command.h"
#include "net/net_host.h"
#include "service/service.h"

#include <errno.h>
#include <inttypes.h>

enum {
	STATUS_SYSTEM = 1,
	STATUS_USAGE = 2,
	IDLE_MS_MAX = 1000 * 1000 * 1000,
	WORKERS_MAX = 1000,
	WORK_US_MAX = 1000000
};

struct run {
	/* The command line. */
	const struct service *service;
	const struct net_model *model;
	struct net_endpoint endpoints[NET_LISTENERS_MAX];
	size_t endpoint_count;
	int64_t clients_max, backlog, workers; /* 0: what is usual */
	msec idle_ms;
	bool is_verbose;
	struct service_options options;

	void *self; /* of the service */
	struct net_server *server;
};

enum flag {
	FLAG_WORD,
	FLAG_MODEL,
	FLAG_CLIENTS,
	FLAG_IDLE,
	FLAG_BACKLOG,
	FLAG_WORKERS,
	FLAG_WORK,
	FLAG_ROOT,
	FLAG_WRITABLE,
	FLAG_LIST,
	FLAG_VERBOSE,
	FLAG_HELP
};

static const struct conf_flag flags[] = {
	[FLAG_WORD] = {CONF_FLAG_WORD, NULL, "SERVICE, ENDPOINT...",
		"what is served, and where: tcp://127.0.0.1:7007, udp://*:0..."},
	[FLAG_MODEL] = {'\0', "model", "MODEL", "how clients are waited for; usually epoll"},
	[FLAG_CLIENTS] = {'\0', "clients-max", "N", "clients at once; more are refused"},
	[FLAG_IDLE] = {'\0', "idle", "SECONDS", "close where nothing moved for so long"},
	[FLAG_BACKLOG] = {'\0', "backlog", "N", "clients that wait to be accepted"},
	[FLAG_WORKERS] = {'\0', "workers", "N", "processes or threads, where a model has them"},
	[FLAG_WORK] = {'\0', "work", "US", "echo: compute for so long before each answer"},
	[FLAG_ROOT] = {'\0', "root", "DIR", "files: the folder that is served"},
	[FLAG_WRITABLE] = {'\0', "writable", NULL, "files: clients may change it"},
	[FLAG_LIST] = {'\0', "list", NULL, "services and models, for programs"},
	[FLAG_VERBOSE] = {'v', NULL, NULL, "at the end, tell how many came"},
	[FLAG_HELP] = {'h', "help", NULL, "print this"},
	{0},
};

static int take_endpoint(struct run *r, const char *text, struct conf_error *e)
{
	struct ting_error err;

	if (r->endpoint_count == NET_LISTENERS_MAX)
		return conf_error_set(e, "expected at most %d endpoints", NET_LISTENERS_MAX);
	if (net_endpoint_parse(&r->endpoints[r->endpoint_count], text, &err))
		return conf_error_set(e, "%s", err.text);
	r->endpoint_count++;
	return 0;
}

static int take_service(struct run *r, const char *name, struct conf_error *e)
{
	char quoted[CONF_QUOTE_ROOM];

	r->service = service_find(name);
	return r->service ? 0
			  : conf_error_set(e, "expected a service, found %s: ting run lists them",
				    conf_quote(quoted, name));
}

static int take_model(struct run *r, const char *name, struct conf_error *e)
{
	char quoted[CONF_QUOTE_ROOM];

	r->model = net_model_find(name);
	return r->model
		? 0
		: conf_error_set(e, "expected a model after --model, found %s: ting run lists them",
			  conf_quote(quoted, name));
}

static int take_flag(
	void *self, const struct conf_flag *flag, const char *value, struct conf_error *e)
{
	struct run *r = self;

	switch ((enum flag)(flag - flags)) {
	case FLAG_WORD:
		return r->service ? take_endpoint(r, value, e) : take_service(r, value, e);
	case FLAG_MODEL:
		return take_model(r, value, e);
	case FLAG_CLIENTS:
		return conf_command_number(&r->clients_max, flag, value, 1, UINT32_MAX, e);
	case FLAG_IDLE:
		return conf_command_seconds(&r->idle_ms, flag, value, 1, IDLE_MS_MAX, e);
	case FLAG_BACKLOG:
		return conf_command_number(&r->backlog, flag, value, 1, INT32_MAX, e);
	case FLAG_WORKERS:
		return conf_command_number(&r->workers, flag, value, 1, WORKERS_MAX, e);
	case FLAG_WORK:
		return conf_command_u32(&r->options.work_us, flag, value, 0, WORK_US_MAX, e);
	case FLAG_ROOT:
		r->options.root = value;
		break;
	case FLAG_WRITABLE:
		r->options.is_writable = true;
		break;
	case FLAG_VERBOSE:
		r->is_verbose = true;
		break;
	case FLAG_LIST:
		run_list_print_fields(stdout);
		return 1;
	case FLAG_HELP:
		break;
	}
	return 0;
}

/* What the command line left out, and what does not go together. */
static int complete(void *self, struct conf_error *e)
{
	struct ting_error err;
	struct run *r = self;

	if (!r->service) {
		run_list_print(stdout);
		return 1;
	}
	if (net_model_check(r->model, r->service->protocol, &err))
		return conf_error_set(e, "%s", err.text);
	return r->endpoint_count ? 0 : take_endpoint(r, r->service->standard, e);
}

static const struct conf_command command = {
	.name = "run",
	.usage = "ting run SERVICE [ENDPOINT...] [--model MODEL] [OPTION...]\n\n"
		 "A small server.  Without a service: which ones there are.\n",
	.flags = flags,
	.take = take_flag,
	.check = complete,
};

/* From any thread or process of the model: one write. */
static void log_line(void *self, const char *text)
{
	(void)self;
	(void)fprintf(stderr, "ting: %s\n", text);
}

static int make_server(struct run *r, struct ting_error *err)
{
	struct net_server_config config = {
		.model = r->model,
		.protocol = r->service->protocol,
		.self = r->self,
		.connections_max =
			r->clients_max ? (uint32_t)r->clients_max : net_host_clients(r->model),
		.workers = (uint32_t)r->workers,
		.idle_ms = r->idle_ms,
		.stops_on_signals = true,
		.log = log_line,
	};

	return net_server_new(&r->server, &config, err);
}

static void tell_listening(void *self, const char *name)
{
	(void)self;
	(void)printf("listening on %s\n", name);
	(void)fflush(stdout);
}

static int serve(struct run *r, struct ting_error *err)
{
	int failed = r->service->make ? r->service->make(&r->self, &r->options, err) : 0;

	if (!failed)
		failed = make_server(r, err);
	for (size_t i = 0; !failed && i < r->endpoint_count; i++)
		failed = net_host_listen(
			r->server, &r->endpoints[i], (int)r->backlog, tell_listening, NULL, err);
	return failed ? failed : net_host_run(r->server, err);
}

static void tell_end(const struct run *r)
{
	const struct net_stats stats = net_server_stats(r->server);

	(void)fprintf(stderr,
		"ting: %" PRIu64 " clients accepted, %" PRIu64 " refused, %" PRIu64
		" datagrams, %" PRIu64 " dropped\n",
		stats.accepted, stats.refused, stats.datagrams, stats.dropped);
}

int apps_run(int argc, char **argv)
{
	struct run r = {.model = net_model_find("epoll")};
	struct ting_error err;
	int status, failed;

	(void)argc;
	if (conf_command_read(&command, &r, argv, &status))
		return status;
	failed = serve(&r, &err);
	if (failed) {
		(void)fprintf(stderr, "ting: %s\n", err.text);
		status = failed == -ENOTSUP ? STATUS_USAGE : STATUS_SYSTEM;
	} else if (r.is_verbose) {
		tell_end(&r);
	}
	net_server_free(r.server);
	if (r.self && r.service->free)
		r.service->free(r.self);
	return status;
}
