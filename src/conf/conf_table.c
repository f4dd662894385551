/* conf_table.c - the options.
 *
 * Meanings, ranges and defaults are mosquitto's, except where the help says why not. */
#include "conf/conf_table.h"

#include "conf/conf.h"

#include <assert.h>
#include <string.h>

enum {
	PORT_MAX = 65535,
	PACKET_BYTES_MAX = 268435460,  /* MQTT 5, 2.1.4: 4 bytes of length, 5 of head */
	PAYLOAD_BYTES_MAX = 268435455, /* what mosquitto.conf allows */
	PREFIX_BYTES_MAX = 64,
	TEXT_BYTES_MAX = 4000,
};

#define COUNT_MAX      ((int64_t)UINT32_MAX)
#define BYTES_MAX      (INT64_C(1) << 40)
#define EXPIRY_S_MAX   ((int64_t)UINT32_MAX - 1) /* MQTT 5 keeps the last one for "never" */
#define EXPIRY_MIN_MAX (EXPIRY_S_MAX / 60)

static const struct conf_word log_dest_words[] = {
	{"stdout", CONF_LOG_STDOUT, NULL},
	{"stderr", CONF_LOG_STDERR, NULL},
	{"syslog", CONF_LOG_SYSLOG, NULL},
	{"none", 0, NULL},
	{"topic", 0, "ting does not publish its log on topics yet"},
	{"dlt", 0, "ting cannot log to DLT"},
	{"android", 0, "ting cannot log to Android's logd"},
	{0},
};

static const struct conf_word log_type_words[] = {
	{"error", CONF_LOG_ERROR, NULL},
	{"warning", CONF_LOG_WARNING, NULL},
	{"notice", CONF_LOG_NOTICE, NULL},
	{"information", CONF_LOG_INFORMATION, NULL},
	{"subscribe", CONF_LOG_SUBSCRIBE, NULL},
	{"unsubscribe", CONF_LOG_UNSUBSCRIBE, NULL},
	{"debug", CONF_LOG_DEBUG, NULL},
	{"websockets", CONF_LOG_WEBSOCKETS, NULL},
	{"all", CONF_LOG_ALL, NULL},
	{"none", 0, NULL},
	{0},
};

static const struct conf_word socket_domain_words[] = {
	{"ipv4", CONF_IPV4, NULL},
	{"ipv6", CONF_IPV6, NULL},
	{"unix", CONF_UNIX, NULL},
	{0},
};

/* Shorthands, so that a row is read at a glance. */
#define GLOBAL(field)     .scope = CONF_GLOBAL, .offset = offsetof(struct conf, field)
#define LISTENER(field)   .scope = CONF_PER_LISTENER, .offset = offsetof(struct conf_listener, field)
#define STANDARD(field)   .scope = CONF_STANDARD, .offset = offsetof(struct conf_listener, field)
#define BOOL              .argument = "true|false", .type = CONF_BOOL
#define NUMBER(low, high) .argument = "NUMBER", .type = CONF_NUMBER, .min = (low), .max = (high)
#define ALSO(value)       .has_also = true, .also = (value)
#define TEXT(name, bytes) .argument = (name), .type = CONF_TEXT, .max = (bytes)

/* In the order of the alphabet. */
const struct conf_row conf_rows[] = {
	{"allow_anonymous", NULL, BOOL, GLOBAL(allow_anonymous),
		.help = "Whether clients get in without a proven identity.  Without this "
			"option: true while ting listens on loopback only because nothing "
			"says otherwise, false as soon as the file opens a listener."},
	{"allow_zero_length_clientid", NULL, BOOL, GLOBAL(allow_zero_length_clientid),
		.standard = "true",
		.help = "Whether a client may leave its client id empty and be given one."},
	{"auto_id_prefix", NULL, TEXT("TEXT", PREFIX_BYTES_MAX), GLOBAL(auto_id_prefix),
		.standard = "auto-", .help = "How the client ids that ting makes up begin."},
	{"bind_address", NULL, TEXT("ADDRESS", TEXT_BYTES_MAX), STANDARD(address),
		.needs_restart = true,
		.help = "Opens a listener at this host name or IP address, on the port of "
			"the option port.  The newer way to say it is listener."},
	{"connection_messages", NULL, BOOL, GLOBAL(connection_messages), .standard = "true",
		.help = "Whether the log tells of clients that connect and disconnect."},
	{"include_dir", NULL, .argument = "DIRECTORY", .type = CONF_INCLUDE_DIR, .repeats = true,
		.help = "Reads all files of the directory whose names end in .conf, in the "
			"order 0 1 A a B b of their names.  Only in the main file."},
	{"listener", NULL, .argument = "PORT [ADDRESS|PATH]", .type = CONF_LISTENER,
		.max = PORT_MAX, .repeats = true, .needs_restart = true,
		.help = "Listens on the port of one address, or of all.  With port 0 and a "
			"path, on a UNIX socket; with port 0 and no path, on a port that "
			"the system chooses and the log tells.  Options per listener that "
			"follow belong to it."},
	{"log_dest", NULL, .argument = "stdout|stderr|syslog|file PATH|none", .type = CONF_LOG_DEST,
		GLOBAL(log_dests), .words = log_dest_words, .repeats = true, .standard = "stderr",
		.help = "Where the log goes.  Each use adds a destination; only one may be "
			"a file, which SIGHUP opens anew."},
	{"log_timestamp", NULL, BOOL, GLOBAL(log_timestamp), .standard = "true",
		.help = "Whether lines of the log begin with the time."},
	{"log_timestamp_format", NULL, TEXT("FORMAT", 100), GLOBAL(log_timestamp_format),
		.help = "How the time is written, in the notation of strftime(3).  Without "
			"it: in seconds since 1970."},
	{"log_type", NULL,
		.argument = "error|warning|notice|information|subscribe|unsubscribe|debug|"
			    "websockets|all|none",
		.type = CONF_FLAGS, GLOBAL(log_types), .words = log_type_words, .repeats = true,
		.standard = "error warning notice information",
		.help = "Which kinds of line the log has.  Each use adds some; all and none "
			"say themselves."},
	{"max_connections", NULL, NUMBER(1, 1000000), ALSO(CONF_UNLIMITED),
		LISTENER(max_connections), .standard = "-1", .needs_restart = true,
		.help = "Connections that the listener holds at once; -1: as many as there "
			"are descriptors, which is said at the start."},
	{"max_inflight_bytes", NULL, NUMBER(0, BYTES_MAX), GLOBAL(max_inflight_bytes),
		.unit = "bytes", .standard = "0",
		.help = "Payload of QoS 1 and 2 that may be on its way to one client and "
			"not yet acknowledged; one message may always be.  0: no limit."},
	{"max_inflight_messages", NULL, NUMBER(0, 65535), GLOBAL(max_inflight_messages),
		.standard = "20",
		.help = "Messages of QoS 1 and 2 that may be on their way to one client and "
			"not yet acknowledged.  0: as many as MQTT can number."},
	{"max_keepalive", NULL, NUMBER(10, 65535), ALSO(0), GLOBAL(max_keepalive),
		.unit = "seconds", .standard = "0",
		.help = "The longest keep alive that a client gets: MQTT 5 clients are "
			"told, older ones that ask for more are refused.  0: no limit, and "
			"a client may do without."},
	{"max_packet_size", NULL, NUMBER(20, PACKET_BYTES_MAX), ALSO(0), GLOBAL(max_packet_size),
		.unit = "bytes", .standard = "16777216",
		.help = "Larger packets end the connection.  MQTT 5 clients are told the "
			"limit.  0: what MQTT allows, 268435460; mosquitto's default, which "
			"lets each client make the broker hold that much."},
	{"max_qos", "maximum_qos", NUMBER(0, 2), LISTENER(max_qos), .standard = "2",
		.help = "The highest QoS a client may publish with.  MQTT 5 clients are "
			"told.  So far all listeners must agree."},
	{"max_queued_bytes", NULL, NUMBER(0, BYTES_MAX), GLOBAL(max_queued_bytes), .unit = "bytes",
		.standard = "67108864",
		.help = "Payload that waits for one client beyond what is in flight; what "
			"comes when it is full is dropped and counted.  0: no limit, "
			"mosquitto's default."},
	{"max_queued_messages", NULL, NUMBER(0, COUNT_MAX), GLOBAL(max_queued_messages),
		.standard = "1000", .help = "Likewise, counted in messages.  0: no limit."},
	{"max_topic_alias", NULL, NUMBER(0, 65535), LISTENER(max_topic_alias), .standard = "10",
		.help = "Topic aliases that an MQTT 5 client may use towards the broker.  "
			"So far all listeners must agree."},
	{"message_size_limit", NULL, NUMBER(0, PAYLOAD_BYTES_MAX), GLOBAL(message_size_limit),
		.unit = "bytes", .standard = "0",
		.help = "Messages with a larger payload are refused, but the connection "
			"stays.  0: no limit but max_packet_size."},
	{"persistent_client_expiration", NULL, .argument = "DURATION", .type = CONF_DURATION,
		.min = 1, .max = EXPIRY_S_MAX, GLOBAL(persistent_client_expiration),
		.standard = "never",
		.help = "How long the session of an absent client is kept: a number and s, "
			"h, d, w, m (30 days) or y (365 days), or never."},
	{"pid_file", NULL, TEXT("PATH", TEXT_BYTES_MAX), GLOBAL(pid_file), .needs_restart = true,
		.help = "Where the process id is written, until the end."},
	{"port", NULL, .argument = "PORT", .type = CONF_NUMBER, .max = PORT_MAX, STANDARD(port),
		.standard = "1883", .needs_restart = true,
		.help = "Opens a listener on this port, at bind_address or everywhere.  The "
			"newer way to say it is listener."},
	{"queue_qos0_messages", NULL, BOOL, GLOBAL(queue_qos0_messages), .standard = "false",
		.help = "Whether messages of QoS 0 wait for absent clients too."},
	{"retain_available", NULL, BOOL, GLOBAL(retain_available), .standard = "true",
		.help = "Whether messages can be retained.  A client that tries although it "
			"is false is disconnected."},
	{"retain_expiry_interval", NULL, NUMBER(0, EXPIRY_MIN_MAX), GLOBAL(retain_expiry_interval),
		.unit = "minutes", .standard = "0",
		.help = "How often mosquitto looks for retained messages whose own expiry "
			"has come.  ting keeps their deadlines in order and removes each "
			"when it is due, whatever the number."},
	{"set_tcp_nodelay", NULL, BOOL, GLOBAL(set_tcp_nodelay), .standard = "true",
		.needs_restart = true,
		.help = "Whether small packets leave at once (TCP_NODELAY) or may wait to "
			"be sent together.  ting sends together what there is, so that "
			"nothing is won by waiting; mosquitto's default is false."},
	{"socket_domain", NULL, .argument = "ipv4|ipv6|unix", .type = CONF_CHOICE,
		LISTENER(socket_domain), .words = socket_domain_words, .needs_restart = true,
		.help = "The only family of addresses that the listener uses.  With unix, "
			"its address is the path of a socket even without a slash."},
	{"sys_interval", NULL, NUMBER(0, 65535), GLOBAL(sys_interval), .unit = "seconds",
		.standard = "10",
		.help = "How often the topics under $SYS are published.  0: there are none."},
	{"upgrade_outgoing_qos", NULL, BOOL, GLOBAL(upgrade_outgoing_qos), .standard = "false",
		.help = "Whether messages are delivered with the QoS of the subscription "
			"even if they were published with less."},
	{"user", NULL, TEXT("NAME", 256), GLOBAL(user), .needs_restart = true,
		.help = "The user that ting becomes when it is started by root, once it "
			"listens.  Without it, ting stays who it is."},
};

const size_t conf_row_count = sizeof conf_rows / sizeof conf_rows[0];

static_assert(sizeof conf_rows / sizeof conf_rows[0] <= CONF_ROWS_MAX, "more rows than places");

const struct conf_row *conf_row_find(const char *name)
{
	for (size_t i = 0; i < conf_row_count; i++) {
		const struct conf_row *row = &conf_rows[i];

		if (strcmp(row->name, name) == 0 ||
			(row->other_name && strcmp(row->other_name, name) == 0))
			return row;
	}
	return NULL;
}
