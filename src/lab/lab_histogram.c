/* lab_histogram.c - values below 64 have a bucket each; from there on a bucket is named by the
 * place of the value's highest bit and the six bits that follow it. */
#include "lab/lab_histogram.h"

#include <assert.h>
#include <stddef.h>

enum { FINE_BITS = 6 };

static_assert(1 << FINE_BITS == LAB_HISTOGRAM_FINE, "a bucket is named by whole bits");

static size_t bucket_of(uint64_t value)
{
	unsigned shift;

	if (value < LAB_HISTOGRAM_FINE)
		return (size_t)value;
	shift = 63U - (unsigned)__builtin_clzll(value) - FINE_BITS;
	return (size_t)(shift + 1) * LAB_HISTOGRAM_FINE + (value >> shift) % LAB_HISTOGRAM_FINE;
}

static uint64_t middle_of(size_t bucket)
{
	size_t octave = bucket / LAB_HISTOGRAM_FINE;
	uint64_t fine = bucket % LAB_HISTOGRAM_FINE;

	if (octave == 0)
		return fine;
	return ((LAB_HISTOGRAM_FINE + fine) << (octave - 1)) + (UINT64_C(1) << (octave - 1)) / 2;
}

void lab_histogram_add(struct lab_histogram *h, uint64_t value)
{
	h->total++;
	h->counts[bucket_of(value)]++;
	if (value > h->max)
		h->max = value;
}

void lab_histogram_merge(struct lab_histogram *h, const struct lab_histogram *other)
{
	h->total += other->total;
	for (size_t i = 0; i < LAB_HISTOGRAM_BUCKETS; i++)
		h->counts[i] += other->counts[i];
	if (other->max > h->max)
		h->max = other->max;
}

uint64_t lab_histogram_at(const struct lab_histogram *h, unsigned per_mille)
{
	uint64_t wanted = h->total / 1000 * per_mille + (h->total % 1000 * per_mille + 999) / 1000;
	uint64_t seen = 0;
	size_t bucket = 0;

	assert(per_mille <= 1000);
	if (h->total == 0)
		return 0;
	if (wanted == 0)
		wanted = 1;
	while ((seen += h->counts[bucket]) < wanted)
		bucket++;
	return middle_of(bucket) < h->max ? middle_of(bucket) : h->max;
}
