/* apps_sniff_line.h - a packet as one line for people.
 *
 *   12:00:00.123456 127.0.0.1:40312 > 127.0.0.1:1883 TCP PA seq 1 ack 1 len 14  MQTT PINGREQ */
#ifndef TING_APPS_SNIFF_LINE_H
#define TING_APPS_SNIFF_LINE_H

#include "apps/apps_sniff_flow.h"

#include <stdio.h>
#include <time.h>

/* The local time of day, the ends, and what the layers say.  Sequence numbers count from the first
 * that was seen of their connection. */
void sniff_line_print(const struct timespec *when, const struct sniff_packet *p,
	struct sniff_flows *f, FILE *out);

/* The payload in hexadecimal and, where they can be printed, as characters. */
void sniff_line_dump(struct span payload, FILE *out);

#endif
