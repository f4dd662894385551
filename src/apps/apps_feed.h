/* apps_feed.h - the messages of a device, one after the other. */
#ifndef TING_APPS_FEED_H
#define TING_APPS_FEED_H

#include "apps/apps_device.h"

enum { FEED_MESSAGE_MAX = 1 << 20 }; /* bytes */

struct feed {
	struct device device;
	uint8_t *bytes;
	size_t start, end;
	bool is_message;  /* they are one, of a device that keeps messages */
	bool is_skipping; /* the rest of a line that is too long */
	bool has_ended;   /* the device; what it sent before is still here */
	int err;          /* and why */
};

void feed_init(struct feed *f, const struct options *o, uint64_t seed);
void feed_done(struct feed *f);

/* The next message of what was read, borrowed until feed_read().  False: there is none yet.
 *
 * A line that is too long is left out; what stands after the last newline is a line if the device
 * ended in order, and lost if it broke or is a device file.  Each is said on standard error. */
bool feed_next(struct feed *f, struct span *ret);

/* Reads once, if the device is there.  False: it has nothing now. */
bool feed_read(struct feed *f);

#endif
