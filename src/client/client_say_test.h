/* client_say_test.h - what a client does, as lines of text that a test compares.
 *
 * For tests.  What is sent is decoded and written with a '>' in front; what is told to the
 * application stands as it is.  Each line ends with a newline. */
#ifndef TING_CLIENT_SAY_TEST_H
#define TING_CLIENT_SAY_TEST_H

#include "base/base_span.h"
#include "base/base_writer.h"
#include "mqtt/mqtt_frame.h"

struct say {
	struct writer lines;
	char text[8192];
};

void say_init(struct say *s);
void say(struct say *s, const char *format, ...);

/* The log since the last time is exactly that. */
void say_expect(struct say *s, const char *text);

/* "> PUBLISH topic q1 #7\n": a packet that a client sends. */
void say_packet(struct say *s, enum mqtt_version version, const struct mqtt_frame *frame);

/* "PUBLISHED 3 lost\n": how a request ended. */
void say_done(struct say *s, const char *what, uint64_t ticket, const char *outcome, uint8_t reason,
	struct span reasons);

/* "DISCONNECTED broken 00\n"; `cause` is an enum client_cause, or the public one. */
void say_end(struct say *s, unsigned cause, uint8_t reason);

/* Bytes that come and wait until they are taken. */
struct say_input {
	uint8_t bytes[4096];
	size_t size;
};

void say_input_add(struct say_input *in, struct span bytes);
void say_input_drop(struct say_input *in, size_t taken);

#endif
