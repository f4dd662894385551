/* apps_serve_driver.h - the broker as a protocol of the server interface.
 *
 * Turns what happens to connections into events of the broker and its effects into calls of the
 * server, without copying or allocating on the way. */
#ifndef TING_APPS_SERVE_DRIVER_H
#define TING_APPS_SERVE_DRIVER_H

#include "apps/apps_serve_log.h"
#include "broker/broker.h"
#include "net/net_server.h"

struct serve_driver;

extern const struct net_protocol serve_protocol; /* its self is a struct serve_driver */

/* The log is borrowed, and may be replaced.  Never NULL. */
struct serve_driver *serve_driver_new(const struct broker_config *config,
	const struct hash_key *seed, struct serve_log *log, bool tells_connections,
	struct times now);
void serve_driver_free(struct serve_driver *d); /* NULL is fine */

/* From a callback of the server's loop. */
void serve_driver_configure(struct serve_driver *d, struct net_server *s,
	const struct broker_config *config, struct serve_log *log, bool tells_connections);

/* The `log` of the server that has the driver as its self. */
void serve_driver_complain(void *self, const char *text);

/* Says goodbye to all clients, then stops the server. */
void serve_driver_shut_down(struct serve_driver *d, struct net_server *s);

#endif
