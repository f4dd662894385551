/* net_server_reuseport.c - the model `reuseport`: a thread for each processor, each with a loop and
 * with sockets of its own that are bound to the same ports, and the kernel chooses among them.
 *
 * No thread waits for another: all that they share is the count of the clients.  The first thread
 * only watches: for signals, and for the end of the others.  UNIX sockets cannot be opened twice,
 * so the workers wait for the same ones. */
#include "net/net_server_loop.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { WORKERS_MAX = 256 };

enum stage { SERVING, STOPPING, CUTTING };

struct worker {
	struct reuseport *all;
	struct loop *loop;
	struct net_server *server; /* one of a loop */
	struct loop_waker waker;
	pthread_t thread;
	int err;
};

struct reuseport {
	struct net_server base;
	struct net_places places;
	struct loop *watch;
	struct net_signals signals;
	struct loop_waker ended; /* a worker has */
	atomic_int stage;        /* enum stage */
	atomic_uint running;
	unsigned count;
	struct worker workers[];
};

static struct reuseport *reuseport_of(struct net_server *s)
{
	return (struct reuseport *)s;
}

/* Stopping. */

/* Any thread may.  It never goes back. */
static void tell_workers(struct reuseport *r, enum stage stage)
{
	int now = atomic_load(&r->stage);

	while (now < (int)stage && !atomic_compare_exchange_weak(&r->stage, &now, (int)stage))
		;
	if (now >= (int)stage)
		return;
	for (unsigned i = 0; i < r->count; i++)
		loop_wake(&r->workers[i].waker);
}

static void worker_woken(struct loop_waker *waker)
{
	struct worker *w = LOOP_ENTRY(waker, struct worker, waker);

	net_server_loop_stop(w->server);
	if (atomic_load(&w->all->stage) == CUTTING)
		net_traffic_cut(&((struct net_server_loop *)w->server)->traffic);
}

static void signal_caught(struct net_signals *signals)
{
	struct reuseport *r = LOOP_ENTRY(signals, struct reuseport, signals);

	tell_workers(r, atomic_load(&r->stage) == SERVING ? STOPPING : CUTTING);
}

static void reuseport_stop(struct net_server *base)
{
	tell_workers(reuseport_of(base), STOPPING);
}

/* A protocol knows the server that carries its connection, and stops them all. */
static void worker_stop(struct net_server *base)
{
	tell_workers(LOOP_ENTRY(base->places, struct reuseport, places), STOPPING);
}

static const struct net_model worker_model = {
	.name = "reuseport",
	.stop = worker_stop,
};

/* Making. */

static int make_worker(struct reuseport *r, struct worker *w)
{
	struct net_server base = r->base;
	int err;

	w->all = r;
	w->waker.woken = worker_woken;
	err = loop_new(&w->loop);
	if (err)
		return err;
	err = loop_waker_add(w->loop, &w->waker);
	if (err)
		goto fail;
	base.model = &worker_model;
	base.places = &r->places;
	base.config.loop = w->loop;
	base.config.stops_on_signals = false;
	err = net_server_loop_make(&w->server, &base, &loop_waiter_epoll);
	if (err == 0)
		return 0;
	loop_waker_remove(w->loop, &w->waker);
fail:
	loop_free(w->loop);
	return err;
}

static void worker_ended(struct loop_waker *waker)
{
	(void)waker; /* the watch's turn is over now, and it counts who is left */
}

/* Before there are threads: they inherit that the signals are blocked. */
static int make_watch(struct reuseport *r)
{
	int err = loop_new(&r->watch);

	if (err)
		return err;
	r->ended.woken = worker_ended;
	err = loop_waker_add(r->watch, &r->ended);
	if (err)
		goto fail;
	r->signals.caught = signal_caught;
	if (r->base.config.stops_on_signals)
		err = net_signals_add(r->watch, &r->signals);
	if (err == 0)
		return 0;
	loop_waker_remove(r->watch, &r->ended);
fail:
	loop_free(r->watch);
	r->watch = NULL;
	return err;
}

static size_t size_of(unsigned workers)
{
	return sizeof(struct reuseport) + workers * sizeof(struct worker);
}

static void reuseport_free(struct net_server *base)
{
	struct reuseport *r = reuseport_of(base);

	while (r->count > 0) {
		struct worker *w = &r->workers[--r->count];

		net_server_loop_free(w->server);
		loop_waker_remove(w->loop, &w->waker);
		loop_free(w->loop);
	}
	if (r->watch && base->config.stops_on_signals)
		net_signals_remove(r->watch, &r->signals);
	if (r->watch)
		loop_waker_remove(r->watch, &r->ended);
	loop_free(r->watch);
	alloc_free(&alloc_libc, r, size_of(base->config.workers));
}

static int reuseport_make(struct net_server **ret, const struct net_server *base)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned workers = base->config.workers ? base->config.workers
		: processors > 0                ? (unsigned)processors
						: 1;
	struct reuseport *r;
	int err;

	if (workers > WORKERS_MAX)
		workers = WORKERS_MAX;
	r = alloc_try(&alloc_libc, size_of(workers));
	if (!r)
		return -ENOMEM;
	r->base = *base;
	r->base.config.workers = workers;
	err = make_watch(r);
	while (err == 0 && r->count < workers) {
		err = make_worker(r, &r->workers[r->count]);
		r->count += err == 0;
	}
	if (err) {
		reuseport_free(&r->base);
		return err;
	}
	*ret = &r->base;
	return 0;
}

/* What is sent to a group comes to each of its sockets: one of them hears for all. */
static bool is_group(const struct net_listener *l)
{
	const struct net_socket_options options = {0};
	struct net_address a;

	return l->count > 0 && net_socket_name(l->sockets->fd, &a) == 0 &&
		net_socket_is_group(&a, &options);
}

/* The first worker takes *l itself, and last: until then it is the caller's. */
static int reuseport_add(struct net_server *base, const struct net_listener *l,
	const struct net_accept_options *options, unsigned *ret, struct ting_error *err)
{
	struct reuseport *r = reuseport_of(base);

	for (unsigned i = r->count; i-- > 1;) {
		struct net_listener again = {.endpoint = l->endpoint, .keeps_file = true};
		int failed = is_group(l) ? 0 : net_listen_again(&again, l, err);

		if (failed)
			return failed;
		failed = net_server_loop_add(r->workers[i].server, &again, options, ret, err);
		if (failed) {
			net_listener_done(&again);
			return failed;
		}
	}
	return net_server_loop_add(r->workers->server, l, options, ret, err);
}

/* Running. */

static void *run_worker(void *worker)
{
	struct worker *w = worker;

	w->err = net_server_loop_run(w->server);
	if (w->err)
		tell_workers(w->all, STOPPING);
	atomic_fetch_sub(&w->all->running, 1);
	loop_wake(&w->all->ended);
	return NULL;
}

static void add_stats(struct net_stats *sum, const struct net_stats *s)
{
	sum->accepted += s->accepted;
	sum->refused += s->refused;
	sum->datagrams += s->datagrams;
	sum->dropped += s->dropped;
	sum->bytes_in += s->bytes_in;
	sum->bytes_out += s->bytes_out;
	sum->reads += s->reads;
	sum->writes += s->writes;
	sum->open += s->open;
}

static int reuseport_run(struct net_server *base)
{
	struct reuseport *r = reuseport_of(base);
	unsigned started = 0;
	int err = 0;

	for (; started < r->count && err == 0; started += err == 0) {
		struct worker *w = &r->workers[started];

		atomic_fetch_add(&r->running, 1);
		err = -pthread_create(&w->thread, NULL, run_worker, w);
	}
	if (err) {
		atomic_fetch_sub(&r->running, 1);
		tell_workers(r, CUTTING);
	}
	while (atomic_load(&r->running) > 0) {
		int failed = loop_turn(r->watch, MSEC_NEVER);

		if (failed)
			tell_workers(r, CUTTING);
		err = err ? err : failed;
	}
	for (unsigned i = 0; i < started; i++) {
		pthread_join(r->workers[i].thread, NULL);
		err = err ? err : r->workers[i].err;
		add_stats(&base->stats, &r->workers[i].server->stats);
	}
	return err;
}

const struct net_model net_model_reuseport = {
	.name = "reuseport",
	.help = "threads with a loop and sockets each, among which the kernel spreads clients",
	.lacks = "each thread of reuseport has clients of its own",
	.connections_usual = 10000,
	.connections_max = UINT32_MAX,
	.workers_max = WORKERS_MAX,
	.make = reuseport_make,
	.free = reuseport_free,
	.add = reuseport_add,
	.run = reuseport_run,
	.stop = reuseport_stop,
};
