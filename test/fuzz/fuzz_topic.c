/* fuzz_topic.c - a filter, a newline and a name.  What the parser says must follow from the text,
 * and a match must agree with a matcher that is slow and plain. */
#include "fuzz_target.h"
#include "topic/topic_filter.h"

#include <assert.h>

/* The text up to the next '/', and in *rest what follows it; rest->at is NULL at the last level. */
static struct span level_take(struct span text, struct span *rest)
{
	const uint8_t *slash = text.size ? memchr(text.at, '/', text.size) : NULL;
	size_t size = slash ? (size_t)(slash - text.at) : text.size;

	*rest = slash ? (struct span){slash + 1, text.size - size - 1} : span_of(NULL, 0);
	return span_of(text.at, size);
}

static bool levels_match(struct span filter, struct span name)
{
	for (;;) {
		struct span filter_rest, name_rest;
		struct span wanted = level_take(filter, &filter_rest);
		struct span level = level_take(name, &name_rest);

		if (span_equal(wanted, SPAN_LITERAL("#")))
			return true;
		if (!span_equal(wanted, SPAN_LITERAL("+")) && !span_equal(wanted, level))
			return false;
		if (!name_rest.at) /* "a/#" also matches "a" */
			return !filter_rest.at || span_equal(filter_rest, SPAN_LITERAL("#"));
		if (!filter_rest.at)
			return false;
		filter = filter_rest;
		name = name_rest;
	}
}

static bool plainly_matches(struct span filter, struct span name)
{
	bool is_wild;

	assert(filter.size && name.size);
	is_wild = filter.at[0] == '+' || filter.at[0] == '#';

	return !(is_wild && name.at[0] == '$') && levels_match(filter, name);
}

static bool has_wildcards(struct span s)
{
	return s.size && (memchr(s.at, '+', s.size) || memchr(s.at, '#', s.size));
}

static void check_filter(struct span text, const struct topic_filter *f)
{
	bool is_shared = span_starts(text, SPAN_LITERAL("$share/"));

	assert(f->filter.size > 0 && f->has_wildcards == has_wildcards(f->filter));
	assert((f->group.size > 0) == is_shared);
	assert(f->filter.at + f->filter.size == text.at + text.size);
	if (is_shared) {
		assert(f->group.at == text.at + 7 &&
			f->filter.at == f->group.at + f->group.size + 1);
		assert(!has_wildcards(f->group) && !memchr(f->group.at, '/', f->group.size));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
	size_t filter_size = newline ? (size_t)(newline - data) : size;
	struct span text = span_of(data, filter_size),
		    name = span_skip(span_of(data, size), filter_size + 1);
	struct topic_filter f, same;
	int err = topic_filter_parse(text, &f);

	if (err == 0)
		check_filter(text, &f);
	if (!topic_name_is_valid(name))
		return 0;
	assert(!has_wildcards(name));
	if (err == 0)
		assert(topic_filter_matches(f.filter, name) == plainly_matches(f.filter, name));
	if (!span_starts(name, SPAN_LITERAL("$share"))) {
		assert(topic_filter_parse(name, &same) == 0 && !same.has_wildcards);
		assert(topic_filter_matches(same.filter, name));
	}
	return 0;
}
