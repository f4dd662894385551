/* topic_level.c - SipHash twice: over the text, and over the number of the node above with that. */
#include "topic/topic_level.h"

struct topic_level topic_level_of(const struct hash_key *key, struct span text)
{
	return (struct topic_level){text, hash_bytes(key, text)};
}

uint64_t topic_level_hash(const struct hash_key *key, uint64_t serial, uint64_t digest)
{
	const uint64_t words[] = {serial, digest};

	return hash_bytes(key, span_of(words, sizeof words));
}
