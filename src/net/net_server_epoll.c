/* net_server_epoll.c - the model `epoll`: the kernel keeps the list of all connections, and answers
 * with those that are ready.  The cost of a turn is that of what there is to do. */
#include "net/net_server_loop.h"

static int epoll_make(struct net_server **ret, const struct net_server *base)
{
	return net_server_loop_make(ret, base, &loop_waiter_epoll);
}

const struct net_model net_model_epoll = {
	.name = "epoll",
	.help = "one thread, which the kernel tells who is ready",
	.offers = NET_ONE_MEMORY | NET_ONE_THREAD,
	.connections_usual = 10000,
	.connections_max = UINT32_MAX,
	.make = epoll_make,
	.free = net_server_loop_free,
	.add = net_server_loop_add,
	.adopt = net_server_loop_adopt,
	.run = net_server_loop_run,
	.stop = net_server_loop_stop,
};
