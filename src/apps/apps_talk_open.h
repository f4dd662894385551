/* apps_talk_open.h - opens endpoints for ting talk and ting relay, and says what hinders it.
 *
 * What opens answers 0, or an exit status (enum talk_status) with a sentence on standard error. */
#ifndef TING_APPS_TALK_OPEN_H
#define TING_APPS_TALK_OPEN_H

#include "conf/conf_error.h"
#include "net/net_address.h"

#include <ting/message.h>

/* What kind of endpoint the text names.  0, or -EINVAL with a sentence in *e: this one prints
 * nothing. */
int talk_scheme(enum net_scheme *ret, const char *endpoint, struct conf_error *e);

/* An endpoint as some commands take it: [listen:][line:|framed:]ENDPOINT. */
struct talk_place {
	const char *endpoint; /* NULL: there is none */
	enum net_scheme scheme;
	bool is_listening;
	enum ting_framing framing; /* TING_RAW: it was not said */
};

/* The text is borrowed.  0, or -EINVAL with a sentence in *e. */
int talk_place_parse(struct talk_place *ret, const char *text, struct conf_error *e);

int talk_connect(struct ting_end **ret, const char *endpoint, const struct ting_options *options);

/* Tells on standard error where it listens. */
int talk_listen(
	struct ting_listener **ret, const char *endpoint, const struct ting_options *options);

/* Waits for somebody, at most timeout_ms if that is not 0, or for a signal, which is answered with
 * its stop_status(). */
int talk_accept(struct ting_end **ret, struct ting_listener *listener, const char *endpoint,
	int timeout_ms);

#endif
