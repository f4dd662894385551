/* mqtt_any_test.h - a packet of any type, and the check that what was decoded can be said again. */
#ifndef TING_MQTT_ANY_TEST_H
#define TING_MQTT_ANY_TEST_H

#include "mqtt/mqtt_connect.h"
#include "mqtt/mqtt_disconnect.h"
#include "mqtt/mqtt_frame.h"
#include "mqtt/mqtt_publish.h"
#include "mqtt/mqtt_subscribe.h"

struct mqtt_any {
	enum mqtt_type type;
	enum mqtt_version version;
	union {
		struct mqtt_connect connect;
		struct mqtt_connack connack;
		struct mqtt_publish publish;
		struct mqtt_ack ack;
		struct mqtt_subscribe subscribe;
		struct mqtt_suback suback;
		struct mqtt_disconnect disconnect;
	};
};

/* 0 or a negative reason. */
int any_decode(const struct mqtt_frame *f, enum mqtt_version version, struct mqtt_any *ret);

/* `original` was decoded; its property lists are taken apart and put together again.  What
 * `scratch` must hold is less than the packet. */
void any_encode(struct writer *w, const struct mqtt_any *original, struct writer *scratch);

/* Do both say the same, whatever the order of their properties? */
bool any_equal(const struct mqtt_any *a, const struct mqtt_any *b);

/* Decodes a packet, encodes what came out and decodes that: aborts unless it is the same again.
 * 0, or the negative reason for which it was not decoded at first. */
int any_echo(const struct mqtt_frame *f, enum mqtt_version version);

/* The same for the packet at the front of some bytes.  Returns what mqtt_frame_decode() did, or the
 * negative reason. */
int any_echo_bytes(struct span in, enum mqtt_version version);

/* The same for a packet in notation: 0 when it is in order, else its reason, which is positive here
 * so that a test reads as the specification does.  The packet must be whole. */
unsigned any_verdict(enum mqtt_version version, const char *packet);

/* For tests: that verdict, and that some bytes are these. */
#define expect_verdict(version, reason, packet)                                                    \
	cr_expect_eq(any_verdict(version, packet), (unsigned)(reason), "%s", packet)
#define expect_span(span, text) cr_expect(span_equal(span, SPAN_LITERAL(text)), "%s", text)

/* A property list of which all that `present` does not say is in `raw`, as an encoder wants it.
 * The bytes go to `scratch`. */
struct mqtt_props props_unraw(const struct mqtt_props *decoded, struct writer *scratch);

bool props_equal(const struct mqtt_props *a, const struct mqtt_props *b);

#endif
