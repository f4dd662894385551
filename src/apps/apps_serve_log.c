/* apps_serve_log.c - a buffer of whole lines, written once per turn to each destination.
 *
 * The system log gets each line by itself, with its own idea of time and urgency. */
#include "apps/apps_serve_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER_BYTES = 64 * 1024, LINE_BYTES_MAX = 2048, STAMP_BYTES_MAX = 128 };

struct serve_log {
	unsigned dests, types;
	bool has_time;
	char format[STAMP_BYTES_MAX]; /* of the time, or empty: seconds since 1970 */
	int file;                     /* -1: none */
	time_t stamped;               /* the second that `stamp` is for */
	char stamp[STAMP_BYTES_MAX];
	size_t used;
	char buffer[BUFFER_BYTES];
};

static const struct {
	enum conf_log_type type;
	int priority;
} priorities[] = {
	{CONF_LOG_ERROR, LOG_ERR},
	{CONF_LOG_WARNING, LOG_WARNING},
	{CONF_LOG_NOTICE, LOG_NOTICE},
	{CONF_LOG_DEBUG, LOG_DEBUG},
};

static int priority_of(enum conf_log_type type)
{
	for (size_t i = 0; i < sizeof priorities / sizeof priorities[0]; i++)
		if (priorities[i].type == type)
			return priorities[i].priority;
	return LOG_INFO;
}

int serve_log_new(
	struct serve_log **ret, const struct conf *c, bool is_verbose, struct conf_error *e)
{
	struct serve_log *log = calloc(1, sizeof *log);

	if (!log) {
		(void)conf_error_set(e, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	log->dests = c->log_dests;
	log->types = is_verbose ? CONF_LOG_ALL : c->log_types & CONF_LOG_ALL;
	log->has_time = c->log_timestamp;
	log->file = -1;
	if (c->log_timestamp_format)
		(void)snprintf(log->format, sizeof log->format, "%s", c->log_timestamp_format);
	if (log->dests & CONF_LOG_FILE) {
		log->file = open(
			c->log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
		if (log->file < 0) {
			int error = -errno;

			(void)conf_error_set(
				e, "cannot log to %s: %s", c->log_file, strerror(errno));
			free(log);
			return error;
		}
	}
	*ret = log;
	return 0;
}

void serve_log_free(struct serve_log *log)
{
	if (!log)
		return;
	serve_log_flush(log);
	if (log->file >= 0)
		(void)close(log->file);
	free(log);
}

unsigned serve_log_types(const struct serve_log *log)
{
	return log->types;
}

/* All of it.  A destination that does not take it has lost it: there is nowhere left to say so. */
static void write_all(int fd, const char *at, size_t size)
{
	while (size) {
		ssize_t wrote = write(fd, at, size);

		if (wrote < 0 && errno != EINTR)
			return;
		at += wrote > 0 ? wrote : 0;
		size -= wrote > 0 ? (size_t)wrote : 0;
	}
}

void serve_log_flush(struct serve_log *log)
{
	if (!log->used)
		return;
	if (log->dests & CONF_LOG_FILE)
		write_all(log->file, log->buffer, log->used);
	if (log->dests & CONF_LOG_STDOUT)
		write_all(STDOUT_FILENO, log->buffer, log->used);
	if (log->dests & CONF_LOG_STDERR)
		write_all(STDERR_FILENO, log->buffer, log->used);
	log->used = 0;
}

/* "1700000000: ", made anew once per second. */
static const char *stamp(struct serve_log *log)
{
	time_t now = time(NULL);
	size_t size;
	struct tm parts;

	if (now == log->stamped)
		return log->stamp;
	log->stamped = now;
	if (!*log->format) {
		(void)snprintf(log->stamp, sizeof log->stamp, "%lld: ", (long long)now);
		return log->stamp;
	}
	size = strftime(log->stamp, sizeof log->stamp - 2, log->format, localtime_r(&now, &parts));
	memcpy(log->stamp + size, ": ", 3);
	return log->stamp;
}

static void put(struct serve_log *log, const char *text, size_t size)
{
	memcpy(log->buffer + log->used, text, size);
	log->used += size;
}

void serve_log_line(struct serve_log *log, enum conf_log_type type, struct span line)
{
	char clean[LINE_BYTES_MAX];
	size_t size = line.size < sizeof clean ? line.size : sizeof clean;

	if (!(log->types & type))
		return;
	for (size_t i = 0; i < size; i++)
		clean[i] = line.at[i] < ' ' || line.at[i] == 127 ? '?' : (char)line.at[i];
	if (log->dests & CONF_LOG_SYSLOG)
		syslog(LOG_DAEMON | priority_of(type), "%.*s", (int)size, clean);
	if (BUFFER_BYTES - log->used < STAMP_BYTES_MAX + size + 1)
		serve_log_flush(log);
	if (log->has_time) {
		const char *time = stamp(log);

		put(log, time, strlen(time));
	}
	put(log, clean, size);
	put(log, "\n", 1);
	if (type == CONF_LOG_ERROR)
		serve_log_flush(log);
}

void serve_log_say(struct serve_log *log, enum conf_log_type type, const char *format, ...)
{
	char line[LINE_BYTES_MAX];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(line, sizeof line, format, list);
	va_end(list);
	serve_log_line(log, type, span_of_text(line));
}
