/* net_pool.h - sockets that several threads serve, each by one of them at a time.
 *
 *   the kernel  --is ready-->  the queue  --is free-->  a worker  --is served-->  the kernel
 *
 * EPOLLONESHOT has the kernel tell of a socket once, and no more until a worker gives it back; what
 * it tells of one that is elsewhere, or that has just ended, is ignored.  The queue is a list of
 * the sockets themselves: it needs no bound but theirs. */
#ifndef TING_NET_POOL_H
#define TING_NET_POOL_H

#include "base/base_heap.h"
#include "base/base_list.h"
#include "net/net_blocking.h"

#include <pthread.h>

struct net_worker;

enum net_place { NET_WITH_KERNEL, NET_IN_QUEUE, NET_WITH_WORKER };

/* Begins whatever the kernel is asked to tell of. */
struct net_job {
	struct list link; /* in the queue; of a connection that has ended: in `over` */
	enum net_place place;
	int fd;
	uint32_t ready; /* of epoll(7), when it went into the queue */

	/* With the lock, which it gives up meanwhile.  NULL: it is no job, but the watcher's. */
	void (*serve)(struct net_worker *w, struct net_job *j);
};

/* A socket that brings clients, or datagrams: those are jobs. */
struct net_pool_door {
	struct net_job job;
	unsigned listener;
	size_t socket; /* of the listener */
};

/* All that two threads see is changed under the lock, which is held for moments. */
struct net_pool {
	struct net_blocking *server;
	int epoll;
	pthread_mutex_t lock;
	pthread_cond_t is_filled; /* the queue, or is_done */
	struct list queue, connections, over;
	struct heap deadlines; /* of connections */
	bool is_done;          /* the workers may go */
	struct net_worker *workers;
	uint32_t workers_count;
};

/* For the clients of that server, which stays where it is.  0 or -errno; net_pool_done() in any
 * case. */
int net_pool_init(struct net_pool *p, struct net_blocking *server);
void net_pool_done(struct net_pool *p);

/* Has so many workers, or fewer, but at least one; or -errno. */
int net_pool_start(struct net_pool *p, uint32_t workers);

/* Waits until they are through with what they have. */
void net_pool_join(struct net_pool *p);

/* The kernel is to tell of it.  0 or -errno. */
int net_pool_watch(struct net_pool *p, struct net_pool_door *d);

/* Takes over a connection, which never blocks; a worker tells the protocol of it.  0 or -errno. */
int net_pool_add(struct net_pool *p, const struct net_visitor *v);

bool net_pool_has_connections(struct net_pool *p);

/* shutdown(2) of all connections; the kernel then tells of them. */
void net_pool_shut_down(struct net_pool *p, int how);

enum { NET_POOL_READY_MAX = 256 };

/* The watcher's one call: waits, for net_stop_descriptor() too but at most until `due`, and puts
 * into the queue what is ready or due.  Answers how many others are ready, in *ret. */
size_t net_pool_wait(struct net_pool *p, msec due, struct net_pool_door *ret[NET_POOL_READY_MAX]);

#endif
