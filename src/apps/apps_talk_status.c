/* apps_talk_status.c - one sentence for each way to end. */
#include "apps/apps_talk_status.h"

#include "apps/apps_talk_stop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool is_local(const char *name)
{
	return strcmp(name, "-") == 0;
}

static int explain_failed(const struct pump_result *r, const char *name)
{
	if (r->err == -EMSGSIZE) {
		(void)fprintf(stderr, "ting: %s: a message is too large for it\n", name);
		return TALK_MALFORMED;
	}
	if (!is_local(name)) {
		(void)fprintf(stderr, "ting: %s: %s\n", name, strerror(-r->err));
		return TALK_BROKEN;
	}
	if (r->err != -EPIPE) /* whoever read has left: no news for the user */
		(void)fprintf(stderr, "ting: standard input or output: %s\n", strerror(-r->err));
	return TALK_LOCAL;
}

static int explain_malformed(const struct pump_result *r, const char *name)
{
	name = is_local(name) ? "standard input" : name;
	if (r->err == -EMSGSIZE)
		(void)fprintf(stderr, "ting: %s: a message of more than %d bytes\n", name,
			PUMP_MESSAGE_MAX);
	else
		(void)fprintf(stderr, "ting: %s ended inside a message\n", name);
	return TALK_MALFORMED;
}

int talk_explain(const struct pump_result *r, const char *const names[2])
{
	const char *name = names[r->side];

	switch (r->verdict) {
	case PUMP_ENDED:
		return TALK_DONE;
	case PUMP_UNHEARD:
		(void)fprintf(stderr, "ting: %s: no answer\n", name);
		return TALK_SILENT;
	case PUMP_SILENT:
		(void)fprintf(stderr, "ting: %s: silent for too long\n", name);
		return TALK_SILENT;
	case PUMP_FAILED:
		return explain_failed(r, name);
	case PUMP_MALFORMED:
		return explain_malformed(r, name);
	case PUMP_STOPPED:
		break;
	}
	return stop_status();
}
