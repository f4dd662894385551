/* broker_message.c - one block: the struct, then topic, properties and payload behind it. */
#include "broker/broker_message.h"

#include "mqtt/mqtt_property.h"

static const uint64_t forwarded = /* [MQTT-3.3.2-4] [-15] [-16] [-17] [-20] */
	MQTT_PROPERTY_BIT(MQTT_PAYLOAD_FORMAT_INDICATOR) | MQTT_PROPERTY_BIT(MQTT_CONTENT_TYPE) |
	MQTT_PROPERTY_BIT(MQTT_RESPONSE_TOPIC) | MQTT_PROPERTY_BIT(MQTT_CORRELATION_DATA) |
	MQTT_PROPERTY_BIT(MQTT_USER_PROPERTY);

struct broker_ledger *broker_ledger_new(const struct allocator *alloc)
{
	struct broker_ledger *l = alloc_sure(alloc, sizeof *l);

	l->alloc = alloc;
	return l;
}

void broker_ledger_free(struct broker_ledger *l)
{
	l->is_orphan = true;
	if (l->messages == 0)
		alloc_free(l->alloc, l, sizeof *l);
}

static void message_free(struct shared *s)
{
	struct broker_message *m = (struct broker_message *)s;
	struct broker_ledger *l = m->ledger;

	l->messages--;
	l->bytes -= m->block_bytes;
	alloc_free(l->alloc, m, m->block_bytes);
	if (l->is_orphan)
		broker_ledger_free(l);
}

struct broker_message *broker_message_new(
	struct broker_ledger *l, struct span topic, struct span props, struct span payload)
{
	size_t block_bytes = sizeof(struct broker_message) + topic.size + props.size + payload.size;
	struct broker_message *m = alloc_resize(l->alloc, NULL, 0, block_bytes);
	struct writer w;

	if (!m)
		return NULL;
	*m = (struct broker_message){
		.ledger = l, .expires_ms = MSEC_NEVER, .block_bytes = block_bytes};
	shared_init(&m->shared, message_free);
	w = writer_of(m + 1, block_bytes - sizeof *m);
	m->topic = span_of(w.at, topic.size);
	writer_bytes(&w, topic);
	m->props.at = w.at;
	m->props.size = props.size ? mqtt_props_copy(&w, props, forwarded) : 0;
	m->payload = span_of(w.at, payload.size);
	writer_bytes(&w, payload);
	l->messages++;
	l->bytes += block_bytes;
	return m;
}
