/* service.h - the small servers of `ting run`: a row and a file each.
 *
 * A service is a protocol (net_server.h) and owns no socket.  What it must know of one client is in
 * net_state(), because several processes or threads may run it at once. */
#ifndef TING_SERVICE_H
#define TING_SERVICE_H

#include "net/net_server.h"

struct service_options {
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

/* The row with that name, or NULL. */
const struct service *service_find(const char *name);

/* The rows in their order; NULL after the last. */
const struct service *service_at(size_t index);

#endif
