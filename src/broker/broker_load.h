/* broker_load.h - how much a minute, lately?  Moving averages over 1, 5 and 15 minutes, without
 * floating point.
 *
 * An average forgets a factor of e in its time, as the load averages of Unix do. */
#ifndef TING_BROKER_LOAD_H
#define TING_BROKER_LOAD_H

#include "base/base_ids.h"

enum { BROKER_LOAD_SPANS = 3 };

/* What is averaged. */
enum broker_load_of {
	BROKER_LOAD_BYTES_RECEIVED,
	BROKER_LOAD_BYTES_SENT,
	BROKER_LOAD_CONNECTIONS,
	BROKER_LOAD_MESSAGES_RECEIVED,
	BROKER_LOAD_MESSAGES_SENT,
	BROKER_LOAD_PUBLISH_DROPPED,
	BROKER_LOAD_PUBLISH_RECEIVED,
	BROKER_LOAD_PUBLISH_SENT,
	BROKER_LOAD_SOCKETS,
	BROKER_LOADS
};

struct broker_load {
	uint64_t total;                         /* of the counter, at the last update */
	uint64_t hundredths[BROKER_LOAD_SPANS]; /* of one a minute */
};

/* `total` is what the counter says now, `passed_ms` the time since the last update. */
void broker_load_update(struct broker_load *l, uint64_t total, msec passed_ms);

#endif
