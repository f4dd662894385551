/* ting_core_fake_test.h - a core whose transport is a log, and whose server is the test.
 *
 * For tests.  Each packet that is sent and each event becomes a line of text; what is sent has a
 * '>' in front.  What comes is written in the notation of mqtt_notation_test.h. */
#ifndef TING_CORE_FAKE_TEST_H
#define TING_CORE_FAKE_TEST_H

#include "base/base_writer.h"
#include "mqtt/mqtt_any_test.h"

#include <ting/core.h>

struct fake {
	struct ting_client_options options; /* change them before fake_init() */
	struct ting_core *core;
	void *memory; /* exactly as much as it asks for, one byte off */
	int64_t now;
	uint8_t out[4096]; /* what is sent and is no whole packet yet */
	size_t out_size;
	size_t sends;         /* TING_SEND events */
	uint8_t last[1024];   /* the last packet that was sent, */
	struct mqtt_any sent; /* and what it says */
	uint8_t in[4096];     /* what came and was not taken */
	size_t in_size;
	struct writer log;
	char text[8192];
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
