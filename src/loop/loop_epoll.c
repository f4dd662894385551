/* loop_epoll.c - the kernel keeps the list of what is waited for, and answers with what is ready.
 *
 * A turn costs as much as there is to do, however many descriptors are watched.  Level-triggered:
 * what is not taken is told again.  The kernel is given the address of each watch. */
#include "loop/loop_waiter.h"

#include <assert.h>
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS_MAX = 256 };

struct epoll_waiter {
	int fd;
	struct epoll_event events[EVENTS_MAX];
};

static int epoll_make(void **ret)
{
	struct epoll_waiter *e = alloc_sure(&alloc_libc, sizeof *e);

	e->fd = epoll_create1(EPOLL_CLOEXEC);
	if (e->fd < 0) {
		int err = -errno;

		alloc_free(&alloc_libc, e, sizeof *e);
		return err;
	}
	*ret = e;
	return 0;
}

static void epoll_free(void *waiter)
{
	struct epoll_waiter *e = waiter;

	close(e->fd);
	alloc_free(&alloc_libc, e, sizeof *e);
}

static int epoll_set(void *waiter, struct loop_watch *w, unsigned events)
{
	struct epoll_waiter *e = waiter;
	int op = !w->events ? EPOLL_CTL_ADD : events ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;
	struct epoll_event event = {
		.data.ptr = w,
		.events = (events & LOOP_READ ? EPOLLIN : 0) | (events & LOOP_WRITE ? EPOLLOUT : 0),
	};

	return epoll_ctl(e->fd, op, w->fd, &event) < 0 ? -errno : 0;
}

/* EPOLLERR and EPOLLHUP are reported unasked. */
static unsigned events_of(uint32_t kernel)
{
	if (kernel & (EPOLLERR | EPOLLHUP))
		return LOOP_READ | LOOP_WRITE;
	return (kernel & EPOLLIN ? LOOP_READ : 0) | (kernel & EPOLLOUT ? LOOP_WRITE : 0);
}

static int epoll_wait_ready(void *waiter, int timeout_ms, struct loop_ready *ret, size_t max)
{
	struct epoll_waiter *e = waiter;
	int count;

	assert(max >= EVENTS_MAX);
	count = epoll_wait(e->fd, e->events, EVENTS_MAX, timeout_ms);
	if (count < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < count; i++)
		ret[i] = (struct loop_ready){e->events[i].data.ptr, events_of(e->events[i].events)};
	return count;
}

const struct loop_waiter loop_waiter_epoll = {
	.name = "epoll",
	.make = epoll_make,
	.free = epoll_free,
	.set = epoll_set,
	.wait = epoll_wait_ready,
};
