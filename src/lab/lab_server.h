/* lab_server.h - a server under measurement: this very program, started as its user would. */
#ifndef TING_LAB_SERVER_H
#define TING_LAB_SERVER_H

#include "lab/lab_plan.h"
#include "lab/lab_result.h"

#include <sys/types.h>

enum { LAB_ENDPOINT_MAX = 303 };

struct lab_server {
	pid_t pid; /* it leads a process group of its own */
	int output, complaints;
	char endpoint[LAB_ENDPOINT_MAX + 1]; /* as it printed it */
};

/* Starts the model of the point and waits for what it listens on; `folder` is for sockets that
 * have a path.  0; otherwise there is no server, and the verdict and the reason are in *result. */
int lab_server_start(struct lab_server *ret, const struct lab_plan *p, const struct lab_point *at,
	const char *folder, struct lab_result *result);

/* Ends it in good order, or after a few seconds in bad, with all that it started.  `switches` of
 * *result is filled; if the server did not end well, so are the verdict and the reason. */
void lab_server_stop(struct lab_server *s, struct lab_result *result);

#endif
