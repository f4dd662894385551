/* net_deadlines.h - the deadlines of many connections, and one timer of the loop for the first. */
#ifndef TING_NET_DEADLINES_H
#define TING_NET_DEADLINES_H

#include "loop/loop.h"

struct net_deadlines {
	struct loop *loop;
	struct heap heap;
	struct loop_timer timer;
	/* The node's deadline has passed, and it has none any more. */
	void (*passed)(struct net_deadlines *d, struct heap_node *node);
};

/* Room for one.  *d is all zeroes and does not move. */
void net_deadlines_init(struct net_deadlines *d, struct loop *l,
	void (*passed)(struct net_deadlines *d, struct heap_node *node));

/* All nodes are forgotten. */
void net_deadlines_done(struct net_deadlines *d);

/* Room for so many, so that setting one cannot fail.  Is there memory for it? */
bool net_deadlines_reserve(struct net_deadlines *d, size_t count);

/* MSEC_NEVER: none.  A moment that has passed counts as now. */
void net_deadlines_set(struct net_deadlines *d, struct heap_node *node, msec due);

#endif
