/* net_step.h - one connection among many, served in steps that never wait.
 *
 * A step does what the kernel said that it is ready for: at most one read and one write.  Between
 * two steps anybody may have the connection; an idle one holds no memory but its own. */
#ifndef TING_NET_STEP_H
#define TING_NET_STEP_H

#include "net/net_solo.h"

/* After net_solo_open() of a visitor that never blocks.  `ready` is what epoll(7) told, 0: its time
 * is up, or EPOLLOUT: it is new.  Answers the events to wait for next, and c->due says how long;
 * once c->state is NET_SOLO_DEAD it is over, but for net_solo_done() and the descriptor. */
uint32_t net_step(struct net_solo *c, uint32_t ready, uint8_t buffer[NET_SOLO_BYTES]);

#endif
