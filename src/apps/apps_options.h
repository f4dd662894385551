/* apps_options.h - what the command lines of `ting pub`, `ting sub` and `ting rr` say.
 *
 * The flags and their meaning are those of mosquitto_pub, mosquitto_sub and mosquitto_rr 2.0; each
 * is a row of the table in apps_options_table.c, which also makes the help text. */
#ifndef TING_APPS_OPTIONS_H
#define TING_APPS_OPTIONS_H

#include "apps/apps_property.h"
#include "apps/apps_talk_open.h"
#include "base/base_ids.h"
#include "mqtt/mqtt_types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Exit statuses: libmosquitto's numbers, which scripts know.  A CONNACK that refuses is answered
 * with its own code. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_USAGE = 1, /* also: no connection, as mosquitto's clients have it */
	EXIT_PROTOCOL = 2,
	EXIT_INVALID = 3,
	EXIT_LOST = 7,
	EXIT_KEEPALIVE = 19,
	EXIT_QOS_UNSUPPORTED = 24,
	EXIT_OVERSIZE = 25,
	EXIT_TIMEOUT = 27,
	EXIT_RETAIN_UNSUPPORTED = 28,
};

enum program { PROGRAM_PUB = 1, PROGRAM_SUB = 2, PROGRAM_RR = 4 };

enum source {
	SOURCE_NONE,
	SOURCE_MESSAGE, /* -m, -n */
	SOURCE_FILE,    /* -f, or -s: the file is then standard input */
	SOURCE_LINES,   /* -l */
	SOURCE_DEVICE,  /* --from */
};

/* Texts that may be given more than once. */
struct texts {
	const char **list;
	size_t count;
};

enum { FORMAT_RANDOM_ALL = 1000 }; /* of --random-filter, in tenths of a per cent */

struct options {
	enum program program;
	/* The server. */
	const char *host, *unix_path, *bind;
	int64_t port;
	bool has_no_delay;
	/* Who we are. */
	const char *id, *id_prefix, *user, *password;
	enum mqtt_version version;
	int64_t keepalive_s;
	bool is_persistent;
	bool has_session_expiry;
	uint32_t session_expiry_s;
	const char *will_topic, *will_payload;
	int64_t will_qos;
	bool is_will_retained;
	struct property_lists properties;
	/* How we behave. */
	bool is_debug, is_quiet;
	int64_t qos, inflight_max;
	struct texts topics;
	struct talk_place device; /* --from, --to */
	/* What is published. */
	enum source source;
	const char *message, *file;
	const char *response_topic; /* ting rr */
	bool is_retained;
	int64_t repeat;
	msec repeat_delay_ms;
	/* What is received. */
	struct texts filters_out, unsubscribe;
	int64_t messages_max, timeout_s; /* 0: no bound */
	bool is_leaving_after_suback, has_no_newline, is_verbose, is_pretty;
	bool drops_retained, wants_retained_only, removes_retained, keeps_retain_flag;
	int64_t random_tenths;
	const char *format;
	/* Texts that did not come from argv. */
	struct texts owned;
};

enum options_verdict {
	OPTIONS_RUN,
	OPTIONS_HELP,  /* or the version: it is printed, end with EXIT_USAGE as mosquitto's do */
	OPTIONS_WRONG, /* a sentence is on standard error */
};

/* Reads the defaults from $XDG_CONFIG_HOME/mosquitto_pub or ~/.config/mosquitto_pub (_sub, _rr),
 * then argv from its second element.  `texts` of argv are borrowed for as long as *o lives. */
enum options_verdict options_parse(struct options *o, enum program program, int argc, char **argv);

/* As options_parse(), with another place for the defaults: the text of a file, or NULL. */
enum options_verdict options_parse_with(
	struct options *o, enum program program, char *defaults, int argc, char **argv);

void options_done(struct options *o);

/* One row for each option that the program has. */
void options_print_help(enum program program, FILE *out);

/* A sentence about a wrong command line, on standard error. */
int options_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Likewise about anything that goes wrong later, unless --quiet. */
void options_report(const struct options *o, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A copy that lives as long as *o; never NULL. */
char *options_keep(struct options *o, const char *text, size_t size);

/* Adds a text to a list. */
void texts_add(struct texts *t, const char *text);

#endif
