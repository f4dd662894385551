/* client_receive.c - what the server says, one packet at a time.
 *
 * A QoS 2 message is told when its PUBLISH comes, and its id is kept until PUBREL: what comes again
 * under that id is acknowledged and not told.  [MQTT-4.3.3-10] */
#include "client/client_state.h"

#include <assert.h>

/* Puts the topic in place of its alias, or keeps the alias.  0 or a negative reason. */
static int alias_resolve(struct client *c, struct mqtt_publish *p)
{
	struct client_aliases *a = &c->config.aliases_in;
	uint16_t alias = p->props.topic_alias;

	if (!(p->props.present & MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS)))
		return 0;
	if (alias > c->topic_alias_max)
		return -MQTT_TOPIC_ALIAS_INVALID;
	if (p->topic.size == 0) {
		p->topic = client_aliases_get(a, alias);
		return p->topic.size ? 0 : -MQTT_PROTOCOL_ERROR;
	}
	if (!client_aliases_fit(a, alias, p->topic))
		return -MQTT_QUOTA_EXCEEDED;
	client_aliases_set(a, alias, p->topic);
	return 0;
}

/* Tells the message, unless it was told before.  0, CLIENT_HELD or a negative reason. */
static int message_tell(struct client *c, struct client_effects *e, const struct mqtt_publish *p)
{
	struct client_received *known = client_received_known(c, p);
	const struct client_received *r = NULL;
	struct client_effect *effect;
	int err;

	if (known) {
		client_received_repeat(c, known);
		return 0;
	}
	if (p->qos == 2 || (p->qos == 1 && c->config.acknowledges_later)) {
		err = client_received_add(c, p, &r);
		if (err)
			return err;
	}
	effect = client_tell(e, CLIENT_MESSAGE);
	effect->message = *p;
	effect->receipt = r ? r->receipt : 0;
	return 0;
}

static int receive_publish(
	struct client *c, struct client_effects *e, msec now, const struct mqtt_frame *f)
{
	struct mqtt_publish p;
	int err = mqtt_publish_decode(f, c->version, &p);

	if (!err)
		err = alias_resolve(c, &p);
	if (!err)
		err = message_tell(c, e, &p);
	if (err)
		return err;
	/* [MQTT-3.3.4-1] [MQTT-4.3.2-4] [MQTT-4.3.3-8] */
	if (p.qos == 1 && !c->config.acknowledges_later)
		client_send_ack(c, e, now, MQTT_PUBACK, p.packet_id, MQTT_SUCCESS);
	else
		client_received_pump(c, e, now);
	return 0;
}

/* [MQTT-4.3.3-11] [MQTT-4.3.3-12] */
static void receive_pubrel(
	struct client *c, struct client_effects *e, msec now, const struct mqtt_ack *ack)
{
	bool is_known = client_received_release(c, ack->packet_id);

	client_send_ack(c, e, now, MQTT_PUBCOMP, ack->packet_id,
		is_known ? MQTT_SUCCESS : MQTT_PACKET_ID_NOT_FOUND);
}

static void message_done(struct client *c, struct client_effects *e, struct client_slot *s,
	const struct mqtt_ack *ack)
{
	struct client_effect *effect = client_tell(e, CLIENT_PUBLISHED);

	effect->done.outcome = CLIENT_DONE;
	effect->done.ticket = s->ticket;
	effect->done.reason = ack->reason;
	effect->done.props = ack->props;
	client_slots_give(c, s);
}

/* What an acknowledgement means to a message that has come so far. */
enum ack_sense {
	ACK_STRAY,   /* nothing: it belongs to no message */
	ACK_DONE,    /* the message is over */
	ACK_RELEASE, /* PUBREL is next */
	ACK_AGAIN,   /* PUBREL once more */
	ACK_WRONG,   /* no server would say that */
};

static enum ack_sense ack_sense(
	const struct client_slot *s, enum mqtt_type type, const struct mqtt_ack *ack)
{
	bool is_released = s && s->state == SLOT_RELEASED;

	if (!s || (s->state != SLOT_SENT && s->state != SLOT_RELEASED))
		return ACK_STRAY;
	if (type == MQTT_PUBACK)
		return s->publish.qos == 1 ? ACK_DONE : ACK_WRONG;
	if (type == MQTT_PUBCOMP)
		return is_released ? ACK_DONE : ACK_WRONG;
	if (s->publish.qos == 1)
		return ACK_WRONG;
	if (ack->reason >= MQTT_UNSPECIFIED_ERROR) /* [MQTT-4.4.0-2] */
		return ACK_DONE;
	return is_released ? ACK_AGAIN : ACK_RELEASE;
}

/* PUBACK, PUBREC, PUBCOMP. */
static int receive_ack(struct client *c, struct client_effects *e, msec now, enum mqtt_type type,
	const struct mqtt_ack *ack)
{
	struct client_slot *s = client_slots_find(c, ack->packet_id);

	switch (ack_sense(s, type, ack)) {
	case ACK_STRAY:
		/* The server holds a QoS 2 message that we forgot: let it go on. */
		if (type == MQTT_PUBREC && ack->reason < MQTT_UNSPECIFIED_ERROR)
			client_send_ack(
				c, e, now, MQTT_PUBREL, ack->packet_id, MQTT_PACKET_ID_NOT_FOUND);
		break;
	case ACK_DONE:
		message_done(c, e, s, ack);
		break;
	case ACK_RELEASE:
		client_slots_release(c, s);
		client_send_ack(c, e, now, MQTT_PUBREL, ack->packet_id, MQTT_SUCCESS);
		break;
	case ACK_AGAIN:
		client_send_ack(c, e, now, MQTT_PUBREL, ack->packet_id, MQTT_SUCCESS);
		break;
	case ACK_WRONG:
		return -MQTT_PROTOCOL_ERROR;
	}
	return 0;
}

static int receive_any_ack(
	struct client *c, struct client_effects *e, msec now, const struct mqtt_frame *f)
{
	struct mqtt_ack ack;
	int err = mqtt_ack_decode(f, c->version, &ack);

	if (err)
		return err;
	if (f->type != MQTT_PUBREL)
		return receive_ack(c, e, now, f->type, &ack);
	receive_pubrel(c, e, now, &ack);
	return 0;
}

/* SUBACK and UNSUBACK. */
static int receive_suback(struct client *c, struct client_effects *e, const struct mqtt_frame *f)
{
	bool is_suback = f->type == MQTT_SUBACK;
	struct mqtt_suback p;
	struct client_slot *s;
	struct client_effect *effect;
	int err = mqtt_suback_decode(f, c->version, &p);

	if (err)
		return err;
	s = client_slots_find(c, p.packet_id);
	if (!s || s->state != (is_suback ? SLOT_SUBSCRIBING : SLOT_UNSUBSCRIBING))
		return -MQTT_PROTOCOL_ERROR;
	if ((is_suback || c->version == MQTT_5) && p.reasons.size != s->filters_count)
		return -MQTT_PROTOCOL_ERROR; /* [MQTT-3.8.4-6] [MQTT-3.11.3-1] */
	effect = client_tell(e, is_suback ? CLIENT_SUBSCRIBED : CLIENT_UNSUBSCRIBED);
	effect->done.outcome = CLIENT_DONE;
	effect->done.ticket = s->ticket;
	effect->done.reasons = p.reasons;
	effect->done.props = p.props;
	client_slots_give(c, s);
	return 0;
}

static int receive_disconnect(
	struct client *c, struct client_effects *e, const struct mqtt_frame *f)
{
	struct mqtt_disconnect p;
	int err = mqtt_disconnect_decode(f, c->version, &p);

	if (err)
		return err;
	if (c->version != MQTT_5 ||
		p.props.present & MQTT_PROPERTY_BIT(MQTT_SESSION_EXPIRY_INTERVAL))
		return -MQTT_PROTOCOL_ERROR; /* only clients say that: [MQTT-3.14.2-2] */
	client_end(c, e, CLIENT_SENT_OFF, p.reason, &p.props);
	return 0;
}

static int receive_pingresp(struct client *c, const struct mqtt_frame *f)
{
	int err = mqtt_ping_decode(f);

	if (!err)
		c->reply_by_ms = MSEC_NEVER;
	return err;
}

int client_receive(struct client *c, struct client_effects *e, msec now, const struct mqtt_frame *f)
{
	bool is_greeting =
		f->type == MQTT_CONNACK || f->type == MQTT_AUTH || f->type == MQTT_DISCONNECT;

	if (c->state == CLIENT_GREETING && !is_greeting)
		return -MQTT_PROTOCOL_ERROR; /* CONNACK comes first.  [MQTT-3.2.0-1] */
	switch (f->type) {
	case MQTT_CONNACK:
		return client_welcome(c, e, f);
	case MQTT_PUBLISH:
		return receive_publish(c, e, now, f);
	case MQTT_PUBACK:
	case MQTT_PUBREC:
	case MQTT_PUBREL:
	case MQTT_PUBCOMP:
		return receive_any_ack(c, e, now, f);
	case MQTT_SUBACK:
	case MQTT_UNSUBACK:
		return receive_suback(c, e, f);
	case MQTT_PINGRESP:
		return receive_pingresp(c, f);
	case MQTT_DISCONNECT:
		return receive_disconnect(c, e, f);
	case MQTT_AUTH:
		return client_auth_receive(c, e, f);
	case MQTT_CONNECT:
	case MQTT_SUBSCRIBE:
	case MQTT_UNSUBSCRIBE:
	case MQTT_PINGREQ:
	case MQTT_TYPES:
		break;
	}
	return -MQTT_PROTOCOL_ERROR; /* only clients send those */
}
