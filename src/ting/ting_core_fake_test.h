/* ting_core_fake_test.h - a core whose transport is a log, and whose server is the test.
 *
 * For tests.  See client_say_test.h for the lines.  What comes is written in the notation of
 * mqtt_notation_test.h. */

#ifndef TING_CORE_FAKE_TEST_H
#define TING_CORE_FAKE_TEST_H

#include "client/client_say_test.h"
#include "mqtt/mqtt_any_test.h"

#include <ting/core.h>

/* The line of a CONNECT with all defaults, and the end of that line. */
#define FAKE_CONNECT "> CONNECT 5 clean" FAKE_LIMITS
#define FAKE_LIMITS  " receive=64 packet=1048576 aliases=0\n"

struct fake {
	struct ting_client_options options; /* change them before fake_init() */
	struct ting_core *core;
	void *memory; /* exactly as much as it asks for, one byte off */
	int64_t now;
	struct say_input out; /* what is sent and is no whole packet yet */
	size_t sends;         /* TING_SEND events */
	uint8_t last[1024];   /* the last packet that was sent, */
	struct mqtt_any sent; /* and what it says */
	struct say_input in;  /* what came and was not taken */
	struct say log;
};

/* A core with the options, and id "me" unless they have one. */
void fake_init(struct fake *f);
void fake_done(struct fake *f);

/* Takes all events into the log. */
void fake_take(struct fake *f);

/* The log since the last time is exactly that. */
void fake_expect(struct fake *f, const char *text);

/* Time passes. */
void fake_tick(struct fake *f, int64_t now);

/* The transport. */
void fake_opened(struct fake *f);
void fake_closed(struct fake *f);
void fake_hears(struct fake *f, const char *notation);

/* From nothing to a CONNACK without properties; the log is empty afterwards. */
void fake_online(struct fake *f, bool is_session_present);

/* The application. */
int fake_publish(struct fake *f, uint8_t qos, uint64_t ticket, const char *topic);
int fake_subscribe(struct fake *f, uint64_t ticket, const char *filter);

#endif
