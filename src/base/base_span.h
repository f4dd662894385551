/* base_span.h - some bytes, and how many.
 *
 * A span never owns.  It is borrowed until the call that received it returns: copy the bytes to
 * keep them.  `at` may be NULL only when `size` is 0. */
#ifndef TING_BASE_SPAN_H
#define TING_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *at;
	size_t size;
};

/* The bytes of a string literal, without its final NUL. */
#define SPAN_LITERAL(text) ((struct span){(const uint8_t *)"" text, sizeof(text) - 1})

static inline struct span span_of(const void *at, size_t size)
{
	return (struct span){at, size};
}

/* The bytes of a C string, without its final NUL; an empty span for NULL. */
static inline struct span span_of_text(const char *text)
{
	return text ? span_of(text, strlen(text)) : span_of(NULL, 0);
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

static inline bool span_starts(struct span s, struct span head)
{
	return s.size >= head.size && (head.size == 0 || memcmp(s.at, head.at, head.size) == 0);
}

/* What follows the first `count` bytes; empty when there are fewer. */
static inline struct span span_skip(struct span s, size_t count)
{
	return count >= s.size ? span_of(NULL, 0) : span_of(s.at + count, s.size - count);
}

/* Negative, 0 or positive: byte order, then the shorter first. */
static inline int span_compare(struct span a, struct span b)
{
	size_t shared = a.size < b.size ? a.size : b.size;
	int order = shared ? memcmp(a.at, b.at, shared) : 0;

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

#endif
