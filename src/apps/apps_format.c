/* apps_format.c - each specifier is a row: what it shows, and how it may be padded.
 *
 * A value becomes text first and is padded then; the few that can be long (payload, user
 * properties, JSON) are written straight out. */
#include "apps/apps_format.h"

#include "apps/apps_json.h"
#include "apps/apps_options.h"

#include <stdlib.h>

struct padding {
	bool is_left, is_zero;
	size_t width_min, width_max;
};

enum show {
	SHOW_NONE,
	SHOW_NUMBER, /* text_of() makes it, zeroes may pad it */
	SHOW_TEXT,   /* likewise, but only blanks, and it may be cut */
	SHOW_PLAIN,  /* as it is, whatever width is asked for */
	SHOW_USER,   /* user properties */
	SHOW_PAYLOAD,
	SHOW_HEX_LOWER,
	SHOW_HEX_UPPER,
	SHOW_JSON,
	SHOW_JSON_PAYLOAD, /* the payload is JSON itself */
};

static enum show show_of(char c)
{
	switch (c) {
	case 'A':
	case 'E':
	case 'F':
	case 'S':
	case 'l':
	case 'm':
		return SHOW_NUMBER;
	case 'C':
	case 'I':
	case 'R':
	case 't':
		return SHOW_TEXT;
	case '%':
	case 'D':
	case 'U':
	case 'q':
	case 'r':
		return SHOW_PLAIN;
	case 'P':
		return SHOW_USER;
	case 'p':
		return SHOW_PAYLOAD;
	case 'x':
		return SHOW_HEX_LOWER;
	case 'X':
		return SHOW_HEX_UPPER;
	case 'j':
		return SHOW_JSON;
	case 'J':
		return SHOW_JSON_PAYLOAD;
	default:
		return SHOW_NONE;
	}
}

static const char escapes[][2] = {{'\\', '\\'}, {'0', 0}, {'a', '\a'}, {'e', 27}, {'n', '\n'},
	{'r', '\r'}, {'t', '\t'}, {'v', '\v'}};

/* The character that \c stands for, or -1. */
static int escape_of(char c)
{
	for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++)
		if (escapes[i][0] == c)
			return escapes[i][1];
	return -1;
}

static bool has(const struct mqtt_publish *p, enum mqtt_property id)
{
	return p->props.present & MQTT_PROPERTY_BIT(id);
}

/* A number as text; empty unless it is there. */
static struct span number_text(char room[64], bool is_there, uint32_t number)
{
	int size = is_there ? snprintf(room, 64, "%u", number) : 0;

	return span_of(room, (size_t)size);
}

/* The moment, with strftime's format. */
static struct span time_text(char room[64], const struct timespec *at, const char *format)
{
	struct tm local;

	(void)localtime_r(&at->tv_sec, &local);
	return span_of(room, strftime(room, 64, format, &local));
}

static struct span unix_time_text(char room[64], const struct timespec *at)
{
	int size = snprintf(room, 64, "%lld.%09ld", (long long)at->tv_sec, at->tv_nsec);

	return span_of(room, (size_t)size);
}

/* What a specifier shows that is short enough to be padded, or cannot be. */
static struct span text_of(char c, const struct format_message *m, char room[64])
{
	const struct mqtt_publish *p = m->publish;

	switch (c) {
	case 'A':
		return number_text(room, has(p, MQTT_TOPIC_ALIAS), p->props.topic_alias);
	case 'E':
		return number_text(
			room, has(p, MQTT_MESSAGE_EXPIRY_INTERVAL), p->props.message_expiry_s);
	case 'F':
		return number_text(
			room, has(p, MQTT_PAYLOAD_FORMAT_INDICATOR), p->props.payload_format);
	case 'S':
		return number_text(
			room, has(p, MQTT_SUBSCRIPTION_IDENTIFIER), p->props.subscription_id);
	case 'l':
		return number_text(room, true, (uint32_t)p->payload.size);
	case 'm':
		return number_text(room, true, p->packet_id);
	case 'q':
		return number_text(room, true, p->qos);
	case 'r':
		return number_text(room, true, p->is_retained);
	case 'C':
		return p->props.content_type;
	case 'D':
		return p->props.correlation_data;
	case 'R':
		return p->props.response_topic;
	case 't':
		return p->topic;
	case 'I':
		return time_text(room, &m->at, "%FT%T%z");
	case 'U':
		return unix_time_text(room, &m->at);
	default:
		return SPAN_LITERAL("%");
	}
}

static void put(FILE *out, struct span s)
{
	if (s.size)
		(void)fwrite(s.at, 1, s.size, out);
}

static void put_pad(FILE *out, size_t size, const struct padding *pad, bool is_zero)
{
	for (; size < pad->width_min; size++)
		(void)fputc(is_zero ? '0' : ' ', out);
}

static void put_padded(FILE *out, struct span s, const struct padding *pad, bool may_zero)
{
	if (!pad->is_left)
		put_pad(out, s.size, pad, may_zero && pad->is_zero);
	put(out, s);
	if (pad->is_left)
		put_pad(out, s.size, pad, false);
}

static void put_hex(FILE *out, struct span s, const struct padding *pad, const char *digits)
{
	if (!pad->is_left)
		put_pad(out, 2 * s.size, pad, pad->is_zero);
	for (size_t i = 0; i < s.size; i++) {
		(void)fputc(digits[s.at[i] >> 4], out);
		(void)fputc(digits[s.at[i] & 15], out);
	}
	if (pad->is_left)
		put_pad(out, 2 * s.size, pad, false);
}

static void put_user(FILE *out, const struct mqtt_publish *p)
{
	struct reader r = reader_of(p->props.raw);
	struct span name, value;
	bool is_first = true;

	while (mqtt_props_next_user(&r, &name, &value)) {
		if (!is_first)
			(void)fputc(' ', out);
		is_first = false;
		put(out, name);
		(void)fputc(':', out);
		put(out, value);
	}
}

static void json_user(struct json *j, const struct mqtt_publish *p)
{
	struct reader r = reader_of(p->props.raw);
	struct span name, value;

	json_key(j, SPAN_LITERAL("user-properties"));
	json_open(j, false);
	while (mqtt_props_next_user(&r, &name, &value)) {
		json_key(j, name);
		json_text(j, value);
	}
	json_close(j);
}

static void json_number_of(struct json *j, const char *name, uint32_t number)
{
	json_key(j, span_of_text(name));
	json_number(j, number);
}

static void json_text_of(struct json *j, const char *name, struct span text)
{
	json_key(j, span_of_text(name));
	json_text(j, text);
}

static void json_property(struct json *j, const struct mqtt_publish *p, enum mqtt_property id)
{
	const struct mqtt_props *props = &p->props;

	if (id == MQTT_PAYLOAD_FORMAT_INDICATOR)
		json_number_of(j, "payload-format-indicator", props->payload_format);
	else if (id == MQTT_MESSAGE_EXPIRY_INTERVAL)
		json_number_of(j, "message-expiry-interval", props->message_expiry_s);
	else if (id == MQTT_CONTENT_TYPE)
		json_text_of(j, "content-type", props->content_type);
	else if (id == MQTT_RESPONSE_TOPIC)
		json_text_of(j, "response-topic", props->response_topic);
	else if (id == MQTT_CORRELATION_DATA)
		json_text_of(j, "correlation-data", props->correlation_data);
	else if (id == MQTT_SUBSCRIPTION_IDENTIFIER)
		json_number_of(j, "subscription-identifier", props->subscription_id);
	else if (id == MQTT_TOPIC_ALIAS)
		json_number_of(j, "topic-alias", props->topic_alias);
	else if (id == MQTT_USER_PROPERTY)
		json_user(j, p);
}

/* In the order in which they came; what came several times stands at its first place. */
static void json_properties(struct json *j, const struct mqtt_publish *p)
{
	struct reader r = reader_of(p->props.raw);
	uint64_t seen = 0;
	unsigned id;

	if (p->props.raw.size == 0)
		return;
	json_key(j, SPAN_LITERAL("properties"));
	json_open(j, false);
	while ((id = mqtt_props_next(&r))) {
		if (!(seen & MQTT_PROPERTY_BIT(id)))
			json_property(j, p, id);
		seen |= MQTT_PROPERTY_BIT(id);
	}
	json_close(j);
}

static void json_time(struct json *j, const struct timespec *at)
{
	char day[64], zone[64], text[160];
	int size;

	struct span d = time_text(day, at, "%FT%T"), z = time_text(zone, at, "%z");
	size = snprintf(text, sizeof text, "%.*s.%06ldZ%.*s", (int)d.size, day, at->tv_nsec / 1000,
		(int)z.size, zone);
	json_key(j, SPAN_LITERAL("tst"));
	json_text(j, span_of(text, (size_t)size));
}

/* False: the payload had to be JSON and is not. */
static bool put_json(FILE *out, const struct format_message *m, bool is_json, bool is_pretty)
{
	const struct mqtt_publish *p = m->publish;
	struct json j;

	json_init(&j, out, is_pretty);
	json_open(&j, false);
	json_time(&j, &m->at);
	json_text_of(&j, "topic", p->topic);
	json_number_of(&j, "qos", p->qos);
	json_number_of(&j, "retain", p->is_retained);
	json_number_of(&j, "payloadlen", (uint32_t)p->payload.size);
	if (p->qos)
		json_number_of(&j, "mid", p->packet_id);
	json_properties(&j, p);
	json_key(&j, SPAN_LITERAL("payload"));
	if (p->payload.size == 0)
		json_token(&j, SPAN_LITERAL("null"));
	else if (!is_json)
		json_text(&j, p->payload);
	else if (!json_copy(&j, p->payload))
		return false;
	json_close(&j);
	return true;
}

/* As put_json(), and nothing is written when the payload is not JSON. */
static bool put_json_payload(FILE *out, const struct format_message *m, bool is_pretty)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);
	bool is_json;

	if (!memory)
		abort();
	is_json = put_json(memory, m, true, is_pretty);
	(void)fclose(memory);
	if (is_json)
		put(out, span_of(text, size));
	free(text);
	return is_json;
}

static size_t width_parse(const char **at)
{
	size_t width = 0;

	for (; **at >= '0' && **at <= '9'; (*at)++)
		width = width < 10000000 ? width * 10 + (size_t)(**at - '0') : width;
	return width;
}

/* Reads what stands between % and its letter. */
static struct padding padding_parse(const char **at)
{
	struct padding pad = {.width_max = SIZE_MAX};

	for (; **at == '-' || **at == '0'; (*at)++) {
		pad.is_left |= **at == '-';
		pad.is_zero |= **at == '0';
	}
	pad.width_min = width_parse(at);
	if (**at == '.') {
		(*at)++;
		pad.width_max = width_parse(at);
	}
	return pad;
}

/* Writes what %... asks for; `at` is after the %.  Moves past the letter. */
static bool put_specifier(
	FILE *out, const char **at, const struct format_message *m, bool is_pretty)
{
	struct padding pad = padding_parse(at);
	struct span payload = m->publish->payload, text;
	char c = *(*at)++, room[64];

	switch (show_of(c)) {
	case SHOW_NONE:
		break;
	case SHOW_NUMBER:
		put_padded(out, text_of(c, m, room), &pad, true);
		break;
	case SHOW_TEXT:
		text = text_of(c, m, room);
		text.size = text.size < pad.width_max ? text.size : pad.width_max;
		put_padded(out, text, &pad, false);
		break;
	case SHOW_PLAIN:
		put(out, text_of(c, m, room));
		break;
	case SHOW_USER:
		put_user(out, m->publish);
		break;
	case SHOW_PAYLOAD:
		put_padded(out, payload, &pad, true);
		break;
	case SHOW_HEX_LOWER:
		put_hex(out, payload, &pad, "0123456789abcdef");
		break;
	case SHOW_HEX_UPPER:
		put_hex(out, payload, &pad, "0123456789ABCDEF");
		break;
	case SHOW_JSON:
		return put_json(out, m, false, is_pretty);
	case SHOW_JSON_PAYLOAD:
		return put_json_payload(out, m, is_pretty);
	}
	return true;
}

/* Writes what @c asks for. */
static void put_time(FILE *out, char c, const struct timespec *at)
{
	char format[] = {'%', c, 0}, room[64];

	if (c == '@')
		(void)fputc('@', out);
	else if (c == 'N')
		(void)fprintf(out, "%09ld", at->tv_nsec);
	else
		put(out, time_text(room, at, format));
}

int format_check(const char *format)
{
	for (const char *at = format; *at;) {
		char kind = *at++;

		if (kind != '%' && kind != '@' && kind != '\\')
			continue;
		if (kind == '%')
			(void)padding_parse(&at);
		if (*at == 0)
			return options_complain(
				"-F: the format ends in the middle of a %c specifier", kind);
		if (kind == '%' && show_of(*at) == SHOW_NONE)
			return options_complain("-F: there is no %%%c", *at);
		if (kind == '\\' && escape_of(*at) < 0)
			return options_complain("-F: there is no \\%c", *at);
		at++;
	}
	return 0;
}

bool format_write(FILE *out, const char *format, const struct format_message *m, bool is_pretty)
{
	bool is_good = true;

	for (const char *at = format; *at;) {
		char c = *at++;

		if (c == '%') {
			is_good &= put_specifier(out, &at, m, is_pretty);
		} else if (c == '@') {
			put_time(out, *at++, &m->at);
		} else {
			(void)fputc(c == '\\' ? escape_of(*at++) : c, out);
		}
	}
	return is_good;
}
