/* net_server_poll.c - the model `poll`: in each turn the kernel is handed the list of all
 * connections, and looks at each of them. */
#include "net/net_server_loop.h"

static int poll_make(struct net_server **ret, const struct net_server *base)
{
	return net_server_loop_make(ret, base, &loop_waiter_poll);
}

const struct net_model net_model_poll = {
	.name = "poll",
	.help = "one thread, which asks the kernel about all clients in turn",
	.offers = NET_ONE_MEMORY | NET_ONE_THREAD,
	.connections_usual = 1000,
	.connections_max = UINT32_MAX,
	.make = poll_make,
	.free = net_server_loop_free,
	.add = net_server_loop_add,
	.adopt = net_server_loop_adopt,
	.run = net_server_loop_run,
	.stop = net_server_loop_stop,
};
