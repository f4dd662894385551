/* net_end.c - the one place where an endpoint is waited for. */
#include "net/net_end.h"

#include "base/base_alloc.h"
#include "loop/loop_clock.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static_assert(TING_NAME_MAX == (int)NET_ENDPOINT_MAX, "what is printed can be read");

enum {
	READ_AHEAD = 65536, /* at first; it grows for what is larger */
	PAUSE_MS = 5,
};

static const struct ting_options usual;

static net_end_open_fn *const openers[] = {
	[NET_TCP] = net_end_open_socket,
	[NET_UDP] = net_end_open_socket,
	[NET_UNIX] = net_end_open_socket,
	[NET_UNIXGRAM] = net_end_open_socket,
	[NET_UNIXSEQ] = net_end_open_socket,
	[NET_FIFO] = net_end_open_fifo,
	[NET_FILE] = net_end_open_file,
	[NET_FILES] = net_end_open_files,
	[NET_ICMP] = net_end_open_icmp,
	[NET_STANDARD] = net_end_open_standard,
};

int ting_open(struct ting_end **ret, const char *endpoint, const struct ting_options *options,
	struct ting_error *err)
{
	struct net_endpoint e;
	int failed = net_endpoint_parse(&e, endpoint, err);

	return failed ? failed : openers[e.scheme](ret, &e, options ? options : &usual, err);
}

int ting_open_start(struct ting_end **ret, const char *endpoint, const struct ting_options *options,
	struct ting_error *err)
{
	struct net_endpoint e;
	int failed = net_endpoint_parse(&e, endpoint, err);

	if (failed)
		return failed;
	if (openers[e.scheme] != net_end_open_socket)
		return net_error_set(err, -EOPNOTSUPP,
			"\"%s\": only a socket can be opened without waiting", endpoint);
	return net_end_start_socket(ret, &e, options ? options : &usual, err);
}

int ting_open_finish(struct ting_end **e, struct ting_error *err)
{
	return net_end_finish_socket(e, err);
}

struct ting_end *net_end_new(const struct net_end_kind *kind, const struct ting_options *options)
{
	struct ting_end *e = alloc_sure(&alloc_libc, kind->bytes);

	e->kind = kind;
	e->in = e->out = -1;
	e->timeout_ms = options->timeout_ms;
	return e;
}

void net_end_free(struct ting_end *e)
{
	alloc_free(&alloc_libc, e->ahead.bytes, e->ahead.room);
	alloc_free(&alloc_libc, e, e->kind->bytes);
}

int net_end_wait_any(struct pollfd *list, size_t count, int timeout_ms)
{
	msec end = timeout_ms > 0 ? loop_clock_ms() + timeout_ms : 0, left = timeout_ms;

	for (;;) {
		int ready = poll(list, count, timeout_ms > 0 ? (int)left : -1);

		if (ready > 0)
			return 0;
		if (ready < 0 && errno != EINTR)
			return -errno;
		left = timeout_ms > 0 ? end - loop_clock_ms() : 0;
		if (timeout_ms > 0 && left <= 0)
			return -ETIMEDOUT;
	}
}

int net_end_wait(int fd, short events, int timeout_ms)
{
	struct pollfd one = {.fd = fd, .events = events};

	return net_end_wait_any(&one, 1, timeout_ms);
}

int net_end_pause(void)
{
	(void)poll(NULL, 0, PAUSE_MS);
	return PAUSE_MS;
}

static ssize_t take_ahead(struct ting_end *e, void *ret, size_t size)
{
	size_t there = e->ahead.size - e->ahead.at;

	if (size > there)
		size = there;
	memcpy(ret, e->ahead.bytes + e->ahead.at, size);
	e->ahead.at += size;
	return (ssize_t)size;
}

/* Beyond what was read ahead. */
static ssize_t read_on(struct ting_end *e, void *ret, size_t size)
{
	for (;;) {
		ssize_t count = e->kind->read ? e->kind->read(e, ret, size) : -EBADF;
		int failed;

		if (count != -EAGAIN || e->in < 0)
			return count;
		failed = net_end_wait(e->in, POLLIN, e->timeout_ms);
		if (failed)
			return failed;
	}
}

ssize_t ting_read(struct ting_end *e, void *ret, size_t size)
{
	return ting_is_ready(e) ? take_ahead(e, ret, size) : read_on(e, ret, size);
}

ssize_t ting_try_read(struct ting_end *e, void *ret, size_t size)
{
	if (ting_is_ready(e))
		return take_ahead(e, ret, size);
	return e->kind->read ? e->kind->read(e, ret, size) : -EBADF;
}

ssize_t ting_try_write(struct ting_end *e, const void *bytes, size_t size)
{
	return e->kind->write ? e->kind->write(e, bytes, size) : -EBADF;
}

ssize_t ting_write(struct ting_end *e, const void *bytes, size_t size)
{
	size_t done = 0;

	do {
		ssize_t count = ting_try_write(e, (const uint8_t *)bytes + done, size - done);

		if (count == -EAGAIN && e->out >= 0)
			count = net_end_wait(e->out, POLLOUT, e->timeout_ms);
		else if (count >= 0 && (size_t)count == size - done)
			return (ssize_t)size;
		if (count < 0)
			return done > 0 ? (ssize_t)done : count;
		done += (size_t)count;
	} while (true);
}

ssize_t net_end_read_ahead(struct ting_end *e, size_t max)
{
	size_t there = e->ahead.size - e->ahead.at;
	ssize_t count;

	if (e->ahead.at > 0 && there > 0)
		memmove(e->ahead.bytes, e->ahead.bytes + e->ahead.at, there);
	e->ahead.at = 0;
	e->ahead.size = there;
	if (there == e->ahead.room) {
		size_t room = there ? 2 * there : READ_AHEAD;
		uint8_t *bytes;

		if (room > max)
			room = max;
		bytes = alloc_resize(&alloc_libc, e->ahead.bytes, e->ahead.room, room);
		if (!bytes)
			return -ENOMEM;
		e->ahead.bytes = bytes;
		e->ahead.room = room;
	}
	count = read_on(e, e->ahead.bytes + there, e->ahead.room - there);
	if (count > 0)
		e->ahead.size += (size_t)count;
	return count;
}

int64_t ting_seek(struct ting_end *e, int64_t place)
{
	int64_t reached = e->kind->seek ? e->kind->seek(e, place) : -ESPIPE;

	if (reached >= 0)
		e->ahead.at = e->ahead.size = 0;
	return reached;
}

int64_t ting_size(struct ting_end *e)
{
	return e->kind->size ? e->kind->size(e) : -ESPIPE;
}

int ting_shutdown(struct ting_end *e, enum ting_access directions)
{
	return e->kind->shutdown ? e->kind->shutdown(e, directions) : -EOPNOTSUPP;
}

int ting_close(struct ting_end *e)
{
	int failed = e ? e->kind->close(e) : 0;

	if (e)
		net_end_free(e);
	return failed;
}

const char *ting_local_name(const struct ting_end *e)
{
	return e->local;
}

const char *ting_remote_name(const struct ting_end *e)
{
	return e->remote;
}

int ting_descriptor(const struct ting_end *e, enum ting_access direction)
{
	return direction == TING_READ ? e->in : e->out;
}

bool ting_is_ready(const struct ting_end *e)
{
	return e->ahead.size > e->ahead.at;
}

bool ting_keeps_messages(const struct ting_end *e)
{
	return e->keeps_messages;
}
