/* apps_talk_options.h - the command line of `ting talk`. */
#ifndef TING_APPS_TALK_OPTIONS_H
#define TING_APPS_TALK_OPTIONS_H

#include "net/net_address.h"

#include <ting/message.h>

#include <stdbool.h>
#include <stdint.h>

struct talk_options {
	const char *endpoint;
	enum net_scheme scheme;
	struct ting_options open;
	enum ting_framing framing;
	bool is_listening, is_verbose;
	bool has_timeout;
	int64_t timeout_ms;
	bool has_retries, is_unnumbered;
	int64_t retries;
	int64_t count; /* of pings; 0: no bound */
	int64_t interval_ms;
};

/* Reads argv from its second element.  0: go on; 1: done, with *status, and what was asked for is
 * printed or a sentence is on standard error.  The texts of argv are borrowed. */
int talk_options_parse(struct talk_options *ret, char **argv, int *status);

#endif
