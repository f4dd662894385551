#include "trace_property.h"

#include "base/base_reader.h"
#include "mqtt/mqtt_frame.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum kind { KIND_NONE, KIND_U8, KIND_U16, KIND_U32, KIND_VARINT, KIND_BYTES, KIND_PAIR };

static const struct property {
	const char *name;
	enum kind kind;
} properties[MQTT_PROPERTIES] = {
	[MQTT_PAYLOAD_FORMAT_INDICATOR] = {"payload-format", KIND_U8},
	[MQTT_MESSAGE_EXPIRY_INTERVAL] = {"message-expiry", KIND_U32},
	[MQTT_CONTENT_TYPE] = {"content-type", KIND_BYTES},
	[MQTT_RESPONSE_TOPIC] = {"response-topic", KIND_BYTES},
	[MQTT_CORRELATION_DATA] = {"correlation-data", KIND_BYTES},
	[MQTT_SUBSCRIPTION_IDENTIFIER] = {"sub-id", KIND_VARINT},
	[MQTT_SESSION_EXPIRY_INTERVAL] = {"session-expiry", KIND_U32},
	[MQTT_ASSIGNED_CLIENT_IDENTIFIER] = {"assigned-id", KIND_BYTES},
	[MQTT_SERVER_KEEP_ALIVE] = {"server-keepalive", KIND_U16},
	[MQTT_AUTHENTICATION_METHOD] = {"auth-method", KIND_BYTES},
	[MQTT_AUTHENTICATION_DATA] = {"auth-data", KIND_BYTES},
	[MQTT_REQUEST_PROBLEM_INFORMATION] = {"request-problem", KIND_U8},
	[MQTT_WILL_DELAY_INTERVAL] = {"delay", KIND_U32},
	[MQTT_REQUEST_RESPONSE_INFORMATION] = {"request-response", KIND_U8},
	[MQTT_RESPONSE_INFORMATION] = {"response-information", KIND_BYTES},
	[MQTT_SERVER_REFERENCE] = {"server-reference", KIND_BYTES},
	[MQTT_REASON_STRING] = {"reason-string", KIND_BYTES},
	[MQTT_RECEIVE_MAXIMUM] = {"receive-max", KIND_U16},
	[MQTT_TOPIC_ALIAS_MAXIMUM] = {"alias-max", KIND_U16},
	[MQTT_TOPIC_ALIAS] = {"alias", KIND_U16},
	[MQTT_MAXIMUM_QOS] = {"max-qos", KIND_U8},
	[MQTT_RETAIN_AVAILABLE] = {"retain-available", KIND_U8},
	[MQTT_USER_PROPERTY] = {"user", KIND_PAIR},
	[MQTT_MAXIMUM_PACKET_SIZE] = {"max-packet", KIND_U32},
	[MQTT_WILDCARD_SUBSCRIPTION_AVAILABLE] = {"wildcard-available", KIND_U8},
	[MQTT_SUBSCRIPTION_IDENTIFIER_AVAILABLE] = {"sub-id-available", KIND_U8},
	[MQTT_SHARED_SUBSCRIPTION_AVAILABLE] = {"shared-available", KIND_U8},
};

static const uint64_t number_max[] = {
	[KIND_U8] = UINT8_MAX,
	[KIND_U16] = UINT16_MAX,
	[KIND_U32] = UINT32_MAX,
	[KIND_VARINT] = MQTT_REMAINING_MAX,
};

enum mqtt_property trace_property_find(struct span name)
{
	for (unsigned id = 0; id < MQTT_PROPERTIES; id++)
		if (properties[id].name && trace_is(name, properties[id].name))
			return (enum mqtt_property)id;
	return (enum mqtt_property)0;
}

static bool encode_pair(struct writer *w, struct span value)
{
	const uint8_t *colon = value.size ? memchr(value.at, ':', value.size) : NULL;

	if (!colon)
		return false;
	writer_string16(w, span_of(value.at, (size_t)(colon - value.at)));
	writer_string16(w, span_skip(value, (size_t)(colon - value.at) + 1));
	return true;
}

bool trace_property_encode(struct writer *w, enum mqtt_property id, struct span value)
{
	enum kind kind = properties[id].kind;
	bool is_any = trace_is(value, "*");
	uint64_t number = 1;

	writer_u8(w, (uint8_t)id);
	if (kind == KIND_PAIR)
		return encode_pair(w, is_any ? SPAN_LITERAL("k:v") : value);
	if (kind == KIND_BYTES) {
		writer_string16(w, value);
		return true;
	}
	if (!is_any && !trace_number(value, number_max[kind], &number))
		return false;
	if (kind == KIND_U8)
		writer_u8(w, (uint8_t)number);
	else if (kind == KIND_U16)
		writer_u16(w, (uint16_t)number);
	else if (kind == KIND_U32)
		writer_u32(w, (uint32_t)number);
	else
		mqtt_varint_encode(w, (uint32_t)number);
	return true;
}

/* One property off the front of the list. */
struct found {
	unsigned id;
	uint64_t number;
	struct span text, value; /* `value`: of a pair */
};

static bool next(struct reader *r, struct found *f)
{
	*f = (struct found){.id = reader_u8(r)};
	if (r->is_short || f->id >= MQTT_PROPERTIES)
		return false;
	enum kind kind = properties[f->id].kind;
	if (kind == KIND_U8)
		f->number = reader_u8(r);
	else if (kind == KIND_U16)
		f->number = reader_u16(r);
	else if (kind == KIND_U32)
		f->number = reader_u32(r);
	else if (kind == KIND_VARINT) {
		uint32_t value = 0;
		int size = mqtt_varint_decode(span_of(r->at, reader_left(r)), &value);
		reader_bytes(r, size > 0 ? (size_t)size : 1);
		f->number = value;
	} else
		f->text = reader_string16(r);
	if (kind == KIND_PAIR)
		f->value = reader_string16(r);
	return kind != KIND_NONE && !r->is_short;
}

static void print_one(struct writer *w, const struct found *f)
{
	const struct property *p = &properties[f->id];

	trace_print(w, " %s=", p->name);
	if (p->kind == KIND_BYTES) {
		trace_print_text(w, f->text);
	} else if (p->kind == KIND_PAIR) {
		uint8_t text[512];
		struct writer pair = writer_of(text, sizeof text);

		writer_bytes(&pair, f->text);
		writer_u8(&pair, ':');
		writer_bytes(&pair, f->value);
		trace_print_text(w, writer_span(&pair));
	} else {
		trace_print(w, "%llu", (unsigned long long)f->number);
	}
}

static int compare(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static void print_all(struct writer *w, struct span encoded, unsigned id)
{
	struct found list[64];
	struct reader r = reader_of(encoded);
	size_t count = 0;

	while (count < 64 && next(&r, &list[count]))
		count += list[count].id == id;
	if (id == MQTT_SUBSCRIPTION_IDENTIFIER)
		qsort(list, count, sizeof *list, compare);
	for (size_t i = 0; i < count; i++)
		print_one(w, &list[i]);
}

void trace_properties_print(
	struct writer *w, struct span encoded, const struct trace_property_mask *mask)
{
	uint64_t present = 0;
	struct reader r = reader_of(encoded);

	for (struct found f; next(&r, &f);)
		present |= MQTT_PROPERTY_BIT(f.id);
	for (unsigned id = 0; id < MQTT_PROPERTIES; id++) {
		if (!(present & mask->shown & MQTT_PROPERTY_BIT(id)))
			continue;
		if (mask->any & MQTT_PROPERTY_BIT(id))
			trace_print(w, " %s=*", properties[id].name);
		else
			print_all(w, encoded, id);
	}
}

void trace_print(struct writer *w, const char *format, ...)
{
	char text[256];
	va_list arguments;

	va_start(arguments, format);
	int size = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	writer_bytes(w, span_of(text, (size_t)size < sizeof text ? (size_t)size : sizeof text - 1));
}

void trace_print_quoted(struct writer *w, struct span text)
{
	trace_print(w, "\"");
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.at[i];

		if (c == '"' || c == '\\')
			trace_print(w, "\\%c", c);
		else if (c >= ' ' && c <= '~')
			trace_print(w, "%c", c);
		else
			trace_print(w, "\\x%02x", c);
	}
	trace_print(w, "\"");
}

void trace_print_text(struct writer *w, struct span text)
{
	static const char marks[] = {'_', '/', '+', '#', '$', '.', ',', ':', '-'};
	bool is_bare = text.size > 0;

	for (size_t i = 0; i < text.size; i++)
		is_bare &= isalnum(text.at[i]) || memchr(marks, text.at[i], sizeof marks);
	if (is_bare)
		writer_bytes(w, text);
	else
		trace_print_quoted(w, text);
}
