/* net_children.h - the processes that a server has made, until each has ended and is reaped. */
#ifndef TING_NET_CHILDREN_H
#define TING_NET_CHILDREN_H

#include "net/net_stop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct net_children {
	size_t count, max;
	struct net_child {
		pid_t pid;
		uint32_t tag; /* the caller's */
	} * list;
	enum net_stage told; /* what they know of the end */
};

/* At most so many at once.  0 or -ENOMEM. */
int net_children_init(struct net_children *c, size_t max);

/* All have been reaped, or are left to themselves. */
void net_children_done(struct net_children *c);

/* fork(2).  0 in the child, after net_stop_begin_child(); its number in the parent; or -errno. */
pid_t net_children_fork(struct net_children *c, uint32_t tag);

/* One that has ended, as waitpid(2) tells it: true, and its tag and status.  Does not wait: a
 * signal wakes net_stop_descriptor() when one ends, but only once when several do. */
bool net_children_reap(struct net_children *c, uint32_t *ret_tag, int *ret_status);

/* Passes on how this process is to end, unless they know. */
void net_children_tell(struct net_children *c, enum net_stage stage);

#endif
