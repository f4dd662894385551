/* base_reader.h - takes numbers and strings off the front of some bytes.
 *
 * Reading past the end yields zeroes and empty spans and sets `is_short` for good, so that a parser
 * reads a whole structure first and tests once.  Numbers are big-endian (network order). */
#ifndef TING_BASE_READER_H
#define TING_BASE_READER_H

#include "base/base_span.h"

struct reader {
	const uint8_t *at, *end;
	bool is_short; /* something was asked that was not there */
};

static inline struct reader reader_of(struct span s)
{
	return (struct reader){s.at, s.size ? s.at + s.size : s.at, false};
}

static inline size_t reader_left(const struct reader *r)
{
	return r->at ? (size_t)(r->end - r->at) : 0;
}

/* The next `size` bytes, or NULL when they are not there. */
static inline const uint8_t *reader_take(struct reader *r, size_t size)
{
	const uint8_t *at = r->at;

	if (reader_left(r) < size) {
		r->is_short = true;
		r->at = r->end;
		return NULL;
	}
	if (size)
		r->at += size;
	return at;
}

/* The next `size` bytes, borrowed from what is read. */
static inline struct span reader_bytes(struct reader *r, size_t size)
{
	const uint8_t *at = reader_take(r, size);

	return span_of(at, at ? size : 0);
}

static inline uint8_t reader_u8(struct reader *r)
{
	const uint8_t *at = reader_take(r, 1);

	return at ? at[0] : 0;
}

static inline uint16_t reader_u16(struct reader *r)
{
	const uint8_t *at = reader_take(r, 2);

	return at ? (uint16_t)(at[0] << 8 | at[1]) : 0;
}

static inline uint32_t reader_u32(struct reader *r)
{
	const uint8_t *at = reader_take(r, 4);

	return at ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]
		  : 0;
}

/* A 16-bit length and that many bytes. */
static inline struct span reader_string16(struct reader *r)
{
	return reader_bytes(r, reader_u16(r));
}

/* All that is left. */
static inline struct span reader_rest(struct reader *r)
{
	return reader_bytes(r, reader_left(r));
}

#endif
