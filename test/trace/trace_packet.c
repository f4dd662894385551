/* From words to bytes.  A table says which field may stand in which packet; what the codec would
 * not encode is said with "raw". */
#include "trace_packet.h"

#include "base/base_err.h"
#include "mqtt/mqtt_connect.h"
#include "mqtt/mqtt_disconnect.h"
#include "mqtt/mqtt_publish.h"
#include "mqtt/mqtt_subscribe.h"

#include <stddef.h>
#include <stdlib.h>

enum {
	CODES_MAX = 64,
	FILTERS_BYTES_MAX = 200000,
	PROPERTIES_BYTES_MAX = 200000,
};

/* What is said of a packet before it is one. */
struct draft {
	struct trace_packet packet;
	struct mqtt_connect connect;
	uint8_t qos, flag_dup, flag_retain, flag_present, flag_clean, is_exact;
	uint16_t id;
	uint64_t payload_bytes;
	struct span topic, payload;
	uint8_t codes[CODES_MAX];
	size_t codes_count;
	struct mqtt_filter filter; /* the one whose options are being read */
	struct writer filters, props, will_props;
	const struct trace_variables *variables;
	const struct trace_item *item;
	struct trace_fault *fault;
};

#define BIT(type) (1u << (type))

enum {
	ACKS = BIT(MQTT_PUBACK) | BIT(MQTT_PUBREC) | BIT(MQTT_PUBREL) | BIT(MQTT_PUBCOMP),
	REQUESTS = BIT(MQTT_SUBSCRIBE) | BIT(MQTT_UNSUBSCRIBE),
	ANSWERS = BIT(MQTT_SUBACK) | BIT(MQTT_UNSUBACK),
};

enum kind { KIND_U8, KIND_U16, KIND_U64, KIND_BOOL, KIND_TEXT, KIND_ID };

/* Words other than properties.  A word without a value sets its field to 1. */
static const struct field {
	const char *name;
	unsigned types;
	enum kind kind;
	size_t offset;
	uint64_t max;
} fields[] = {
	{"v", BIT(MQTT_CONNECT), KIND_U8, offsetof(struct draft, packet.version), 5},
	{"id", BIT(MQTT_CONNECT), KIND_TEXT, offsetof(struct draft, connect.client_id), 0},
	{"clean", BIT(MQTT_CONNECT), KIND_U8, offsetof(struct draft, flag_clean), 1},
	{"keepalive", BIT(MQTT_CONNECT), KIND_U16, offsetof(struct draft, connect.keepalive_s),
		UINT16_MAX},
	{"user-name", BIT(MQTT_CONNECT), KIND_TEXT, offsetof(struct draft, connect.user_name), 0},
	{"password", BIT(MQTT_CONNECT), KIND_TEXT, offsetof(struct draft, connect.password), 0},
	{"will", BIT(MQTT_CONNECT), KIND_TEXT, offsetof(struct draft, connect.will.topic), 0},
	{"will.payload", BIT(MQTT_CONNECT), KIND_TEXT, offsetof(struct draft, connect.will.payload),
		0},
	{"will.q", BIT(MQTT_CONNECT), KIND_U8, offsetof(struct draft, connect.will.qos), 2},
	{"will.retain", BIT(MQTT_CONNECT), KIND_BOOL,
		offsetof(struct draft, connect.will.is_retained), 1},
	{"present", BIT(MQTT_CONNACK), KIND_U8, offsetof(struct draft, flag_present), 1},
	{"id", BIT(MQTT_PUBLISH) | ACKS | REQUESTS | ANSWERS, KIND_ID, 0, 0},
	{"topic", BIT(MQTT_PUBLISH), KIND_TEXT, offsetof(struct draft, topic), 0},
	{"q", BIT(MQTT_PUBLISH), KIND_U8, offsetof(struct draft, qos), 2},
	{"dup", BIT(MQTT_PUBLISH), KIND_U8, offsetof(struct draft, flag_dup), 1},
	{"retain", BIT(MQTT_PUBLISH), KIND_U8, offsetof(struct draft, flag_retain), 1},
	{"bytes", BIT(MQTT_PUBLISH), KIND_U64, offsetof(struct draft, payload_bytes),
		TRACE_PACKET_MAX / 2},
	{"filter", REQUESTS, KIND_TEXT, offsetof(struct draft, filter.filter), 0},
	{"q", BIT(MQTT_SUBSCRIBE), KIND_U8, offsetof(struct draft, filter.qos), 2},
	{"no-local", BIT(MQTT_SUBSCRIBE), KIND_BOOL, offsetof(struct draft, filter.is_no_local), 1},
	{"as-published", BIT(MQTT_SUBSCRIBE), KIND_BOOL,
		offsetof(struct draft, filter.is_retain_as_published), 1},
	{"handling", BIT(MQTT_SUBSCRIBE), KIND_U8, offsetof(struct draft, filter.retain_handling),
		2},
	{"exactly", ~0u, KIND_U8, offsetof(struct draft, is_exact), 1},
};

static int refuse(const struct draft *d, const char *why, const struct trace_word *w)
{
	return trace_fault_set(d->fault, d->item->line, "%s: %.*s%s%.*s in '%.*s'", why,
		TRACE_ARGS(w->name), w->has_value ? "=" : "", TRACE_ARGS(w->value),
		TRACE_ARGS(d->item->text));
}

static unsigned type_of(struct span name)
{
	for (unsigned type = MQTT_CONNECT; type < MQTT_TYPES; type++)
		if (trace_is(name, mqtt_type_name(type)))
			return type;
	return 0;
}

bool trace_packet_is(const struct trace_word *words)
{
	return !words->has_value && type_of(words->name);
}

/* The filter that was being read is complete. */
static void filter_end(struct draft *d)
{
	if (d->filter.filter.at)
		mqtt_filter_encode(&d->filters, d->packet.type, d->packet.version, &d->filter);
	d->filter = (struct mqtt_filter){0};
}

static int id_read(struct draft *d, const struct trace_word *w)
{
	uint64_t number;
	struct span v = w->value;

	if (v.size == 2 && v.at[0] == '$' && v.at[1] >= 'a' && v.at[1] <= 'z') {
		d->packet.variable = (char)v.at[1];
		d->id = d->variables->value[v.at[1] - 'a'];
		if (d->id == 0 && !d->item->is_expected)
			return refuse(d, "not met yet", w);
		d->id = d->id ? d->id : 1; /* whatever the broker will have chosen */
		return 0;
	}
	if (!trace_number(v, UINT16_MAX, &number) || number == 0)
		return refuse(d, "no packet id", w);
	d->id = (uint16_t)number;
	return 0;
}

static int field_read(struct draft *d, const struct field *f, const struct trace_word *w)
{
	void *at = (char *)d + f->offset;
	uint64_t number = 1;

	if (f->kind == KIND_ID)
		return id_read(d, w);
	if (f->kind == KIND_TEXT) {
		if (trace_is(w->name, "filter"))
			filter_end(d);
		*(struct span *)at = w->value;
		d->connect.has_will |= trace_is(w->name, "will");
		d->connect.has_user_name |= trace_is(w->name, "user-name");
		d->connect.has_password |= trace_is(w->name, "password");
		return w->has_value ? 0 : refuse(d, "a value is missing", w);
	}
	if (w->has_value && !trace_number(w->value, f->max, &number))
		return refuse(d, "not a value for it", w);
	switch (f->kind) {
	case KIND_U8:
		*(uint8_t *)at = (uint8_t)number;
		break;
	case KIND_BOOL:
		*(bool *)at = number;
		break;
	case KIND_U16:
		*(uint16_t *)at = (uint16_t)number;
		break;
	case KIND_U64:
		*(uint64_t *)at = number;
		break;
	case KIND_TEXT:
	case KIND_ID:
		abort();
	}
	return 0;
}

static int property_read(struct draft *d, const struct trace_word *w)
{
	bool is_will = span_starts(w->name, SPAN_LITERAL("will."));
	bool is_absent = span_starts(w->name, SPAN_LITERAL("!"));
	struct span name = span_skip(w->name, is_will ? 5 : is_absent);
	enum mqtt_property id = trace_property_find(name);

	if (!id || w->has_value == is_absent)
		return refuse(d, "unknown word", w);
	d->packet.mask.shown |= MQTT_PROPERTY_BIT(id);
	if (is_absent)
		return 0;
	if (trace_is(w->value, "*"))
		d->packet.mask.any |= MQTT_PROPERTY_BIT(id);
	if (!trace_property_encode(is_will ? &d->will_props : &d->props, id, w->value))
		return refuse(d, "not a value for it", w);
	return 0;
}

/* A word that is no field: a topic, a filter, a payload, a reason code, a property. */
static int word_read(struct draft *d, const struct trace_word *w)
{
	enum mqtt_type type = d->packet.type;
	uint64_t number;
	bool is_code = BIT(type) & ANSWERS && (trace_is(w->name, "q"));

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (fields[i].types & BIT(type) && trace_is(w->name, fields[i].name))
			return field_read(d, &fields[i], w);
	if (!w->name.size && type == MQTT_PUBLISH) {
		d->payload = w->value;
		return 0;
	}
	if (is_code || (!w->has_value && span_starts(w->name, SPAN_LITERAL("0x")))) {
		if (!trace_number(is_code ? w->value : w->name, UINT8_MAX, &number) ||
			d->codes_count == CODES_MAX)
			return refuse(d, "no reason code", w);
		d->codes[d->codes_count++] = (uint8_t)number;
		return 0;
	}
	if (!w->has_value && w->name.at[0] != '!' && type == MQTT_PUBLISH) {
		d->topic = w->name;
		return 0;
	}
	if (!w->has_value && w->name.at[0] != '!' && BIT(type) & REQUESTS) {
		filter_end(d);
		d->filter.filter = w->name;
		return 0;
	}
	return property_read(d, w);
}

static struct span payload_of(struct draft *d, void **ret_memory)
{
	*ret_memory = NULL;
	if (!d->payload_bytes)
		return d->payload;
	*ret_memory = malloc(d->payload_bytes);
	if (!*ret_memory)
		abort();
	memset(*ret_memory, 'x', d->payload_bytes);
	return span_of(*ret_memory, d->payload_bytes);
}

static void publish_write(struct writer *w, struct draft *d, const struct mqtt_props *props)
{
	struct mqtt_publish p = {.qos = d->qos,
		.is_dup = d->flag_dup,
		.is_retained = d->flag_retain,
		.packet_id = d->id,
		.topic = d->topic,
		.props = *props};
	void *memory;

	p.payload = payload_of(d, &memory);
	mqtt_publish_encode(w, d->packet.version, &p);
	free(memory);
}

static void connect_write(struct writer *w, struct draft *d, const struct mqtt_props *props)
{
	d->connect.version = d->packet.version;
	d->connect.is_clean_start = d->flag_clean;
	d->connect.props = *props;
	mqtt_props_init(&d->connect.will.props);
	d->connect.will.props.raw = writer_span(&d->will_props);
	mqtt_connect_encode(w, &d->connect);
}

static void packet_write(struct writer *w, struct draft *d)
{
	enum mqtt_type type = d->packet.type;
	enum mqtt_version version = d->packet.version;
	uint8_t code = d->codes_count ? d->codes[0] : 0;
	struct mqtt_props props;

	mqtt_props_init(&props);
	props.raw = writer_span(&d->props);
	switch (type) {
	case MQTT_CONNECT:
		connect_write(w, d, &props);
		return;
	case MQTT_CONNACK:
		mqtt_connack_encode(
			w, version, &(struct mqtt_connack){d->flag_present, code, props});
		return;
	case MQTT_PUBLISH:
		publish_write(w, d, &props);
		return;
	case MQTT_PUBACK:
	case MQTT_PUBREC:
	case MQTT_PUBREL:
	case MQTT_PUBCOMP:
		mqtt_ack_encode(w, type, version, &(struct mqtt_ack){d->id, code, props});
		return;
	case MQTT_SUBSCRIBE:
	case MQTT_UNSUBSCRIBE:
		filter_end(d);
		mqtt_subscribe_encode(w, type, version,
			&(struct mqtt_subscribe){d->id, props, writer_span(&d->filters), 0});
		return;
	case MQTT_SUBACK:
	case MQTT_UNSUBACK:
		mqtt_suback_encode(w, type, version,
			&(struct mqtt_suback){d->id, props, span_of(d->codes, d->codes_count)});
		return;
	case MQTT_DISCONNECT:
	case MQTT_AUTH:
		mqtt_disconnect_encode(w, type, version, &(struct mqtt_disconnect){code, props});
		return;
	case MQTT_PINGREQ:
	case MQTT_PINGRESP:
		mqtt_ping_encode(w, type);
		return;
	case MQTT_TYPES:
		abort();
	}
}

/* Packets that have an id are not encoded without one. */
static int draft_check(struct draft *d, const struct trace_word *w)
{
	enum mqtt_type type = d->packet.type;
	unsigned version = d->packet.version;
	bool has_id = BIT(type) & (ACKS | REQUESTS | ANSWERS) || d->qos;

	if (has_id != (d->id != 0))
		return refuse(d, has_id ? "it needs an id" : "it has no id", w);
	if (version < MQTT_3_1 || version > MQTT_5 || (type == MQTT_AUTH && version != MQTT_5))
		return refuse(d, "not in this version", w);
	if (d->flag_dup && !d->qos)
		return refuse(d, "dup without QoS", w);
	if (type == MQTT_CONNACK && d->flag_present && d->codes_count && d->codes[0])
		return refuse(d, "session present and refused", w);
	return 0;
}

int trace_packet_encode(struct writer *w, struct trace_packet *ret, enum mqtt_version version,
	const struct trace_item *item, const struct trace_variables *variables,
	struct trace_fault *fault)
{
	uint8_t *memory = malloc(FILTERS_BYTES_MAX + 2 * PROPERTIES_BYTES_MAX);
	struct draft d = {.variables = variables, .item = item, .fault = fault, .flag_clean = 1};
	int err = 0;

	if (!memory)
		abort();
	d.filters = writer_of(memory, FILTERS_BYTES_MAX);
	d.props = writer_of(memory + FILTERS_BYTES_MAX, PROPERTIES_BYTES_MAX);
	d.will_props =
		writer_of(memory + FILTERS_BYTES_MAX + PROPERTIES_BYTES_MAX, PROPERTIES_BYTES_MAX);
	d.packet.type = (enum mqtt_type)type_of(item->words->name);
	d.packet.version = d.packet.type == MQTT_CONNECT ? MQTT_5 : version;
	for (const struct trace_word *at = item->words->next; at && !err; at = at->next)
		err = word_read(&d, at);
	if (!err)
		err = draft_check(&d, item->words);
	if (!err) {
		if (d.packet.type == MQTT_PUBLISH || d.is_exact)
			d.packet.mask.shown = UINT64_MAX;
		packet_write(w, &d);
		*ret = d.packet;
		if (w->is_full)
			err = refuse(&d, "too large for a trace", item->words);
	}
	free(memory);
	return err;
}
