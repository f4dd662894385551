/* service.h - the small servers of `ting run`: a row and a file each.
 *
 * A service is a protocol (net_server.h) and owns no socket.  What it must know of one client is in
 * net_state(), because several processes or threads may run it at once. */
#ifndef TING_SERVICE_H
#define TING_SERVICE_H

#include "net/net_server.h"

struct service_options {
	uint32_t work_us; /* of echo: so long it computes before each answer */
	const char *root; /* of files: the folder that it serves, or NULL */
	bool is_writable; /* files: clients may change what is there */
};

struct service {
	const struct net_protocol *protocol; /* its name is the service's */
	const char *help;                    /* what it does, in a line */
	const char *standard; /* where it listens unless told otherwise: "tcp://127.0.0.1:7007" */

	/* What the slots get as `self`.  May both be NULL.  0, or -errno with a sentence. */
	int (*make)(void **ret, const struct service_options *options, struct ting_error *err);
	void (*free)(void *self);
};

/* The services, each in service_NAME.c. */
extern const struct service service_chargen; /* RFC 864 */
extern const struct service service_chat;
extern const struct service service_daytime; /* RFC 867 */
extern const struct service service_discard; /* RFC 863 */
extern const struct service service_echo;    /* RFC 862 */
extern const struct service service_files;   /* doc/files.md */
extern const struct service service_hello;
extern const struct service service_sum;
extern const struct service service_time; /* RFC 868 */

/* The row with that name, or NULL. */
const struct service *service_find(const char *name);

/* The rows in their order; NULL after the last. */
const struct service *service_at(size_t index);

/* A `received` for those that do not listen. */
void service_ignore(void *self, struct net_server *s, conn_id conn, struct span bytes);

#endif
