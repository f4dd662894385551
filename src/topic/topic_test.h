/* topic_test.h - what the tests of this folder share. */
#ifndef TING_TOPIC_TEST_H
#define TING_TOPIC_TEST_H

#include "base/base_test.h"
#include "topic/topic_filter.h"

static inline struct topic_filter test_filter(struct span text)
{
	struct topic_filter f = {0};

	cr_assert_eq(
		topic_filter_parse(text, &f), 0, "%.*s", (int)text.size, (const char *)text.at);
	return f;
}

#endif
