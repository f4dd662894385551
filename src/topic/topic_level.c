/* topic_level.c - SipHash over the text.  Who chooses the text does not know what comes out, so
 * that a plain mixture is enough to bring in the number of the node above. */
#include "topic/topic_level.h"

struct topic_level topic_level_of(const struct hash_key *key, struct span text)
{
	return (struct topic_level){text, hash_bytes(key, text)};
}

uint64_t topic_level_hash(uint64_t serial, uint64_t digest)
{
	uint64_t z = digest ^ serial * 0x9e3779b97f4a7c15;

	z = (z ^ z >> 32) * 0xd6e8feb86659fd93;
	return z ^ z >> 32;
}
