/* topic_filter.c - a name or filter is read level by level; nothing is normalised. [MQTT-4.7.3-4]
 */
#include "topic/topic_filter.h"

#include "base/base_err.h"
#include "base/base_utf8.h"
#include "topic/topic_level.h"

/* [MQTT-4.7.3-1] [MQTT-4.7.3-2] [MQTT-4.7.3-3] */
static bool text_is_valid(struct span text)
{
	return text.size > 0 && text.size <= TOPIC_BYTES_MAX && utf8_is_text(text);
}

static bool span_has(struct span s, char c)
{
	return s.size > 0 && memchr(s.at, c, s.size);
}

static bool has_wildcard(struct span s)
{
	return span_has(s, '+') || span_has(s, '#');
}

static bool levels_are_valid(struct span text, bool may_have_wildcards)
{
	struct span level;
	size_t count = 0;

	for (size_t at = 0; topic_level_is_there(text, at); at = topic_level_after(at, level)) {
		level = topic_level_at(text, at);
		if (++count > TOPIC_LEVELS_MAX)
			return false;
		if (!has_wildcard(level))
			continue;
		if (!may_have_wildcards || level.size != 1)
			return false; /* [MQTT-4.7.0-1] [MQTT-4.7.1-1] [MQTT-4.7.1-2] */
		if (level.at[0] == '#' && at + 1 != text.size)
			return false; /* [MQTT-4.7.1-1] */
	}
	return true;
}

bool topic_name_is_valid(struct span name)
{
	return text_is_valid(name) && levels_are_valid(name, false);
}

int topic_filter_parse(struct span text, struct topic_filter *ret)
{
	struct topic_filter f = {.filter = text};

	if (!text_is_valid(text))
		return ERR_MALFORMED;
	if (span_equal(topic_level_at(text, 0), SPAN_LITERAL("$share"))) {
		f.filter = span_skip(text, sizeof "$share/" - 1);
		if (f.filter.size == 0)
			return ERR_MALFORMED;
		f.group = topic_level_at(f.filter, 0);
		f.filter = span_skip(f.filter, f.group.size + 1);
		if (f.group.size == 0 || has_wildcard(f.group) || f.filter.size == 0)
			return ERR_MALFORMED; /* [MQTT-4.8.2-1] [MQTT-4.8.2-2] */
	}
	if (!levels_are_valid(f.filter, true))
		return ERR_MALFORMED;
	f.has_wildcards = has_wildcard(f.filter);
	*ret = f;
	return 0;
}

bool topic_filter_matches(struct span filter, struct span name)
{
	size_t filter_at = 0, name_at = 0;

	if (name.at[0] == '$' && has_wildcard(topic_level_at(filter, 0)))
		return false; /* [MQTT-4.7.2-1] */
	while (topic_level_is_there(filter, filter_at)) {
		struct span wanted = topic_level_at(filter, filter_at), level;

		if (topic_level_is(wanted, '#'))
			return true;
		if (!topic_level_is_there(name, name_at))
			return false;
		level = topic_level_at(name, name_at);
		if (!topic_level_is(wanted, '+') && !span_equal(wanted, level))
			return false;
		filter_at = topic_level_after(filter_at, wanted);
		name_at = topic_level_after(name_at, level);
	}
	return !topic_level_is_there(name, name_at);
}
