/* net_server_thread.c - the model `thread`: a thread for each client, or for each datagram.
 *
 *   the watcher:          wait for somebody;  give them a thread
 *   each of the threads:  serve one client with calls that block;  end
 *
 * As simple for a protocol as `iterative`, and nobody waits for anybody.  The price is a stack for
 * each client (64 KiB of it are the buffer, of which small messages touch one page), and a switch
 * of threads for each message.
 *
 * The watcher alone knows how many there are: who is done lies in `ended` until the watcher joins
 * it, as a process would be a zombie.  The lock is for the two lists and for the descriptors in
 * them, which the watcher shuts down to stop; bytes are counted when a thread is joined. */
#include "net/net_blocking.h"
#include "net/net_stop.h"

#include "base/base_list.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STACK_BYTES = 256 * 1024 }; /* the buffer, and as much again for the protocol */

struct thread_server {
	struct net_blocking blocking;
	pthread_mutex_t lock;
	struct list living, ended; /* of struct client */
};

struct client {
	struct thread_server *server;
	struct list link;
	pthread_t thread;
	struct net_visitor visitor;
	struct net_stats stats;
	uint8_t datagram[];
};

static struct thread_server *thread_of(struct net_server *s)
{
	return (struct thread_server *)s;
}

static void *serve(void *argument)
{
	struct client *c = argument;
	struct thread_server *s = c->server;
	struct net_solo solo;

	net_solo_serve(&solo, &s->blocking.base.config, &c->visitor);
	c->stats = solo.base.stats;
	pthread_mutex_lock(&s->lock);
	list_remove(&c->link);
	list_append(&s->ended, &c->link);
	if (!c->visitor.is_datagram)
		close(c->visitor.fd);
	pthread_mutex_unlock(&s->lock);
	if (net_stop_stage() != NET_RUNNING)
		net_stop_wake();
	return NULL;
}

/* The watcher's own copy of the visitor, and of the datagram, which the next one overwrites. */
static struct client *new_client(struct thread_server *s, const struct net_visitor *v)
{
	struct client *c = alloc_try(&alloc_libc, sizeof *c + v->bytes.size);

	if (!c)
		return NULL;
	c->server = s;
	c->visitor = *v;
	c->visitor.bytes.at = c->datagram;
	if (v->bytes.size > 0)
		memcpy(c->datagram, v->bytes.at, v->bytes.size);
	return c;
}

static void free_client(struct client *c)
{
	alloc_free(&alloc_libc, c, sizeof *c + c->visitor.bytes.size);
}

static int start_thread(struct client *c)
{
	pthread_attr_t attributes;
	int err;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	err = pthread_create(&c->thread, &attributes, serve, c);
	pthread_attr_destroy(&attributes);
	return -err;
}

static void begin(struct thread_server *s, const struct net_visitor *v)
{
	struct client *c = new_client(s, v);
	int err = -ENOMEM;

	/* The thread may be done before the watcher knows that it exists. */
	pthread_mutex_lock(&s->lock);
	if (c)
		err = start_thread(c);
	if (err == 0)
		list_append(&s->living, &c->link);
	pthread_mutex_unlock(&s->lock);
	if (err == 0) {
		net_blocking_enter(&s->blocking, v);
		return;
	}
	if (c)
		free_client(c);
	net_blocking_refuse(&s->blocking, v, strerror(-err));
}

/* Joins those that have ended. */
static void reap(struct thread_server *s)
{
	struct list ended;

	list_init(&ended);
	pthread_mutex_lock(&s->lock);
	while (!list_is_empty(&s->ended)) {
		struct list *link = s->ended.next;

		list_remove(link);
		list_append(&ended, link);
	}
	pthread_mutex_unlock(&s->lock);
	while (!list_is_empty(&ended)) {
		struct client *c = LIST_ENTRY(ended.next, struct client, link);

		list_remove(&c->link);
		pthread_join(c->thread, NULL);
		net_stats_add(&s->blocking.base.stats, &c->stats);
		net_blocking_leave(&s->blocking, c->visitor.listener);
		free_client(c);
	}
}

/* Ends the reading of all clients, or all there is of them. */
static void shut_down(struct thread_server *s, int how)
{
	pthread_mutex_lock(&s->lock);
	list_for_each (link, &s->living) {
		struct client *c = LIST_ENTRY(link, struct client, link);

		if (!c->visitor.is_datagram)
			shutdown(c->visitor.fd, how);
	}
	pthread_mutex_unlock(&s->lock);
}

/* Until the last thread has ended. */
static void finish(struct thread_server *s)
{
	enum net_stage told = NET_RUNNING;

	for (;;) {
		enum net_stage stage = net_stop_stage();

		if (stage != told)
			shut_down(s, stage == NET_CUTTING ? SHUT_RDWR : SHUT_RD);
		told = stage;
		reap(s);
		if (s->blocking.base.stats.open == 0)
			return;
		net_blocking_wait(&s->blocking);
	}
}

static int thread_run(struct net_server *base)
{
	struct thread_server *s = thread_of(base);
	struct net_visitor visitor;

	while (net_stop_stage() == NET_RUNNING) {
		net_blocking_wait(&s->blocking);
		reap(s);
		while (net_blocking_take(&s->blocking, &visitor))
			begin(s, &visitor);
	}
	net_blocking_end(&s->blocking);
	finish(s);
	return 0;
}

static int thread_make(struct net_server **ret, const struct net_server *base)
{
	int err = net_blocking_make(ret, base, sizeof(struct thread_server));

	if (err)
		return err;
	pthread_mutex_init(&thread_of(*ret)->lock, NULL);
	list_init(&thread_of(*ret)->living);
	list_init(&thread_of(*ret)->ended);
	return 0;
}

static void thread_free(struct net_server *base)
{
	pthread_mutex_destroy(&thread_of(base)->lock);
	net_blocking_free(base, sizeof(struct thread_server));
}

const struct net_model net_model_thread = {
	.name = "thread",
	.help = "a thread for each client",
	.lacks = "each client of thread has a thread of its own",
	.connections_usual = 1000,
	.connections_max = 30000,
	.make = thread_make,
	.free = thread_free,
	.add = net_blocking_add,
	.run = thread_run,
	.stop = net_blocking_stop,
};
