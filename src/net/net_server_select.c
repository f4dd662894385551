/* net_server_select.c - the model `select`: in each turn the kernel is handed a bit for each
 * descriptor, and there are FD_SETSIZE bits. */
#include "net/net_server_loop.h"

#include <sys/select.h>

/* What is left to listeners, signals, and what the program itself has open. */
enum { CLIENTS_MAX = FD_SETSIZE - 24 };

static int select_make(struct net_server **ret, const struct net_server *base)
{
	return net_server_loop_make(ret, base, &loop_waiter_select);
}

const struct net_model net_model_select = {
	.name = "select",
	.help = "one thread, which asks the kernel about at most 1,000 clients",
	.offers = NET_ONE_MEMORY | NET_ONE_THREAD,
	.connections_usual = 1000,
	.connections_max = CLIENTS_MAX,
	.make = select_make,
	.free = net_server_loop_free,
	.add = net_server_loop_add,
	.adopt = net_server_loop_adopt,
	.run = net_server_loop_run,
	.stop = net_server_loop_stop,
};
