/* client_publish.c - messages on their way to the server.
 *
 * `out` is walked once on each connection: what its server has seen lies before `due`.  Sending a
 * message for the first time and sending it again are therefore one thing, and the order of the
 * list is the order on the wire.  [MQTT-4.4.0-1] [MQTT-4.6.0-1] [MQTT-4.6.0-4] */
#include "client/client_state.h"

#include "base/base_err.h"

#include <assert.h>

/* Does the server take it?  0 or a negative reason.  [MQTT-3.2.2-11] [MQTT-3.2.2-14] */
static int limits_check(const struct client *c, const struct mqtt_publish *p)
{
	if (p->qos > c->limits.qos_max)
		return -MQTT_QOS_NOT_SUPPORTED;
	if (p->is_retained && !c->limits.retain_available)
		return -MQTT_RETAIN_NOT_SUPPORTED;
	return 0;
}

#define ALIAS_BIT MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS)

/* Decides on the alias: the application's, one of ours or none, and whether it goes instead of the
 * topic.  True: ours, and it goes beside the topic, which could do without. */
static bool alias_apply(const struct client *c, struct mqtt_publish *p)
{
	const struct client_aliases *a = &c->config.aliases_out;
	uint16_t max = c->limits.topic_alias_max;
	bool is_ours;

	if (p->props.topic_alias > max) /* [MQTT-3.3.2-9] [MQTT-3.2.2-18] */
		p->props.present &= ~ALIAS_BIT;
	is_ours = !(p->props.present & ALIAS_BIT) && c->config.assigns_aliases;
	if (is_ours) {
		p->props.topic_alias = client_aliases_choose(a, max, p->topic);
		p->props.present |= p->props.topic_alias ? ALIAS_BIT : 0;
	}
	if (!(p->props.present & ALIAS_BIT))
		return false;
	if (!span_equal(client_aliases_get(a, p->props.topic_alias), p->topic))
		return is_ours;
	p->topic = span_of(NULL, 0);
	return false;
}

/* The server knows the alias now. */
static void alias_keep(struct client *c, const struct mqtt_publish *p)
{
	struct client_aliases *a = &c->config.aliases_out;
	uint16_t alias = p->props.topic_alias;

	if (!(p->props.present & ALIAS_BIT) || alias > a->count)
		return;
	if (p->topic.size && client_aliases_fit(a, alias, p->topic))
		client_aliases_set(a, alias, p->topic);
	else if (p->topic.size)
		a->table[alias - 1].size = 0;
	a->table[alias - 1].used = ++c->aliases_used;
}

/* Writes the head.  0; ERR_LIMIT when it does not fit the bytes that are left; or the reason why
 * the server does not take that many.  Nothing is written then. */
static int head_encode(struct client *c, struct client_effects *e, const struct mqtt_publish *p)
{
	struct writer before = e->bytes;
	int err = 0;

	mqtt_publish_encode_head(&e->bytes, c->version, p);
	if (e->bytes.is_full)
		err = ERR_LIMIT;
	else if ((size_t)(e->bytes.at - before.at) + p->payload.size > c->limits.packet_bytes_max)
		err = -MQTT_PACKET_TOO_LARGE; /* [MQTT-3.2.2-15] */
	if (err)
		e->bytes = before;
	return err;
}

/* Sends the message.  0, ERR_LIMIT, or why the server does not take it.  Nothing has changed then.
 */
static int message_send(
	struct client *c, struct client_effects *e, msec now, struct mqtt_publish message)
{
	const uint8_t *start = e->bytes.at;
	int err = limits_check(c, &message);
	bool is_offer;

	if (err)
		return err;
	is_offer = alias_apply(c, &message);
	err = head_encode(c, e, &message);
	if (err && is_offer) { /* an alias may save bytes, not cost a message */
		message.props.present &= ~ALIAS_BIT;
		err = head_encode(c, e, &message);
	}
	if (err)
		return err;
	alias_keep(c, &message);
	client_send(c, e, now, start, message.payload);
	return 0;
}

int client_publish_now(
	struct client *c, struct client_effects *e, msec now, const struct mqtt_publish *p)
{
	return message_send(c, e, now, *p);
}

static void tell_over_limit(
	struct client *c, struct client_effects *e, struct client_slot *s, uint8_t reason)
{
	struct client_effect *effect = client_tell(e, CLIENT_PUBLISHED);

	effect->done.outcome = CLIENT_OVER_LIMIT;
	effect->done.ticket = s->ticket;
	effect->done.reason = reason;
	mqtt_props_init(&effect->done.props);
	client_slots_give(c, s);
}

static void tell_lost(struct client *c, struct client_effects *e, struct client_slot *s)
{
	enum client_effect_type type = s->state == SLOT_LOST_MESSAGE ? CLIENT_PUBLISHED
		: s->state == SLOT_LOST_SUBSCRIBING                  ? CLIENT_SUBSCRIBED
								     : CLIENT_UNSUBSCRIBED;
	struct client_effect *effect = client_tell(e, type);

	effect->done.outcome = CLIENT_LOST;
	effect->done.ticket = s->ticket;
	mqtt_props_init(&effect->done.props);
	client_slots_give(c, s);
}

/* Sends what is due of one slot.  False: not now, and then nothing after it. */
static bool slot_send(struct client *c, struct client_effects *e, msec now, struct client_slot *s)
{
	bool is_untouched = e->bytes.at == e->bytes.start;
	int err;

	if (s->state == SLOT_RELEASED) {
		client_send_ack(c, e, now, MQTT_PUBREL, client_slots_id(c, s), MQTT_SUCCESS);
		client_slots_seen(c, s);
		return true;
	}
	if (c->inflight >= c->limits.receive_max) /* [MQTT-3.3.4-7] [MQTT-4.9.0-2] */
		return false;
	s->publish.packet_id = client_slots_id(c, s);
	s->publish.is_dup = s->state == SLOT_SENT; /* [MQTT-3.3.1-1] */
	err = message_send(c, e, now, s->publish);
	if (err == ERR_LIMIT && !is_untouched) {
		e->is_pending = true;
		return false;
	}
	if (err) {
		tell_over_limit(c, e, s, err == ERR_LIMIT ? MQTT_PACKET_TOO_LARGE : (uint8_t)-err);
		return true;
	}
	s->state = SLOT_SENT;
	client_slots_seen(c, s);
	return true;
}

void client_pump(struct client *c, struct client_effects *e, msec now)
{
	while (!list_is_empty(&c->lost) && client_has_room(e))
		tell_lost(c, e, LIST_ENTRY(list_first(&c->lost), struct client_slot, link));
	while (c->state == CLIENT_ONLINE && c->due != &c->out && client_has_room(e)) {
		struct client_slot *s = LIST_ENTRY(c->due, struct client_slot, link);

		assert(!s->is_seen);
		if (!slot_send(c, e, now, s))
			break;
	}
	if (!client_has_room(e) &&
		(!list_is_empty(&c->lost) || (c->state == CLIENT_ONLINE && c->due != &c->out)))
		e->is_pending = true;
}
