/* broker_publish.c - PUBLISH from a client, up to the router; and PUBREL. */
#include "base/base_err.h"
#include "broker/broker_input.h"
#include "broker/broker_send.h"
#include "broker/broker_state.h"
#include "mqtt/mqtt_publish.h"
#include "topic/topic_filter.h"

static enum mqtt_type answer_of(uint8_t qos)
{
	return qos == 0 ? 0 : qos == 1 ? MQTT_PUBACK : MQTT_PUBREC;
}

/* Puts the topic in place of an alias, or learns one.  0 or minus a reason. */
static int resolve_alias(struct broker *b, struct broker_conn *c, struct mqtt_publish *p)
{
	uint16_t alias = p->props.topic_alias;

	if (!(p->props.present & MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS)))
		return 0;
	if (alias == 0 || alias > c->alias_in.max) /* [MQTT-3.3.2-9] */
		return -MQTT_TOPIC_ALIAS_INVALID;
	if (p->topic.size) {
		if (broker_alias_in_set(&c->alias_in, b->alloc, alias, p->topic) == 0)
			return 0;
		b->stats.alloc_failures++;
		return -MQTT_QUOTA_EXCEEDED;
	}
	p->topic = broker_alias_in_find(&c->alias_in, alias);
	return p->topic.size ? 0 : -MQTT_PROTOCOL_ERROR; /* [U50-3.3.4-3] */
}

/* What makes a PUBLISH end the connection.  0 or minus a reason. */
static int check(struct broker *b, struct broker_conn *c, struct mqtt_publish *p)
{
	int err = c->version == MQTT_5 ? resolve_alias(b, c, p) : 0;

	if (err)
		return err;
	if (p->props.present & MQTT_PROPERTY_BIT(MQTT_SUBSCRIPTION_IDENTIFIER))
		return -MQTT_PROTOCOL_ERROR; /* [MQTT-3.3.4-6] */
	if (p->qos > b->config.qos_max)      /* [MQTT-3.2.2-11] */
		return -MQTT_QOS_NOT_SUPPORTED;
	if (p->is_retained && !b->config.is_retain_available) /* [MQTT-3.2.2-14] */
		return -MQTT_RETAIN_NOT_SUPPORTED;
	if (!topic_name_is_valid(p->topic))
		return -MQTT_TOPIC_NAME_INVALID;
	if (p->qos && c->version == MQTT_5 &&
		c->ids_taken + c->pubacks_held >= b->config.receive_max &&
		!broker_inflow_has(b, c->session, p->packet_id)) /* [MQTT-3.3.4-7] */
		return -MQTT_RECEIVE_MAXIMUM_EXCEEDED;
	return 0;
}

/* The publication is not taken.  MQTT 5 says so in the acknowledgement; before, it looks like any
 * other. [MQTT-3.3.5-2 of 3.1.1] */
static void refuse(struct broker *b, struct broker_conn *c, const struct mqtt_publish *p,
	enum mqtt_reason reason)
{
	b->stats.messages_dropped++;
	broker_tell(b, BROKER_NOTE_PUBLISH_REFUSED, c,
		&(struct broker_note){.topic = p->topic, .reason = reason});
	if (p->qos == 2 && c->version != MQTT_5 && broker_inflow_add(b, c, p->packet_id)) {
		broker_conn_starve(b, c);
		return;
	}
	if (p->qos)
		broker_durable_answer(b, c, answer_of(p->qos), p->packet_id, reason);
}

static struct broker_answer ask(
	struct broker *b, struct broker_conn *c, const struct mqtt_publish *p)
{
	struct broker_question q = {.type = BROKER_ASK_PUBLISH,
		.client_id = broker_session_client_id(c->session),
		.topic = p->topic,
		.qos = p->qos,
		.is_retained = p->is_retained};

	if (broker_sys_owns(p->topic)) /* only the broker itself speaks there */
		return (struct broker_answer){.verdict = BROKER_NO};
	if (b->config.message_bytes_max && p->payload.size > b->config.message_bytes_max)
		return (struct broker_answer){.verdict = BROKER_NO, .reason = MQTT_QUOTA_EXCEEDED};
	return broker_conn_ask(b, c, &q);
}

static struct broker_message *make_message(
	struct broker *b, struct broker_conn *c, const struct mqtt_publish *p)
{
	struct span props = c->version == MQTT_5 ? p->props.raw : span_of(NULL, 0);
	struct broker_message *m = broker_message_new(b->ledger, p->topic, props, p->payload);

	if (!m)
		return NULL;
	m->qos = p->qos;
	m->is_retained = p->is_retained;
	m->publisher = c->session->by_client_id.hash;
	if (c->version == MQTT_5 &&
		p->props.present & MQTT_PROPERTY_BIT(MQTT_MESSAGE_EXPIRY_INTERVAL))
		m->expires_ms = b->now.mono + (msec)p->props.message_expiry_s * 1000;
	return m;
}

/* The publication is ours from here on.  The client hears of it when it has been handed out. */
static void accept(struct broker *b, struct broker_conn *c, const struct mqtt_publish *p)
{
	struct broker_message *m = make_message(b, c, p);
	int err = m ? 0 : ERR_MEMORY;

	if (m && m->is_retained)
		err = broker_retain_keep(b, m); /* [MQTT-3.3.1-5] */
	if (err == ERR_LIMIT) {
		broker_message_unref(m);
		broker_tell(b, BROKER_NOTE_RETAIN_FULL, c,
			&(struct broker_note){
				.topic = p->topic, .number = (int64_t)b->stats.retained_now});
		refuse(b, c, p, MQTT_QUOTA_EXCEEDED);
		return;
	}
	if (!err && p->qos == 2)
		err = broker_inflow_add(b, c, p->packet_id);
	if (err) { /* no answer: it will be sent again */
		broker_message_unref(m);
		broker_conn_starve(b, c);
		return;
	}
	broker_route_start(b, m, c, answer_of(p->qos), p->packet_id);
}

bool broker_publish_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f)
{
	struct mqtt_publish p;
	struct broker_answer a;
	int err;

	if (!broker_route_is_free(&b->route)) {
		broker_route_wait(b, c);
		return false;
	}
	err = mqtt_publish_decode(f, c->version, &p);
	if (!err)
		err = check(b, c, &p);
	if (err) {
		broker_conn_fault(b, c, mqtt_reason_of(err), "PUBLISH");
		return true;
	}
	if (p.qos == 2 && broker_inflow_has(b, c->session, p.packet_id)) { /* [MQTT-4.3.3-10] */
		broker_durable_answer(b, c, MQTT_PUBREC, p.packet_id, MQTT_SUCCESS);
		return true;
	}
	a = ask(b, c, &p);
	if (a.verdict == BROKER_LATER)
		return false;
	b->stats.publishes_received++;
	b->stats.publish_bytes_received += p.payload.size;
	broker_tell(b, BROKER_NOTE_PUBLISH_RECEIVED, c,
		&(struct broker_note){
			.topic = p.topic, .reason = p.qos, .number = (int64_t)p.payload.size});
	if (a.verdict == BROKER_YES)
		accept(b, c, &p);
	else
		refuse(b, c, &p, a.reason ? a.reason : MQTT_NOT_AUTHORIZED);
	return true;
}

bool broker_pubrel_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f)
{
	struct mqtt_ack p;
	int err = mqtt_ack_decode(f, c->version, &p);

	if (err) {
		broker_conn_fault(b, c, mqtt_reason_of(err), "PUBREL");
		return true;
	}
	/* [MQTT-4.3.3-11] */
	broker_send_ack(b, c, MQTT_PUBCOMP, p.packet_id,
		broker_inflow_remove(b, c->session, p.packet_id) ? MQTT_SUCCESS
								 : MQTT_PACKET_ID_NOT_FOUND);
	return true;
}
