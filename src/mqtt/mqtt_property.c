/* mqtt_property.c - one row a property; reading, writing and walking all follow the rows.
 *
 * A list is checked whole when it is decoded.  The walkers at the end therefore say no more of one
 * that is not in order than that it ends. */
#include "mqtt/mqtt_property.h"

#include "mqtt/mqtt_field.h"
#include "mqtt/mqtt_frame.h"

#include <assert.h>

#define IN(place)      (UINT32_C(1) << (place))
#define IN_MESSAGE     (IN(MQTT_PUBLISH) | IN(MQTT_IN_WILL))
#define IN_HANDSHAKE   (IN(MQTT_CONNECT) | IN(MQTT_CONNACK))
#define IN_SUBSCRIBING (IN(MQTT_SUBSCRIBE) | IN(MQTT_UNSUBSCRIBE))
#define IN_ANSWER                                                                                  \
	(IN(MQTT_CONNACK) | IN(MQTT_PUBACK) | IN(MQTT_PUBREC) | IN(MQTT_PUBREL) |                  \
		IN(MQTT_PUBCOMP) | IN(MQTT_SUBACK) | IN(MQTT_UNSUBACK) | IN(MQTT_DISCONNECT) |     \
		IN(MQTT_AUTH))
#define IN_ALL (IN_MESSAGE | IN_SUBSCRIBING | IN_ANSWER | IN(MQTT_CONNECT))

enum kind {
	KIND_NONE, /* no such property */
	KIND_U8,
	KIND_U16,
	KIND_U32,
	KIND_VARINT,
	KIND_TEXT,
	KIND_TOPIC, /* a text that is a topic name */
	KIND_DATA,
	KIND_PAIR, /* two texts; they have no field, and are encoded from `raw` only */
};

static const struct property {
	const char *name;
	enum kind kind;
	size_t offset;            /* of its field in struct mqtt_props */
	uint32_t where, repeats;  /* bits of places: may stand, may stand more than once */
	uint32_t min, max;        /* of a number */
	enum mqtt_reason outside; /* what a number beyond them is answered with */
} properties[MQTT_PROPERTIES] = {
#define FIELD(name) offsetof(struct mqtt_props, name)
#define ANY         0, UINT32_MAX, MQTT_PROTOCOL_ERROR
#define BOOLEAN     0, 1, MQTT_PROTOCOL_ERROR
#define NOT_ZERO    1, UINT32_MAX, MQTT_PROTOCOL_ERROR
	/* clang-format off */
	[MQTT_PAYLOAD_FORMAT_INDICATOR] = {"payload-format-indicator", KIND_U8,
		FIELD(payload_format), IN_MESSAGE, 0, BOOLEAN},
	[MQTT_MESSAGE_EXPIRY_INTERVAL] = {"message-expiry-interval", KIND_U32,
		FIELD(message_expiry_s), IN_MESSAGE, 0, ANY},
	[MQTT_CONTENT_TYPE] = {"content-type", KIND_TEXT,
		FIELD(content_type), IN_MESSAGE, 0, ANY},
	[MQTT_RESPONSE_TOPIC] = {"response-topic", KIND_TOPIC,
		FIELD(response_topic), IN_MESSAGE, 0, ANY},
	[MQTT_CORRELATION_DATA] = {"correlation-data", KIND_DATA,
		FIELD(correlation_data), IN_MESSAGE, 0, ANY},
	[MQTT_SUBSCRIPTION_IDENTIFIER] = {"subscription-identifier", KIND_VARINT,
		FIELD(subscription_id), IN(MQTT_PUBLISH) | IN(MQTT_SUBSCRIBE), IN(MQTT_PUBLISH),
		NOT_ZERO},
	[MQTT_SESSION_EXPIRY_INTERVAL] = {"session-expiry-interval", KIND_U32,
		FIELD(session_expiry_s), IN_HANDSHAKE | IN(MQTT_DISCONNECT), 0, ANY},
	[MQTT_ASSIGNED_CLIENT_IDENTIFIER] = {"assigned-client-identifier", KIND_TEXT,
		FIELD(assigned_client_id), IN(MQTT_CONNACK), 0, ANY},
	[MQTT_SERVER_KEEP_ALIVE] = {"server-keep-alive", KIND_U16,
		FIELD(server_keepalive_s), IN(MQTT_CONNACK), 0, ANY},
	[MQTT_AUTHENTICATION_METHOD] = {"authentication-method", KIND_TEXT,
		FIELD(auth_method), IN_HANDSHAKE | IN(MQTT_AUTH), 0, ANY},
	[MQTT_AUTHENTICATION_DATA] = {"authentication-data", KIND_DATA,
		FIELD(auth_data), IN_HANDSHAKE | IN(MQTT_AUTH), 0, ANY},
	[MQTT_REQUEST_PROBLEM_INFORMATION] = {"request-problem-information", KIND_U8,
		FIELD(request_problem), IN(MQTT_CONNECT), 0, BOOLEAN},
	[MQTT_WILL_DELAY_INTERVAL] = {"will-delay-interval", KIND_U32,
		FIELD(will_delay_s), IN(MQTT_IN_WILL), 0, ANY},
	[MQTT_REQUEST_RESPONSE_INFORMATION] = {"request-response-information", KIND_U8,
		FIELD(request_response), IN(MQTT_CONNECT), 0, BOOLEAN},
	[MQTT_RESPONSE_INFORMATION] = {"response-information", KIND_TEXT,
		FIELD(response_information), IN(MQTT_CONNACK), 0, ANY},
	[MQTT_SERVER_REFERENCE] = {"server-reference", KIND_TEXT,
		FIELD(server_reference), IN(MQTT_CONNACK) | IN(MQTT_DISCONNECT), 0, ANY},
	[MQTT_REASON_STRING] = {"reason-string", KIND_TEXT,
		FIELD(reason_string), IN_ANSWER, 0, ANY},
	[MQTT_RECEIVE_MAXIMUM] = {"receive-maximum", KIND_U16,
		FIELD(receive_max), IN_HANDSHAKE, 0, NOT_ZERO},
	[MQTT_TOPIC_ALIAS_MAXIMUM] = {"topic-alias-maximum", KIND_U16,
		FIELD(topic_alias_max), IN_HANDSHAKE, 0, ANY},
	[MQTT_TOPIC_ALIAS] = {"topic-alias", KIND_U16,
		FIELD(topic_alias), IN(MQTT_PUBLISH), 0, 1, UINT32_MAX, MQTT_TOPIC_ALIAS_INVALID},
	[MQTT_MAXIMUM_QOS] = {"maximum-qos", KIND_U8,
		FIELD(qos_max), IN(MQTT_CONNACK), 0, BOOLEAN},
	[MQTT_RETAIN_AVAILABLE] = {"retain-available", KIND_U8,
		FIELD(retain_available), IN(MQTT_CONNACK), 0, BOOLEAN},
	[MQTT_USER_PROPERTY] = {"user-property", KIND_PAIR,
		0, IN_ALL, IN_ALL, ANY},
	[MQTT_MAXIMUM_PACKET_SIZE] = {"maximum-packet-size", KIND_U32,
		FIELD(packet_bytes_max), IN_HANDSHAKE, 0, NOT_ZERO},
	[MQTT_WILDCARD_SUBSCRIPTION_AVAILABLE] = {"wildcard-subscription-available", KIND_U8,
		FIELD(wildcard_available), IN(MQTT_CONNACK), 0, BOOLEAN},
	[MQTT_SUBSCRIPTION_IDENTIFIER_AVAILABLE] = {"subscription-identifier-available", KIND_U8,
		FIELD(subscription_id_available), IN(MQTT_CONNACK), 0, BOOLEAN},
	[MQTT_SHARED_SUBSCRIPTION_AVAILABLE] = {"shared-subscription-available", KIND_U8,
		FIELD(shared_available), IN(MQTT_CONNACK), 0, BOOLEAN},
	/* clang-format on */
};

static const struct mqtt_props props_absent = {
	.request_problem = 1,
	.qos_max = 2,
	.retain_available = 1,
	.wildcard_available = 1,
	.subscription_id_available = 1,
	.shared_available = 1,
	.receive_max = UINT16_MAX,
	.packet_bytes_max = MQTT_PACKET_MAX,
};

/* What a property says; its kind tells which member. */
struct value {
	uint32_t number;
	struct span bytes; /* of a pair: its value */
	struct span name;
};

static struct value value_read(struct reader *r, enum kind kind)
{
	struct value v = {0};

	switch (kind) {
	case KIND_NONE:
		break;
	case KIND_U8:
		v.number = reader_u8(r);
		break;
	case KIND_U16:
		v.number = reader_u16(r);
		break;
	case KIND_U32:
		v.number = reader_u32(r);
		break;
	case KIND_VARINT:
		v.number = mqtt_field_varint(r);
		break;
	case KIND_PAIR:
		v.name = mqtt_field_text(r); /* [MQTT-1.5.7-1] */
		v.bytes = mqtt_field_text(r);
		break;
	case KIND_TEXT:
	case KIND_TOPIC:
		v.bytes = mqtt_field_text(r);
		break;
	case KIND_DATA:
		v.bytes = reader_string16(r);
		break;
	}
	return v;
}

static void value_write(struct writer *w, enum kind kind, struct value v)
{
	switch (kind) {
	case KIND_NONE:
	case KIND_PAIR:
		break;
	case KIND_U8:
		writer_u8(w, (uint8_t)v.number);
		break;
	case KIND_U16:
		writer_u16(w, (uint16_t)v.number);
		break;
	case KIND_U32:
		writer_u32(w, v.number);
		break;
	case KIND_VARINT:
		mqtt_varint_encode(w, v.number);
		break;
	case KIND_TEXT:
	case KIND_TOPIC:
	case KIND_DATA:
		writer_string16(w, v.bytes);
		break;
	}
}

static size_t value_size(enum kind kind, struct value v)
{
	switch (kind) {
	case KIND_NONE:
	case KIND_PAIR:
		break;
	case KIND_U8:
		return 1;
	case KIND_U16:
		return 2;
	case KIND_U32:
		return 4;
	case KIND_VARINT:
		return mqtt_varint_size(v.number);
	case KIND_TEXT:
	case KIND_TOPIC:
	case KIND_DATA:
		return 2 + v.bytes.size;
	}
	return 0;
}

/* Puts a value into its field; pairs have none. */
static void value_store(struct mqtt_props *p, const struct property *row, struct value v)
{
	unsigned char *field = (unsigned char *)p + row->offset;
	uint8_t u8 = (uint8_t)v.number;
	uint16_t u16 = (uint16_t)v.number;

	switch (row->kind) {
	case KIND_NONE:
	case KIND_PAIR:
		break;
	case KIND_U8:
		memcpy(field, &u8, sizeof(u8));
		break;
	case KIND_U16:
		memcpy(field, &u16, sizeof(u16));
		break;
	case KIND_U32:
	case KIND_VARINT:
		memcpy(field, &v.number, sizeof(v.number));
		break;
	case KIND_TEXT:
	case KIND_TOPIC:
	case KIND_DATA:
		memcpy(field, &v.bytes, sizeof(v.bytes));
		break;
	}
}

/* Takes a value out of its field. */
static struct value value_load(const struct mqtt_props *p, const struct property *row)
{
	const unsigned char *field = (const unsigned char *)p + row->offset;
	struct value v = {0};
	uint16_t u16;

	switch (row->kind) {
	case KIND_NONE:
	case KIND_PAIR:
		break;
	case KIND_U8:
		v.number = *field;
		break;
	case KIND_U16:
		memcpy(&u16, field, sizeof(u16));
		v.number = u16;
		break;
	case KIND_U32:
	case KIND_VARINT:
		memcpy(&v.number, field, sizeof(v.number));
		break;
	case KIND_TEXT:
	case KIND_TOPIC:
	case KIND_DATA:
		memcpy(&v.bytes, field, sizeof(v.bytes));
		break;
	}
	return v;
}

/* Reads one property into *p.  0 or a negative reason. */
static int property_decode(struct reader *r, unsigned where, struct mqtt_props *p)
{
	unsigned id = reader_u8(r);
	const struct property *row;
	struct value v;

	if (id >= MQTT_PROPERTIES || !mqtt_property_fits(id, where))
		return -MQTT_MALFORMED_PACKET; /* [U50-2.2.2.2-1] */
	row = &properties[id];
	if (p->present & MQTT_PROPERTY_BIT(id) && !(row->repeats & IN(where)))
		return -MQTT_PROTOCOL_ERROR;
	v = value_read(r, row->kind);
	if (r->is_short)
		return -MQTT_MALFORMED_PACKET;
	/* A response topic is a topic name. [MQTT-3.3.2-14] [MQTT-4.7.3-1] */
	if (row->kind == KIND_TOPIC && (v.bytes.size == 0 || mqtt_field_has_wildcard(v.bytes)))
		return -MQTT_MALFORMED_PACKET;
	if (v.number < row->min || v.number > row->max)
		return -(int)row->outside;
	p->present |= MQTT_PROPERTY_BIT(id);
	value_store(p, row, v);
	return 0;
}

/* Takes one property off the front of a list: its number, or 0 at the end and where the list is not
 * in order. */
static unsigned property_next(struct reader *r, struct value *ret, struct span *ret_encoded)
{
	const uint8_t *start = r->at;
	unsigned id = reader_u8(r);

	if (r->is_short || id >= MQTT_PROPERTIES || properties[id].kind == KIND_NONE)
		return 0;
	*ret = value_read(r, properties[id].kind);
	if (r->is_short)
		return 0;
	*ret_encoded = span_of(start, (size_t)(r->at - start));
	return id;
}

void mqtt_props_init(struct mqtt_props *p)
{
	*p = props_absent;
}

int mqtt_props_decode(struct reader *r, unsigned where, struct mqtt_props *ret)
{
	struct mqtt_props p = props_absent;
	struct reader list;

	p.raw = reader_bytes(r, mqtt_field_varint(r));
	if (r->is_short)
		return -MQTT_MALFORMED_PACKET;
	list = reader_of(p.raw);
	while (reader_left(&list)) {
		int err = property_decode(&list, where, &p);

		if (err)
			return err;
	}
	*ret = p;
	return 0;
}

/* The next of the user properties that are still to be encoded. */
static bool user_next(
	const struct mqtt_user *u, size_t *place, struct span *ret_name, struct span *ret_value)
{
	return u->next && u->next(u, place, ret_name, ret_value);
}

/* Bytes of the list without its length. */
static size_t props_list_size(const struct mqtt_props *p)
{
	size_t size = p->raw.size, place = 0;
	struct span name, value;

	for (unsigned id = 1; p->present >> id; id++)
		if (p->present & MQTT_PROPERTY_BIT(id) && id != MQTT_USER_PROPERTY)
			size += 1 + value_size(properties[id].kind, value_load(p, &properties[id]));
	while (user_next(&p->user, &place, &name, &value))
		size += 1 + 2 + name.size + 2 + value.size;
	return size;
}

size_t mqtt_props_size(const struct mqtt_props *p)
{
	size_t size = props_list_size(p);

	return size > MQTT_REMAINING_MAX ? size : mqtt_varint_size((uint32_t)size) + size;
}

void mqtt_props_encode(struct writer *w, const struct mqtt_props *p)
{
	size_t size = props_list_size(p), place = 0;
	struct span name, value;

	/* [MQTT-2.2.2-1] */
	mqtt_varint_encode(w, size > MQTT_REMAINING_MAX ? UINT32_MAX : (uint32_t)size);
	for (unsigned id = 1; p->present >> id; id++) {
		if (!(p->present & MQTT_PROPERTY_BIT(id)) || id == MQTT_USER_PROPERTY)
			continue;
		writer_u8(w, (uint8_t)id);
		value_write(w, properties[id].kind, value_load(p, &properties[id]));
	}
	writer_bytes(w, p->raw);
	while (user_next(&p->user, &place, &name, &value))
		mqtt_props_encode_user(w, name, value);
}

unsigned mqtt_props_next(struct reader *r)
{
	struct span encoded;
	struct value v;

	return property_next(r, &v, &encoded);
}

bool mqtt_props_next_user(struct reader *r, struct span *ret_name, struct span *ret_value)
{
	struct value v;
	struct span encoded;
	unsigned id;

	while ((id = property_next(r, &v, &encoded))) {
		if (id == MQTT_USER_PROPERTY) {
			*ret_name = v.name;
			*ret_value = v.bytes;
			return true;
		}
	}
	return false;
}

bool mqtt_props_next_subscription_id(struct reader *r, uint32_t *ret_id)
{
	struct value v;
	struct span encoded;
	unsigned id;

	while ((id = property_next(r, &v, &encoded))) {
		if (id == MQTT_SUBSCRIPTION_IDENTIFIER) {
			*ret_id = v.number;
			return true;
		}
	}
	return false;
}

size_t mqtt_props_copy(struct writer *w, struct span raw, uint64_t which)
{
	struct reader r = reader_of(raw);
	struct span encoded;
	struct value v;
	size_t size = 0;
	uint8_t *at;
	unsigned id;

	while ((id = property_next(&r, &v, &encoded)))
		if (which & MQTT_PROPERTY_BIT(id))
			size += encoded.size;
	at = size ? writer_take(w, size) : NULL;
	if (!at)
		return size;
	r = reader_of(raw);
	while ((id = property_next(&r, &v, &encoded))) {
		if (which & MQTT_PROPERTY_BIT(id)) {
			memcpy(at, encoded.at, encoded.size);
			at += encoded.size;
		}
	}
	return size;
}

void mqtt_props_encode_user(struct writer *w, struct span name, struct span value)
{
	writer_u8(w, MQTT_USER_PROPERTY);
	writer_string16(w, name);
	writer_string16(w, value);
}

enum mqtt_property mqtt_property_by_name(struct span name)
{
	for (unsigned id = 1; id < MQTT_PROPERTIES; id++)
		if (properties[id].name && span_equal(name, span_of_text(properties[id].name)))
			return id;
	return 0;
}

bool mqtt_property_fits(enum mqtt_property id, unsigned where)
{
	assert(id < MQTT_PROPERTIES && where <= MQTT_IN_WILL);
	return properties[id].where & IN(where);
}
