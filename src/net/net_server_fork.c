/* net_server_fork.c - the model `fork`: a process for each client, or for each datagram.
 *
 *   the parent:     wait for somebody;  fork;  wait for the next
 *   each child:     serve one client with calls that block;  exit
 *
 * The kernel copies the connection's descriptor into the child, so the parent closes its own.  What
 * a client breaks, it breaks in a process of its own; what it learns, no other client sees.  The
 * price is a process for each client, and its making, about a hundred times that of an answer.
 *
 * Who has ended is a zombie until the parent has asked for its status.  SIGCHLD says that there is
 * one, or several: so the parent asks until there is none. */
#include "net/net_blocking.h"
#include "net/net_children.h"
#include "net/net_stop.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct fork_server {
	struct net_blocking blocking;
	struct net_children children; /* their tags: the listeners that they came through */
	struct net_solo solo;         /* of the child */
};

static struct fork_server *fork_of(struct net_server *s)
{
	return (struct fork_server *)s;
}

/* In the child. */
static void serve(struct fork_server *s, const struct net_visitor *v)
{
	net_blocking_close_in_child(&s->blocking, v->fd);
	if (!v->is_datagram)
		net_stop_guard(v->fd);
	net_solo_serve(&s->solo, &s->blocking.base.config, v);
	_exit(0); /* what exit() would flush is the parent's */
}

static void begin(struct fork_server *s, const struct net_visitor *v)
{
	pid_t pid = net_children_fork(&s->children, v->listener);

	if (pid == 0)
		serve(s, v);
	if (pid < 0) {
		net_blocking_refuse(&s->blocking, v, strerror((int)-pid));
		return;
	}
	net_blocking_enter(&s->blocking, v);
	if (!v->is_datagram)
		close(v->fd);
}

static void reap(struct fork_server *s)
{
	uint32_t listener;
	int status;

	while (net_children_reap(&s->children, &listener, &status)) {
		net_blocking_leave(&s->blocking, listener);
		if (WIFSIGNALED(status))
			net_server_log(&s->blocking.base, "the process of a client died: %s",
				strsignal(WTERMSIG(status)));
	}
}

/* Until the last child has ended. */
static void finish(struct fork_server *s)
{
	for (;;) {
		net_children_tell(&s->children, net_stop_stage());
		reap(s);
		if (s->children.count == 0)
			return;
		net_blocking_wait(&s->blocking);
	}
}

static int fork_run(struct net_server *base)
{
	struct fork_server *s = fork_of(base);
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

static void fork_free(struct net_server *base)
{
	net_children_done(&fork_of(base)->children);
	net_blocking_free(base, sizeof(struct fork_server));
}

static int fork_make(struct net_server **ret, const struct net_server *base)
{
	int err = net_blocking_make(ret, base, sizeof(struct fork_server));

	if (err)
		return err;
	err = net_children_init(&fork_of(*ret)->children, base->config.connections_max);
	if (err)
		fork_free(*ret);
	return err;
}

const struct net_model net_model_fork = {
	.name = "fork",
	.help = "a process for each client",
	.lacks = "each client of fork has a process of its own",
	.connections_usual = 256,
	.connections_max = 10000,
	.make = fork_make,
	.free = fork_free,
	.add = net_blocking_add,
	.run = fork_run,
	.stop = net_blocking_stop,
};
