/* client_alias.c - numbers that stand for topics, for the life of one connection.  [MQTT-3.3.2-7]
 */
#include "client/client_state.h"

#include <assert.h>

void client_aliases_clear(struct client_aliases *a)
{
	if (a->count)
		memset(a->sizes, 0, a->count * sizeof(*a->sizes));
}

static uint8_t *place_of(const struct client_aliases *a, uint16_t alias)
{
	return a->topics + (size_t)(alias - 1) * a->topic_bytes;
}

struct span client_aliases_get(const struct client_aliases *a, uint16_t alias)
{
	if (alias == 0 || alias > a->count)
		return span_of(NULL, 0);
	return span_of(place_of(a, alias), a->sizes[alias - 1]);
}

bool client_aliases_fit(const struct client_aliases *a, uint16_t alias, struct span topic)
{
	return alias && alias <= a->count && topic.size <= a->topic_bytes;
}

void client_aliases_set(struct client_aliases *a, uint16_t alias, struct span topic)
{
	assert(client_aliases_fit(a, alias, topic));
	memcpy(place_of(a, alias), topic.at, topic.size);
	a->sizes[alias - 1] = (uint16_t)topic.size;
}
