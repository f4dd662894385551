/* net_host.c - the usual order of calls around a server. */
#include "net/net_host.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum {
	DESCRIPTORS_OWN = 32, /* the log, the loop, listeners, a file to read, something to spare */
	CLIENTS_MAX = 1000000,
};

uint32_t net_host_raise_descriptors(void)
{
	struct rlimit limit;
	rlim_t clients;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 1;
	if (limit.rlim_cur < limit.rlim_max) {
		struct rlimit raised = {limit.rlim_max, limit.rlim_max};

		if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
			limit = raised;
	}
	clients = limit.rlim_cur > DESCRIPTORS_OWN ? limit.rlim_cur - DESCRIPTORS_OWN : 1;
	return clients < CLIENTS_MAX ? (uint32_t)clients : CLIENTS_MAX;
}

uint32_t net_host_clients(const struct net_model *m)
{
	uint32_t usual = net_model_connections_usual(m), room = net_host_raise_descriptors();

	return usual < room ? usual : room;
}

int net_host_listen(struct net_server *s, const struct net_endpoint *e, int backlog,
	void (*listening)(void *self, const char *name), void *self, struct ting_error *err)
{
	const struct net_listen_options options = {.family = AF_UNSPEC, .backlog = backlog};
	const struct net_accept_options accepting = {.has_no_delay = true};
	struct net_listener l;
	unsigned index;
	int failed = net_listen(&l, e, &options, err);

	if (failed)
		return failed;
	failed = net_server_add(s, &l, &accepting, &index, err);
	if (failed) {
		net_listener_done(&l);
		return failed;
	}
	for (size_t i = 0; listening && i < l.count; i++)
		listening(self, l.sockets[i].name);
	return 0;
}

int net_host_run(struct net_server *s, struct ting_error *err)
{
	int failed = net_server_run(s);

	return failed ? net_error_set(err, failed, "cannot go on: %s", strerror(-failed)) : 0;
}
