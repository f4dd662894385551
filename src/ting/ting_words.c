/* ting_words.c - what ting/mqtt.h says of names and numbers, from the codec's tables. */
#include "mqtt/mqtt_types.h"
#include "topic/topic_filter.h"

#include <ting/mqtt.h>

static struct span span_of_ting_text(struct ting_text t)
{
	return span_of(t.at, t.size);
}

const char *ting_reason_name(uint8_t reason)
{
	return mqtt_reason_name(reason);
}

bool ting_topic_is_valid(struct ting_text topic)
{
	return topic_name_is_valid(span_of_ting_text(topic));
}

bool ting_filter_is_valid(struct ting_text filter)
{
	struct topic_filter parsed;

	return topic_filter_parse(span_of_ting_text(filter), &parsed) == 0;
}
