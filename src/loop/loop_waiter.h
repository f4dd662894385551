/* loop_waiter.h - the system call with which a loop waits: a row, and a file, for each.
 *
 * loop.h is the same with all of them; they differ in what a turn costs when many descriptors are
 * watched and few are ready, and in how many there may be. */
#ifndef TING_LOOP_WAITER_H
#define TING_LOOP_WAITER_H

#include "loop/loop.h"

struct loop_ready {
	struct loop_watch *watch;
	unsigned events; /* of LOOP_READ and LOOP_WRITE; more than was asked for is harmless */
};

struct loop_waiter {
	const char *name;

	/* 0 or -errno. */
	int (*make)(void **ret);
	void (*free)(void *waiter);

	/* Waits for these events of w->fd from now on, 0: for none.  w->events is what it waited
	 * for until now.  0 or -errno, and nothing changed. */
	int (*set)(void *waiter, struct loop_watch *w, unsigned events);

	/* Waits at most timeout_ms, -1: as long as it takes.  How many of `ret` were filled, or
	 * -errno; interrupted by a signal is 0. */
	int (*wait)(void *waiter, int timeout_ms, struct loop_ready *ret, size_t max);
};

extern const struct loop_waiter loop_waiter_epoll;  /* what loop_new() takes */
extern const struct loop_waiter loop_waiter_poll;   /* does not know a plain file from others */
extern const struct loop_waiter loop_waiter_select; /* -EMFILE: descriptors from FD_SETSIZE on */

/* 0 or -errno. */
int loop_new_with(struct loop **ret, const struct loop_waiter *waiter);

#endif
