/* bench_floor.h - what forwarding costs without a protocol: the kernel's part of a broker's work.
 *
 * Answers what clients send until they have connected and subscribed, and from then on reads what
 * a publisher sends and writes the same bytes to the subscriber of the same topic: for pairs with
 * QoS 0, one read and one write for what comes together. */
#ifndef TING_BENCH_FLOOR_H
#define TING_BENCH_FLOOR_H

#include <ting/error.h>

/* Prints "listening on ENDPOINT" with its number, and serves until it is killed.  Returns only on
 * an error: -errno with a sentence. */
int bench_floor_run(const char *endpoint, struct ting_error *err);

#endif
