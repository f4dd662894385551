/* net_server.c - the table of models, and what they have in common. */
#include "net/net_server.h"

#include "net/net_idle.h"
#include "net/net_model.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct net_model *const models[] = {
	&net_model_iterative,
	&net_model_fork,
	&net_model_prefork,
	&net_model_thread,
	&net_model_pool,
	&net_model_select,
	&net_model_poll,
	&net_model_epoll,
	&net_model_reuseport,
};
/* clang-format on */

static const struct {
	enum net_need need;
	const char *reason;
} needs[] = {
	{NET_ONE_MEMORY, "its clients share one memory"},
	{NET_ONE_THREAD, "it runs in one thread"},
};

const struct net_model *net_model_find(const char *name)
{
	for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
		if (strcmp(models[i]->name, name) == 0)
			return models[i];
	return NULL;
}

const char *net_model_name(size_t index)
{
	return index < sizeof models / sizeof models[0] ? models[index]->name : NULL;
}

const char *net_model_help(const struct net_model *m)
{
	return m->help;
}

int net_model_check(const struct net_model *m, const struct net_protocol *p, struct ting_error *err)
{
	unsigned missing = p->needs & ~m->offers;

	for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
		if (missing & needs[i].need)
			return net_error_set(err, -ENOTSUP, "%s cannot carry %s: %s, and %s",
				m->name, p->name, needs[i].reason, m->lacks);
	return 0;
}

uint32_t net_model_connections_usual(const struct net_model *m)
{
	return m->connections_usual;
}

int net_server_new(
	struct net_server **ret, const struct net_server_config *config, struct ting_error *err)
{
	const struct sigaction ignored = {.sa_handler = SIG_IGN};
	struct net_server base = {.model = config->model, .config = *config};
	int failed = net_model_check(config->model, config->protocol, err);

	assert(config->connections_max > 0 && config->protocol->received);
	if (failed)
		return failed;
	if (config->connections_max > config->model->connections_max)
		return net_error_set(err, -ENOTSUP, "%s has at most %u clients at once",
			config->model->name, config->model->connections_max);
	if (config->model->workers_max && config->workers > config->model->workers_max)
		return net_error_set(err, -ENOTSUP, "%s has at most %u workers",
			config->model->name, config->model->workers_max);
	if (config->idle_ms > 0 && config->protocol->expired)
		return net_error_set(err, -ENOTSUP,
			"%s has deadlines of its own, and takes no time for idle clients",
			config->protocol->name);
	if (base.config.linger_ms == 0)
		base.config.linger_ms = NET_LINGER_MS;
	if (config->stops_on_signals)
		sigaction(SIGPIPE, &ignored, NULL); /* a log whose reader went */
	base.idle = net_idle_new(&base.config);
	failed = config->model->make(ret, &base);
	if (failed) {
		net_idle_free(base.idle);
		net_error_set(err, failed, "cannot make a server: %s", strerror(-failed));
	}
	return failed;
}

void net_server_free(struct net_server *s)
{
	struct net_idle *idle = s ? s->idle : NULL;

	if (s)
		s->model->free(s);
	net_idle_free(idle);
}

int net_server_add(struct net_server *s, const struct net_listener *l,
	const struct net_accept_options *options, unsigned *ret, struct ting_error *err)
{
	const struct net_protocol *p = s->config.protocol;

	if (net_scheme_get(l->endpoint.scheme)->is_datagrams &&
		p->datagrams == NET_DATAGRAMS_REFUSED)
		return net_error_set(err, -ENOTSUP, "%s needs a connection, and %s has none",
			p->name, l->sockets->name);
	return s->model->add(s, l, options, ret, err);
}

int net_server_adopt(
	struct net_server *s, int fd, const char *peer, unsigned listener, conn_id *ret)
{
	return s->model->adopt ? s->model->adopt(s, fd, peer, listener, ret) : -ENOTSUP;
}

int net_server_run(struct net_server *s)
{
	return s->model->run(s);
}

void net_server_stop(struct net_server *s)
{
	s->model->stop(s);
}

size_t net_send(struct net_server *s, conn_id conn, struct span head, struct span body,
	struct shared *owner)
{
	return s->calls->send(s, conn, head, body, owner);
}

size_t net_flush(struct net_server *s, conn_id conn)
{
	return s->calls->flush(s, conn);
}

void net_close(struct net_server *s, conn_id conn, bool is_graceful)
{
	s->calls->close(s, conn, is_graceful);
}

void net_set_reading(struct net_server *s, conn_id conn, bool is_reading)
{
	s->calls->set_reading(s, conn, is_reading);
}

void net_set_deadline(struct net_server *s, conn_id conn, msec due_ms)
{
	s->calls->set_deadline(s, conn, due_ms);
}

void net_again(struct net_server *s)
{
	s->calls->again(s);
}

struct times net_now(const struct net_server *s)
{
	return s->calls->now(s);
}

void *net_state(struct net_server *s, conn_id conn)
{
	return s->calls->state(s, conn);
}

bool net_keeps_messages(const struct net_server *s, conn_id conn)
{
	return s->calls->keeps_messages(s, conn);
}

struct net_stats net_server_stats(const struct net_server *s)
{
	return s->stats;
}

void net_server_log(const struct net_server *s, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (s->config.log)
		s->config.log(s->config.self, text);
}
