/* apps_sink.h - writes messages to a device, and says which it has.
 *
 * Where bytes flow, a message becomes a line, or is framed, or with -N goes as it is; where
 * messages are kept it is one.  What cannot be written in that form is left out, and that is said.
 */
#ifndef TING_APPS_SINK_H
#define TING_APPS_SINK_H

#include "apps/apps_device.h"
#include "apps/apps_outbox.h"
#include "mqtt/mqtt_publish.h"

struct sink {
	struct device device;
	struct outbox outbox;
	size_t written;     /* bytes of the first message */
	bool is_dropping;   /* it was said that there is no more room for QoS 0 */
	uint64_t *receipts; /* of messages that are over */
	size_t receipts_count, receipts_room;
};

/* The device of the options.  There is room for what the link holds, and for others beside it. */
void sink_init(struct sink *s, const struct options *o, uint64_t seed);
void sink_done(struct sink *s);

/* Takes a copy of the message; a receipt of 0 has no meaning. */
void sink_add(struct sink *s, const struct mqtt_publish *p, uint64_t receipt);

/* The message is not to be written: it is over. */
void sink_skip(struct sink *s, uint64_t receipt);

/* The server will send again what is not acknowledged: QoS 1. */
void sink_resumed(struct sink *s);

/* Opens the device and writes what it takes.  `watched` is what device_watch() asked for, after the
 * wait. */
void sink_advance(struct sink *s, const struct pollfd *watched, size_t count);

/* Is nothing left to be written? */
bool sink_is_empty(const struct sink *s);

/* The receipt of a message that is over; false: there is no more. */
bool sink_take_receipt(struct sink *s, uint64_t *ret);

#endif
