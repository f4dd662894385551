/* base_writer.h - puts numbers and strings into the caller's memory.
 *
 * Writing past the end writes nothing more and sets `is_full` for good, so that an encoder writes a
 * whole structure first and tests once.  Numbers are big-endian (network order). */
#ifndef TING_BASE_WRITER_H
#define TING_BASE_WRITER_H

#include "base/base_span.h"

struct writer {
	uint8_t *start, *at, *end;
	bool is_full; /* something did not fit */
};

static inline struct writer writer_of(void *start, size_t size)
{
	return (struct writer){start, start, size ? (uint8_t *)start + size : start, false};
}

static inline size_t writer_left(const struct writer *w)
{
	return (size_t)(w->end - w->at);
}

/* What was written so far. */
static inline struct span writer_span(const struct writer *w)
{
	return span_of(w->start, (size_t)(w->at - w->start));
}

/* Room for `size` bytes that the caller fills, or NULL. */
static inline uint8_t *writer_take(struct writer *w, size_t size)
{
	uint8_t *at = w->at;

	if (w->is_full || writer_left(w) < size) {
		w->is_full = true;
		return NULL;
	}
	if (size)
		w->at += size;
	return at;
}

static inline void writer_u8(struct writer *w, uint8_t value)
{
	uint8_t *at = writer_take(w, 1);

	if (at)
		at[0] = value;
}

static inline void writer_u16(struct writer *w, uint16_t value)
{
	uint8_t *at = writer_take(w, 2);

	if (!at)
		return;
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void writer_u32(struct writer *w, uint32_t value)
{
	uint8_t *at = writer_take(w, 4);

	if (!at)
		return;
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
}

static inline void writer_bytes(struct writer *w, struct span s)
{
	uint8_t *at = writer_take(w, s.size);

	if (at && s.size)
		memcpy(at, s.at, s.size);
}

/* A 16-bit length and the bytes; more than 65,535 of them do not fit. */
static inline void writer_string16(struct writer *w, struct span s)
{
	if (s.size > UINT16_MAX) {
		w->is_full = true;
		return;
	}
	writer_u16(w, (uint16_t)s.size);
	writer_bytes(w, s);
}

/* The number in decimal digits. */
static inline void writer_decimal(struct writer *w, uint64_t number)
{
	uint8_t digits[20];
	size_t at = sizeof digits;

	do
		digits[--at] = (uint8_t)('0' + number % 10);
	while (number /= 10);
	writer_bytes(w, span_of(digits + at, sizeof digits - at));
}

#endif
