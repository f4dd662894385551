/* net_server_pool.c - the model `pool`: a watcher, and workers for what is ready.
 *
 *   the watcher:          wait until connections are ready;  put them into the queue
 *   each of the workers:  take one;  read, answer, write once;  give it back to the kernel
 *
 * No thread waits for a client, so a few of them serve thousands of connections, and as many at
 * once as there are processors.  The price is the queue: a lock, and often the waking of a worker,
 * for each message.  What happens between watcher and workers is in net_pool.c; here is the
 * watcher, who also lets clients in and keeps the time. */
#include "loop/loop_clock.h"
#include "net/net_accept.h"
#include "net/net_blocking.h"
#include "net/net_pool.h"
#include "net/net_stop.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	WORKERS_MIN = 4,
	ACCEPTS_MAX = 64, /* at a door before the connections have their turn again */
};

struct pool_server {
	struct net_blocking blocking;
	struct net_pool pool;
	struct net_pool_door doors[NET_DOORS_MAX];
	msec rest_until; /* without descriptors or memory nobody is let in; MSEC_NEVER: no rest */
};

static struct pool_server *pool_of(struct net_server *s)
{
	return (struct pool_server *)s;
}

/* Lets clients in, or leaves them in the kernel's queue. */
static void set_doors(struct pool_server *s, bool is_open)
{
	for (size_t i = 0; i < s->blocking.doors_count; i++) {
		struct net_job *j = &s->doors[i].job;
		struct epoll_event e = {.events = is_open ? EPOLLIN : 0, .data.ptr = j};

		if (!j->serve)
			epoll_ctl(s->pool.epoll, EPOLL_CTL_MOD, j->fd, &e);
	}
	s->rest_until = is_open ? MSEC_NEVER : loop_clock_ms() + NET_REST_MS;
}

static void let_in(struct pool_server *s, const struct net_visitor *v)
{
	struct net_blocking *b = &s->blocking;
	const char *why;
	int err;

	pthread_mutex_lock(&s->pool.lock);
	why = net_accept_bound(&b->base, &b->options[v->listener], v->listener);
	pthread_mutex_unlock(&s->pool.lock);
	err = why ? 0 : net_pool_add(&s->pool, v);
	if (why || err)
		net_accept_refuse(&b->base, v->fd, v->peer, why ? why : strerror(-err));
}

static void answer_door(struct pool_server *s, const struct net_pool_door *d)
{
	const struct net_listener *l = &s->blocking.listeners[d->listener];
	struct net_visitor v = {.listener = d->listener,
		.never_blocks = true,
		.keeps_messages = net_scheme_get(l->endpoint.scheme)->keeps_messages};

	for (int i = 0; i < ACCEPTS_MAX; i++) {
		v.fd = net_accept(&s->blocking.base, l, d->socket, SOCK_NONBLOCK, v.peer);
		if (v.fd < 0)
			break;
		let_in(s, &v);
	}
	if (v.fd < 0 && v.fd != -EAGAIN)
		set_doors(s, false);
}

static void watch(struct pool_server *s)
{
	struct net_pool_door *ready[NET_POOL_READY_MAX];
	size_t count = net_pool_wait(&s->pool, s->rest_until, ready);

	if (s->rest_until <= loop_clock_ms())
		set_doors(s, true);
	for (size_t i = 0; i < count && net_stop_stage() == NET_RUNNING; i++)
		answer_door(s, ready[i]);
}

static int open_doors(struct pool_server *s)
{
	struct net_blocking *b = &s->blocking;
	int err = 0;

	for (size_t i = 0; i < b->doors_count && err == 0; i++) {
		s->doors[i] = (struct net_pool_door){.job.fd = b->polls[1 + i].fd,
			.listener = b->doors[i].listener,
			.socket = b->doors[i].socket};
		err = net_pool_watch(&s->pool, &s->doors[i]);
	}
	return err;
}

static void close_doors(struct pool_server *s)
{
	for (size_t i = 0; i < s->blocking.doors_count; i++)
		epoll_ctl(s->pool.epoll, EPOLL_CTL_DEL, s->doors[i].job.fd, NULL);
	net_blocking_end(&s->blocking);
}

/* Until the last connection is over. */
static void finish(struct pool_server *s)
{
	enum net_stage told = NET_RUNNING;

	while (net_pool_has_connections(&s->pool)) {
		enum net_stage stage = net_stop_stage();

		if (stage != told)
			net_pool_shut_down(&s->pool, stage == NET_CUTTING ? SHUT_RDWR : SHUT_RD);
		told = stage;
		watch(s);
	}
}

static uint32_t workers_of(const struct net_server_config *config)
{
	long usual = 2 * sysconf(_SC_NPROCESSORS_ONLN);

	if (config->workers > 0)
		return config->workers;
	return usual > WORKERS_MIN ? (uint32_t)usual : WORKERS_MIN;
}

static int pool_run(struct net_server *base)
{
	struct pool_server *s = pool_of(base);
	int err = open_doors(s);

	if (err == 0)
		err = net_pool_start(&s->pool, workers_of(&base->config));
	if (err)
		return err;
	while (net_stop_stage() == NET_RUNNING)
		watch(s);
	close_doors(s);
	finish(s);
	net_pool_join(&s->pool);
	return 0;
}

static void pool_free(struct net_server *base)
{
	net_pool_done(&pool_of(base)->pool);
	net_blocking_free(base, sizeof(struct pool_server));
}

static int pool_make(struct net_server **ret, const struct net_server *base)
{
	int err = net_blocking_make(ret, base, sizeof(struct pool_server));

	if (err)
		return err;
	pool_of(*ret)->rest_until = MSEC_NEVER;
	err = net_pool_init(&pool_of(*ret)->pool, net_blocking_of(*ret));
	if (err)
		pool_free(*ret);
	return err;
}

const struct net_model net_model_pool = {
	.name = "pool",
	.help = "a watcher, and worker threads for what is ready",
	.lacks = "a worker of pool knows one client at a time",
	.connections_usual = 10000,
	.connections_max = UINT32_MAX,
	.make = pool_make,
	.free = pool_free,
	.add = net_blocking_add,
	.run = pool_run,
	.stop = net_blocking_stop,
};
