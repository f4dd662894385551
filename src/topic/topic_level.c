/* topic_level.c - an edge's hash is SipHash over the number of the node above and the level's text.
 *
 * A long level is replaced by its own hash, so that both fit into a small array. */
#include "topic/topic_level.h"

enum { LEVEL_BYTES_COPIED = 56 };

uint64_t topic_level_hash(const struct hash_key *key, uint64_t serial, struct span level)
{
	uint8_t bytes[sizeof serial + LEVEL_BYTES_COPIED];
	uint64_t digest;

	if (level.size > LEVEL_BYTES_COPIED) {
		digest = hash_bytes(key, level);
		level = span_of(&digest, sizeof digest);
	}
	memcpy(bytes, &serial, sizeof serial);
	memcpy(bytes + sizeof serial, level.at, level.size);
	return hash_bytes(key, span_of(bytes, sizeof serial + level.size));
}
