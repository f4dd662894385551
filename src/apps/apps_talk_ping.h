/* apps_talk_ping.h - is a machine there, and how far away is it? */
#ifndef TING_APPS_TALK_PING_H
#define TING_APPS_TALK_PING_H

#include "apps/apps_talk_options.h"

/* Sends what an icmp endpoint gives back, once per interval, o->count times or until a signal.
 * Prints a line for each answer, and a summary: 0 if any came, else TALK_UNREACHED. */
int talk_ping(struct ting_end *end, const struct talk_options *o);

#endif
