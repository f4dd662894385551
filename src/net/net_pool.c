/* net_pool.c - one lock, one queue, and threads that wait for it.
 *
 * The watcher alone frees a connection that has ended, and just before it waits again: until then
 * what the kernel has told may name it. */
#include "net/net_pool.h"

#include "loop/loop_clock.h"
#include "net/net_datagram.h"
#include "net/net_step.h"
#include "net/net_stop.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAIT_MAX_MS = 3600 * 1000 };

struct connection {
	struct net_job job;
	struct list link; /* in `connections` */
	struct heap_node deadline;
	struct net_visitor visitor;
	bool is_open; /* the protocol has been told of it */
	struct net_solo solo;
};

struct net_worker {
	struct net_pool *pool;
	pthread_t thread;
	struct net_solo solo; /* of a datagram */
	uint8_t buffer[NET_SOLO_BYTES];
};

/* From place to place, with the lock. */

/* To the queue, unless somebody has it. */
static void hand_over(struct net_pool *p, struct net_job *j, uint32_t ready)
{
	if (j->place != NET_WITH_KERNEL)
		return;
	j->place = NET_IN_QUEUE;
	j->ready = ready;
	list_append(&p->queue, &j->link);
	pthread_cond_signal(&p->is_filled);
}

/* To a worker. */
static struct net_job *take(struct net_pool *p)
{
	struct net_job *j = LIST_ENTRY(p->queue.next, struct net_job, link);

	list_remove(&j->link);
	j->place = NET_WITH_WORKER;
	return j;
}

/* To the kernel, until it is ready for one of the events. */
static void hand_back(struct net_pool *p, struct net_job *j, uint32_t events)
{
	struct epoll_event e = {.events = events | EPOLLONESHOT, .data.ptr = j};

	j->place = NET_WITH_KERNEL;
	epoll_ctl(p->epoll, EPOLL_CTL_MOD, j->fd, &e);
}

static void set_deadline(struct net_pool *p, struct connection *c)
{
	struct heap_node *n = &c->deadline;

	if (c->solo.due == MSEC_NEVER) {
		heap_remove(&p->deadlines, n);
		return;
	}
	if (heap_holds(n) && n->due == c->solo.due)
		return;
	heap_set(&p->deadlines, n, c->solo.due);
	if (heap_first(&p->deadlines) == n)
		net_stop_wake(); /* the watcher waits for a later one */
}

/* To nobody: the watcher frees it. */
static void end(struct net_pool *p, struct connection *c)
{
	close(c->job.fd);
	heap_remove(&p->deadlines, &c->deadline);
	list_remove(&c->link);
	list_append(&p->over, &c->job.link);
	net_stats_add(&p->server->base.stats, &c->solo.base.stats);
	net_blocking_leave(p->server, c->visitor.listener);
	if (net_stop_stage() != NET_RUNNING)
		net_stop_wake(); /* it may have been the last */
}

/* The workers. */

/* A worker alone has it now: no lock. */
static uint32_t step(struct net_worker *w, struct connection *c)
{
	uint32_t events = 0;

	if (!c->is_open)
		c->is_open = net_solo_open(&c->solo, &w->pool->server->base.config, &c->visitor);
	if (c->is_open)
		events = net_step(&c->solo, c->job.ready, w->buffer);
	if (c->is_open && c->solo.state == NET_SOLO_DEAD) {
		net_solo_done(&c->solo);
		c->is_open = false;
	}
	return events;
}

static void serve_connection(struct net_worker *w, struct net_job *j)
{
	struct connection *c = LIST_ENTRY(j, struct connection, job);
	struct net_pool *p = w->pool;
	uint32_t events;

	pthread_mutex_unlock(&p->lock);
	events = step(w, c);
	pthread_mutex_lock(&p->lock);
	if (c->is_open) {
		set_deadline(p, c);
		hand_back(p, j, events);
	} else {
		end(p, c);
	}
}

/* The next datagram is another worker's as soon as this one is off the socket. */
static void serve_datagram(struct net_worker *w, struct net_job *j)
{
	struct net_pool_door *d = LIST_ENTRY(j, struct net_pool_door, job);
	struct net_pool *p = w->pool;
	struct net_visitor v = {.fd = j->fd,
		.listener = d->listener,
		.never_blocks = true,
		.keeps_messages = true,
		.is_datagram = true};
	ssize_t size;

	pthread_mutex_unlock(&p->lock);
	size = net_datagram_receive(v.fd, w->buffer, sizeof w->buffer, &v.from);
	pthread_mutex_lock(&p->lock);
	hand_back(p, j, EPOLLIN);
	if (size == -EMSGSIZE) {
		p->server->base.stats.datagrams++;
		p->server->base.stats.dropped++;
	}
	if (size < 0)
		return;
	pthread_mutex_unlock(&p->lock);
	v.bytes = span_of(w->buffer, (size_t)size);
	net_solo_serve(&w->solo, &p->server->base.config, &v);
	pthread_mutex_lock(&p->lock);
	p->server->base.stats.datagrams++;
	net_stats_add(&p->server->base.stats, &w->solo.base.stats);
}

static void *work(void *argument)
{
	struct net_worker *w = argument;
	struct net_pool *p = w->pool;

	pthread_mutex_lock(&p->lock);
	while (!p->is_done) {
		if (list_is_empty(&p->queue)) {
			pthread_cond_wait(&p->is_filled, &p->lock);
		} else {
			struct net_job *j = take(p);

			j->serve(w, j);
		}
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

int net_pool_start(struct net_pool *p, uint32_t workers)
{
	int err = 0;

	p->workers = alloc_try(&alloc_libc, workers * sizeof *p->workers);
	if (!p->workers)
		return -ENOMEM;
	while (err == 0 && p->workers_count < workers) {
		struct net_worker *w = &p->workers[p->workers_count];

		w->pool = p;
		err = pthread_create(&w->thread, NULL, work, w);
		p->workers_count += err == 0;
	}
	return p->workers_count > 0 ? 0 : -err;
}

void net_pool_join(struct net_pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->is_done = true;
	pthread_cond_broadcast(&p->is_filled);
	pthread_mutex_unlock(&p->lock);
	while (p->workers_count > 0)
		pthread_join(p->workers[--p->workers_count].thread, NULL);
}

/* The watcher. */

int net_pool_watch(struct net_pool *p, struct net_pool_door *d)
{
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = &d->job};
	enum net_scheme scheme = p->server->listeners[d->listener].endpoint.scheme;

	if (net_scheme_get(scheme)->is_datagrams) {
		d->job.serve = serve_datagram;
		e.events |= EPOLLONESHOT;
	}
	return epoll_ctl(p->epoll, EPOLL_CTL_ADD, d->job.fd, &e) < 0 ? -errno : 0;
}

/* Who connected is a job at once: to tell the protocol is a worker's business. */
int net_pool_add(struct net_pool *p, const struct net_visitor *v)
{
	struct connection *c = alloc_try(&alloc_libc, sizeof *c);
	struct epoll_event e = {.events = EPOLLONESHOT};
	int err;

	if (!c)
		return -ENOMEM;
	c->job = (struct net_job){.fd = v->fd, .serve = serve_connection};
	c->visitor = *v;
	e.data.ptr = &c->job;
	pthread_mutex_lock(&p->lock);
	err = heap_reserve(&p->deadlines, (size_t)p->server->base.stats.open + 1) ? -ENOMEM : 0;
	if (err == 0 && epoll_ctl(p->epoll, EPOLL_CTL_ADD, v->fd, &e) < 0)
		err = -errno;
	if (err == 0) {
		list_append(&p->connections, &c->link);
		net_blocking_enter(p->server, v);
		hand_over(p, &c->job, EPOLLOUT); /* it may be written */
	}
	pthread_mutex_unlock(&p->lock);
	if (err)
		alloc_free(&alloc_libc, c, sizeof *c);
	return err;
}

bool net_pool_has_connections(struct net_pool *p)
{
	bool has;

	pthread_mutex_lock(&p->lock);
	has = !list_is_empty(&p->connections);
	pthread_mutex_unlock(&p->lock);
	return has;
}

void net_pool_shut_down(struct net_pool *p, int how)
{
	pthread_mutex_lock(&p->lock);
	list_for_each (link, &p->connections)
		shutdown(LIST_ENTRY(link, struct connection, link)->job.fd, how);
	pthread_mutex_unlock(&p->lock);
}

static void free_ended(struct net_pool *p)
{
	while (!list_is_empty(&p->over)) {
		struct net_job *j = LIST_ENTRY(p->over.next, struct net_job, link);

		list_remove(&j->link);
		alloc_free(&alloc_libc, LIST_ENTRY(j, struct connection, job),
			sizeof(struct connection));
	}
}

/* What is due is a job.  Returns how long to wait until the next is, or until `due`, in
 * milliseconds, -1: as long as it takes. */
static int expire(struct net_pool *p, msec due)
{
	msec now = loop_clock_ms();
	struct heap_node *n;

	while ((n = heap_first(&p->deadlines)) && n->due <= now) {
		heap_remove(&p->deadlines, n); /* a worker that has it now sees for itself */
		hand_over(p, &LIST_ENTRY(n, struct connection, deadline)->job, 0);
	}
	if (n && n->due < due)
		due = n->due;
	if (due == MSEC_NEVER)
		return -1;
	return due <= now ? 0 : due - now < WAIT_MAX_MS ? (int)(due - now) : WAIT_MAX_MS;
}

size_t net_pool_wait(struct net_pool *p, msec due, struct net_pool_door *ret[NET_POOL_READY_MAX])
{
	struct epoll_event ready[NET_POOL_READY_MAX];
	int count, timeout_ms;
	size_t others = 0;

	pthread_mutex_lock(&p->lock);
	free_ended(p);
	timeout_ms = expire(p, due);
	pthread_mutex_unlock(&p->lock);
	count = epoll_wait(p->epoll, ready, NET_POOL_READY_MAX, timeout_ms);
	pthread_mutex_lock(&p->lock);
	for (int i = 0; i < count; i++) {
		struct net_job *j = ready[i].data.ptr;

		if (!j)
			net_stop_clear();
		else if (j->serve)
			hand_over(p, j, ready[i].events);
		else
			ret[others++] = LIST_ENTRY(j, struct net_pool_door, job);
	}
	pthread_mutex_unlock(&p->lock);
	return others;
}

int net_pool_init(struct net_pool *p, struct net_blocking *server)
{
	struct epoll_event e = {.events = EPOLLIN};

	*p = (struct net_pool){.server = server};
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->is_filled, NULL);
	list_init(&p->queue);
	list_init(&p->connections);
	list_init(&p->over);
	heap_init(&p->deadlines, &alloc_libc);
	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (p->epoll < 0)
		return -errno;
	return epoll_ctl(p->epoll, EPOLL_CTL_ADD, net_stop_descriptor(), &e) < 0 ? -errno : 0;
}

void net_pool_done(struct net_pool *p)
{
	free_ended(p);
	if (p->epoll >= 0)
		close(p->epoll);
	alloc_free(&alloc_libc, p->workers, 0);
	heap_done(&p->deadlines);
	pthread_cond_destroy(&p->is_filled);
	pthread_mutex_destroy(&p->lock);
}
