/* net_server.c - the table of models, and what they have in common. */
#include "net/net_server.h"

#include "net/net_model.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct net_model *const models[] = {&net_model_epoll};

static const struct {
	enum net_need need;
	const char *reason;
} needs[] = {
	{NET_ONE_MEMORY, "its connections share one memory"},
	{NET_ONE_THREAD, "it runs in one thread"},
};

const struct net_model *net_model_find(const char *name)
{
	for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
		if (strcmp(models[i]->name, name) == 0)
			return models[i];
	return NULL;
}

int net_server_new(
	struct net_server **ret, const struct net_server_config *config, struct net_error *err)
{
	struct net_server base = {.model = config->model, .config = *config};
	unsigned missing = config->protocol->needs & ~config->model->offers;
	int failed;

	assert(config->loop && config->connections_max > 0 && config->protocol->received);
	for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
		if (missing & needs[i].need)
			return net_error_set(err, -ENOTSUP, "%s cannot carry %s: %s",
				config->model->name, config->protocol->name, needs[i].reason);
	if (base.config.linger_ms == 0)
		base.config.linger_ms = NET_LINGER_MS;
	failed = config->model->make(ret, &base);
	if (failed)
		net_error_set(err, failed, "cannot make a server: %s", strerror(-failed));
	return failed;
}

void net_server_free(struct net_server *s)
{
	if (s)
		s->model->free(s);
}

int net_server_add(struct net_server *s, const struct net_listener *l,
	const struct net_accept_options *options, unsigned *ret, struct net_error *err)
{
	return s->model->add(s, l, options, ret, err);
}

int net_server_adopt(
	struct net_server *s, int fd, const char *peer, unsigned listener, conn_id *ret)
{
	return s->model->adopt(s, fd, peer, listener, ret);
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
	return s->model->send(s, conn, head, body, owner);
}

size_t net_flush(struct net_server *s, conn_id conn)
{
	return s->model->flush(s, conn);
}

void net_close(struct net_server *s, conn_id conn, bool is_graceful)
{
	s->model->close(s, conn, is_graceful);
}

void net_set_reading(struct net_server *s, conn_id conn, bool is_reading)
{
	s->model->set_reading(s, conn, is_reading);
}

void net_set_deadline(struct net_server *s, conn_id conn, msec due_ms)
{
	s->model->set_deadline(s, conn, due_ms);
}

void net_again(struct net_server *s)
{
	s->model->again(s);
}

struct times net_now(const struct net_server *s)
{
	return s->model->now(s);
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
