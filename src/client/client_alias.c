/* client_alias.c - numbers that stand for topics, for the life of one connection.  [MQTT-3.3.2-7]
 */
#include "client/client_state.h"

#include <assert.h>

enum { ALIAS_BYTES = 3 }; /* of the property: a topic that is no longer gains nothing */

void client_aliases_clear(struct client_aliases *a)
{
	if (a->count)
		memset(a->table, 0, a->count * sizeof(*a->table));
}

static uint8_t *place_of(const struct client_aliases *a, uint16_t alias)
{
	return a->topics + (size_t)(alias - 1) * a->topic_bytes;
}

struct span client_aliases_get(const struct client_aliases *a, uint16_t alias)
{
	if (alias == 0 || alias > a->count)
		return span_of(NULL, 0);
	return span_of(place_of(a, alias), a->table[alias - 1].size);
}

bool client_aliases_fit(const struct client_aliases *a, uint16_t alias, struct span topic)
{
	return alias && alias <= a->count && topic.size <= a->topic_bytes;
}

uint16_t client_aliases_choose(const struct client_aliases *a, uint16_t max, struct span topic)
{
	uint16_t oldest = 0;

	for (uint16_t alias = 1; alias <= a->count && alias <= max; alias++) {
		if (span_equal(client_aliases_get(a, alias), topic))
			return alias;
		if (!oldest || a->table[alias - 1].used < a->table[oldest - 1].used)
			oldest = alias;
	}
	return topic.size > ALIAS_BYTES && topic.size <= a->topic_bytes ? oldest : 0;
}

void client_aliases_set(struct client_aliases *a, uint16_t alias, struct span topic)
{
	assert(client_aliases_fit(a, alias, topic));
	memcpy(place_of(a, alias), topic.at, topic.size);
	a->table[alias - 1].size = (uint16_t)topic.size;
}
