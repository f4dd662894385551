/* net_message.c - where a message begins and ends: a pure part, and one that reads and writes. */
#include "net/net_end.h"

#include "base/base_alloc.h"

#include <errno.h>
#include <string.h>
#include <ting/message.h>

enum { LENGTH_BYTES = 4, AROUND_MAX = 5 }; /* what the framings add at most: a length; "\r\n" */

static ssize_t find_framed(
	const uint8_t *bytes, size_t size, size_t max, size_t *ret_at, size_t *ret_size)
{
	size_t length;

	if (size < LENGTH_BYTES)
		return 0;
	length = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
	if (length > max)
		return -EMSGSIZE;
	if (size - LENGTH_BYTES < length)
		return 0;
	*ret_at = LENGTH_BYTES;
	*ret_size = length;
	return (ssize_t)(LENGTH_BYTES + length);
}

static ssize_t find_line(
	const uint8_t *bytes, size_t size, size_t max, size_t *ret_at, size_t *ret_size)
{
	const uint8_t *newline = size ? memchr(bytes, '\n', size) : NULL;
	size_t length = newline ? (size_t)(newline - bytes) : size;
	bool has_return = length > 0 && bytes[length - 1] == '\r';

	if (length - has_return > max)
		return -EMSGSIZE;
	if (!newline)
		return 0;
	*ret_at = 0;
	*ret_size = length - has_return;
	return (ssize_t)(length + 1);
}

ssize_t ting_message_find(enum ting_framing framing, const void *bytes, size_t size, size_t max,
	size_t *ret_at, size_t *ret_size)
{
	switch (framing) {
	case TING_FRAMED:
		return find_framed(bytes, size, max, ret_at, ret_size);
	case TING_LINES:
		return find_line(bytes, size, max, ret_at, ret_size);
	case TING_RAW:
		break;
	}
	*ret_at = 0;
	*ret_size = size < max ? size : max;
	return (ssize_t)*ret_size;
}

int ting_message_wrap(enum ting_framing framing, size_t size, unsigned char ret_before[4],
	size_t *ret_before_size, unsigned char ret_after[1], size_t *ret_after_size)
{
	if (framing == TING_FRAMED && size > UINT32_MAX)
		return -EMSGSIZE;
	*ret_before_size = framing == TING_FRAMED ? LENGTH_BYTES : 0;
	*ret_after_size = framing == TING_LINES;
	for (size_t i = 0; i < *ret_before_size; i++)
		ret_before[i] = (unsigned char)(size >> (24 - 8 * i));
	if (framing == TING_LINES)
		ret_after[0] = '\n';
	return 0;
}

/* An empty message, or the end?  Both are read as nothing. */
static bool is_end(const struct ting_end *e)
{
	struct pollfd p = {.fd = e->in, .events = POLLRDHUP};

	return !e->keeps_messages || poll(&p, 1, 0) > 0;
}

ssize_t ting_message_read(struct ting_end *e, enum ting_framing framing, void *ret, size_t max)
{
	ssize_t count;

	if (e->keeps_messages || framing == TING_RAW) {
		count = ting_read(e, ret, max);
		return count == 0 && is_end(e) ? -ENODATA : count;
	}
	for (;;) {
		size_t there = e->ahead.size - e->ahead.at, at, size;

		count = there == 0 ? 0
				   : ting_message_find(framing, e->ahead.bytes + e->ahead.at, there,
					     max, &at, &size);
		if (count < 0)
			return count;
		if (count > 0) {
			if (size > 0)
				memcpy(ret, e->ahead.bytes + e->ahead.at + at, size);
			e->ahead.at += (size_t)count;
			return (ssize_t)size;
		}
		count = net_end_read_ahead(e, max + AROUND_MAX);
		if (count == 0)
			return there > 0 ? -EPROTO : -ENODATA;
		if (count < 0)
			return count;
	}
}

/* Goes on until it knows why not. */
static int write_all(struct ting_end *e, const uint8_t *bytes, size_t size)
{
	ssize_t count;

	do {
		count = ting_write(e, bytes, size);
		if (count < 0)
			return (int)count;
		bytes += count;
		size -= (size_t)count;
	} while (size > 0);
	return 0;
}

int ting_message_write(
	struct ting_end *e, enum ting_framing framing, const void *bytes, size_t size)
{
	unsigned char before[4], after[1];
	size_t before_size, after_size, whole_size;
	uint8_t *whole;
	int failed;

	if (framing == TING_LINES && size > 0 && memchr(bytes, '\n', size))
		return -EINVAL;
	if (e->keeps_messages || framing == TING_RAW)
		return write_all(e, bytes, size);
	failed = ting_message_wrap(framing, size, before, &before_size, after, &after_size);
	if (failed)
		return failed;
	/* One write: two would be two packets. */
	whole_size = before_size + size + after_size;
	whole = alloc_try(&alloc_libc, whole_size);
	if (!whole)
		return -ENOMEM;
	memcpy(whole, before, before_size);
	if (size > 0)
		memcpy(whole + before_size, bytes, size);
	memcpy(whole + before_size + size, after, after_size);
	failed = write_all(e, whole, whole_size);
	alloc_free(&alloc_libc, whole, whole_size);
	return failed;
}
