/* apps_talk_stop.h - SIGINT and SIGTERM end a program where it waits, so that it can tidy up.
 *
 * SIGPIPE ends nothing: who writes is told -EPIPE. */
#ifndef TING_APPS_TALK_STOP_H
#define TING_APPS_TALK_STOP_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>

/* From now on the signals wait for stop_poll().  One that the caller of this program had ignored
 * stays so. */
void stop_catch(void);

/* While it is on, a signal ends the process at once, with its stop_status(): for calls that wait
 * and cannot be interrupted, when there is nothing to tidy up. */
void stop_at_once(bool is_on);

/* As poll(2): how many are ready, 0 when the time is up (-1: it never is) or, rarely, before,
 * -EINTR when a signal says that it is over, or another -errno. */
int stop_poll(struct pollfd *descriptors, nfds_t count, int timeout_ms);

/* For ppoll(2), which waits as stop_poll() does: the signals that stay blocked meanwhile. */
const sigset_t *stop_mask(void);

/* 128 and the number of the signal that came, as a shell has it; 0: none came. */
int stop_status(void);

#endif
