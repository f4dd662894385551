/* broker_alias.c - arrays of copied topics.  The way out holds a handful, so looking is comparing.
 */
#include "broker/broker_alias.h"

#include "base/base_err.h"

#include <assert.h>
#include <string.h>

static struct span copy(const struct allocator *alloc, struct span s)
{
	uint8_t *at = alloc_resize(alloc, NULL, 0, s.size);

	if (!at)
		return span_of(NULL, 0);
	memcpy(at, s.at, s.size);
	return span_of(at, s.size);
}

static void drop(const struct allocator *alloc, struct span s)
{
	alloc_free(alloc, (void *)(uintptr_t)s.at, s.size);
}

static void drop_all(const struct allocator *alloc, struct span *topics, size_t used, size_t room)
{
	for (size_t i = 0; topics && i < used; i++)
		drop(alloc, topics[i]);
	alloc_free(alloc, topics, room * sizeof *topics);
}

void broker_alias_in_done(struct broker_alias_in *in, const struct allocator *alloc)
{
	drop_all(alloc, in->topics, in->max, in->max);
	*in = (struct broker_alias_in){0};
}

void broker_alias_out_done(struct broker_alias_out *out, const struct allocator *alloc)
{
	drop_all(alloc, out->topics, out->count, out->max);
	*out = (struct broker_alias_out){0};
}

int broker_alias_in_set(struct broker_alias_in *in, const struct allocator *alloc, uint16_t alias,
	struct span topic)
{
	struct span copied;

	assert(alias >= 1 && alias <= in->max);
	if (!in->topics)
		in->topics = alloc_try(alloc, in->max * sizeof *in->topics);
	if (!in->topics)
		return ERR_MEMORY;
	copied = copy(alloc, topic);
	if (!copied.at)
		return ERR_MEMORY;
	drop(alloc, in->topics[alias - 1]);
	in->topics[alias - 1] = copied;
	return 0;
}

struct span broker_alias_in_find(const struct broker_alias_in *in, uint16_t alias)
{
	return in->topics && alias >= 1 && alias <= in->max ? in->topics[alias - 1]
							    : span_of(NULL, 0);
}

uint16_t broker_alias_out_use(struct broker_alias_out *out, const struct allocator *alloc,
	struct span topic, bool *ret_is_known)
{
	struct span copied;

	*ret_is_known = false;
	for (uint16_t i = 0; i < out->count; i++)
		if (span_equal(out->topics[i], topic)) {
			*ret_is_known = true;
			return (uint16_t)(i + 1);
		}
	if (out->count == out->max)
		return 0;
	if (!out->topics)
		out->topics = alloc_try(alloc, out->max * sizeof *out->topics);
	copied = out->topics ? copy(alloc, topic) : span_of(NULL, 0);
	if (!copied.at)
		return 0; /* going without is always right */
	out->topics[out->count++] = copied;
	return out->count;
}

void broker_alias_out_undo(struct broker_alias_out *out, const struct allocator *alloc)
{
	assert(out->count > 0);
	drop(alloc, out->topics[--out->count]);
}
