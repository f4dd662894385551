/* mqtt_frame.h - where does a packet end, and of which type is it?
 *
 * Every decoder of src/mqtt follows one rule: it allocates nothing, borrows from the bytes it is
 * given, writes *ret only on success, and answers a fault with a negative number that is minus the
 * reason code of MQTT 5 (-0x81 malformed, -0x82 protocol error, ...), whatever the version. */
#ifndef TING_MQTT_FRAME_H
#define TING_MQTT_FRAME_H

#include "base/base_span.h"
#include "base/base_writer.h"
#include "mqtt/mqtt_types.h"

struct mqtt_frame {
	enum mqtt_type type;
	uint8_t flags;    /* the low four bits of the first byte */
	struct span body; /* what Remaining Length counts */
};

/* Splits one packet off the front of `in`.  Returns its size with the fixed header (> 0), 0 when
 * more bytes are needed, or a negative reason: type 0 or wrong flags [MQTT-2.1.3-1], a length of
 * more than four bytes or (MQTT 5) not in its shortest form, or, as soon as its length is known, a
 * packet of more than `packet_bytes_max` bytes (-0x95).  AUTH in a version before 5 is malformed.
 */
int mqtt_frame_decode(struct span in, enum mqtt_version version, uint32_t packet_bytes_max,
	struct mqtt_frame *ret);

/* How many bytes the packet at the front of `in` has in all; 0 while its length is not yet known.
 * Only for bytes for which mqtt_frame_decode() answered 0. */
size_t mqtt_frame_wanted(struct span in);

/* Bytes that the variable byte integer at the front of `in` has: 1 to 4, also when fewer would do;
 * 0 when more are needed, -0x81 when there are more than four. */
int mqtt_varint_decode(struct span in, uint32_t *ret);

/* Bytes that a variable byte integer takes: 1 to 4. */
size_t mqtt_varint_size(uint32_t value);

/* `value` is at most MQTT_REMAINING_MAX; more does not fit. */
void mqtt_varint_encode(struct writer *w, uint32_t value);

/* The first byte and the Remaining Length. */
void mqtt_frame_encode(struct writer *w, enum mqtt_type type, uint8_t flags, size_t body_bytes);

#endif
