/* conf.h - how `ting serve` was told to behave: the value of every option.
 *
 * A field is named like the option of mosquitto.conf whose row in conf_table.c says what it means,
 * in which unit and range, and what holds when nobody sets it. */
#ifndef TING_CONF_H
#define TING_CONF_H

#include "conf/conf_error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CONF_ROWS_MAX = 64,
	CONF_PORT_STANDARD = 1883,
	CONF_UNIX_PATH_MAX = 107, /* what a socket address holds */
};

/* Values of the options below that have no number of their own. */
#define CONF_NEVER     INT64_C(-1) /* persistent_client_expiration */
#define CONF_UNLIMITED INT64_C(-1) /* max_connections */

enum conf_domain { CONF_ANY_DOMAIN, CONF_IPV4, CONF_IPV6, CONF_UNIX };

enum conf_log_dest {
	CONF_LOG_STDOUT = 1,
	CONF_LOG_STDERR = 2,
	CONF_LOG_SYSLOG = 4,
	CONF_LOG_FILE = 8,
};

/* In the order of enum broker_note_level, so that bit N is level N. */
enum conf_log_type {
	CONF_LOG_ERROR = 1,
	CONF_LOG_WARNING = 2,
	CONF_LOG_NOTICE = 4,
	CONF_LOG_INFORMATION = 8,
	CONF_LOG_SUBSCRIBE = 16,
	CONF_LOG_UNSUBSCRIBE = 32,
	CONF_LOG_DEBUG = 64,
	CONF_LOG_WEBSOCKETS = 128, /* nothing is of this type yet */
	CONF_LOG_ALL = 255,
};

/* In either of the two: nobody has said anything, so that the first who does starts afresh. */
enum { CONF_LOG_STANDARD = 1 << 30 };

/* Where something was said; line 0: nowhere. */
struct conf_place {
	const char *file; /* belongs to the struct conf */
	unsigned line;
};

struct conf_listener {
	char *address; /* host, IP address or socket path; NULL: every interface */
	int64_t port;  /* 0: chosen by the system, or a socket path */
	int64_t socket_domain;
	int64_t max_connections;
	int64_t max_qos, max_topic_alias;
	bool is_optional;                        /* go on without it if the system has no IPv6 */
	struct conf_place opened;                /* the line that opens it */
	struct conf_place places[CONF_ROWS_MAX]; /* of its options, by row */
};

struct conf {
	struct conf_listener *listeners;
	size_t listener_count;
	bool is_local_only; /* nothing was said about listeners: loopback alone */

	bool allow_anonymous, allow_zero_length_clientid;
	char *auto_id_prefix;
	bool connection_messages;
	unsigned log_dests, log_types;
	char *log_file;
	bool log_timestamp;
	char *log_timestamp_format; /* NULL: seconds since 1970 */
	int64_t max_inflight_bytes, max_inflight_messages;
	int64_t max_keepalive;
	int64_t max_packet_size;
	int64_t max_queued_bytes, max_queued_messages;
	int64_t message_size_limit;
	int64_t persistent_client_expiration;
	char *pid_file;
	bool queue_qos0_messages;
	bool retain_available;
	int64_t retain_expiry_interval;
	bool set_tcp_nodelay;
	int64_t sys_interval;
	bool upgrade_outgoing_qos;
	char *user;

	/* What reading needs; of no use afterwards. */
	struct conf_listener standard; /* port, bind_address and what stands before any listener */
	struct conf_place places[CONF_ROWS_MAX]; /* of the options, by row */
	char **files;                            /* all that were read, for the places */
	size_t file_count;
};

/* All defaults, then the file (NULL: none), then one loopback listener per port.  0 and *ret is the
 * caller's, or a negative errno (-EINVAL for what a file says) and the sentence in *e. */
int conf_new(struct conf **ret, const char *file, const int64_t *ports, size_t port_count,
	struct conf_error *e);
void conf_free(struct conf *c); /* NULL is fine */

/* Calls `tell` with the name of each option whose new value needs a restart. */
void conf_differences(const struct conf *old, const struct conf *new,
	void (*tell)(void *context, const char *option), void *context);

#endif
