/* base_hash.h - SipHash-2-4: a hash that a stranger cannot steer.
 *
 * Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012. */
#ifndef TING_BASE_HASH_H
#define TING_BASE_HASH_H

#include "base/base_span.h"

struct hash_key {
	uint64_t k0, k1;
};

uint64_t hash_bytes(const struct hash_key *key, struct span bytes);

#endif
