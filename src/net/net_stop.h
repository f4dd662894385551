/* net_stop.h - how a process without a loop learns that it should end: SIGTERM and SIGINT.
 *
 * The first lets it finish what it has begun: the connection that it serves still reads what came,
 * then the end.  A second one, or SIGALRM some time after the first, cuts.  One server of a process
 * at a time.
 *
 * A signal may come just before a system call that blocks, and would be missed; so whoever waits
 * with poll(2) waits for net_stop_descriptor() too, which then is readable already, and whoever is
 * in a read finds its connection shut down, now or when it gets there. */
#ifndef TING_NET_STOP_H
#define TING_NET_STOP_H

#include "base/base_ids.h"

enum net_stage { NET_RUNNING, NET_STOPPING, NET_CUTTING };

/* Catches SIGTERM, SIGINT, SIGALRM and SIGCHLD from now on.  grace_ms, in whole
 * seconds and at least one, is what lies between stopping and cutting.  0 or -errno. */
int net_stop_begin(msec grace_ms);

/* The signals stay caught, and change nothing any more: a late one must not end the process. */
void net_stop_end(void);

/* Right after fork(), in the child: it runs, guards nothing, and ends when its parent does.  The
 * first two signals may both be meant as one there, since a terminal sends SIGINT to parent and
 * child and the parent passes on what it gets: only SIGALRM cuts.  0, or -errno and it should not
 * go on. */
int net_stop_begin_child(void);

enum net_stage net_stop_stage(void);

/* Readable when a signal has come, SIGCHLD included, or net_stop_wake() was called; until
 * net_stop_clear(). */
int net_stop_descriptor(void);
void net_stop_wake(void); /* any thread may */
void net_stop_clear(void);

/* The connection that this process serves, or -1: before it is closed.  Stopping ends its reading,
 * cutting both directions; at once if it comes too late for that. */
void net_stop_guard(int fd);

#endif
