/* apps_reconnect.h - a link that is made again when it broke, a little later each time. */
#ifndef TING_APPS_RECONNECT_H
#define TING_APPS_RECONNECT_H

#include "apps/apps_link.h"
#include "client/client_retry.h"

struct reconnect {
	struct link *link;
	struct client_retry retry;
	msec at_ms; /* when to connect again; at first, at once */
};

void reconnect_init(struct reconnect *r, struct link *l, uint64_t seed);

/* CLIENT_CONNECTED was told. */
void reconnect_connected(struct reconnect *r);

/* As link_turn(); a link that is down is opened again when it is time, unless it is not wanted any
 * more. */
int reconnect_turn(struct reconnect *r, msec due, bool is_wanted);

/* A seed for what may differ from run to run. */
uint64_t reconnect_seed(void);

#endif
