/* net_signals.h - SIGTERM and SIGINT, which stop a server, on a loop. */
#ifndef TING_NET_SIGNALS_H
#define TING_NET_SIGNALS_H

#include "loop/loop.h"

struct net_signals {
	void (*caught)(struct net_signals *s); /* one of them */
	struct loop_signal term, interrupt;
};

/* Catches both from now on.  0, or -errno and none is. */
int net_signals_add(struct loop *l, struct net_signals *s);

/* Both stay blocked: a late one must not end the process. */
void net_signals_remove(struct loop *l, struct net_signals *s);

#endif
