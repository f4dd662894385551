/* net_model.h - a server model: one row, one file.
 *
 * net_server.c checks what all models have in common and calls through the row.  A model's server
 * begins with a struct net_server; so does whatever carries connections for it in another thread or
 * process, which has calls of its own. */
#ifndef TING_NET_MODEL_H
#define TING_NET_MODEL_H

#include "net/net_server.h"

#include <stdatomic.h>

struct net_idle;

struct net_model {
	const char *name;
	const char *help;  /* what it is, in a line */
	unsigned offers;   /* of enum net_need */
	const char *lacks; /* why it does not offer the rest: "each client of fork has a process of
			    * its own" */
	uint32_t connections_usual, connections_max;
	uint32_t workers_max; /* that may be asked for; 0: no bound of its own */

	/* Memory for the model's server, which begins with a copy of *base.  0 or -errno. */
	int (*make)(struct net_server **ret, const struct net_server *base);

	/* Each of the others is the function of net_server.h with that name; adopt may be NULL. */
	void (*free)(struct net_server *s);
	int (*add)(struct net_server *s, const struct net_listener *l,
		const struct net_accept_options *options, unsigned *ret, struct ting_error *err);
	int (*adopt)(
		struct net_server *s, int fd, const char *peer, unsigned listener, conn_id *ret);
	int (*run)(struct net_server *s);
	void (*stop)(struct net_server *s);
};

/* What a protocol may do with its connections: each is the function net_NAME(). */
struct net_calls {
	size_t (*send)(struct net_server *s, conn_id conn, struct span head, struct span body,
		struct shared *owner);
	size_t (*flush)(struct net_server *s, conn_id conn);
	void (*close)(struct net_server *s, conn_id conn, bool is_graceful);
	void (*set_reading)(struct net_server *s, conn_id conn, bool is_reading);
	void (*set_deadline)(struct net_server *s, conn_id conn, msec due_ms);
	void (*again)(struct net_server *s);
	struct times (*now)(const struct net_server *s);
	void *(*state)(struct net_server *s, conn_id conn);
	bool (*keeps_messages)(const struct net_server *s, conn_id conn);
};

/* How many clients there are, of all the servers that share one bound. */
struct net_places {
	atomic_uint all, by_listener[NET_LISTENERS_MAX];
};

struct net_server {
	const struct net_model *model;
	const struct net_calls *calls;
	struct net_server_config config;
	struct net_stats stats;
	uint32_t open[NET_LISTENERS_MAX];     /* connections by listener */
	bool is_datagrams[NET_LISTENERS_MAX]; /* it knows no connections */
	struct net_places *places;            /* shared with other threads; NULL: `open` counts */
	struct net_idle *idle;                /* in front of the protocol, or NULL */
};

/* The models, each in net_server_NAME.c. */
extern const struct net_model net_model_iterative; /* one client after the other */
extern const struct net_model net_model_fork;      /* a process for each client */
extern const struct net_model net_model_prefork;   /* processes that are there before */
extern const struct net_model net_model_thread;    /* a thread for each client */
extern const struct net_model net_model_pool;      /* a watcher, and workers for what is ready */
extern const struct net_model net_model_select;    /* one thread, one loop: a bit for each */
extern const struct net_model net_model_poll;      /* one thread, one loop: a list of all */
extern const struct net_model net_model_epoll;     /* one thread, one loop */
extern const struct net_model net_model_reuseport; /* threads, each with a loop and sockets */

#endif
