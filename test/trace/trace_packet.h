/* trace_packet.h - packets as words, as bytes, and as words again.
 *
 * What a trace expects is encoded, too: expected and received bytes are then printed by the same
 * function and compared as texts. */
#ifndef TING_TRACE_PACKET_H
#define TING_TRACE_PACKET_H

#include "base/base_writer.h"
#include "mqtt/mqtt_types.h"
#include "trace_property.h"
#include "trace_text.h"

enum { TRACE_PACKET_MAX = 1 << 20 }; /* ours: room for any packet of a trace, or its text */

/* The numbers behind $a to $z; 0: not met yet. */
struct trace_variables {
	uint16_t value[26];
};

struct trace_packet {
	enum mqtt_type type;
	enum mqtt_version version;       /* of CONNECT: its own */
	char variable;                   /* of id=$x, or 0 */
	struct trace_property_mask mask; /* how to print what is compared with it */
};

/* Is the first word the name of a packet type? */
bool trace_packet_is(const struct trace_word *words);

/* Appends the bytes of the packet.  0, or ERR_MALFORMED with *fault set. */
int trace_packet_encode(struct writer *w, struct trace_packet *ret, enum mqtt_version version,
	const struct trace_item *item, const struct trace_variables *variables,
	struct trace_fault *fault);

/* "raw 30 len "x" 00": hexadecimal bytes, `len` for the Remaining Length of what follows, quoted
 * texts with their length in front, bytes=N for so many 'x'. */
int trace_raw_encode(struct writer *w, const struct trace_item *item, struct trace_fault *fault);

/* How many bytes the packet at the front of `bytes` has; 0: it is not whole. */
size_t trace_packet_size(struct span bytes);

/* The packet id, or 0. */
uint16_t trace_packet_id(struct span packet);

/* One packet that the broker sent, in the words of a trace; "raw ..." when it is not valid. */
void trace_packet_print(struct writer *w, struct span packet, enum mqtt_version version,
	const struct trace_property_mask *mask);

#endif
