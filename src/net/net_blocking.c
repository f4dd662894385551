/* net_blocking.c - poll(2) for everybody, then accept(2) or recvfrom(2) for each that is ready.
 *
 * Listeners do not block, for whoever was at the door may have gone, or another process may have
 * been faster.  What they accept does. */
#include "net/net_blocking.h"

#include "net/net_accept.h"
#include "net/net_datagram.h"
#include "net/net_stop.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

int net_blocking_make(struct net_server **ret, const struct net_server *base, size_t size)
{
	struct net_blocking *b;
	int err;

	assert(base->config.stops_on_signals && "nothing else would stop it");
	b = alloc_try(&alloc_libc, size);
	if (!b)
		return -ENOMEM;
	/* From here on: who sees that the server listens may stop it. */
	err = net_stop_begin(base->config.linger_ms);
	if (err) {
		alloc_free(&alloc_libc, b, size);
		return err;
	}
	b->base = *base;
	*ret = &b->base;
	return 0;
}

void net_blocking_end(struct net_blocking *b)
{
	b->doors_count = 0;
	for (unsigned i = 0; i < b->listeners_count; i++)
		if (!net_scheme_get(b->listeners[i].endpoint.scheme)->is_datagrams)
			net_listener_done(&b->listeners[i]);
}

void net_blocking_close_in_child(struct net_blocking *b, int but)
{
	for (size_t i = 0; i < b->doors_count; i++)
		if (b->polls[1 + i].fd != but)
			close(b->polls[1 + i].fd);
	b->doors_count = b->listeners_count = 0;
}

void net_blocking_free(struct net_server *s, size_t size)
{
	struct net_blocking *b = net_blocking_of(s);

	while (b->listeners_count > 0)
		net_listener_done(&b->listeners[--b->listeners_count]);
	net_stop_end();
	alloc_free(&alloc_libc, s, size);
}

int net_blocking_add(struct net_server *s, const struct net_listener *l,
	const struct net_accept_options *options, unsigned *ret, struct ting_error *err)
{
	struct net_blocking *b = net_blocking_of(s);
	unsigned index = b->listeners_count;

	if (index == NET_LISTENERS_MAX)
		return net_error_set(
			err, -ENOSPC, "a server has at most %d listeners", NET_LISTENERS_MAX);
	b->listeners[index] = *l;
	b->options[index] = *options;
	for (size_t i = 0; i < l->count; i++) {
		b->doors[b->doors_count] =
			(struct net_blocking_door){.listener = index, .socket = i};
		b->polls[1 + b->doors_count++] =
			(struct pollfd){.fd = l->sockets[i].fd, .events = POLLIN};
	}
	net_accept_prepare(l, options);
	b->listeners_count++;
	*ret = index;
	return 0;
}

/* There is no moment at which it could be called from outside, and no slot is called with this
 * server. */
void net_blocking_stop(struct net_server *s)
{
	(void)s;
	assert(false && "a server that blocks is stopped by a signal");
}

static int wait_for(struct net_blocking *b, size_t doors, int timeout_ms)
{
	int count;

	b->polls[0] = (struct pollfd){.fd = net_stop_descriptor(), .events = POLLIN};
	count = poll(b->polls, 1 + doors, timeout_ms);
	if (count > 0 && b->polls[0].revents)
		net_stop_clear();
	return count;
}

void net_blocking_wait(struct net_blocking *b)
{
	/* After an interruption or a failure what poll() says of the doors means nothing. */
	b->next_door = wait_for(b, b->doors_count, -1) > 0 ? 0 : b->doors_count;
}

void net_blocking_rest(struct net_blocking *b, int timeout_ms)
{
	wait_for(b, 0, timeout_ms);
	b->next_door = b->doors_count;
}

static bool take_connection(struct net_blocking *b, size_t door, struct net_visitor *ret)
{
	unsigned listener = b->doors[door].listener;
	const struct net_listener *l = &b->listeners[listener];
	const char *why;

	ret->is_datagram = ret->never_blocks = false;
	ret->bytes = span_of(NULL, 0);
	ret->fd = net_accept(&b->base, l, b->doors[door].socket, 0, ret->peer);
	if (ret->fd < 0) {
		if (ret->fd != -EAGAIN)
			net_blocking_rest(b, NET_REST_MS);
		return false;
	}
	why = net_accept_bound(&b->base, &b->options[listener], listener);
	if (why)
		net_accept_refuse(&b->base, ret->fd, ret->peer, why);
	return !why;
}

static bool take_datagram(struct net_blocking *b, size_t door, struct net_visitor *ret)
{
	unsigned listener = b->doors[door].listener;
	ssize_t size;

	ret->fd = b->polls[1 + door].fd;
	ret->is_datagram = true;
	size = net_datagram_receive(ret->fd, b->datagram, sizeof b->datagram, &ret->from);
	if (size == -EMSGSIZE) {
		b->base.stats.datagrams++;
		b->base.stats.dropped++;
	}
	if (size < 0)
		return false;
	ret->bytes = span_of(b->datagram, (size_t)size);
	if (!net_accept_bound(&b->base, &b->options[listener], listener))
		return true;
	b->base.stats.datagrams++;
	b->base.stats.dropped++;
	return false;
}

bool net_blocking_take(struct net_blocking *b, struct net_visitor *ret)
{
	while (b->next_door < b->doors_count && net_stop_stage() == NET_RUNNING) {
		size_t door = b->next_door++;
		const struct net_scheme_traits *t;

		if (b->polls[1 + door].revents == 0)
			continue;
		ret->listener = b->doors[door].listener;
		t = net_scheme_get(b->listeners[ret->listener].endpoint.scheme);
		ret->keeps_messages = t->keeps_messages;
		if (t->is_datagrams ? take_datagram(b, door, ret) : take_connection(b, door, ret))
			return true;
	}
	return false;
}

void net_blocking_enter(struct net_blocking *b, const struct net_visitor *v)
{
	if (v->is_datagram)
		b->base.stats.datagrams++;
	else
		b->base.stats.accepted++;
	b->base.stats.open++;
	b->base.open[v->listener]++;
}

void net_blocking_leave(struct net_blocking *b, unsigned listener)
{
	b->base.stats.open--;
	b->base.open[listener]--;
}

void net_blocking_refuse(struct net_blocking *b, const struct net_visitor *v, const char *why)
{
	if (!v->is_datagram) {
		net_accept_refuse(&b->base, v->fd, v->peer, why);
		return;
	}
	b->base.stats.datagrams++;
	b->base.stats.dropped++;
	net_server_log(&b->base, "a datagram dropped: %s", why);
}
