/* broker_stats.h - what the broker counts.
 *
 * Totals since its start unless the name ends in `_now`. */
#ifndef TING_BROKER_STATS_H
#define TING_BROKER_STATS_H

#include "broker/broker_note.h"

#include <stdint.h>

struct broker_stats {
	uint64_t
		notes[BROKER_NOTES]; /* how often each note was due, also those that made no line */
	uint64_t connections_opened;
	uint64_t bytes_received, bytes_sent;
	uint64_t packets_received, packets_sent;
	uint64_t publishes_received, publishes_sent;
	uint64_t publish_bytes_received, publish_bytes_sent; /* payloads */
	uint64_t messages_dropped;                           /* for any reason but expiry */
	uint64_t redeliveries; /* PUBLISH and PUBREL sent again after a reconnection */
	uint64_t windows_full; /* times a session had to wait for acknowledgements */
	uint64_t alloc_failures;
	uint64_t work_paused; /* events that stopped at the budget */
	uint64_t connections_now, clients_now, clients_max, sessions_now, subscriptions_now,
		shared_subscriptions_now, retained_now, retained_bytes_now, messages_now,
		message_bytes_now;
};

#endif
