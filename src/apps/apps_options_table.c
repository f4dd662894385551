/* apps_options_table.c - the options as rows. */
#include "apps/apps_options_table.h"

#include "topic/topic_filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(name) offsetof(struct options, name)

static void *field_of(struct options *o, const struct option_row *row)
{
	return (char *)o + row->offset;
}

static int apply_flag(struct options *o, const struct option_row *row, const char *value)
{
	(void)value;
	*(bool *)field_of(o, row) = true;
	return 0;
}

static int apply_text(struct options *o, const struct option_row *row, const char *value)
{
	*(const char **)field_of(o, row) = value;
	return 0;
}

/* A whole number in the row's range.  0, or -1 with a sentence. */
static int number_parse(const struct option_row *row, const char *value, int64_t *ret)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(value, &end, 10);
	if (errno || end == value || *end || number < row->min || number > row->max)
		return options_complain("%s %s: expected a number from %lld to %lld",
			row->short_name ? row->short_name : row->long_name, value,
			(long long)row->min, (long long)row->max);
	*ret = number;
	return 0;
}

static int apply_number(struct options *o, const struct option_row *row, const char *value)
{
	return number_parse(row, value, field_of(o, row));
}

static int apply_topic(struct options *o, const struct option_row *row, const char *value)
{
	struct topic_filter parts;

	if (o->program != PROGRAM_SUB) {
		if (!topic_name_is_valid(span_of_text(value)))
			return options_complain(
				"%s \"%s\": not a topic name", row->short_name, value);
		o->topics.count = 0; /* the last one counts */
	} else if (topic_filter_parse(span_of_text(value), &parts)) {
		return options_complain("%s \"%s\": not a topic filter", row->short_name, value);
	}
	texts_add(field_of(o, row), value);
	return 0;
}

static int apply_name(struct options *o, const struct option_row *row, const char *value)
{
	if (!topic_name_is_valid(span_of_text(value)))
		return options_complain("%s \"%s\": not a topic name",
			row->short_name ? row->short_name : row->long_name, value);
	return apply_text(o, row, value);
}

/* One message, or messages of one kind. */
static int apply_source(struct options *o, const struct option_row *row, const char *value)
{
	enum source source = (enum source)row->min;

	if (o->source != SOURCE_NONE)
		return options_complain("only one of -m, -n, -f, -s, -l and --from makes sense");
	o->source = source;
	if (source == SOURCE_MESSAGE)
		o->message = value ? value : "";
	else
		o->file = value; /* NULL: standard input */
	return 0;
}

/* Why the place cannot be read or written all the time; NULL: it can. */
static const char *place_fault(const struct talk_place *p, bool is_read)
{
	const struct net_scheme_traits *s = net_scheme_get(p->scheme);

	if (p->scheme == NET_ICMP)
		return "expected another endpoint than icmp://";
	if (p->is_listening && !s->can_serve && !(is_read && p->scheme == NET_FIFO))
		return "nobody can be waited for there: leave out listen:";
	if (is_read && s->is_datagrams && !p->is_listening)
		return "nobody knows where to send to: put listen: before it";
	if (!is_read && s->is_datagrams && p->is_listening)
		return "datagrams go to one place: leave out listen:";
	return NULL;
}

static int apply_device(struct options *o, const struct option_row *row, const char *value)
{
	bool is_read = o->program == PROGRAM_PUB;
	struct conf_error e;
	const char *fault;

	if (talk_place_parse(&o->device, value, &e))
		return options_complain("%s: %s", row->long_name, e.text);
	fault = place_fault(&o->device, is_read);
	if (fault)
		return options_complain("%s \"%s\": %s", row->long_name, value, fault);
	if (is_read && o->device.scheme == NET_FIFO)
		o->device.is_listening = true; /* writers come and go, and that is no fault */
	if (o->device.framing == TING_RAW)
		o->device.framing = TING_LINES;
	return is_read ? apply_source(o, row, value) : 0;
}

static int apply_version(struct options *o, const struct option_row *row, const char *value)
{
	static const struct {
		const char *name, *long_name;
		enum mqtt_version version;
	} versions[] = {
		{"31", "mqttv31", MQTT_3_1},
		{"311", "mqttv311", MQTT_3_1_1},
		{"5", "mqttv5", MQTT_5},
	};

	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
		if (strcmp(value, versions[i].name) == 0 ||
			strcmp(value, versions[i].long_name) == 0) {
			o->version = versions[i].version;
			return 0;
		}
	}
	return options_complain("%s %s: expected 31, 311 or 5", row->short_name, value);
}

static int apply_expiry(struct options *o, const struct option_row *row, const char *value)
{
	int64_t number = -1;

	if (strcmp(value, "∞") != 0 && number_parse(row, value, &number) < 0)
		return -1;
	o->has_session_expiry = true;
	o->session_expiry_s = number < 0 ? UINT32_MAX : (uint32_t)number;
	return 0;
}

/* A decimal fraction in whole `unit`ths; negative when it is none or below 0. */
static int64_t fraction_parse(const char *value, double unit)
{
	char *end;
	double number;

	errno = 0;
	number = strtod(value, &end);
	if (errno || end == value || *end || !(number >= 0) || number > 1e9)
		return -1;
	return (int64_t)(number * unit + 1e-6); /* 0.3 is a little less than it says */
}

static int apply_delay(struct options *o, const struct option_row *row, const char *value)
{
	o->repeat_delay_ms = fraction_parse(value, 1000);
	return o->repeat_delay_ms < 0
		? options_complain("%s %s: expected seconds", row->long_name, value)
		: 0;
}

static int apply_random(struct options *o, const struct option_row *row, const char *value)
{
	o->random_tenths = fraction_parse(value, 10);
	if (o->random_tenths < 1 || o->random_tenths > FORMAT_RANDOM_ALL)
		return options_complain(
			"%s %s: expected a number from 0.1 to 100.0", row->long_name, value);
	return 0;
}

/* mqtt://[user[:password]@]host[:port]/topic */
static int apply_url(struct options *o, const struct option_row *row, const char *value)
{
	static const struct option_row topic = {.short_name = "-L", .offset = FIELD(topics)};
	static const struct option_row port = {
		.short_name = "-L", .offset = FIELD(port), .min = 1, .max = 65535};
	char *text, *slash, *at, *colon;

	if (strncmp(value, "mqtts://", 8) == 0)
		return options_complain(
			"%s %s: needs TLS, which is not there yet", row->short_name, value);
	if (strncmp(value, "mqtt://", 7) != 0)
		return options_complain("%s %s: expected mqtt://", row->short_name, value);
	text = options_keep(o, value + 7, strlen(value + 7));
	slash = strchr(text, '/');
	if (!slash)
		return options_complain("%s %s: a topic is missing", row->short_name, value);
	*slash = 0;
	at = strrchr(text, '@');
	if (at) {
		*at = 0;
		o->user = text;
		colon = strchr(text, ':');
		if (colon) {
			*colon = 0;
			o->password = colon + 1;
		}
		text = at + 1;
	}
	colon = *text == '[' ? strstr(text, "]:") : strchr(text, ':');
	if (colon && *text == '[')
		colon++;
	if (colon)
		*colon = 0;
	if (*text == '[' && text[strlen(text) - 1] == ']') {
		text[strlen(text) - 1] = 0;
		text++;
	}
	o->host = text;
	if (colon && apply_number(o, &port, colon + 1) < 0)
		return -1;
	return apply_topic(o, &topic, slash + 1);
}

static int refuse(struct options *o, const struct option_row *row, const char *value)
{
	(void)o;
	(void)value;
	return options_complain("%s needs %s, which is not there yet",
		row->long_name ? row->long_name : row->short_name, row->help);
}

#define PUB  PROGRAM_PUB
#define SUB  PROGRAM_SUB
#define RR   PROGRAM_RR
#define ALL  (PUB | SUB | RR)
#define MANY INT32_MAX

const struct option_row option_rows[] = {
	/* clang-format off */
	{"-A", NULL, "ADDRESS", ALL, apply_text, FIELD(bind), 0, 0,
		"connect from this local address"},
	{"-c", "--disable-clean-session", NULL, ALL, apply_flag, FIELD(is_persistent), 0, 0,
		"keep the session on the server; needs -i"},
	{"-C", NULL, "COUNT", SUB, apply_number, FIELD(messages_max), 1, MANY,
		"leave after so many messages"},
	{"-d", "--debug", NULL, ALL, apply_flag, FIELD(is_debug), 0, 0,
		"say what is sent and received"},
	{"-e", NULL, "TOPIC", RR, apply_name, FIELD(response_topic), 0, 0,
		"the topic of the answer"},
	{"-E", NULL, NULL, SUB, apply_flag, FIELD(is_leaving_after_suback), 0, 0,
		"leave once the subscriptions are acknowledged"},
	{"-f", "--file", "FILE", PUB | RR, apply_source, 0, SOURCE_FILE, 0,
		"send the contents of a file"},
	{"-F", NULL, "FORMAT", SUB | RR, apply_text, FIELD(format), 0, 0,
		"print messages in this format, see ting-sub(1)"},
	{"-h", "--host", "HOST", ALL, apply_text, FIELD(host), 0, 0,
		"connect to this host; localhost if not given"},
	{"-i", "--id", "ID", ALL, apply_text, FIELD(id), 0, 0,
		"the client id"},
	{"-I", "--id-prefix", "PREFIX", ALL, apply_text, FIELD(id_prefix), 0, 0,
		"the client id is this and the process id"},
	{"-k", "--keepalive", "SECONDS", ALL, apply_number, FIELD(keepalive_s), 5, 65535,
		"ping the server that often; 60 if not given"},
	{"-l", "--stdin-line", NULL, PUB, apply_source, 0, SOURCE_LINES, 0,
		"send each line of standard input as a message"},
	{"-L", "--url", "URL", ALL, apply_url, 0, 0, 0,
		"mqtt://[user[:password]@]host[:port]/topic"},
	{"-m", "--message", "TEXT", PUB | RR, apply_source, 0, SOURCE_MESSAGE, 0,
		"send this message"},
	{"-M", NULL, "COUNT", PUB | RR, apply_number, FIELD(inflight_max), 1, 65535,
		"QoS 1 and 2 messages under way at a time; 20 if not given"},
	{"-n", "--null-message", NULL, PUB | RR, apply_source, 0, SOURCE_MESSAGE, 0,
		"send an empty message"},
	{"-N", NULL, NULL, SUB | RR, apply_flag, FIELD(has_no_newline), 0, 0,
		"print no newline after a message"},
	{"-p", "--port", "PORT", ALL, apply_number, FIELD(port), 1, 65535,
		"connect to this port; 1883 if not given"},
	{"-P", "--pw", "PASSWORD", ALL, apply_text, FIELD(password), 0, 0,
		"the password"},
	{"-q", "--qos", "QOS", ALL, apply_number, FIELD(qos), 0, 2,
		"0, 1 or 2; 0 if not given"},
	{"-r", "--retain", NULL, PUB, apply_flag, FIELD(is_retained), 0, 0,
		"the server shall keep the message"},
	{"-R", NULL, NULL, SUB | RR, apply_flag, FIELD(drops_retained), 0, 0,
		"print no messages that were retained"},
	{"-s", "--stdin-file", NULL, PUB | RR, apply_source, 0, SOURCE_FILE, 0,
		"send all of standard input as one message"},
	{"-t", "--topic", "TOPIC", ALL, apply_topic, FIELD(topics), 0, 0,
		"the topic; ting sub takes several filters"},
	{"-T", "--filter-out", "FILTER", SUB, apply_topic, FIELD(filters_out), 0, 0,
		"do not print what matches; may be repeated"},
	{"-u", "--username", "USER", ALL, apply_text, FIELD(user), 0, 0,
		"the user name"},
	{"-U", "--unsubscribe", "FILTER", SUB, apply_topic, FIELD(unsubscribe), 0, 0,
		"unsubscribe from it; may be repeated"},
	{"-v", "--verbose", NULL, SUB | RR, apply_flag, FIELD(is_verbose), 0, 0,
		"print the topic in front of the message"},
	{"-V", "--protocol-version", "VERSION", ALL, apply_version, 0, 0, 0,
		"31, 311 or 5; 311 if not given, and for ting rr 5"},
	{"-W", NULL, "SECONDS", SUB | RR, apply_number, FIELD(timeout_s), 1, MANY,
		"leave after so much time"},
	{"-x", NULL, "SECONDS", ALL, apply_expiry, 0, -1, UINT32_MAX,
		"how long the server keeps the session; -1: for ever (MQTT 5)"},
	{NULL, "--from", "ENDPOINT", PUB, apply_device, 0, SOURCE_DEVICE, 0,
		"send each line or datagram that comes from there, as long as it takes"},
	{NULL, "--nodelay", NULL, ALL, apply_flag, FIELD(has_no_delay), 0, 0,
		"send small packets at once (TCP_NODELAY)"},
	{NULL, "--pretty", NULL, SUB | RR, apply_flag, FIELD(is_pretty), 0, 0,
		"print JSON over several lines"},
	{NULL, "--quiet", NULL, ALL, apply_flag, FIELD(is_quiet), 0, 0,
		"say nothing of errors"},
	{NULL, "--random-filter", "PERCENT", SUB, apply_random, 0, 0, 0,
		"print only so many of the messages, at random"},
	{NULL, "--remove-retained", NULL, SUB, apply_flag, FIELD(removes_retained), 0, 0,
		"clear retained messages that come in"},
	{NULL, "--repeat", "COUNT", PUB, apply_number, FIELD(repeat), 1, MANY,
		"send the message so many times"},
	{NULL, "--repeat-delay", "SECONDS", PUB, apply_delay, 0, 0, 0,
		"and wait that long in between"},
	{NULL, "--retain-as-published", NULL, SUB | RR, apply_flag, FIELD(keeps_retain_flag), 0, 0,
		"see the retain flag as it was published (MQTT 5)"},
	{NULL, "--retained-only", NULL, SUB, apply_flag, FIELD(wants_retained_only), 0, 0,
		"leave with the first message that was not retained"},
	{NULL, "--to", "ENDPOINT", SUB, apply_device, 0, 0, 0,
		"write each message there as a line, and acknowledge it then"},
	{NULL, "--unix", "PATH", ALL, apply_text, FIELD(unix_path), 0, 0,
		"connect to this UNIX socket"},
	{NULL, "--will-payload", "TEXT", ALL, apply_text, FIELD(will_payload), 0, 0,
		"the will's message; empty if not given"},
	{NULL, "--will-qos", "QOS", ALL, apply_number, FIELD(will_qos), 0, 2,
		"the will's QoS"},
	{NULL, "--will-retain", NULL, ALL, apply_flag, FIELD(is_will_retained), 0, 0,
		"the server shall keep the will's message"},
	{NULL, "--will-topic", "TOPIC", ALL, apply_name, FIELD(will_topic), 0, 0,
		"published if this client goes without a goodbye"},
	{"-S", NULL, NULL, ALL, refuse, 0, 0, 0, "SRV look-up"},
	{NULL, "--proxy", "URL", ALL, refuse, 0, 0, 0, "SOCKS"},
	{NULL, "--cafile", "FILE", ALL, refuse, 0, 0, 0, "TLS"},
	{NULL, "--capath", "DIRECTORY", ALL, refuse, 0, 0, 0, "TLS"},
	{NULL, "--cert", "FILE", ALL, refuse, 0, 0, 0, "TLS"},
	{NULL, "--ciphers", "LIST", ALL, refuse, 0, 0, 0, "TLS"},
	{NULL, "--insecure", NULL, ALL, refuse, 0, 0, 0, "TLS"},
	{NULL, "--key", "FILE", ALL, refuse, 0, 0, 0, "TLS"},
	{NULL, "--keyform", "FORM", ALL, refuse, 0, 0, 0, "TLS"},
	{NULL, "--psk", "KEY", ALL, refuse, 0, 0, 0, "TLS"},
	{NULL, "--psk-identity", "NAME", ALL, refuse, 0, 0, 0, "TLS"},
	{NULL, "--tls-alpn", "NAME", ALL, refuse, 0, 0, 0, "TLS"},
	{NULL, "--tls-engine", "ENGINE", ALL, refuse, 0, 0, 0, "TLS"},
	{NULL, "--tls-engine-kpass-sha1", "HASH", ALL, refuse, 0, 0, 0, "TLS"},
	{NULL, "--tls-use-os-certs", NULL, ALL, refuse, 0, 0, 0, "TLS"},
	{NULL, "--tls-version", "VERSION", ALL, refuse, 0, 0, 0, "TLS"},
	{NULL, NULL, NULL, 0, NULL, 0, 0, 0, NULL},
	/* clang-format on */
};

const char *program_name(enum program program)
{
	static const char *const names[] = {
		[PROGRAM_PUB] = "pub", [PROGRAM_SUB] = "sub", [PROGRAM_RR] = "rr"};

	return names[program];
}

const struct option_row *option_find(enum program program, const char *name)
{
	for (const struct option_row *row = option_rows; row->apply; row++)
		if (row->programs & program &&
			((row->short_name && strcmp(row->short_name, name) == 0) ||
				(row->long_name && strcmp(row->long_name, name) == 0)))
			return row;
	return NULL;
}

void options_print_help(enum program program, FILE *out)
{
	static const char *const words[] = {
		[PROGRAM_PUB] = "{-m TEXT | -n | -f FILE | -s | -l | --from ENDPOINT}",
		[PROGRAM_SUB] = "[-t TOPIC...] [--to ENDPOINT]",
		[PROGRAM_RR] = "-e TOPIC {-m TEXT | -n | -f FILE | -s}",
	};

	(void)fprintf(
		out, "ting %s -t TOPIC %s [OPTION...]\n\n", program_name(program), words[program]);
	for (const struct option_row *row = option_rows; row->apply; row++) {
		char names[64];

		if (!(row->programs & program) || row->apply == refuse)
			continue;
		(void)snprintf(names, sizeof names, "%s%s%s %s",
			row->short_name ? row->short_name : "",
			row->short_name && row->long_name ? ", " : "",
			row->long_name ? row->long_name : "", row->value ? row->value : "");
		(void)fprintf(out, "  %-34s %s\n", names, row->help);
	}
	(void)fprintf(out, "  %-34s %s\n", "-D, --property PACKET NAME VALUE",
		"a property of MQTT 5; a user-property has two values");
	(void)fprintf(out, "  %-34s %s\n", "--help, --version", "");
}
