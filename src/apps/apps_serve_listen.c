/* apps_serve_listen.c - opens before privileges are dropped, hands over once there is a server. */
#include "apps/apps_serve_listen.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int family_of(const struct conf_listener *l)
{
	return l->socket_domain == CONF_IPV4    ? AF_INET
		: l->socket_domain == CONF_IPV6 ? AF_INET6
						: AF_UNSPEC;
}

static int endpoint_of(
	struct net_endpoint *ret, const struct conf_listener *l, struct ting_error *err)
{
	*ret = (struct net_endpoint){.scheme = l->socket_domain == CONF_UNIX ? NET_UNIX : NET_TCP};
	if (ret->scheme == NET_UNIX) {
		(void)snprintf(ret->path, sizeof ret->path, "%s", l->address);
		return 0;
	}
	if (l->address && strlen(l->address) > NET_HOST_MAX)
		return net_error_set(
			err, -EINVAL, "cannot listen on a name longer than %d bytes", NET_HOST_MAX);
	(void)snprintf(ret->host, sizeof ret->host, "%s", l->address ? l->address : "*");
	(void)snprintf(ret->port, sizeof ret->port, "%" PRId64, l->port);
	return 0;
}

static int open_one(struct net_listener *ret, const struct conf_listener *l, struct ting_error *err)
{
	const struct net_listen_options options = {.family = family_of(l)};
	struct net_endpoint endpoint;
	int error = endpoint_of(&endpoint, l, err);

	return error ? error : net_listen(ret, &endpoint, &options, err);
}

int serve_listeners_open(struct serve_listeners *ret, const struct conf *c, struct conf_error *e)
{
	struct serve_listeners l = {
		.list = alloc_sure(&alloc_libc, c->listener_count * sizeof *l.list),
		.count = c->listener_count};
	struct ting_error err;

	for (size_t i = 0; i < l.count; i++) {
		int error = open_one(&l.list[i], &c->listeners[i], &err);
		bool is_absent = error == -EAFNOSUPPORT || error == -EADDRNOTAVAIL;

		if (!error || (c->listeners[i].is_optional && is_absent))
			continue;
		(void)conf_error_set(e, "%s", err.text);
		l.list[i].count = 0;
		serve_listeners_done(&l);
		return error;
	}
	*ret = l;
	return 0;
}

int serve_listeners_add(
	struct serve_listeners *l, const struct conf *c, struct net_server *s, struct conf_error *e)
{
	for (size_t i = 0; i < l->count; i++, l->given++) {
		int64_t bound = c->listeners[i].max_connections;
		const struct net_accept_options options = {
			.connections_max = bound == CONF_UNLIMITED ? 0 : (uint32_t)bound,
			.has_no_delay = c->set_tcp_nodelay,
		};
		struct ting_error err;
		unsigned index;
		int error;

		if (!l->list[i].count)
			continue;
		error = net_server_add(s, &l->list[i], &options, &index, &err);
		if (error) {
			(void)conf_error_set(e, "%s", err.text);
			return error;
		}
	}
	return 0;
}

void serve_listeners_tell(const struct serve_listeners *l, struct serve_log *log)
{
	for (size_t i = 0; i < l->count; i++)
		for (size_t k = 0; k < l->list[i].count; k++)
			serve_log_say(log, CONF_LOG_NOTICE, "listening on %s",
				l->list[i].sockets[k].name);
}

void serve_listeners_done(struct serve_listeners *l)
{
	for (size_t i = l->given; i < l->count; i++)
		if (l->list[i].count)
			net_listener_done(&l->list[i]);
	alloc_free(&alloc_libc, l->list, l->count * sizeof *l->list);
	*l = (struct serve_listeners){0};
}
