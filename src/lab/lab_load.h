/* lab_load.h - clients that ask an echo server and check what it answers.
 *
 * Each has a socket of its own and one message under way.  All live in one thread of the calling
 * process, which does nothing else meanwhile. */
#ifndef TING_LAB_LOAD_H
#define TING_LAB_LOAD_H

#include "lab/lab_result.h"
#include "lab/lab_transport.h"

#include <stdatomic.h>
#include <sys/types.h>

struct lab_load {
	const char *endpoint; /* with numbers, as the server printed it */
	const struct lab_transport *transport;
	uint32_t clients;
	uint32_t size; /* of a message in bytes, at least 1 */
	uint64_t think_ns;
	uint64_t duration_ns;
	pid_t server;                /* whose use of the machine is measured; 0: nobody's */
	_Atomic uint32_t *per_mille; /* for who watches: how much of the time has passed */
};

/* Connects, warms up until every client that the server wants was served, measures, and waits for
 * what is still under way.  Fills all of *ret but `switches`. */
void lab_load_run(struct lab_result *ret, const struct lab_load *load);

#endif
