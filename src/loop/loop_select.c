/* loop_select.c - the kernel is handed a bit for each descriptor in each turn, and gives back those
 * of the ready ones.
 *
 * The bits are an array of FD_SETSIZE, 1024 with glibc, that nobody checks: a descriptor beyond it
 * is refused here. */
#include "loop/loop_waiter.h"

#include <errno.h>
#include <sys/select.h>

struct select_waiter {
	fd_set read, write;
	struct loop_watch *watches[FD_SETSIZE]; /* by descriptor */
	int end;   /* no descriptor that is watched is there or beyond */
	int start; /* where the next turn begins to take, so that all have theirs */
};

static int select_make(void **ret)
{
	*ret = alloc_sure(&alloc_libc, sizeof(struct select_waiter));
	return 0;
}

static void select_free(void *waiter)
{
	alloc_free(&alloc_libc, waiter, sizeof(struct select_waiter));
}

static int select_set(void *waiter, struct loop_watch *w, unsigned events)
{
	struct select_waiter *s = waiter;

	if (w->fd < 0)
		return -EBADF;
	if (w->fd >= FD_SETSIZE)
		return -EMFILE;
	FD_CLR(w->fd, &s->read);
	FD_CLR(w->fd, &s->write);
	if (events & LOOP_READ)
		FD_SET(w->fd, &s->read);
	if (events & LOOP_WRITE)
		FD_SET(w->fd, &s->write);
	s->watches[w->fd] = events ? w : NULL;
	if (events && w->fd >= s->end)
		s->end = w->fd + 1;
	while (s->end > 0 && !s->watches[s->end - 1])
		s->end--;
	return 0;
}

static int select_wait_ready(void *waiter, int timeout_ms, struct loop_ready *ret, size_t max)
{
	struct select_waiter *s = waiter;
	struct timeval timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
	fd_set read = s->read, write = s->write;
	int at = s->start, left;
	size_t taken = 0;

	left = select(s->end, &read, &write, NULL, timeout_ms < 0 ? NULL : &timeout);
	if (left < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; left > 0 && i < s->end && taken < max; i++, at++) {
		int fd = at % s->end;
		unsigned events = (FD_ISSET(fd, &read) ? LOOP_READ : 0) |
			(FD_ISSET(fd, &write) ? LOOP_WRITE : 0);

		if (events)
			ret[taken++] = (struct loop_ready){s->watches[fd], events};
	}
	s->start = taken == max ? at : 0;
	return (int)taken;
}

const struct loop_waiter loop_waiter_select = {
	.name = "select",
	.make = select_make,
	.free = select_free,
	.set = select_set,
	.wait = select_wait_ready,
};
