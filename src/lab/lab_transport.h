/* lab_transport.h - what the lab can send messages over. */
#ifndef TING_LAB_TRANSPORT_H
#define TING_LAB_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct lab_transport {
	const char *name; /* the scheme of its endpoints: "tcp" */
	const char *own;  /* where a server for it is put: "tcp://127.0.0.1:0"; or, if it has a
			   * path, "unix://" and the folder and a name follow */
	int type;         /* of socket: SOCK_STREAM... */
	bool has_path;
	bool loses;          /* what was sent need not arrive, and is sent again */
	bool keeps_messages; /* one call sends a message, and one receives it */
};

/* The row with that name, or that an endpoint begins with; NULL if there is none. */
const struct lab_transport *lab_transport_find(const char *name);
const struct lab_transport *lab_transport_of(const char *endpoint);

#endif
