/* ting_client_carrier.c - a socket with a buffer on each side.
 *
 * What is large is offered to the kernel at once, and only what it does not take is copied. */
#include "ting/ting_client_carrier.h"

#include "loop/loop_clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

enum {
	IN_MIN = 64 << 10,
	OUT_MIN = 4 << 10,
	OUT_IDLE_MAX = 64 << 10, /* kept when nothing waits */
	LARGE = 16 << 10,
};

void carrier_init(struct carrier *c)
{
	*c = (struct carrier){0};
}

void carrier_close(struct carrier *c)
{
	(void)ting_close(c->end); /* what failed is the connection, which is over */
	c->end = NULL;
	c->is_opening = false;
	c->in.size = c->out.at = c->out.size = 0;
	c->written = 0;
}

void carrier_done(struct carrier *c)
{
	carrier_close(c);
	free(c->in.bytes);
	free(c->out.bytes);
	carrier_init(c);
}

int carrier_open(struct carrier *c, const char *endpoint, struct ting_error *err)
{
	int failed = ting_open_start(&c->end, endpoint, NULL, err);

	if (failed)
		c->end = NULL;
	else
		c->is_opening = true;
	return failed;
}

int carrier_finish(struct carrier *c, struct ting_error *err)
{
	int failed = ting_open_finish(&c->end, err);

	if (failed == -EAGAIN)
		return failed;
	c->is_opening = false;
	if (failed)
		c->end = NULL;
	return failed;
}

static int reserve(char **bytes, size_t *room, size_t wanted)
{
	char *grown = realloc(*bytes, wanted);

	if (!grown)
		return -ENOMEM;
	*bytes = grown;
	*room = wanted;
	return 0;
}

size_t carrier_waiting(const struct carrier *c)
{
	return c->out.size - c->out.at;
}

uint64_t carrier_mark(const struct carrier *c)
{
	return c->written + carrier_waiting(c);
}

/* Room for `size` more bytes behind those that wait. */
static int out_reserve(struct carrier *c, size_t size)
{
	size_t waiting = carrier_waiting(c), room = c->out.room;

	if (size <= room - c->out.size)
		return 0;
	if (c->out.at >= waiting) { /* what is moved is less than what has gone */
		if (waiting)
			memcpy(c->out.bytes, c->out.bytes + c->out.at, waiting);
		c->out.at = 0;
		c->out.size = waiting;
	}
	room = room < OUT_MIN ? OUT_MIN : room;
	while (size > room - c->out.size)
		room *= 2;
	return room == c->out.room ? 0 : reserve(&c->out.bytes, &c->out.room, room);
}

/* Writes from `bytes` what the kernel takes.  The bytes, or -errno. */
static ssize_t write_some(struct carrier *c, const char *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t count = ting_try_write(c->end, bytes + done, size - done);

		if (count == -EAGAIN)
			break;
		if (count < 0)
			return count;
		done += (size_t)count;
	}
	c->written += done;
	return (ssize_t)done;
}

int carrier_flush(struct carrier *c)
{
	ssize_t count;

	if (carrier_waiting(c) == 0)
		return 0;
	count = write_some(c, c->out.bytes + c->out.at, carrier_waiting(c));
	if (count < 0)
		return (int)count;
	c->out.at += (size_t)count;
	if (carrier_waiting(c))
		return 0;
	c->out.at = c->out.size = 0;
	if (c->out.room > OUT_IDLE_MAX) {
		free(c->out.bytes);
		c->out.bytes = NULL;
		c->out.room = 0;
	}
	return 0;
}

int carrier_send(struct carrier *c, struct ting_text bytes)
{
	int failed = 0;

	if (bytes.size >= LARGE)
		failed = carrier_flush(c);
	if (!failed && bytes.size >= LARGE && carrier_waiting(c) == 0) {
		ssize_t count = write_some(c, bytes.at, bytes.size);

		if (count < 0)
			return (int)count;
		bytes.at += count;
		bytes.size -= (size_t)count;
	}
	if (!failed)
		failed = out_reserve(c, bytes.size);
	if (failed || bytes.size == 0)
		return failed;
	memcpy(c->out.bytes + c->out.size, bytes.at, bytes.size);
	c->out.size += bytes.size;
	return 0;
}

ssize_t carrier_read(struct carrier *c)
{
	ssize_t count;

	if (c->in.room == 0 && reserve(&c->in.bytes, &c->in.room, IN_MIN) < 0)
		return -ENOMEM;
	if (c->in.size == c->in.room)
		return -ENOBUFS;
	count = ting_try_read(c->end, c->in.bytes + c->in.size, c->in.room - c->in.size);
	if (count > 0)
		c->in.size += (size_t)count;
	return count;
}

struct ting_text carrier_input(const struct carrier *c)
{
	return (struct ting_text){c->in.bytes, c->in.size};
}

int carrier_take(struct carrier *c, size_t taken, size_t wanted)
{
	size_t room = wanted > IN_MIN ? wanted : IN_MIN;

	c->in.size -= taken;
	if (taken && c->in.size)
		memmove(c->in.bytes, c->in.bytes + taken, c->in.size);
	if (room == c->in.room || room < c->in.size)
		return 0;
	return reserve(&c->in.bytes, &c->in.room, room);
}

short carrier_events(const struct carrier *c, bool listens)
{
	bool has_room = c->in.room == 0 || c->in.size < c->in.room;
	int events = 0;

	if (c->is_opening)
		return POLLOUT;
	if (listens && has_room)
		events |= POLLIN;
	if (carrier_waiting(c))
		events |= POLLOUT;
	return (short)events;
}

int carrier_descriptor(const struct carrier *c)
{
	return c->end ? ting_descriptor(c->end, TING_WRITE) : -1;
}

void carrier_leave(struct carrier *c, int timeout_ms)
{
	msec end = loop_clock_ms() + timeout_ms;
	bool is_said = false;
	ssize_t count = -EAGAIN;

	while (c->end && !c->is_opening && (count > 0 || count == -EAGAIN)) {
		msec left = end - loop_clock_ms();
		struct pollfd wait = {.fd = carrier_descriptor(c)};

		c->in.size = 0;
		if (left <= 0 || carrier_flush(c) < 0)
			break;
		if (carrier_waiting(c) == 0 && !is_said)
			is_said = ting_shutdown(c->end, TING_WRITE) == 0;
		wait.events = carrier_events(c, true);
		(void)poll(&wait, 1, (int)left);
		count = carrier_read(c);
	}
	carrier_close(c);
}
