/* conf_listener.h - the list of listeners while a file is read, and once it is. */
#ifndef TING_CONF_LISTENER_H
#define TING_CONF_LISTENER_H

#include "conf/conf.h"

/* The listener that options now belong to: the last one, or c->standard before the first. */
struct conf_listener *conf_listener_current(struct conf *c);

/* Adds a listener from "PORT [ADDRESS|PATH]".  0, -ENOMEM, or -EINVAL and what is wrong. */
int conf_listener_open(
	struct conf *c, const char *text, struct conf_place place, struct conf_error *e);

/* Once everything is read: opens the standard listener if its options ask for it, then loopback on
 * each port, or on the standard one if there is nothing else; then checks them all against each
 * other.  0, -ENOMEM, or -EINVAL and "FILE:LINE: ...". */
int conf_listeners_finish(
	struct conf *c, const int64_t *ports, size_t port_count, struct conf_error *e);

void conf_listener_free(struct conf_listener *l); /* what it owns, not *l */

#endif
