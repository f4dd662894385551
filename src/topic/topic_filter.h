/* topic_filter.h - which topic names and filters are well formed, and does one match the other?
 *
 * Source: MQTT 5.0, sections 4.7 and 4.8; the same rules hold for 3.1.1. */
#ifndef TING_TOPIC_FILTER_H
#define TING_TOPIC_FILTER_H

#include "base/base_span.h"

enum {
	TOPIC_BYTES_MAX = 65535, /* [MQTT-4.7.3-3] */
	TOPIC_LEVELS_MAX = 200   /* ours, as mosquitto's: deeper names and filters are refused */
};

/* A filter taken apart.  The spans are borrowed from the filter's text. */
struct topic_filter {
	struct span group;  /* of $share/group/...; empty: not shared */
	struct span filter; /* what is matched */
	bool has_wildcards;
};

/* 1 to 65,535 bytes of UTF-8 without U+0000 and without wildcards, at most TOPIC_LEVELS_MAX levels.
 */
bool topic_name_is_valid(struct span name);

/* 0, or ERR_MALFORMED: empty, too long, too deep, bad UTF-8, a wildcard out of its place, or $share
 * without a group name or a filter.  [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.8.2-1] [MQTT-4.8.2-2] */
int topic_filter_parse(struct span text, struct topic_filter *ret);

/* Does the valid `filter` ($share already taken off) match the valid `name`?  Both are compared as
 * raw bytes; filters that begin with a wildcard leave out names that begin with '$'. [MQTT-4.7.2-1]
 */
bool topic_filter_matches(struct span filter, struct span name);

#endif
