/* apps_relay.h - the command `ting relay`: two endpoints, each joined to the other. */
#ifndef TING_APPS_RELAY_H
#define TING_APPS_RELAY_H

/* Returns the exit status: see enum talk_status and ting-relay(1). */
int apps_relay(int argc, char **argv);

#endif
