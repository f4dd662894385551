/* lab_histogram.h - how were so many times distributed?
 *
 * Counts in buckets that are as wide as 1/64 of what they hold, so that a percentile is right to
 * 1 % for a nanosecond as for an hour, in memory of a fixed size. */
#ifndef TING_LAB_HISTOGRAM_H
#define TING_LAB_HISTOGRAM_H

#include <stdint.h>

enum {
	LAB_HISTOGRAM_FINE = 64, /* buckets from any power of two to the next */
	LAB_HISTOGRAM_BUCKETS = (64 - 6 + 1) * LAB_HISTOGRAM_FINE,
};

/* All zeroes is empty. */
struct lab_histogram {
	uint64_t total, max;
	uint64_t counts[LAB_HISTOGRAM_BUCKETS];
};

void lab_histogram_add(struct lab_histogram *h, uint64_t value);

/* Adds all that the other counted. */
void lab_histogram_merge(struct lab_histogram *h, const struct lab_histogram *other);

/* The value that `per_mille` of a thousand do not exceed, 0 to 1000: the middle of its bucket, and
 * never more than the maximum.  0 if the histogram is empty. */
uint64_t lab_histogram_at(const struct lab_histogram *h, unsigned per_mille);

#endif
