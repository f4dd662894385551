/* apps_talk_status.h - how ting talk and ting relay end, as exit status and as a sentence. */
#ifndef TING_APPS_TALK_STATUS_H
#define TING_APPS_TALK_STATUS_H

#include "apps/apps_pump.h"

/* See EXIT STATUS in ting-talk(1).  128 and more: a signal, see stop_status(). */
enum talk_status {
	TALK_DONE = 0,
	TALK_UNREACHED = 1, /* could not connect, open or listen */
	TALK_USAGE = 2,
	TALK_BROKEN = 3,    /* the connection broke */
	TALK_SILENT = 4,    /* the time was up, or no answer came */
	TALK_LOCAL = 5,     /* standard input or output failed */
	TALK_MALFORMED = 6, /* a message could not be passed on */
};

/* Says on standard error what went wrong, if anything did, and answers the exit status.  `names`
 * are the endpoints A and B as the user calls them. */
int talk_explain(const struct pump_result *r, const char *const names[2]);

#endif
