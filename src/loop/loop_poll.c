/* loop_poll.c - the kernel is handed the whole list in each turn, and looks at all of it.
 *
 * The list has no gaps: the last one moves to the place of one that goes.  Who waits for a
 * descriptor, and where it is in the list, is found by its number. */
#include "loop/loop_waiter.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>

enum { ROOM_FIRST = 64 };

struct poll_waiter {
	struct pollfd *list;
	size_t count, room;
	struct poll_place {
		struct loop_watch *watch;
		size_t index;
	} * places; /* by descriptor */
	size_t places_room;
	size_t start; /* where the next turn begins to take, so that all have theirs */
};

static int poll_make(void **ret)
{
	*ret = alloc_sure(&alloc_libc, sizeof(struct poll_waiter));
	return 0;
}

static void poll_free(void *waiter)
{
	struct poll_waiter *p = waiter;

	alloc_free(&alloc_libc, p->list, p->room * sizeof *p->list);
	alloc_free(&alloc_libc, p->places, p->places_room * sizeof *p->places);
	alloc_free(&alloc_libc, p, sizeof *p);
}

/* Twice as much as it was, and more than `least`. */
static size_t more_room(size_t room, size_t least)
{
	room = room ? 2 * room : ROOM_FIRST;
	return room > least ? room : least + 1;
}

/* Has room for one more with that descriptor.  0 or -ENOMEM. */
static int reserve(struct poll_waiter *p, size_t fd)
{
	if (p->count == p->room) {
		size_t room = more_room(p->room, p->count);
		struct pollfd *list = alloc_resize(
			&alloc_libc, p->list, p->room * sizeof *list, room * sizeof *list);

		if (!list)
			return -ENOMEM;
		p->list = list;
		p->room = room;
	}
	if (fd >= p->places_room) {
		size_t room = more_room(p->places_room, fd);
		struct poll_place *places = alloc_resize(&alloc_libc, p->places,
			p->places_room * sizeof *places, room * sizeof *places);

		if (!places)
			return -ENOMEM;
		p->places = places;
		p->places_room = room;
	}
	return 0;
}

static int add(struct poll_waiter *p, struct loop_watch *w)
{
	int err = w->fd < 0 ? -EBADF : reserve(p, (size_t)w->fd);

	if (err)
		return err;
	p->places[w->fd] = (struct poll_place){w, p->count};
	p->list[p->count++] = (struct pollfd){.fd = w->fd};
	return 0;
}

static void take_out(struct poll_waiter *p, size_t index)
{
	p->list[index] = p->list[--p->count];
	p->places[p->list[index].fd].index = index;
}

static int poll_set(void *waiter, struct loop_watch *w, unsigned events)
{
	struct poll_waiter *p = waiter;
	int err = w->events ? 0 : add(p, w);

	if (err)
		return err;
	if (events)
		p->list[p->places[w->fd].index].events = (short)((events & LOOP_READ ? POLLIN : 0) |
			(events & LOOP_WRITE ? POLLOUT : 0));
	else
		take_out(p, p->places[w->fd].index);
	return 0;
}

/* POLLERR, POLLHUP and POLLNVAL are reported unasked. */
static unsigned events_of(int kernel)
{
	if (kernel & (POLLERR | POLLHUP | POLLNVAL))
		return LOOP_READ | LOOP_WRITE;
	return (kernel & POLLIN ? LOOP_READ : 0) | (kernel & POLLOUT ? LOOP_WRITE : 0);
}

static int poll_wait_ready(void *waiter, int timeout_ms, struct loop_ready *ret, size_t max)
{
	struct poll_waiter *p = waiter;
	int left = poll(p->list, p->count, timeout_ms);
	size_t taken = 0, at = p->start;

	if (left < 0)
		return errno == EINTR ? 0 : -errno;
	for (; left > 0 && taken < max; at++) {
		const struct pollfd *ready = &p->list[at % p->count];

		if (!ready->revents)
			continue;
		ret[taken++] =
			(struct loop_ready){p->places[ready->fd].watch, events_of(ready->revents)};
		left--;
	}
	p->start = left > 0 ? at % p->count : 0;
	return (int)taken;
}

const struct loop_waiter loop_waiter_poll = {
	.name = "poll",
	.make = poll_make,
	.free = poll_free,
	.set = poll_set,
	.wait = poll_wait_ready,
};
