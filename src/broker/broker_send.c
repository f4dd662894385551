/* broker_send.c - writes the head of each PUBLISH; the payload goes by reference. */
#include "broker/broker_send.h"

#include "broker/broker_state.h"
#include "mqtt/mqtt_publish.h"

enum {
	HEAD_BYTES_MAX = 32, /* without topic and properties of variable size */
	ID_BYTES_MAX = 5,
	ACK_BYTES_MAX = 8,
};

/* The forwarded properties with the subscription identifiers in front. */
static struct span raw_properties(struct broker *b, const struct broker_delivery *d)
{
	size_t count = 0;
	struct writer w;

	if (!d->ids)
		return d->message->props;
	for (const struct broker_delivery_id *id = d->ids; id; id = id->next)
		count++;
	w = broker_conn_packet(b, count * ID_BYTES_MAX + d->message->props.size);
	for (const struct broker_delivery_id *id = d->ids; id; id = id->next) {
		writer_u8(&w, MQTT_SUBSCRIPTION_IDENTIFIER);
		mqtt_varint_encode(&w, id->id);
	}
	writer_bytes(&w, d->message->props);
	return writer_span(&w);
}

/* True when the packet teaches the client a new alias. */
static bool set_properties(struct broker *b, struct broker_conn *c, const struct broker_delivery *d,
	struct mqtt_publish *p)
{
	const struct broker_message *m = d->message;
	bool is_known = false;

	mqtt_props_init(&p->props);
	if (c->version != MQTT_5)
		return false;
	p->props.raw = raw_properties(b, d);
	if (m->expires_ms != MSEC_NEVER) { /* [MQTT-3.3.2-6] */
		p->props.present |= MQTT_PROPERTY_BIT(MQTT_MESSAGE_EXPIRY_INTERVAL);
		p->props.message_expiry_s = broker_message_left_s(m, b->now.mono);
	}
	if (c->alias_out.max)
		p->props.topic_alias =
			broker_alias_out_use(&c->alias_out, b->alloc, m->topic, &is_known);
	if (p->props.topic_alias)
		p->props.present |= MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS);
	if (is_known)
		p->topic = span_of(NULL, 0);
	return p->props.topic_alias && !is_known;
}

bool broker_send_publish(struct broker *b, struct broker_conn *c, const struct broker_delivery *d)
{
	struct broker_message *m = d->message;
	struct mqtt_publish p = {.qos = d->qos,
		.is_dup = d->state != OUT_QUEUED, /* [MQTT-3.3.1-1] [MQTT-3.3.1-3] */
		.is_retained = d->is_retained,
		.packet_id = d->packet_id,
		.topic = m->topic,
		.payload = m->payload};
	struct writer w;
	bool is_alias_new;

	is_alias_new = set_properties(b, c, d, &p);
	w = broker_conn_packet(b, HEAD_BYTES_MAX + p.topic.size + p.props.raw.size);
	mqtt_publish_encode_head(&w, c->version, &p);
	if (is_alias_new && writer_span(&w).size + m->payload.size > c->packet_bytes_max) {
		broker_alias_out_undo(&c->alias_out, b->alloc);
		p.props.present &= ~MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS);
		w.at = w.start;
		mqtt_publish_encode_head(&w, c->version, &p);
	}
	if (writer_span(&w).size + m->payload.size > c->packet_bytes_max) /* [MQTT-3.1.2-25] */
		return false;
	broker_conn_send(b, c, &w, m);
	b->stats.publishes_sent++;
	b->stats.publish_bytes_sent += m->payload.size;
	broker_tell(b, BROKER_NOTE_PUBLISH_SENT, c,
		&(struct broker_note){
			.topic = m->topic, .reason = d->qos, .number = (int64_t)m->payload.size});
	return true;
}

void broker_send_ack(struct broker *b, struct broker_conn *c, enum mqtt_type type,
	uint16_t packet_id, enum mqtt_reason reason)
{
	struct mqtt_ack ack = {.packet_id = packet_id, .reason = (uint8_t)reason};
	struct writer w = broker_conn_packet(b, ACK_BYTES_MAX);

	mqtt_props_init(&ack.props);
	mqtt_ack_encode(&w, type, c->version, &ack);
	broker_conn_send(b, c, &w, NULL);
}
