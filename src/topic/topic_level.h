/* topic_level.h - the levels of a topic name or filter, one after the other (private to src/topic).
 *
 * A level is known by the offset at which it starts.  "a/" has two levels, the second is empty.  An
 * offset of one more than the size of the text means that no level is left.
 *
 * A level may have 65,535 bytes, and a stranger chooses them.  So its text is hashed once, and all
 * the look-ups of one match or search go by that digest; and what is kept of it is counted by size.
 */
#ifndef TING_TOPIC_LEVEL_H
#define TING_TOPIC_LEVEL_H

#include "base/base_hash.h"
#include "base/base_span.h"

struct topic_level {
	struct span text;
	uint64_t digest;
};

/* A node or group whose text is longer than that counts as several. */
enum { TOPIC_CELL_BYTES = 64 };

static inline size_t topic_level_cells(struct span level)
{
	return 1 + level.size / TOPIC_CELL_BYTES;
}

static inline bool topic_level_is_there(struct span text, size_t offset)
{
	return offset <= text.size;
}

/* The level that starts at `offset`, without its '/'. */
static inline struct span topic_level_at(struct span text, size_t offset)
{
	const uint8_t *start = text.at + offset;
	const uint8_t *slash = memchr(start, '/', text.size - offset);

	return span_of(start, slash ? (size_t)(slash - start) : text.size - offset);
}

/* Where the level after the one at `offset` starts. */
static inline size_t topic_level_after(size_t offset, struct span level)
{
	return offset + level.size + 1;
}

static inline bool topic_level_is(struct span level, char wildcard)
{
	return level.size == 1 && level.at[0] == (uint8_t)wildcard;
}

struct topic_level topic_level_of(const struct hash_key *key, struct span text);

/* The hash of what belongs to the node with that serial and bears a text with that digest. */
uint64_t topic_level_hash(uint64_t serial, uint64_t digest);

#endif
