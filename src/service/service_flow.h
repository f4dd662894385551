/* service_flow.h - answers no faster than the client takes the answers.
 *
 * Who sends and does not read would make the output grow without bound.  Beyond some output we do
 * not read either, until most of it is gone: then the client's own sending has to wait. */
#ifndef TING_SERVICE_FLOW_H
#define TING_SERVICE_FLOW_H

#include "net/net_server.h"

enum { SERVICE_FLOW_MAX = 256 * 1024 }; /* bytes of output, about */

/* In the state of a connection; all zeroes at first. */
struct service_flow {
	size_t waiting;  /* bytes that were sent and not yet written */
	bool is_held;    /* nothing is read until most of them are */
	bool is_stopped; /* the service does not want to read */
};

/* So many bytes were given to net_send().  What that answers is no help here: where messages are
 * kept it counts their lengths too, of which `written` never tells. */
void service_flow_sent(struct service_flow *f, struct net_server *s, conn_id conn, size_t bytes);

/* To be called from `written`. */
void service_flow_written(struct service_flow *f, struct net_server *s, conn_id conn, size_t bytes);

/* net_set_reading() for a service that stops reading by itself now and then: it goes on when both
 * want it to. */
void service_flow_set_reading(
	struct service_flow *f, struct net_server *s, conn_id conn, bool is_reading);

#endif
