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

/* The next `size` bytes, borrowed from what is read. */
static inline struct span reader_bytes(struct reader *r, size_t size)
{
	struct span s = {r->at, size};

	if (reader_left(r) < size) {
		r->is_short = true;
		r->at = r->end;
		return span_of(NULL, 0);
	}
	if (size)
		r->at += size;
	return s;
}

static inline uint8_t reader_u8(struct reader *r)
{
	struct span s = reader_bytes(r, 1);

	return s.size ? s.at[0] : 0;
}

static inline uint16_t reader_u16(struct reader *r)
{
	struct span s = reader_bytes(r, 2);
	unsigned value = s.size ? (unsigned)s.at[0] << 8 | s.at[1] : 0;

	return (uint16_t)value;
}

static inline uint32_t reader_u32(struct reader *r)
{
	struct span s = reader_bytes(r, 4);

	return s.size ? (uint32_t)s.at[0] << 24 | (uint32_t)s.at[1] << 16 | (uint32_t)s.at[2] << 8 |
			s.at[3]
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
