/* net_server_loop.c - a loop, its listeners, and the connections that they bring. */
#include "net/net_server_loop.h"

#include "net/net_mail.h"

#include <errno.h>
#include <string.h>

static struct net_server_loop *loop_of(struct net_server *s)
{
	return (struct net_server_loop *)s;
}

static struct net_traffic *traffic_of(struct net_server *s)
{
	return &loop_of(s)->traffic;
}

static size_t loop_calls_send(struct net_server *base, conn_id conn, struct span head,
	struct span body, struct shared *owner)
{
	return net_traffic_send(traffic_of(base), conn, head, body, owner);
}

static size_t loop_calls_flush(struct net_server *base, conn_id conn)
{
	return net_traffic_flush(traffic_of(base), conn);
}

static void loop_calls_close(struct net_server *base, conn_id conn, bool is_graceful)
{
	net_traffic_close(traffic_of(base), conn, is_graceful);
}

static void loop_calls_set_reading(struct net_server *base, conn_id conn, bool is_reading)
{
	net_traffic_set_reading(traffic_of(base), conn, is_reading);
}

static void loop_calls_set_deadline(struct net_server *base, conn_id conn, msec due_ms)
{
	net_traffic_set_deadline(traffic_of(base), conn, due_ms);
}

static void loop_calls_again(struct net_server *base)
{
	loop_again(base->config.loop);
}

static struct times loop_calls_now(const struct net_server *base)
{
	return loop_now(base->config.loop);
}

static void *loop_calls_state(struct net_server *base, conn_id conn)
{
	return net_traffic_state(traffic_of(base), conn);
}

static bool loop_calls_keeps_messages(const struct net_server *base, conn_id conn)
{
	return net_traffic_keeps_messages(&((const struct net_server_loop *)base)->traffic, conn);
}

static const struct net_calls loop_calls = {
	.send = loop_calls_send,
	.flush = loop_calls_flush,
	.close = loop_calls_close,
	.set_reading = loop_calls_set_reading,
	.set_deadline = loop_calls_set_deadline,
	.again = loop_calls_again,
	.now = loop_calls_now,
	.state = loop_calls_state,
	.keeps_messages = loop_calls_keeps_messages,
};

static void signal_caught(struct net_signals *signals)
{
	struct net_server_loop *s = LOOP_ENTRY(signals, struct net_server_loop, signals);

	if (s->traffic.is_stopping)
		net_traffic_cut(&s->traffic);
	else
		net_server_loop_stop(&s->base);
}

int net_server_loop_make(
	struct net_server **ret, const struct net_server *base, const struct loop_waiter *waiter)
{
	struct net_server_loop *s = alloc_try(&alloc_libc, sizeof *s);
	int err = 0;

	if (!s)
		return -ENOMEM;
	s->base = *base;
	s->base.calls = &loop_calls;
	s->signals.caught = signal_caught;
	if (!base->config.loop) {
		err = loop_new_with(&s->own_loop, waiter);
		s->base.config.loop = s->own_loop;
	}
	/* From here on: who sees that the server listens may stop it. */
	if (err == 0 && base->config.stops_on_signals)
		err = net_signals_add(s->base.config.loop, &s->signals);
	if (err) {
		loop_free(s->own_loop);
		alloc_free(&alloc_libc, s, sizeof *s);
		return err;
	}
	net_traffic_init(&s->traffic, &s->base);
	*ret = &s->base;
	return 0;
}

static void stop_acceptors(struct net_server_loop *s)
{
	for (unsigned i = 0; i < s->listeners_count; i++)
		if (s->acceptors[i])
			net_acceptor_stop(s->acceptors[i]);
}

void net_server_loop_free(struct net_server *base)
{
	struct net_server_loop *s = loop_of(base);

	stop_acceptors(s);
	if (s->traffic.mail)
		net_mail_stop(s->traffic.mail);
	net_traffic_done(&s->traffic);
	net_mail_free(s->traffic.mail);
	if (base->config.stops_on_signals)
		net_signals_remove(base->config.loop, &s->signals);
	loop_free(s->own_loop);
	for (unsigned i = 0; i < s->listeners_count; i++)
		alloc_free(&alloc_libc, s->acceptors[i], sizeof *s->acceptors[i]);
	alloc_free(&alloc_libc, s, sizeof *s);
}

static int open_accepted(struct net_server *base, int fd, const char *peer, unsigned listener)
{
	enum net_scheme scheme = loop_of(base)->acceptors[listener]->listener.endpoint.scheme;
	conn_id id;

	return net_traffic_open(
		traffic_of(base), fd, peer, listener, net_scheme_get(scheme)->keeps_messages, &id);
}

static void see_out(struct net_server *base, int fd)
{
	net_traffic_see_out(traffic_of(base), fd);
}

static int add_datagrams(struct net_server_loop *s, const struct net_listener *l,
	const struct net_accept_options *options, unsigned index)
{
	struct net_traffic *t = &s->traffic;

	if (!t->mail)
		t->mail = net_mail_new(t);
	return t->mail ? net_mail_listen(t->mail, l, options, index) : -ENOMEM;
}

static int add_acceptor(struct net_server_loop *s, const struct net_listener *l,
	const struct net_accept_options *options, unsigned index)
{
	struct net_acceptor *a = alloc_sure(&alloc_libc, sizeof *a);
	int err = net_acceptor_start(a, &s->base, l, options, index, open_accepted, see_out);

	if (err)
		alloc_free(&alloc_libc, a, sizeof *a);
	else
		s->acceptors[index] = a;
	return err;
}

int net_server_loop_add(struct net_server *base, const struct net_listener *l,
	const struct net_accept_options *options, unsigned *ret, struct ting_error *err)
{
	struct net_server_loop *s = loop_of(base);
	bool is_datagrams = net_scheme_get(l->endpoint.scheme)->is_datagrams;
	unsigned index = s->listeners_count;
	int failed;

	if (index == NET_LISTENERS_MAX)
		return net_error_set(
			err, -ENOSPC, "a server has at most %d listeners", NET_LISTENERS_MAX);
	failed = (is_datagrams ? add_datagrams : add_acceptor)(s, l, options, index);
	if (failed)
		return net_error_set(err, failed, "cannot wait for clients of %s: %s",
			l->sockets->name, strerror(-failed));
	base->is_datagrams[index] = is_datagrams;
	s->listeners_count++;
	*ret = index;
	return 0;
}

int net_server_loop_adopt(
	struct net_server *base, int fd, const char *peer, unsigned listener, conn_id *ret)
{
	if (base->stats.open >= base->config.connections_max)
		return -EMFILE;
	/* There may be no turn yet that writes what `opened` sends. */
	loop_again(base->config.loop);
	return net_traffic_open(traffic_of(base), fd, peer, listener, false, ret);
}

int net_server_loop_run(struct net_server *base)
{
	struct net_traffic *t = traffic_of(base);
	int err = 0;

	while (err == 0 && !(t->is_stopping && base->stats.open == 0))
		err = loop_turn(base->config.loop, MSEC_NEVER);
	return err;
}

void net_server_loop_stop(struct net_server *base)
{
	stop_acceptors(loop_of(base));
	net_traffic_stop(traffic_of(base));
}
