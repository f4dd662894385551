/* topic_level.h - the levels of a topic name or filter, one after the other (private to src/topic).
 *
 * A level is known by the offset at which it starts.  "a/" has two levels, the second is empty.  An
 * offset of one more than the size of the text means that no level is left. */
#ifndef TING_TOPIC_LEVEL_H
#define TING_TOPIC_LEVEL_H

#include "base/base_hash.h"
#include "base/base_span.h"

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

/* Where the level before the one at `offset`, which is not the first, starts. */
static inline size_t topic_level_before(struct span text, size_t offset)
{
	size_t start = offset - 1; /* where that level ends */

	while (start > 0 && text.at[start - 1] != '/')
		start--;
	return start;
}

/* How many levels there are from `offset` on. */
static inline size_t topic_level_count(struct span text, size_t offset)
{
	size_t count = 0;

	for (; topic_level_is_there(text, offset); count++)
		offset = topic_level_after(offset, topic_level_at(text, offset));
	return count;
}

static inline bool topic_level_is(struct span level, char wildcard)
{
	return level.size == 1 && level.at[0] == (uint8_t)wildcard;
}

/* The hash of the edge that leads from the node with that serial down to the level. */
uint64_t topic_level_hash(const struct hash_key *key, uint64_t serial, struct span level);

#endif
