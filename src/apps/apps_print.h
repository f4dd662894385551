/* apps_print.h - a message as `ting sub` and `ting rr` show it: -F, -v and -N say how. */
#ifndef TING_APPS_PRINT_H
#define TING_APPS_PRINT_H

#include "apps/apps_options.h"
#include "mqtt/mqtt_publish.h"

/* Writes the message; without a format, an empty one that needs no topic is nothing at all. */
void print_message(FILE *out, const struct options *o, const struct mqtt_publish *p);

/* Writes it without a newline, and be it empty. */
void print_content(FILE *out, const struct options *o, const struct mqtt_publish *p);

/* Writes out what standard output holds.  0, or -errno: it takes no more. */
int print_flush(void);

#endif
