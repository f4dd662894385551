/* net_server_loop.h - the models of one thread that waits for all its connections at once.
 *
 * `select`, `poll` and `epoll` differ in the system call that waits, and in nothing else. */
#ifndef TING_NET_SERVER_LOOP_H
#define TING_NET_SERVER_LOOP_H

#include "loop/loop_waiter.h"
#include "net/net_acceptor.h"
#include "net/net_signals.h"
#include "net/net_traffic.h"

struct net_server_loop {
	struct net_server base;
	struct net_traffic traffic;
	struct net_acceptor *acceptors[NET_LISTENERS_MAX]; /* NULL: that one brings datagrams */
	unsigned listeners_count;
	struct loop *own_loop; /* NULL: the configured one */
	struct net_signals signals;
};

/* A row's `make`, with that waiter unless a loop is configured. */
int net_server_loop_make(
	struct net_server **ret, const struct net_server *base, const struct loop_waiter *waiter);

/* The rest of the row. */
void net_server_loop_free(struct net_server *base);
int net_server_loop_add(struct net_server *base, const struct net_listener *l,
	const struct net_accept_options *options, unsigned *ret, struct ting_error *err);
int net_server_loop_adopt(
	struct net_server *base, int fd, const char *peer, unsigned listener, conn_id *ret);
int net_server_loop_run(struct net_server *base);
void net_server_loop_stop(struct net_server *base);

#endif
