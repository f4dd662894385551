/* topic_fake.h - an allocator that counts and can be told to fail, and small helpers, for the tests
 * of this folder. */
#ifndef TING_TOPIC_FAKE_H
#define TING_TOPIC_FAKE_H

#include "base/base_alloc.h"
#include "base/base_test.h"
#include "topic/topic_filter.h"

#include <stdlib.h>

struct fake_memory {
	size_t calls;   /* that asked for memory */
	size_t blocks;  /* in use */
	size_t bytes;   /* in use */
	size_t fail_at; /* the call that is refused, counted from 1; 0: none */
};

static void *fake_resize(void *context, void *old, size_t old_size, size_t new_size)
{
	struct fake_memory *m = context;
	void *at;

	if (new_size == 0) {
		m->blocks -= old != NULL;
		m->bytes -= old_size;
		free(old);
		return NULL;
	}
	if (++m->calls == m->fail_at)
		return NULL;
	at = realloc(old, new_size);
	cr_assert(at);
	m->blocks += old == NULL;
	m->bytes += new_size - old_size;
	return at;
}

static inline struct allocator fake_allocator(struct fake_memory *m)
{
	return (struct allocator){fake_resize, m};
}

static inline struct topic_filter fake_filter(struct span text)
{
	struct topic_filter f = {0};

	cr_assert_eq(
		topic_filter_parse(text, &f), 0, "%.*s", (int)text.size, (const char *)text.at);
	return f;
}

#endif
