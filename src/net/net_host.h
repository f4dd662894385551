/* net_host.h - what a process does so that a server can work in it: descriptors, and sockets.
 *
 * From a server without an endpoint to one that listens and serves until a signal comes. */
#ifndef TING_NET_HOST_H
#define TING_NET_HOST_H

#include "net/net_server.h"

/* Raises the soft limit of descriptors to the hard one; how many clients that is enough for. */
uint32_t net_host_raise_descriptors(void);

/* As many clients as the model usually has and the descriptors, now raised, are enough for. */
uint32_t net_host_clients(const struct net_model *m);

/* Listens there for the server, with that backlog (0: the system's maximum), and tells `listening`,
 * which may be NULL, the name of each socket.  0, or -errno with a sentence. */
int net_host_listen(struct net_server *s, const struct net_endpoint *e, int backlog,
	void (*listening)(void *self, const char *name), void *self, struct ting_error *err);

/* net_server_run() with a sentence for what it answers. */
int net_host_run(struct net_server *s, struct ting_error *err);

#endif
