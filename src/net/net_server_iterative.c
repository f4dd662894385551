/* net_server_iterative.c - the model `iterative`: one client at a time, from its first byte to its
 * last.
 *
 *   wait for somebody;  serve them until they are done;  wait for the next
 *
 * No other model is shorter, none uses less of the machine, and none is faster while there is one
 * client.  The others wait in the kernel's queue for as long as it takes: good for datagrams and
 * for answers that are short, hopeless for clients that stay. */
#include "net/net_blocking.h"
#include "net/net_stop.h"

#include <unistd.h>

struct iterative_server {
	struct net_blocking blocking;
	struct net_solo solo;
};

static void serve(struct iterative_server *s, const struct net_visitor *v)
{
	struct net_blocking *b = &s->blocking;

	net_blocking_enter(b, v);
	if (!v->is_datagram)
		net_stop_guard(v->fd);
	net_solo_serve(&s->solo, &b->base.config, v);
	if (!v->is_datagram) {
		net_stop_guard(-1);
		close(v->fd);
	}
	net_stats_add(&b->base.stats, &s->solo.base.stats);
	net_blocking_leave(b, v->listener);
}

static int iterative_run(struct net_server *base)
{
	struct net_blocking *b = net_blocking_of(base);
	struct net_visitor visitor;

	while (net_stop_stage() == NET_RUNNING) {
		net_blocking_wait(b);
		while (net_blocking_take(b, &visitor))
			serve((struct iterative_server *)b, &visitor);
	}
	net_blocking_end(b);
	return 0;
}

static int iterative_make(struct net_server **ret, const struct net_server *base)
{
	return net_blocking_make(ret, base, sizeof(struct iterative_server));
}

static void iterative_free(struct net_server *base)
{
	net_blocking_free(base, sizeof(struct iterative_server));
}

const struct net_model net_model_iterative = {
	.name = "iterative",
	.help = "one client after the other",
	.lacks = "iterative serves one client at a time",
	.connections_usual = 1,
	.connections_max = 1,
	.make = iterative_make,
	.free = iterative_free,
	.add = net_blocking_add,
	.run = iterative_run,
	.stop = net_blocking_stop,
};
