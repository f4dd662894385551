/* apps_feed.c - one buffer, which has room for the largest message and for what is around it. */
#include "apps/apps_feed.h"

#include "base/base_alloc.h"

#include <errno.h>
#include <string.h>

enum { ROOM = FEED_MESSAGE_MAX + 5 };

void feed_init(struct feed *f, const struct options *o, uint64_t seed)
{
	*f = (struct feed){.bytes = alloc_sure(&alloc_libc, ROOM)};
	device_init(&f->device, o, TING_READ, seed);
}

void feed_done(struct feed *f)
{
	device_done(&f->device);
	alloc_free(&alloc_libc, f->bytes, ROOM);
}

/* Drops what is there up to the end of the line. */
static void skip(struct feed *f)
{
	const uint8_t *newline = memchr(f->bytes + f->start, '\n', f->end - f->start);

	f->start = newline ? (size_t)(newline + 1 - f->bytes) : f->end;
	f->is_skipping = !newline;
}

/* The device has ended, and no whole message is left.  True: its last line had no newline.  A
 * terminal that is pulled out says that it ends, and stops in the middle of a number. */
static bool take_rest(struct feed *f, struct span *ret)
{
	const struct device *d = &f->device;
	bool is_in_order = f->err == 0 && (d->place.scheme != NET_FILE || d->is_final);
	bool is_line = is_in_order && d->place.framing == TING_LINES && !f->is_skipping;

	*ret = span_of(f->bytes + f->start, f->end - f->start);
	f->start = f->end;
	if (is_line && ret->size)
		return true;
	if (ret->size)
		options_report(d->options, "%s: the last %zu bytes are no whole message",
			d->place.endpoint, ret->size);
	f->start = f->end = 0;
	f->has_ended = f->is_skipping = false;
	device_lost(&f->device, f->err);
	return false;
}

/* The first message in the buffer, as ting_message_find(). */
static ssize_t find(struct feed *f, struct span *ret)
{
	uint8_t *first = f->bytes + f->start;
	size_t size = f->end - f->start, at = 0, length = size;
	ssize_t taken = 0;

	if (f->is_message)
		taken = (ssize_t)size;
	else if (size > 0 && !device_keeps_messages(&f->device))
		taken = ting_message_find(
			f->device.place.framing, first, size, FEED_MESSAGE_MAX, &at, &length);
	if (taken > 0 || f->is_message)
		*ret = span_of(first + at, length);
	return taken;
}

bool feed_next(struct feed *f, struct span *ret)
{
	ssize_t taken;

	if (f->is_skipping)
		skip(f);
	taken = find(f, ret);
	while (taken == -EMSGSIZE && f->device.place.framing == TING_LINES) {
		options_report(f->device.options, "%s: a line of more than %d bytes is left out",
			f->device.place.endpoint, FEED_MESSAGE_MAX);
		skip(f);
		taken = find(f, ret);
	}
	if (taken < 0) { /* a length that cannot be: nobody knows where the next one is */
		f->has_ended = true;
		f->err = (int)taken;
		taken = 0;
	}
	if (taken > 0 || f->is_message) {
		f->start += (size_t)taken;
		f->is_message = false;
		return true;
	}
	return f->has_ended && take_rest(f, ret);
}

/* Nothing was read: is it an empty message, or the end? */
static bool is_empty_message(const struct device *d)
{
	struct pollfd p = {.events = POLLRDHUP};

	if (!device_keeps_messages(d))
		return false;
	if (!d->end)
		return true;
	p.fd = ting_descriptor(d->end, TING_READ);
	return poll(&p, 1, 0) == 0;
}

bool feed_read(struct feed *f)
{
	struct device *d = &f->device;
	ssize_t count;

	if (d->state != DEVICE_OPEN || f->has_ended)
		return false;
	memmove(f->bytes, f->bytes + f->start, f->end - f->start);
	f->end -= f->start;
	f->start = 0;
	count = device_read(d, f->bytes + f->end, ROOM - f->end);
	if (count == -EAGAIN)
		return false;
	if (count > 0 || (count == 0 && is_empty_message(d))) {
		f->end += (size_t)count;
		f->is_message = device_keeps_messages(d);
	} else {
		f->has_ended = true;
		f->err = (int)count;
	}
	return true;
}
