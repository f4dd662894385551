/* apps_serve_process.h - what a long-lived process does about itself. */
#ifndef TING_APPS_SERVE_PROCESS_H
#define TING_APPS_SERVE_PROCESS_H

#include "conf/conf_error.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Goes on in a child, in a session of its own, while the caller's process waits until
 * serve_detach_finish() and then exits with 0, or with 1 if the child ends before.  So the child
 * can still say on standard error why it could not start.  0 and *ret for that function, or -errno
 * and a sentence. */
int serve_detach_start(int *ret, struct conf_error *e);
void serve_detach_finish(int detaching);

/* Becomes that user, with its groups; nothing to do unless root.  0, or -errno and a sentence. */
int serve_drop_privileges(const char *user, struct conf_error *e);

/* SIGPIPE: a reader of the log that goes away must not take the broker with it.  SIGUSR1, SIGUSR2:
 * mosquitto does something on them, so that somebody may send them. */
void serve_ignore_signals(void);

/* Keeps memory of large messages for the next ones instead of giving it back and having each page
 * cleared again, up to a bound: doc/decisions/0006-*.md. */
void serve_keep_memory(void);

/* Tells the service manager, if it wants to know ($NOTIFY_SOCKET): "READY=1".  See sd_notify(3). */
void serve_notify(const char *state);

/* 0, or -errno and a sentence. */
int serve_write_pid_file(const char *path, struct conf_error *e);

/* Random bytes from the system; ends the process if it has none. */
void serve_draw_random(void *ret, size_t size);

#endif
