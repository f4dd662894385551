/* loop.h - waits until something happens, and calls whoever asked for it.
 *
 * Descriptors (level-triggered), timers, signals and wake-ups from other threads.  A loop
 * belongs to one thread and does not survive fork(): make it in the child.  It goes in turns: wait,
 * read the clocks once, call for what is ready, then for the timers that are due, then the turn's
 * end.
 *
 * What is registered is a struct inside the caller's own, found again with LOOP_ENTRY().  A
 * callback may register and remove anything, itself included.  After its removal a struct is never
 * called again, but it must stay in memory until the turn's end: the kernel may have named it
 * already. */
#ifndef TING_LOOP_H
#define TING_LOOP_H

#include "base/base_heap.h"
#include "base/base_ids.h"
#include "base/base_list.h"

struct loop;

/* The structure of `type` whose member `member` is at `part`. */
#define LOOP_ENTRY(part, type, member) ((type *)(void *)((char *)(part)-offsetof(type, member)))

/* 0 or -errno. */
int loop_new(struct loop **ret);

/* Nothing may be registered any more, except timers, which are forgotten.  NULL is fine. */
void loop_free(struct loop *l);

/* Both clocks as they were at the start of this turn. */
struct times loop_now(const struct loop *l);

/* One turn: waits until something happens, at most timeout_ms (MSEC_NEVER: as long as it takes).  0
 * or -errno. */
int loop_turn(struct loop *l, msec timeout_ms);

/* Turns until loop_stop(), which lets the current turn end.  0 or -errno. */
int loop_run(struct loop *l);
void loop_stop(struct loop *l);

/* The next turn does not wait: there is work left that should not hold up the descriptors. */
void loop_again(struct loop *l);

/* Descriptors. */
enum { LOOP_READ = 1, LOOP_WRITE = 2 };

struct loop_watch {
	/* `events` is a subset of what was asked for; an error or a hang-up counts as everything
	 * that was asked for, and the system call that follows says what it is.  It may also find
	 * nothing: descriptors here should not block. */
	void (*ready)(struct loop_watch *w, unsigned events);
	int fd;
	unsigned events; /* of LOOP_READ and LOOP_WRITE, kept by the loop; 0: not registered */
};

/* Asks for these events of w->fd from now on; 0 for none, and then the kernel does not even report
 * a hang-up.  No system call if nothing changes.  The first time, w->events must be 0.  0 or -errno
 * (-ENOMEM, -ENOSPC, -EPERM for a plain file) and nothing changed; a subset of what was asked for
 * already, 0 included, cannot fail. */
int loop_watch(struct loop *l, struct loop_watch *w, unsigned events);

/* Timers: absolute moments on the monotonic clock; one that has passed counts as now.  Those that
 * are due are called in their order, and equal ones in the order in which they were set; one that
 * is set while timers are called waits for the next turn. */
struct loop_timer {
	void (*expired)(struct loop_timer *t); /* no longer set when this is called */
	struct heap_node node;                 /* all zeroes at first */
};

/* Sets or moves it; MSEC_NEVER removes it.  Setting it again to the same moment changes nothing. */
void loop_timer_set(struct loop *l, struct loop_timer *t, msec due_ms);

/* Signals.  From the first loop_signal_add() for it, a signal no longer interrupts this thread and
 * those that it creates (it is blocked), but is called for here, once per turn however often it was
 * sent.  Call it before threads are made.  One loop of a process owns a signal. */
struct loop_signal {
	void (*caught)(struct loop_signal *s);
	int number; /* SIGTERM... */
	struct list link;
};

/* 0 or -errno. */
int loop_signal_add(struct loop *l, struct loop_signal *s);

/* The signal stays blocked: a late one must not end the process. */
void loop_signal_remove(struct loop *l, struct loop_signal *s);

/* Wake-ups. */
struct loop_waker {
	void (*woken)(struct loop_waker *w); /* once, for however many wake-ups came before */
	struct loop_watch watch;
};

/* 0 or -errno. */
int loop_waker_add(struct loop *l, struct loop_waker *w);
void loop_waker_remove(struct loop *l, struct loop_waker *w);

/* The one function here that any thread and any signal handler may call. */
void loop_wake(struct loop_waker *w);

/* The end of each turn: work that is done once for all that happened in it (writing, reaping), in
 * the order of registration. */
struct loop_end {
	void (*ended)(struct loop_end *e);
	struct list link;
};

void loop_end_add(struct loop *l, struct loop_end *e);

/* Not from within an `ended`. */
void loop_end_remove(struct loop *l, struct loop_end *e);

#endif
