/* ting_server.c - a service of somebody else's on a server of ours.
 *
 * The service's slots are told through a protocol that is made for it (net_server.h), and a struct
 * ting_server is that protocol's struct net_server by another name.  In front of what the service
 * keeps for each connection stands what keeps a client from being answered faster than it reads.
 *
 * A server takes over signals; what the program did with them before is put back at the end. */
#include <ting/server.h>

#include "net/net_host.h"
#include "service/service_flow.h"

#include <errno.h>
#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

struct host {
	const struct ting_service *service;
	const struct ting_serve_options *options;
	void *self; /* of both */
	struct net_protocol protocol;
	struct net_server *server;
};

/* The state of a connection. */
struct client {
	struct service_flow flow;
	alignas(max_align_t) unsigned char own[]; /* the service's */
};

static struct ting_server *face_of(struct net_server *s)
{
	return (struct ting_server *)s;
}

static struct net_server *net_of(struct ting_server *s)
{
	return (struct net_server *)s;
}

/* From the server to the service. */

static void opened(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	const struct host *h = self;

	(void)listener;
	h->service->opened(h->self, face_of(s), conn, peer);
}

static void received(void *self, struct net_server *s, conn_id conn, struct span bytes)
{
	const struct host *h = self;

	h->service->received(h->self, face_of(s), conn, bytes.at, bytes.size);
}

static void written(void *self, struct net_server *s, conn_id conn, size_t bytes)
{
	struct client *c = net_state(s, conn);
	const struct host *h = self;

	service_flow_written(&c->flow, s, conn, bytes);
	if (h->service->written)
		h->service->written(h->self, face_of(s), conn, c->flow.waiting);
}

static void closed(void *self, struct net_server *s, conn_id conn, int err)
{
	const struct host *h = self;

	h->service->closed(h->self, face_of(s), conn, err);
}

static struct net_protocol protocol_of(const struct ting_service *service)
{
	return (struct net_protocol){
		.name = service->name,
		.needs = (service->needs & TING_ONE_MEMORY ? NET_ONE_MEMORY : 0U) |
			(service->needs & TING_ONE_THREAD ? NET_ONE_THREAD : 0U),
		.datagrams = service->takes_datagrams ? NET_DATAGRAMS_ALONE : NET_DATAGRAMS_REFUSED,
		.state_bytes = sizeof(struct client) + service->state_bytes,
		.opened = service->opened ? opened : NULL,
		.received = received,
		.written = written,
		.closed = service->closed ? closed : NULL,
	};
}

/* From the service to the server. */

size_t ting_server_send(struct ting_server *s, ting_conn conn, const void *bytes, size_t size)
{
	struct client *c = net_state(net_of(s), conn);
	size_t waiting;

	if (!c)
		return 0;
	waiting = net_send(net_of(s), conn, span_of(bytes, size), span_of(NULL, 0), NULL);
	service_flow_sent(&c->flow, net_of(s), conn, size);
	return waiting;
}

void ting_server_close(struct ting_server *s, ting_conn conn, bool is_graceful)
{
	net_close(net_of(s), conn, is_graceful);
}

void ting_server_set_reading(struct ting_server *s, ting_conn conn, bool is_reading)
{
	struct client *c = net_state(net_of(s), conn);

	if (c)
		service_flow_set_reading(&c->flow, net_of(s), conn, is_reading);
}

void *ting_server_state(struct ting_server *s, ting_conn conn)
{
	struct client *c = net_state(net_of(s), conn);

	return c ? c->own : NULL;
}

bool ting_server_keeps_messages(const struct ting_server *s, ting_conn conn)
{
	return net_keeps_messages((const struct net_server *)s, conn);
}

/* The signals that a server takes over. */

enum { SIGNALS = 5, SIGNALS_TO_STOP = 3 };

static const int signals[SIGNALS] = {SIGTERM, SIGINT, SIGALRM, SIGCHLD, SIGPIPE};

struct habits {
	struct sigaction actions[SIGNALS];
	sigset_t blocked;
};

static struct habits take_signals(void)
{
	struct habits h;

	for (size_t i = 0; i < SIGNALS; i++)
		(void)sigaction(signals[i], NULL, &h.actions[i]);
	(void)pthread_sigmask(SIG_BLOCK, NULL, &h.blocked);
	return h;
}

/* One to stop that came too late to be noticed was meant for the server, and must not end a program
 * that is about to clean up after it. */
static void give_signals_back(const struct habits *h)
{
	const struct timespec now = {0};
	sigset_t late;

	(void)sigemptyset(&late);
	for (size_t i = 0; i < SIGNALS_TO_STOP; i++)
		(void)sigaddset(&late, signals[i]);
	(void)pthread_sigmask(SIG_BLOCK, &late, NULL);
	while (sigtimedwait(&late, NULL, &now) > 0)
		;
	for (size_t i = 0; i < SIGNALS; i++)
		(void)sigaction(signals[i], &h->actions[i], NULL);
	(void)pthread_sigmask(SIG_SETMASK, &h->blocked, NULL);
}

/* Serving. */

static void log_line(void *self, const char *text)
{
	const struct host *h = self;

	h->options->log(h->self, text);
}

/* "fork, poll" and all the others, as far as they fit. */
static void list_models(char *ret, size_t size)
{
	const char *name;
	size_t at = 0;

	for (size_t i = 0; (name = net_model_name(i)) && at < size; i++)
		at += (size_t)snprintf(ret + at, size - at, "%s%s", i ? ", " : "", name);
}

static int find_model(
	const struct net_model **ret, const struct ting_serve_options *o, struct ting_error *err)
{
	char all[160] = "";

	*ret = net_model_find(o->model ? o->model : "epoll");
	if (*ret)
		return 0;
	list_models(all, sizeof all);
	return net_error_set(err, -EINVAL, "no model is called %s; there are %s", o->model, all);
}

static int make_server(struct host *h, struct ting_error *err)
{
	const struct ting_serve_options *o = h->options;
	struct net_server_config config = {
		.protocol = &h->protocol,
		.self = h,
		.workers = o->workers,
		.idle_ms = o->idle_ms,
		.stops_on_signals = true,
		.log = o->log ? log_line : NULL,
	};
	int failed = find_model(&config.model, o, err);

	if (failed)
		return failed;
	config.connections_max = o->clients_max ? o->clients_max : net_host_clients(config.model);
	return net_server_new(&h->server, &config, err);
}

static int serve(struct host *h, const char *const *endpoints, struct ting_error *err)
{
	struct net_endpoint e;
	int failed = make_server(h, err);

	for (; !failed && *endpoints; endpoints++) {
		failed = net_endpoint_parse(&e, *endpoints, err);
		if (!failed)
			failed = net_host_listen(h->server, &e, h->options->backlog,
				h->options->listening, h->self, err);
	}
	return failed ? failed : net_host_run(h->server, err);
}

/* What the caller may have got wrong. */
static int check(const char *const *endpoints, const struct ting_service *service,
	const struct ting_serve_options *o, struct ting_error *err)
{
	if (!service->name || !service->received)
		return net_error_set(err, -EINVAL, "a service has a name and a `received`");
	if (!endpoints[0])
		return net_error_set(err, -EINVAL, "%s listens nowhere", service->name);
	if (o->idle_ms < 0 || o->backlog < 0)
		return net_error_set(err, -EINVAL, "a time or a backlog is not negative");
	return 0;
}

int ting_serve(const char *const *endpoints, const struct ting_service *service, void *self,
	const struct ting_serve_options *options, struct ting_error *err)
{
	static const struct ting_serve_options usual;
	static atomic_flag is_serving = ATOMIC_FLAG_INIT;
	struct host h = {.service = service, .options = options ? options : &usual, .self = self};
	struct habits habits;
	int failed = check(endpoints, service, h.options, err);

	if (failed)
		return failed;
	if (atomic_flag_test_and_set(&is_serving))
		return net_error_set(err, -EBUSY, "this process serves already");
	h.protocol = protocol_of(service);
	habits = take_signals();
	failed = serve(&h, endpoints, err);
	net_server_free(h.server);
	give_signals_back(&habits);
	atomic_flag_clear(&is_serving);
	return failed;
}
