/* apps_device.h - an endpoint that comes and goes, for one who reads it or one who writes it.
 *
 * It is opened, and when it goes it is opened again, a little later each time, until it is there;
 * where it listens, the next one who comes is taken.  That it is away is said once, on standard
 * error, and that it is back. */
#ifndef TING_APPS_DEVICE_H
#define TING_APPS_DEVICE_H

#include "apps/apps_options.h"
#include "client/client_retry.h"

#include <poll.h>

enum { DEVICE_DESCRIPTORS_MAX = NET_ADDRESSES_MAX };

enum device_state {
	DEVICE_AWAY,    /* until `retry_ms` */
	DEVICE_OPENING, /* a socket is connecting */
	DEVICE_AWAITED, /* it listens, and nobody is there yet */
	DEVICE_OPEN,
	DEVICE_OVER, /* it has ended, and does not come back: a plain file, standard input */
};

struct device {
	const struct options *options;
	struct talk_place place;
	enum ting_access access;
	enum device_state state;
	struct ting_listener *listener;
	struct ting_end *end; /* NULL while open: datagrams come to the listener */
	struct client_retry retry;
	msec retry_ms;
	bool is_final;  /* once it is over it is over */
	bool is_missed; /* it was said that it is away */
};

/* The place is that of the options. */
void device_init(struct device *d, const struct options *o, enum ting_access access, uint64_t seed);
void device_done(struct device *d);

/* Opens what can be opened now.  Never waits. */
void device_advance(struct device *d);

/* What to wait for until device_advance() has something to do, and, when it is open, until it can
 * be read or written if that `is_wanted`, and until it goes.  How many descriptors. */
size_t device_watch(
	const struct device *d, bool is_wanted, struct pollfd ret[DEVICE_DESCRIPTORS_MAX]);
msec device_due(const struct device *d);

/* Only while it is open: as ting_try_read() and ting_try_write(). */
ssize_t device_read(struct device *d, void *ret, size_t size);
ssize_t device_write(struct device *d, const void *bytes, size_t size);

/* Is it open, and keeps messages apart? */
bool device_keeps_messages(const struct device *d);

/* It has gone: `err` is -errno, or 0 in order. */
void device_lost(struct device *d, int err);

#endif
