/* apps_format.h - messages as text: the formats of `ting sub -F`.
 *
 * %x, @x and \x are what mosquitto_sub's manual says; ting-sub(1) lists them. */
#ifndef TING_APPS_FORMAT_H
#define TING_APPS_FORMAT_H

#include "mqtt/mqtt_publish.h"

#include <stdio.h>
#include <time.h>

struct format_message {
	const struct mqtt_publish *publish;
	struct timespec at; /* when it came (wall clock) */
};

/* 0, or -1 with a sentence on standard error: an unknown or unfinished specifier. */
int format_check(const char *format);

/* Writes the message in a format that is in order.  False: it asks for the payload as JSON, which
 * it is not; nothing was written in its place. */
bool format_write(FILE *out, const char *format, const struct format_message *m, bool is_pretty);

#endif
