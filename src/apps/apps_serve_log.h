/* apps_serve_log.h - the lines that tell what the broker does, wherever they are wanted.
 *
 * Lines are collected and written together: call serve_log_flush() whenever there is time to. */
#ifndef TING_APPS_SERVE_LOG_H
#define TING_APPS_SERVE_LOG_H

#include "base/base_span.h"
#include "conf/conf.h"

#include <stdbool.h>

struct serve_log;

/* Takes destinations, kinds and time stamps from *c, and all kinds if is_verbose.  0, or -errno and
 * a sentence: the log file cannot be opened. */
int serve_log_new(
	struct serve_log **ret, const struct conf *c, bool is_verbose, struct conf_error *e);

/* Writes out what is left.  NULL is fine. */
void serve_log_free(struct serve_log *log);

/* The kinds of line that are wanted, of enum conf_log_type. */
unsigned serve_log_types(const struct serve_log *log);

/* One line, if its type is wanted.  Its control characters do not get out. */
void serve_log_line(struct serve_log *log, enum conf_log_type type, struct span line);
void serve_log_say(struct serve_log *log, enum conf_log_type type, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void serve_log_flush(struct serve_log *log);

#endif
