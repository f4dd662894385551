/* loop.c - a waiter, and a heap of deadlines.
 *
 * A watch that is removed while its event waits in `ready` is recognised by its empty `events`,
 * which is why it stays in memory until the turn's end.  Signals come through one signalfd and
 * wake-ups through an eventfd each: both are watches. */
#include "loop/loop_clock.h"
#include "loop/loop_waiter.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { READY_MAX = 256 }; /* events taken at once; the waiter begins with the others next time */

struct loop {
	const struct loop_waiter *waiter;
	void *waiting;
	bool is_stopped, has_more;
	struct times now;
	struct heap timers;
	sigset_t signal_set;
	struct list signals;
	struct loop_watch signal_watch;
	struct list ends;
	struct loop_ready ready[READY_MAX];
};

int loop_new(struct loop **ret)
{
	return loop_new_with(ret, &loop_waiter_epoll);
}

int loop_new_with(struct loop **ret, const struct loop_waiter *waiter)
{
	struct loop *l = alloc_sure(&alloc_libc, sizeof *l);
	int err = waiter->make(&l->waiting);

	if (err) {
		alloc_free(&alloc_libc, l, sizeof *l);
		return err;
	}
	l->waiter = waiter;
	l->signal_watch.fd = -1;
	sigemptyset(&l->signal_set);
	list_init(&l->signals);
	list_init(&l->ends);
	heap_init(&l->timers, &alloc_libc);
	l->now = loop_clock_both();
	*ret = l;
	return 0;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	assert(list_is_empty(&l->signals) && list_is_empty(&l->ends));
	if (l->signal_watch.fd >= 0)
		close(l->signal_watch.fd);
	heap_done(&l->timers);
	l->waiter->free(l->waiting);
	alloc_free(&alloc_libc, l, sizeof *l);
}

struct times loop_now(const struct loop *l)
{
	return l->now;
}

int loop_watch(struct loop *l, struct loop_watch *w, unsigned events)
{
	int err;

	if (events == w->events)
		return 0;
	err = l->waiter->set(l->waiting, w, events);
	if (err)
		return err;
	w->events = events;
	return 0;
}

void loop_timer_set(struct loop *l, struct loop_timer *t, msec due_ms)
{
	if (due_ms == MSEC_NEVER) {
		heap_remove(&l->timers, &t->node);
		return;
	}
	if (due_ms < l->now.mono)
		due_ms = l->now.mono;
	if (heap_holds(&t->node) && t->node.due == due_ms)
		return;
	if (!heap_holds(&t->node)) {
		int err = heap_reserve(&l->timers, l->timers.count + 1);

		assert(err == 0 && "out of memory for a timer");
	}
	heap_set(&l->timers, &t->node, due_ms);
}

static void call_timers(struct loop *l)
{
	uint64_t last = l->timers.serial; /* later ones were set by those that are called now */
	struct heap_node *n;

	while ((n = heap_first(&l->timers)) && n->due <= l->now.mono && n->serial <= last) {
		struct loop_timer *t = LOOP_ENTRY(n, struct loop_timer, node);

		heap_remove(&l->timers, n);
		t->expired(t);
	}
}

static struct loop_signal *find_signal(struct loop *l, int number)
{
	list_for_each (link, &l->signals) {
		struct loop_signal *s = LIST_ENTRY(link, struct loop_signal, link);

		if (s->number == number)
			return s;
	}
	return NULL;
}

static void signals_ready(struct loop_watch *w, unsigned events)
{
	struct loop *l = LOOP_ENTRY(w, struct loop, signal_watch);
	struct signalfd_siginfo info;

	(void)events;
	while (read(w->fd, &info, sizeof info) == sizeof info) {
		struct loop_signal *s = find_signal(l, (int)info.ssi_signo);

		if (s)
			s->caught(s);
	}
}

int loop_signal_add(struct loop *l, struct loop_signal *s)
{
	sigset_t set = l->signal_set;
	int fd, err;

	assert(!find_signal(l, s->number));
	sigaddset(&set, s->number);
	fd = signalfd(l->signal_watch.fd, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	l->signal_watch.fd = fd;
	l->signal_watch.ready = signals_ready;
	err = loop_watch(l, &l->signal_watch, LOOP_READ);
	if (err < 0)
		return err;
	err = pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (err > 0)
		return -err;
	l->signal_set = set;
	list_append(&l->signals, &s->link);
	return 0;
}

void loop_signal_remove(struct loop *l, struct loop_signal *s)
{
	(void)l;
	list_remove(&s->link);
}

static void waker_ready(struct loop_watch *w, unsigned events)
{
	struct loop_waker *waker = LOOP_ENTRY(w, struct loop_waker, watch);
	uint64_t count;

	(void)events;
	if (read(w->fd, &count, sizeof count) == sizeof count)
		waker->woken(waker);
}

int loop_waker_add(struct loop *l, struct loop_waker *w)
{
	int err;

	w->watch = (struct loop_watch){.ready = waker_ready};
	w->watch.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->watch.fd < 0)
		return -errno;
	err = loop_watch(l, &w->watch, LOOP_READ);
	if (err < 0) {
		close(w->watch.fd);
		w->watch.fd = -1;
	}
	return err;
}

void loop_waker_remove(struct loop *l, struct loop_waker *w)
{
	loop_watch(l, &w->watch, 0);
	close(w->watch.fd);
	w->watch.fd = -1;
}

void loop_wake(struct loop_waker *w)
{
	int saved = errno; /* a signal handler may be calling */
	ssize_t size = write(w->watch.fd, &(uint64_t){1}, sizeof(uint64_t));

	(void)size; /* it fails only when the count is full, and then the loop is awake already */
	errno = saved;
}

void loop_end_add(struct loop *l, struct loop_end *e)
{
	list_append(&l->ends, &e->link);
}

void loop_end_remove(struct loop *l, struct loop_end *e)
{
	(void)l;
	list_remove(&e->link);
}

static int wait_ms(const struct loop *l, msec timeout_ms)
{
	const struct heap_node *first = heap_first(&l->timers);

	if (l->has_more)
		return 0;
	if (first) { /* the turn itself took time: l->now is old */
		msec left = first->due - loop_clock_ms();

		timeout_ms = left < timeout_ms ? left : timeout_ms;
	}
	if (timeout_ms == MSEC_NEVER)
		return -1;
	return timeout_ms < 0 ? 0 : timeout_ms > INT_MAX ? INT_MAX : (int)timeout_ms;
}

int loop_turn(struct loop *l, msec timeout_ms)
{
	int count = l->waiter->wait(l->waiting, wait_ms(l, timeout_ms), l->ready, READY_MAX);

	if (count < 0)
		return count;
	l->has_more = false;
	l->now = loop_clock_both();
	for (int i = 0; i < count; i++) {
		struct loop_watch *w = l->ready[i].watch;
		unsigned events = l->ready[i].events & w->events;

		if (events)
			w->ready(w, events);
	}
	call_timers(l);
	list_for_each (link, &l->ends) {
		struct loop_end *e = LIST_ENTRY(link, struct loop_end, link);

		e->ended(e);
	}
	return 0;
}

int loop_run(struct loop *l)
{
	int err = 0;

	while (!l->is_stopped && err == 0)
		err = loop_turn(l, MSEC_NEVER);
	l->is_stopped = false;
	return err;
}

void loop_stop(struct loop *l)
{
	l->is_stopped = true;
}

void loop_again(struct loop *l)
{
	l->has_more = true;
}
