/* bench_result.h - what a run gave: counts, times, and what the broker used. */
#ifndef TING_BENCH_RESULT_H
#define TING_BENCH_RESULT_H

#include "lab/lab_histogram.h"

#include <stdbool.h>
#include <stdint.h>

enum { BENCH_REASON_MAX = 255 };

/* Of the messages.  "Sure" is what MQTT promises not to happen. */
struct bench_count {
	uint64_t sent;                  /* published */
	uint64_t expected;              /* deliveries of what was sent */
	uint64_t delivered;             /* each once */
	uint64_t lost, lost_sure;       /* sure: with QoS 1 or 2 */
	uint64_t doubled, doubled_sure; /* sure: with QoS 2 */
	uint64_t disordered;            /* came to a subscriber after a later one */
	uint64_t altered;               /* not as it was sent */
	uint64_t last_ns;               /* when the last one came; a moment */
	uint64_t late_ns;               /* a fixed rate: how late the latest was sent */
	struct lab_histogram latencies; /* ns, from the intended time to the arrival */
};

/* Of the broker's process and its children, at one moment. */
struct bench_usage {
	uint64_t cpu_ns, switches, resident_bytes, peak_bytes;
};

/* A moment while it ran. */
struct bench_sample {
	uint64_t time_ns, sent, delivered; /* since the start */
	struct bench_usage usage;
};

struct bench_result {
	struct bench_count count;
	uint64_t open_ns;     /* how long it took until all clients were connected and subscribed */
	uint64_t duration_ns; /* from the first message to the last delivery */
	uint32_t opened;      /* clients */
	bool knows_broker;    /* the usages are there: */
	struct bench_usage before, opened_usage, after; /* any client; all clients; all messages */
	char reason[BENCH_REASON_MAX + 1]; /* why it ended before its time; "": it did not */
	struct bench_sample *samples;
	uint32_t sample_count;
};

/* Adds what another process counted. */
void bench_count_add(struct bench_count *c, const struct bench_count *other);

/* Did the broker break a promise of MQTT, or go away? */
bool bench_result_is_bad(const struct bench_result *r);

/* What follows from them; 0 where there is nothing to divide by. */
double bench_result_sent_per_s(const struct bench_result *r);
double bench_result_delivered_per_s(const struct bench_result *r);
double bench_result_cpu_ns_per_delivery(const struct bench_result *r);
double bench_result_switches_per_delivery(const struct bench_result *r);
double bench_result_bytes_per_connection(const struct bench_result *r);
double bench_result_cpu_ns_per_connection(const struct bench_result *r);

#endif
