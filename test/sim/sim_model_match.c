/* sim_model_match.c - topic names against filters, level by level, and who may do what. */
#include "sim_model.h"

/* Takes the first level off. */
static struct span take_level(struct span *rest, bool *is_last)
{
	const uint8_t *slash = rest->size ? memchr(rest->at, '/', rest->size) : NULL;
	struct span level = *rest;

	*is_last = slash == NULL;
	if (slash) {
		level.size = (size_t)(slash - rest->at);
		*rest = span_skip(*rest, level.size + 1);
	}
	return level;
}

static bool is_text(struct span s, const char *text)
{
	return span_equal(s, span_of_text(text));
}

bool sim_matches(struct span filter, struct span topic)
{
	bool is_filter_last = false, is_topic_last = false;

	if (topic.size && topic.at[0] == '$' && (filter.at[0] == '+' || filter.at[0] == '#'))
		return false;
	for (;;) {
		struct span f = take_level(&filter, &is_filter_last);
		struct span t;

		if (is_text(f, "#"))
			return true;
		t = take_level(&topic, &is_topic_last);
		if (!is_text(f, "+") && !span_equal(f, t))
			return false;
		if (is_filter_last)
			return is_topic_last;
		if (is_topic_last) /* "a/#" matches "a" */
			return is_text(filter, "#");
	}
}

bool sim_filter_is_valid(struct span filter)
{
	bool is_last = false;

	if (filter.size == 0)
		return false;
	while (!is_last) {
		struct span level = take_level(&filter, &is_last);
		bool has_plus = level.size && memchr(level.at, '+', level.size);
		bool has_hash = level.size && memchr(level.at, '#', level.size);

		if ((has_plus || has_hash) && level.size != 1)
			return false;
		if (has_hash && !is_last)
			return false;
	}
	return true;
}

bool sim_denies_publish(struct span topic)
{
	return span_starts(topic, SPAN_LITERAL("no/"));
}

bool sim_denies_subscribe(struct span filter)
{
	return span_starts(filter, SPAN_LITERAL("no/"));
}

bool sim_denies_delivery(struct span topic, struct span client_id)
{
	return span_starts(topic, SPAN_LITERAL("hid/")) && client_id.size &&
		client_id.at[client_id.size - 1] % 2 == 1;
}
