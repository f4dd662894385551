/* net_server_prefork.c - the model `prefork`: processes that are there before their clients.
 *
 *   each child:   wait for somebody;  serve them until they are done;  wait for the next
 *   the parent:   see that one of them is always free
 *
 * As safe as `fork`, without the making of a process for each client.  All children wait at the
 * same doors, and the kernel gives a client to whoever accepts first; the others find nobody.
 *
 * What parent and children know of each other is a board in shared memory with a slot for each
 * child.  Who takes the last free place rings the parent, which makes another; when there are as
 * many as may be, it comes to the door itself, to refuse.  Who would be one too many that are free
 * ends. */
#include "net/net_accept.h"
#include "net/net_blocking.h"
#include "net/net_children.h"
#include "net/net_stop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS_USUAL = 8 };

/* What a slot says of its child: one of these, or SERVING and the listener that the client came
 * through. */
enum { NOBODY, ENDING, WAITING, SERVING };

struct board {
	_Atomic uint64_t accepted, refused, datagrams, dropped;
	_Atomic uint32_t used; /* slots; those beyond have never been */
	_Atomic uint32_t slots[];
};

struct prefork_server {
	struct net_blocking blocking;
	struct net_children children; /* their tags: their slots */
	struct board *board;
	uint32_t workers;       /* that there are at least, and are free at most */
	_Atomic uint32_t *mine; /* the child's slot */
	int bell;               /* the parent's net_stop_descriptor(), for the children */
	struct net_solo solo;
};

static struct prefork_server *prefork_of(struct net_server *s)
{
	return (struct prefork_server *)s;
}

static size_t board_bytes(uint32_t slots)
{
	return sizeof(struct board) + slots * sizeof(uint32_t);
}

/* How many children are in one of those states. */
static uint32_t count(struct board *b, uint32_t first, uint32_t last)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < b->used; i++) {
		uint32_t state = b->slots[i];

		found += state >= first && state <= last;
	}
	return found;
}

/* What this process has counted, for net_server_stats() in the parent. */
static void publish(struct prefork_server *s)
{
	struct net_stats *mine = &s->blocking.base.stats;

	s->board->accepted += mine->accepted;
	s->board->refused += mine->refused;
	s->board->datagrams += mine->datagrams;
	s->board->dropped += mine->dropped;
	*mine = (struct net_stats){0};
}

/* The child. */

static void ring(const struct prefork_server *s)
{
	uint64_t one = 1;
	ssize_t size = write(s->bell, &one, sizeof one);

	(void)size; /* it rings already */
}

static void serve(struct prefork_server *s, const struct net_visitor *v)
{
	net_blocking_enter(&s->blocking, v);
	if (!v->is_datagram)
		net_stop_guard(v->fd);
	net_solo_serve(&s->solo, &s->blocking.base.config, v);
	if (!v->is_datagram) {
		net_stop_guard(-1);
		close(v->fd);
	}
	net_stats_add(&s->blocking.base.stats, &s->solo.base.stats);
	net_blocking_leave(&s->blocking, v->listener);
}

/* The bound of a listener is of all children together: its other clients count as if they were
 * here. */
static void let_in(struct prefork_server *s, const struct net_visitor *v)
{
	struct net_blocking *b = &s->blocking;
	uint32_t state = SERVING + v->listener;
	const char *why;

	*s->mine = state;
	b->base.open[v->listener] = count(s->board, state, state) - 1;
	why = net_accept_bound(&b->base, &b->options[v->listener], v->listener);
	if (count(s->board, WAITING, WAITING) == 0)
		ring(s);
	if (why)
		net_blocking_refuse(b, v, why);
	else
		serve(s, v);
	b->base.open[v->listener] = 0;
	*s->mine = WAITING;
	publish(s);
}

static void work(struct prefork_server *s)
{
	struct net_visitor visitor;

	while (net_stop_stage() == NET_RUNNING && count(s->board, WAITING, WAITING) <= s->workers) {
		net_blocking_wait(&s->blocking);
		while (net_blocking_take(&s->blocking, &visitor))
			let_in(s, &visitor);
	}
	*s->mine = ENDING;
	_exit(0); /* what exit() would flush is the parent's */
}

/* The parent. */

/* Makes a child in a slot that nobody has.  0 or -errno. */
static int add_child(struct prefork_server *s)
{
	struct board *b = s->board;
	uint32_t slot = 0;
	pid_t pid;

	while (b->slots[slot] != NOBODY)
		slot++;
	if (slot == b->used)
		b->used++;
	b->slots[slot] = WAITING;
	pid = net_children_fork(&s->children, slot);
	if (pid == 0) {
		s->mine = &b->slots[slot];
		work(s);
	}
	if (pid < 0) {
		b->slots[slot] = NOBODY;
		net_server_log(&s->blocking.base, "cannot make a process: %s", strerror((int)-pid));
	}
	return pid < 0 ? (int)pid : 0;
}

/* Has at least `workers` children, and one that waits, if there may be so many.  0, or -errno of a
 * child that could not be made. */
static int add_children(struct prefork_server *s)
{
	int err = 0;

	while (err == 0 && s->children.count < s->children.max &&
		(s->children.count < s->workers || count(s->board, WAITING, WAITING) == 0))
		err = add_child(s);
	return err;
}

/* How many of the children that have ended did so unasked. */
static unsigned reap(struct prefork_server *s)
{
	unsigned died = 0;
	uint32_t slot;
	int status;

	while (net_children_reap(&s->children, &slot, &status)) {
		died += s->board->slots[slot] != ENDING;
		s->board->slots[slot] = NOBODY;
		if (WIFSIGNALED(status))
			net_server_log(&s->blocking.base, "the process of a client died: %s",
				strsignal(WTERMSIG(status)));
	}
	return died;
}

static bool is_full(const struct prefork_server *s)
{
	return s->children.count == s->children.max && count(s->board, ENDING, WAITING) == 0;
}

/* Nobody is free, and there may be no more: tells those at the door. */
static void refuse(struct prefork_server *s)
{
	struct net_blocking *b = &s->blocking;
	struct net_visitor nobody;

	net_blocking_wait(b);
	if (!is_full(s)) /* someone became free, and may have taken who was at the door */
		return;
	b->base.stats.open = b->base.config.connections_max;
	while (net_blocking_take(b, &nobody))
		;
	publish(s);
}

static void finish(struct prefork_server *s)
{
	for (;;) {
		net_children_tell(&s->children, net_stop_stage());
		reap(s);
		if (s->children.count == 0)
			return;
		net_blocking_wait(&s->blocking);
	}
}

static int prefork_run(struct net_server *base)
{
	struct prefork_server *s = prefork_of(base);
	struct board *b = s->board;

	while (net_stop_stage() == NET_RUNNING) {
		/* What kills one child may kill the next: not as fast as it can. */
		if (reap(s) || add_children(s))
			net_blocking_rest(&s->blocking, NET_REST_MS);
		else if (is_full(s))
			refuse(s);
		else
			net_blocking_rest(&s->blocking, -1);
	}
	net_blocking_end(&s->blocking);
	finish(s);
	base->stats = (struct net_stats){.accepted = b->accepted,
		.refused = b->refused,
		.datagrams = b->datagrams,
		.dropped = b->dropped};
	return 0;
}

static void prefork_free(struct net_server *base)
{
	struct prefork_server *s = prefork_of(base);

	if (s->bell >= 0)
		close(s->bell);
	if (s->board)
		munmap(s->board, board_bytes(base->config.connections_max));
	net_children_done(&s->children);
	net_blocking_free(base, sizeof *s);
}

/* 0 or -errno. */
static int prepare(struct prefork_server *s)
{
	uint32_t max = s->blocking.base.config.connections_max;
	uint32_t workers = s->blocking.base.config.workers;
	int err = net_children_init(&s->children, max);
	void *board;

	s->bell = -1;
	if (err)
		return err;
	board = mmap(
		NULL, board_bytes(max), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
		return -errno;
	s->board = board;
	s->bell = fcntl(net_stop_descriptor(), F_DUPFD_CLOEXEC, 0);
	if (s->bell < 0)
		return -errno;
	workers = workers > 0 ? workers : WORKERS_USUAL;
	s->workers = workers < max ? workers : max;
	return 0;
}

static int prefork_make(struct net_server **ret, const struct net_server *base)
{
	int err = net_blocking_make(ret, base, sizeof(struct prefork_server));

	if (err)
		return err;
	err = prepare(prefork_of(*ret));
	if (err)
		prefork_free(*ret);
	return err;
}

const struct net_model net_model_prefork = {
	.name = "prefork",
	.help = "processes that are there before their clients",
	.lacks = "each client of prefork has a process of its own",
	.connections_usual = 256,
	.connections_max = 10000,
	.make = prefork_make,
	.free = prefork_free,
	.add = net_blocking_add,
	.run = prefork_run,
	.stop = net_blocking_stop,
};
