/* client_request.c - the application's wishes, checked before anything happens.
 *
 * What a server must take for a fault never leaves: names, filters and properties out of place are
 * refused here, and so is what the server said it does not offer. */
#include "client/client_state.h"

#include "base/base_err.h"
#include "base/base_utf8.h"
#include "topic/topic_filter.h"

bool client_props_fit(const struct mqtt_props *p, unsigned where)
{
	for (unsigned id = 1; id < MQTT_PROPERTIES; id++)
		if (p->present & MQTT_PROPERTY_BIT(id) && !mqtt_property_fits(id, where))
			return false;
	return true;
}

/* 0 or a negative reason. */
static int message_check(const struct mqtt_publish *p)
{
	const struct mqtt_props *props = &p->props;

	if (!topic_name_is_valid(p->topic)) /* [MQTT-3.3.2-2] [MQTT-4.7.3-1] */
		return -MQTT_TOPIC_NAME_INVALID;
	/* A client's message has no subscription identifier.  [MQTT-3.3.4-6] */
	if (!client_props_fit(props, MQTT_PUBLISH) ||
		props->present & MQTT_PROPERTY_BIT(MQTT_SUBSCRIPTION_IDENTIFIER))
		return -MQTT_PROTOCOL_ERROR;
	if (props->present & MQTT_PROPERTY_BIT(MQTT_RESPONSE_TOPIC) &&
		!topic_name_is_valid(props->response_topic)) /* [MQTT-3.3.2-14] */
		return -MQTT_TOPIC_NAME_INVALID;
	if (!utf8_is_text(props->content_type)) /* [MQTT-3.3.2-19] */
		return -MQTT_PROTOCOL_ERROR;
	if (props->present & MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS) && props->topic_alias == 0)
		return -MQTT_PROTOCOL_ERROR; /* [MQTT-3.3.2-8] */
	return 0;
}

/* Bytes that the fixed header, the topic, the id and the properties may take. */
static size_t head_size(const struct mqtt_publish *p)
{
	return 5 + 2 + p->topic.size + 2 + mqtt_props_size(&p->props);
}

int client_publish(struct client *c, struct client_effects *e, const struct client_event *event)
{
	const struct mqtt_publish *p = event->publish;
	struct client_slot *s;
	int err = message_check(p);

	if (err)
		return err;
	if (p->qos == 0) {
		struct mqtt_publish message = *p;

		message.packet_id = 0;  /* [MQTT-2.2.1-2] */
		message.is_dup = false; /* [MQTT-3.3.1-2] */
		if (c->state != CLIENT_ONLINE)
			return ERR_ABSENT;
		return client_publish_now(c, e, event->now, &message);
	}
	if (head_size(p) > writer_left(&e->bytes))
		return ERR_LIMIT;
	s = client_slots_take(c, &c->out, SLOT_QUEUED);
	if (!s)
		return ERR_LIMIT;
	s->ticket = event->ticket;
	s->publish = *p;
	return 0;
}

/* May we ask for that filter?  0 or a negative reason. */
static int filter_check(const struct client *c, const struct mqtt_filter *f, bool is_asking)
{
	struct topic_filter parts;

	/* [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.8.2-1] [MQTT-4.8.2-2] */
	if (topic_filter_parse(f->filter, &parts))
		return -MQTT_TOPIC_FILTER_INVALID;
	if (!is_asking)
		return 0;
	if (f->is_no_local && parts.group.size) /* [MQTT-3.8.3-4] */
		return -MQTT_PROTOCOL_ERROR;
	if (parts.group.size && !c->limits.shared_available)
		return -MQTT_SHARED_NOT_SUPPORTED;
	if (parts.has_wildcards && !c->limits.wildcard_available)
		return -MQTT_WILDCARDS_NOT_SUPPORTED;
	return 0;
}

/* 0 or a negative reason. */
static int subscription_check(
	const struct client *c, const struct mqtt_subscribe *p, enum mqtt_type type)
{
	struct reader r = reader_of(p->filters);
	struct mqtt_filter filter;
	size_t count = 0;

	if (!client_props_fit(&p->props, type))
		return -MQTT_PROTOCOL_ERROR;
	if (p->props.present & MQTT_PROPERTY_BIT(MQTT_SUBSCRIPTION_IDENTIFIER)) {
		if (p->props.subscription_id == 0 || p->props.subscription_id > MQTT_REMAINING_MAX)
			return -MQTT_PROTOCOL_ERROR;
		if (!c->limits.subscription_id_available)
			return -MQTT_SUBSCRIPTION_IDS_NOT_SUPPORTED;
	}
	for (; mqtt_filter_next(&r, type, c->version, &filter); count++) {
		int err = filter_check(c, &filter, type == MQTT_SUBSCRIBE);

		if (err)
			return err;
	}
	/* [MQTT-3.8.3-2] [MQTT-3.10.3-2] */
	return count && count == p->filters_count && reader_left(&r) == 0
		? 0
		: -MQTT_TOPIC_FILTER_INVALID;
}

int client_subscribe(struct client *c, struct client_effects *e, const struct client_event *event)
{
	bool is_asking = event->type == CLIENT_SUBSCRIBE;
	enum mqtt_type type = is_asking ? MQTT_SUBSCRIBE : MQTT_UNSUBSCRIBE;
	struct mqtt_subscribe packet = *event->subscribe;
	struct writer before = e->bytes;
	struct client_slot *s;
	int err;

	if (c->state != CLIENT_ONLINE)
		return ERR_ABSENT;
	err = subscription_check(c, &packet, type);
	if (err)
		return err;
	s = client_slots_take(c, &c->asked, is_asking ? SLOT_SUBSCRIBING : SLOT_UNSUBSCRIBING);
	if (!s)
		return ERR_LIMIT;
	s->ticket = event->ticket;
	s->filters_count = packet.filters_count;
	packet.packet_id = client_slots_id(c, s);
	mqtt_subscribe_encode(&e->bytes, type, c->version, &packet);
	if (e->bytes.is_full)
		err = ERR_LIMIT;
	else if ((size_t)(e->bytes.at - before.at) > c->limits.packet_bytes_max)
		err = -MQTT_PACKET_TOO_LARGE;
	if (err) {
		e->bytes = before;
		client_slots_give(c, s);
		return err;
	}
	client_send(c, e, event->now, before.at, span_of(NULL, 0));
	return 0;
}
