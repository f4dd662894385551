/* apps_device.c - one state, and one place where each kind of endpoint is opened. */
#include "apps/apps_device.h"

#include "loop/loop_clock.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum {
	RETRY_MIN_MS = 200,
	RETRY_MAX_MS = 5000, /* a person who plugs it in again does not want to wait */
	AT_ONCE_MS = 1,      /* for calls that we know will not wait */
};

void device_init(struct device *d, const struct options *o, enum ting_access access, uint64_t seed)
{
	*d = (struct device){.options = o, .place = o->device, .access = access};
	client_retry_init(&d->retry, RETRY_MIN_MS, RETRY_MAX_MS, seed);
}

void device_done(struct device *d)
{
	(void)ting_close(d->end);
	ting_listener_close(d->listener);
}

/* Not there: again later. */
static void away(struct device *d, const char *why)
{
	msec now = loop_clock_ms();

	if (!d->is_missed)
		options_report(d->options, "%s; waiting for it", why);
	d->is_missed = true;
	d->end = NULL;
	d->state = DEVICE_AWAY;
	d->retry_ms = now + client_retry_wait(&d->retry, now);
}

/* Does it end for good?  What was read from a plain file would be read again. */
static bool is_final(const struct device *d)
{
	struct stat st;

	return d->place.scheme == NET_STANDARD ||
		(d->access == TING_READ && d->place.scheme == NET_FILE &&
			fstat(ting_descriptor(d->end, TING_READ), &st) == 0 && S_ISREG(st.st_mode));
}

static void opened(struct device *d)
{
	if (d->is_missed)
		options_report(d->options, "%s is there", d->place.endpoint);
	d->is_missed = false;
	d->is_final = d->end && is_final(d);
	d->state = DEVICE_OPEN;
	client_retry_connected(&d->retry, loop_clock_ms());
}

/* For the next one who comes; datagrams come from anybody. */
static void await(struct device *d)
{
	d->state = DEVICE_AWAITED;
	if (net_scheme_get(d->place.scheme)->is_datagrams)
		opened(d);
}

static void listen_on(struct device *d, const struct ting_options *options)
{
	struct ting_error error;

	if (ting_listen(&d->listener, d->place.endpoint, options, &error)) {
		d->listener = NULL;
		away(d, error.text);
		return;
	}
	for (size_t i = 0; ting_listener_name(d->listener, i); i++)
		options_report(d->options, "listening on %s", ting_listener_name(d->listener, i));
	await(d);
}

static void open_end(struct device *d)
{
	/* What does not exist is not made: a device would become a file. */
	struct ting_options options = {.timeout_ms = AT_ONCE_MS,
		.access = d->access,
		.is_appended = d->access == TING_WRITE,
		.is_broadcast = true};
	bool is_socket = net_scheme_get(d->place.scheme)->type != 0;
	struct ting_error error;
	int err;

	if (d->place.is_listening) {
		listen_on(d, &options);
		return;
	}
	err = is_socket ? ting_open_start(&d->end, d->place.endpoint, &options, &error)
			: ting_open(&d->end, d->place.endpoint, &options, &error);
	if (err)
		away(d, error.text);
	else if (is_socket)
		d->state = DEVICE_OPENING;
	else
		opened(d);
}

/* Would poll(2) say that something is there? */
static bool is_ready(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	return poll(&p, 1, 0) > 0;
}

static void finish_opening(struct device *d)
{
	struct ting_error error;
	int err = -EAGAIN;

	if (is_ready(ting_descriptor(d->end, TING_WRITE), POLLOUT))
		err = ting_open_finish(&d->end, &error);
	if (err == 0)
		opened(d);
	else if (err != -EAGAIN)
		away(d, error.text);
}

static bool has_guest(const struct device *d)
{
	for (size_t i = 0; ting_listener_name(d->listener, i); i++)
		if (is_ready(ting_listener_descriptor(d->listener, i), POLLIN))
			return true;
	return false;
}

static void let_in(struct device *d)
{
	struct ting_error error;
	int err = has_guest(d) ? ting_accept(&d->end, d->listener, &error) : -ETIMEDOUT;

	if (err == 0)
		opened(d);
	else if (err != -ETIMEDOUT) /* shortage, for instance */
		away(d, error.text);
}

void device_advance(struct device *d)
{
	if (d->state == DEVICE_AWAY && loop_clock_ms() >= d->retry_ms) {
		if (d->listener)
			await(d);
		else
			open_end(d);
	}
	if (d->state == DEVICE_OPENING)
		finish_opening(d);
	if (d->state == DEVICE_AWAITED)
		let_in(d);
}

static size_t watch_listener(const struct device *d, struct pollfd *ret)
{
	size_t count = 0;

	for (; count < DEVICE_DESCRIPTORS_MAX && ting_listener_name(d->listener, count); count++)
		ret[count] = (struct pollfd){
			.fd = ting_listener_descriptor(d->listener, count), .events = POLLIN};
	return count;
}

/* A socket that is written is read too: that is where its end is seen. */
static short events_of(const struct device *d, bool is_wanted)
{
	bool is_socket = net_scheme_get(d->place.scheme)->type != 0;

	if (d->access == TING_READ)
		return is_wanted ? POLLIN : 0;
	return (short)((is_wanted ? POLLOUT : 0) | (is_socket ? POLLIN : 0));
}

size_t device_watch(
	const struct device *d, bool is_wanted, struct pollfd ret[DEVICE_DESCRIPTORS_MAX])
{
	switch (d->state) {
	case DEVICE_AWAITED:
		return watch_listener(d, ret);
	case DEVICE_OPENING:
		ret[0] = (struct pollfd){
			.fd = ting_descriptor(d->end, TING_WRITE), .events = POLLOUT};
		return 1;
	case DEVICE_OPEN:
		if (!d->end)
			return is_wanted ? watch_listener(d, ret) : 0;
		ret[0] = (struct pollfd){.fd = ting_descriptor(d->end, d->access),
			.events = events_of(d, is_wanted)};
		/* Its hang-up is not for one who cannot act on it: it would be told for ever. */
		return d->access == TING_WRITE || is_wanted;
	case DEVICE_AWAY:
	case DEVICE_OVER:
		break;
	}
	return 0;
}

msec device_due(const struct device *d)
{
	return d->state == DEVICE_AWAY ? d->retry_ms : MSEC_NEVER;
}

bool device_keeps_messages(const struct device *d)
{
	return net_scheme_get(d->place.scheme)->keeps_messages;
}

ssize_t device_read(struct device *d, void *ret, size_t size)
{
	struct ting_peer from;

	if (d->end)
		return ting_try_read(d->end, ret, size);
	return has_guest(d) ? ting_receive(d->listener, ret, size, &from) : -EAGAIN;
}

ssize_t device_write(struct device *d, const void *bytes, size_t size)
{
	return ting_try_write(d->end, bytes, size);
}

/* One who came and leaves in order does what is expected. */
void device_lost(struct device *d, int err)
{
	char why[NET_ENDPOINT_MAX + 128];

	(void)ting_close(d->end);
	d->end = NULL;
	(void)snprintf(why, sizeof why, "%s has gone%s%s", d->place.endpoint, err ? ": " : "",
		err ? strerror(-err) : "");
	if (d->is_final) {
		d->state = DEVICE_OVER;
		if (err)
			options_report(d->options, "%s", why);
	} else if (d->listener) {
		await(d);
		if (err)
			options_report(d->options, "%s", why);
	} else {
		away(d, why);
	}
}
