/* mqtt_publish.c - the packets that carry a message and those that acknowledge it.
 *
 * A broker spends most of its decoding here: a PUBLISH is read once, front to back. */
#include "mqtt/mqtt_publish.h"

#include "mqtt/mqtt_field.h"

#include <assert.h>

enum { FLAG_RETAIN = 1, FLAG_DUP = 8 };

int mqtt_publish_decode(
	const struct mqtt_frame *f, enum mqtt_version version, struct mqtt_publish *ret)
{
	struct reader r = reader_of(f->body);
	struct mqtt_publish p;
	int err;

	p.qos = f->flags >> 1 & 3;
	p.is_dup = f->flags & FLAG_DUP;
	p.is_retained = f->flags & FLAG_RETAIN;
	/* [MQTT-3.3.1-4] [U50-3.3.1.2-1] [MQTT-3.3.1-2] */
	if (p.qos == 3 || (p.qos == 0 && p.is_dup))
		return -MQTT_MALFORMED_PACKET;
	p.topic = mqtt_field_text(&r);                      /* [MQTT-3.3.2-1] */
	p.packet_id = p.qos ? reader_u16(&r) : 0;           /* [MQTT-2.2.1-2] */
	if (r.is_short || mqtt_field_has_wildcard(p.topic)) /* [MQTT-3.3.2-2] */
		return -MQTT_MALFORMED_PACKET;
	if (p.qos && p.packet_id == 0) /* [MQTT-2.2.1-3] [MQTT-2.2.1-4] */
		return -MQTT_PROTOCOL_ERROR;
	err = mqtt_field_props_decode(&r, version, MQTT_PUBLISH, &p.props);
	if (err)
		return err;
	/* [MQTT-4.7.3-1] [U50-3.3.2.1-1] */
	if (p.topic.size == 0 && !(p.props.present & MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS)))
		return -MQTT_PROTOCOL_ERROR;
	p.payload = reader_rest(&r);
	*ret = p;
	return 0;
}

void mqtt_publish_encode_head(
	struct writer *w, enum mqtt_version version, const struct mqtt_publish *p)
{
	uint8_t flags = (uint8_t)((p->is_dup ? FLAG_DUP : 0) | p->qos << 1 |
		(p->is_retained ? FLAG_RETAIN : 0));
	size_t body_bytes = 2 + p->topic.size + (p->qos ? 2 : 0) +
		mqtt_field_props_size(version, &p->props) + p->payload.size;

	assert(p->qos <= 2 && (p->qos > 0) == (p->packet_id != 0));
	assert(p->qos || !p->is_dup); /* [MQTT-3.3.1-2] */
	mqtt_frame_encode(w, MQTT_PUBLISH, flags, body_bytes);
	writer_string16(w, p->topic);
	if (p->qos)
		writer_u16(w, p->packet_id);
	mqtt_field_props_encode(w, version, &p->props);
}

void mqtt_publish_encode(struct writer *w, enum mqtt_version version, const struct mqtt_publish *p)
{
	mqtt_publish_encode_head(w, version, p);
	writer_bytes(w, p->payload);
}

int mqtt_ack_decode(const struct mqtt_frame *f, enum mqtt_version version, struct mqtt_ack *ret)
{
	struct reader r = reader_of(f->body);
	struct mqtt_ack p = {.packet_id = reader_u16(&r)};
	int err;

	mqtt_props_init(&p.props);
	/* The reason and, after it, the properties may be left out.  Sections 3.4.2.1, 3.4.2.2.1 */
	if (version == MQTT_5 && reader_left(&r))
		p.reason = reader_u8(&r);
	if (version == MQTT_5 && reader_left(&r)) {
		err = mqtt_props_decode(&r, f->type, &p.props);
		if (err)
			return err;
	}
	if (r.is_short || reader_left(&r))
		return -MQTT_MALFORMED_PACKET;
	/* [MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.6.2-1] [MQTT-3.7.2-1] */
	if (p.packet_id == 0 || !mqtt_reason_fits(p.reason, f->type))
		return -MQTT_PROTOCOL_ERROR;
	*ret = p;
	return 0;
}

void mqtt_ack_encode(
	struct writer *w, enum mqtt_type type, enum mqtt_version version, const struct mqtt_ack *p)
{
	size_t props_bytes = mqtt_field_props_size(version, &p->props);
	bool has_props = props_bytes > 1; /* an empty list is its length alone */
	bool has_reason = has_props || (version == MQTT_5 && p->reason != MQTT_SUCCESS);

	assert(p->packet_id != 0);
	mqtt_frame_encode(w, type, type == MQTT_PUBREL ? 2 : 0,
		2 + (size_t)has_reason + (has_props ? props_bytes : 0));
	writer_u16(w, p->packet_id);
	if (has_reason)
		writer_u8(w, p->reason);
	if (has_props)
		mqtt_props_encode(w, &p->props);
}
