/* net_server_epoll.c - the model `epoll`: one thread, one loop, any number of connections. */
#include "net/net_acceptor.h"
#include "net/net_traffic.h"

#include <errno.h>
#include <string.h>

struct epoll_server {
	struct net_server base;
	struct net_traffic traffic;
	struct net_acceptor *acceptors[NET_LISTENERS_MAX];
	unsigned acceptors_count;
};

static struct epoll_server *epoll_of(struct net_server *s)
{
	return (struct epoll_server *)s;
}

static struct net_traffic *traffic_of(struct net_server *s)
{
	return &epoll_of(s)->traffic;
}

static size_t epoll_send(struct net_server *base, conn_id conn, struct span head, struct span body,
	struct shared *owner)
{
	return net_traffic_send(traffic_of(base), conn, head, body, owner);
}

static size_t epoll_flush(struct net_server *base, conn_id conn)
{
	return net_traffic_flush(traffic_of(base), conn);
}

static void epoll_close(struct net_server *base, conn_id conn, bool is_graceful)
{
	net_traffic_close(traffic_of(base), conn, is_graceful);
}

static void epoll_set_reading(struct net_server *base, conn_id conn, bool is_reading)
{
	net_traffic_set_reading(traffic_of(base), conn, is_reading);
}

static void epoll_set_deadline(struct net_server *base, conn_id conn, msec due_ms)
{
	net_traffic_set_deadline(traffic_of(base), conn, due_ms);
}

static void epoll_again(struct net_server *base)
{
	loop_again(base->config.loop);
}

static struct times epoll_now(const struct net_server *base)
{
	return loop_now(base->config.loop);
}

static void *epoll_state(struct net_server *base, conn_id conn)
{
	return net_traffic_state(traffic_of(base), conn);
}

static bool epoll_keeps_messages(const struct net_server *base, conn_id conn)
{
	(void)base;
	(void)conn;
	return false;
}

static const struct net_calls epoll_calls = {
	.send = epoll_send,
	.flush = epoll_flush,
	.close = epoll_close,
	.set_reading = epoll_set_reading,
	.set_deadline = epoll_set_deadline,
	.again = epoll_again,
	.now = epoll_now,
	.state = epoll_state,
	.keeps_messages = epoll_keeps_messages,
};

static int epoll_make(struct net_server **ret, const struct net_server *base)
{
	struct epoll_server *s = alloc_try(&alloc_libc, sizeof *s);

	if (!s)
		return -ENOMEM;
	s->base = *base;
	s->base.calls = &epoll_calls;
	net_traffic_init(&s->traffic, &s->base);
	*ret = &s->base;
	return 0;
}

static void stop_acceptors(struct epoll_server *s)
{
	for (unsigned i = 0; i < s->acceptors_count; i++)
		net_acceptor_stop(s->acceptors[i]);
}

static void epoll_free(struct net_server *base)
{
	struct epoll_server *s = epoll_of(base);

	stop_acceptors(s);
	net_traffic_done(&s->traffic);
	for (unsigned i = 0; i < s->acceptors_count; i++)
		alloc_free(&alloc_libc, s->acceptors[i], sizeof *s->acceptors[i]);
	alloc_free(&alloc_libc, s, sizeof *s);
}

static int open_accepted(struct net_server *base, int fd, const char *peer, unsigned listener)
{
	conn_id id;

	return net_traffic_open(traffic_of(base), fd, peer, listener, &id);
}

static int epoll_add(struct net_server *base, const struct net_listener *l,
	const struct net_accept_options *options, unsigned *ret, struct ting_error *err)
{
	struct epoll_server *s = epoll_of(base);
	unsigned index = s->acceptors_count;
	struct net_acceptor *a;
	int failed;

	if (index == NET_LISTENERS_MAX)
		return net_error_set(
			err, -ENOSPC, "a server has at most %d listeners", NET_LISTENERS_MAX);
	a = alloc_sure(&alloc_libc, sizeof *a);
	failed = net_acceptor_start(a, base, l, options, index, open_accepted);
	if (failed) {
		alloc_free(&alloc_libc, a, sizeof *a);
		return net_error_set(err, failed, "cannot wait for clients of %s: %s",
			l->sockets->name, strerror(-failed));
	}
	s->acceptors[s->acceptors_count++] = a;
	*ret = index;
	return 0;
}

static int epoll_adopt(
	struct net_server *base, int fd, const char *peer, unsigned listener, conn_id *ret)
{
	if (base->stats.open >= base->config.connections_max)
		return -EMFILE;
	loop_again(
		base->config.loop); /* there may be no turn yet that writes what `opened` sends */
	return net_traffic_open(traffic_of(base), fd, peer, listener, ret);
}

static int epoll_run(struct net_server *base)
{
	struct net_traffic *t = traffic_of(base);
	int err = 0;

	while (err == 0 && !(t->is_stopping && base->stats.open == 0))
		err = loop_turn(base->config.loop, MSEC_NEVER);
	return err;
}

static void epoll_stop(struct net_server *base)
{
	stop_acceptors(epoll_of(base));
	net_traffic_stop(traffic_of(base));
}

const struct net_model net_model_epoll = {
	.name = "epoll",
	.help = "one thread, which the kernel tells who is ready",
	.offers = NET_ONE_MEMORY | NET_ONE_THREAD,
	.connections_usual = 10000,
	.connections_max = UINT32_MAX,
	.make = epoll_make,
	.free = epoll_free,
	.add = epoll_add,
	.adopt = epoll_adopt,
	.run = epoll_run,
	.stop = epoll_stop,
};
