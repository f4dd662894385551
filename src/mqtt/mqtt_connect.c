/* mqtt_connect.c - the first packet in each direction, which settles the version.
 *
 * CONNECT is a row of optional fields: its flags say which are there. */
#include "mqtt/mqtt_connect.h"

#include "mqtt/mqtt_field.h"

#include <assert.h>

enum {
	FLAG_RESERVED = 0x01,
	FLAG_CLEAN_START = 0x02,
	FLAG_WILL = 0x04,
	FLAG_WILL_QOS = 0x18,
	FLAG_WILL_RETAIN = 0x20,
	FLAG_PASSWORD = 0x40,
	FLAG_USER_NAME = 0x80,
	LEVEL_NUMBER = 0x7f,
	LEVEL_BRIDGE = 0x80
};

#define NAME     SPAN_LITERAL("MQTT")
#define NAME_3_1 SPAN_LITERAL("MQIsdp")

static struct span name_of(enum mqtt_version version)
{
	return version == MQTT_3_1 ? NAME_3_1 : NAME;
}

/* 0 or a negative reason. */
static int version_decode(struct reader *r, struct mqtt_connect *p, uint8_t *ret_level)
{
	struct span name = reader_string16(r);
	uint8_t level = reader_u8(r);
	uint8_t number = level & LEVEL_NUMBER;

	if (r->is_short)
		return -MQTT_MALFORMED_PACKET;
	*ret_level = span_equal(name, NAME) || span_equal(name, NAME_3_1) ? level : 0;
	if (level == MQTT_5 || number == MQTT_3_1_1 || number == MQTT_3_1) {
		p->version = number;
		p->is_bridge = level & LEVEL_BRIDGE;
		if (span_equal(name, name_of(p->version)))
			return 0;
	}
	return -MQTT_UNSUPPORTED_VERSION; /* [MQTT-3.1.2-1] [MQTT-3.1.2-2] */
}

/* Takes out of *flags what this version disregards.  0 or a negative reason. */
static int flags_check(uint8_t *flags, enum mqtt_version version)
{
	unsigned f = *flags;

	if (version == MQTT_3_1) {
		f &= ~(unsigned)FLAG_RESERVED;
		if (!(f & FLAG_WILL))
			f &= ~(unsigned)(FLAG_WILL_QOS | FLAG_WILL_RETAIN);
	}
	*flags = (uint8_t)f;
	if (f & FLAG_RESERVED) /* [MQTT-3.1.2-3] */
		return -MQTT_MALFORMED_PACKET;
	/* [MQTT-3.1.2-11] [MQTT-3.1.2-12] [MQTT-3.1.2-13]; 3.1.1: -13, -14 and -15 */
	if ((f & FLAG_WILL_QOS) == FLAG_WILL_QOS ||
		(!(f & FLAG_WILL) && f & (FLAG_WILL_QOS | FLAG_WILL_RETAIN)))
		return -MQTT_MALFORMED_PACKET;
	/* [MQTT-3.1.2-22] of 3.1.1 */
	if (version != MQTT_5 && (f & (FLAG_USER_NAME | FLAG_PASSWORD)) == FLAG_PASSWORD)
		return -MQTT_MALFORMED_PACKET;
	return 0;
}

/* 0 or a negative reason. */
static int will_decode(
	struct reader *r, uint8_t flags, enum mqtt_version version, struct mqtt_will *ret)
{
	int err;

	*ret = (struct mqtt_will){
		.qos = (flags & FLAG_WILL_QOS) >> 3,
		.is_retained = flags & FLAG_WILL_RETAIN,
	};
	if (!(flags & FLAG_WILL)) {
		mqtt_props_init(&ret->props);
		return 0;
	}
	err = mqtt_field_props_decode(r, version, MQTT_IN_WILL, &ret->props);
	ret->topic = mqtt_field_text(r); /* [MQTT-3.1.3-11] */
	ret->payload = reader_string16(r);
	return err;
}

static void user_decode(struct reader *r, uint8_t flags, struct mqtt_connect *p)
{
	/* MQTT 3.1: a name or password that is announced may be missing all the same. */
	bool may_lack = p->version == MQTT_3_1;

	p->has_user_name = flags & FLAG_USER_NAME && !(may_lack && reader_left(r) == 0);
	if (p->has_user_name)
		p->user_name = mqtt_field_text(r); /* [MQTT-3.1.3-12] */
	p->has_password = flags & FLAG_PASSWORD && !(may_lack && reader_left(r) == 0);
	if (p->has_password)
		p->password = reader_string16(r);
}

int mqtt_connect_decode(const struct mqtt_frame *f, struct mqtt_connect *ret, uint8_t *ret_level)
{
	struct reader r = reader_of(f->body);
	struct mqtt_connect p = {0};
	uint8_t flags;
	int err = version_decode(&r, &p, ret_level);

	if (err)
		return err;
	flags = reader_u8(&r);
	p.keepalive_s = reader_u16(&r);
	if (r.is_short)
		return -MQTT_MALFORMED_PACKET;
	err = flags_check(&flags, p.version);
	if (err)
		return err;
	p.is_clean_start = flags & FLAG_CLEAN_START;
	p.has_will = flags & FLAG_WILL;
	err = mqtt_field_props_decode(&r, p.version, MQTT_CONNECT, &p.props);
	if (err)
		return err;
	/* [MQTT-3.1.3-1]; what is flagged must be there, and nothing else. */
	p.client_id = mqtt_field_text(&r); /* [MQTT-3.1.3-3] [MQTT-3.1.3-4] */
	err = will_decode(&r, flags, p.version, &p.will);
	if (err)
		return err;
	user_decode(&r, flags, &p);
	if (r.is_short || reader_left(&r))
		return -MQTT_MALFORMED_PACKET;
	/* [U50-3.1.2.11.10-1] */
	if (p.props.present & MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_DATA) &&
		!(p.props.present & MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_METHOD)))
		return -MQTT_PROTOCOL_ERROR;
	*ret = p;
	return 0;
}

static uint8_t flags_of(const struct mqtt_connect *p)
{
	unsigned flags = p->is_clean_start ? FLAG_CLEAN_START : 0;

	if (p->has_will)
		flags |= FLAG_WILL | (unsigned)p->will.qos << 3 |
			(p->will.is_retained ? FLAG_WILL_RETAIN : 0);
	flags |= p->has_user_name ? FLAG_USER_NAME : 0;
	flags |= p->has_password ? FLAG_PASSWORD : 0;
	return (uint8_t)flags;
}

static size_t body_size(const struct mqtt_connect *p)
{
	size_t size = 2 + name_of(p->version).size + 1 + 1 + 2 + 2 + p->client_id.size;

	size += mqtt_field_props_size(p->version, &p->props);
	if (p->has_will)
		size += mqtt_field_props_size(p->version, &p->will.props) + 2 + p->will.topic.size +
			2 + p->will.payload.size;
	if (p->has_user_name)
		size += 2 + p->user_name.size;
	if (p->has_password)
		size += 2 + p->password.size;
	return size;
}

void mqtt_connect_encode(struct writer *w, const struct mqtt_connect *p)
{
	assert(!p->is_bridge || p->version != MQTT_5);
	assert(!p->has_will || p->will.qos <= 2);
	mqtt_frame_encode(w, MQTT_CONNECT, 0, body_size(p));
	writer_string16(w, name_of(p->version));
	writer_u8(w, (uint8_t)(p->version | (p->is_bridge ? LEVEL_BRIDGE : 0)));
	writer_u8(w, flags_of(p));
	writer_u16(w, p->keepalive_s);
	mqtt_field_props_encode(w, p->version, &p->props);
	writer_string16(w, p->client_id);
	if (p->has_will) {
		mqtt_field_props_encode(w, p->version, &p->will.props);
		writer_string16(w, p->will.topic);
		writer_string16(w, p->will.payload);
	}
	if (p->has_user_name)
		writer_string16(w, p->user_name);
	if (p->has_password)
		writer_string16(w, p->password);
}

int mqtt_connack_decode(
	const struct mqtt_frame *f, enum mqtt_version version, struct mqtt_connack *ret)
{
	struct reader r = reader_of(f->body);
	uint8_t flags = reader_u8(&r);
	struct mqtt_connack p = {.reason = reader_u8(&r)};
	int err;

	if (r.is_short)
		return -MQTT_MALFORMED_PACKET;
	if (version == MQTT_3_1)
		flags = 0; /* it has none: the byte means nothing */
	p.is_session_present = flags;
	if (flags > 1) /* [MQTT-3.2.2-1] [U311-3.2.2.1-1] */
		return -MQTT_MALFORMED_PACKET;
	err = mqtt_field_props_decode(&r, version, MQTT_CONNACK, &p.props);
	if (err)
		return err;
	if (reader_left(&r))
		return -MQTT_MALFORMED_PACKET;
	if (version == MQTT_5 ? !mqtt_reason_fits(p.reason, MQTT_CONNACK) /* [MQTT-3.2.2-8] */
			      : p.reason > MQTT_REFUSED_NOT_AUTHORIZED)
		return -MQTT_PROTOCOL_ERROR;
	if (p.reason && p.is_session_present) /* [MQTT-3.2.2-6]; 3.1.1: [MQTT-3.2.2-4] */
		return -MQTT_PROTOCOL_ERROR;
	*ret = p;
	return 0;
}

void mqtt_connack_encode(struct writer *w, enum mqtt_version version, const struct mqtt_connack *p)
{
	bool has_flags = version != MQTT_3_1;

	assert(p->reason == 0 || !p->is_session_present);
	mqtt_frame_encode(w, MQTT_CONNACK, 0, 2 + mqtt_field_props_size(version, &p->props));
	writer_u8(w, has_flags && p->is_session_present);
	writer_u8(w, p->reason);
	mqtt_field_props_encode(w, version, &p->props);
}
