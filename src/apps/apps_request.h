/* apps_request.h - what a command line asks of the server: to publish, to subscribe. */
#ifndef TING_APPS_REQUEST_H
#define TING_APPS_REQUEST_H

#include "apps/apps_link.h"

/* What -m, -n, -f or -s say.  0, or EXIT_USAGE with a sentence.  *ret_memory is to be freed; NULL:
 * the payload needs none. */
int request_load(const struct options *o, struct span *ret, uint8_t **ret_memory);

/* Publishes a payload as the options say.  0; ERR_LIMIT: not now; ERR_ABSENT: QoS 0, and not
 * connected; or a negative reason: the server's limits, or MQTT, forbid it. */
int request_publish(struct link *l, struct span payload, uint64_t ticket);

/* The exit status for a message that cannot be published, for that reason. */
int request_status(unsigned reason);

/* SUBSCRIBE or UNSUBSCRIBE for all the filters.  0, or EXIT_INVALID with a sentence. */
int request_filters(struct link *l, enum client_event_type type, const struct texts *filters);

#endif
