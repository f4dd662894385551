/* apps_from.h - `ting pub --from`: joins a device to a topic for as long as it takes. */
#ifndef TING_APPS_FROM_H
#define TING_APPS_FROM_H

#include "apps/apps_options.h"

/* Publishes what comes until a signal, or the end of what cannot come back.  The exit status. */
int from_run(const struct options *o);

#endif
