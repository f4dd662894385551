/* mqtt_any_test.c - one switch over the packet types for each verb. */
#include "mqtt/mqtt_any_test.h"

#include "mqtt/mqtt_notation_test.h"

#include <assert.h>
#include <stdlib.h>

/* What may be there more than once, and so has no field that holds it all. */
#define REPEATED                                                                                   \
	(MQTT_PROPERTY_BIT(MQTT_USER_PROPERTY) | MQTT_PROPERTY_BIT(MQTT_SUBSCRIPTION_IDENTIFIER))

int any_decode(const struct mqtt_frame *f, enum mqtt_version version, struct mqtt_any *ret)
{
	uint8_t level;
	int err = 0;

	ret->type = f->type;
	ret->version = version;
	switch (f->type) {
	case MQTT_CONNECT:
		err = mqtt_connect_decode(f, &ret->connect, &level);
		ret->version = err ? version : ret->connect.version;
		break;
	case MQTT_CONNACK:
		err = mqtt_connack_decode(f, version, &ret->connack);
		break;
	case MQTT_PUBLISH:
		err = mqtt_publish_decode(f, version, &ret->publish);
		break;
	case MQTT_PUBACK:
	case MQTT_PUBREC:
	case MQTT_PUBREL:
	case MQTT_PUBCOMP:
		err = mqtt_ack_decode(f, version, &ret->ack);
		break;
	case MQTT_SUBSCRIBE:
	case MQTT_UNSUBSCRIBE:
		err = mqtt_subscribe_decode(f, version, &ret->subscribe);
		break;
	case MQTT_SUBACK:
	case MQTT_UNSUBACK:
		err = mqtt_suback_decode(f, version, &ret->suback);
		break;
	case MQTT_PINGREQ:
	case MQTT_PINGRESP:
		err = mqtt_ping_decode(f);
		break;
	case MQTT_DISCONNECT:
	case MQTT_AUTH:
		err = mqtt_disconnect_decode(f, version, &ret->disconnect);
		break;
	case MQTT_TYPES:
		abort();
	}
	return err;
}

struct mqtt_props props_unraw(const struct mqtt_props *decoded, struct writer *scratch)
{
	struct mqtt_props p = *decoded;
	uint8_t *start = scratch->at;

	p.present &= ~REPEATED;
	p.raw = span_of(start, mqtt_props_copy(scratch, decoded->raw, REPEATED));
	assert(!scratch->is_full);
	return p;
}

/* Filter by filter. */
static void subscribe_encode(struct writer *w, const struct mqtt_any *p, struct writer *scratch)
{
	struct mqtt_subscribe subscribe = p->subscribe;
	struct reader r = reader_of(subscribe.filters);
	struct mqtt_filter filter;
	uint8_t *start;

	subscribe.props = props_unraw(&p->subscribe.props, scratch);
	start = scratch->at;
	while (mqtt_filter_next(&r, p->type, p->version, &filter))
		mqtt_filter_encode(scratch, p->type, p->version, &filter);
	subscribe.filters = span_of(start, (size_t)(scratch->at - start));
	assert(span_equal(subscribe.filters, p->subscribe.filters));
	mqtt_subscribe_encode(w, p->type, p->version, &subscribe);
}

void any_encode(struct writer *w, const struct mqtt_any *original, struct writer *scratch)
{
	struct mqtt_any p = *original;

	switch (p.type) {
	case MQTT_CONNECT:
		p.connect.props = props_unraw(&original->connect.props, scratch);
		p.connect.will.props = props_unraw(&original->connect.will.props, scratch);
		mqtt_connect_encode(w, &p.connect);
		break;
	case MQTT_CONNACK:
		p.connack.props = props_unraw(&original->connack.props, scratch);
		mqtt_connack_encode(w, p.version, &p.connack);
		break;
	case MQTT_PUBLISH:
		p.publish.props = props_unraw(&original->publish.props, scratch);
		mqtt_publish_encode(w, p.version, &p.publish);
		break;
	case MQTT_PUBACK:
	case MQTT_PUBREC:
	case MQTT_PUBREL:
	case MQTT_PUBCOMP:
		p.ack.props = props_unraw(&original->ack.props, scratch);
		mqtt_ack_encode(w, p.type, p.version, &p.ack);
		break;
	case MQTT_SUBSCRIBE:
	case MQTT_UNSUBSCRIBE:
		subscribe_encode(w, original, scratch);
		break;
	case MQTT_SUBACK:
	case MQTT_UNSUBACK:
		p.suback.props = props_unraw(&original->suback.props, scratch);
		mqtt_suback_encode(w, p.type, p.version, &p.suback);
		break;
	case MQTT_PINGREQ:
	case MQTT_PINGRESP:
		mqtt_ping_encode(w, p.type);
		break;
	case MQTT_DISCONNECT:
	case MQTT_AUTH:
		p.disconnect.props = props_unraw(&original->disconnect.props, scratch);
		mqtt_disconnect_encode(w, p.type, p.version, &p.disconnect);
		break;
	case MQTT_TYPES:
		abort();
	}
}

static bool users_equal(struct span a, struct span b)
{
	struct reader ra = reader_of(a), rb = reader_of(b);
	struct span name_a, name_b, value_a, value_b;

	while (mqtt_props_next_user(&ra, &name_a, &value_a))
		if (!mqtt_props_next_user(&rb, &name_b, &value_b) || !span_equal(name_a, name_b) ||
			!span_equal(value_a, value_b))
			return false;
	return !mqtt_props_next_user(&rb, &name_b, &value_b);
}

static bool subscription_ids_equal(struct span a, struct span b)
{
	struct reader ra = reader_of(a), rb = reader_of(b);
	uint32_t id_a, id_b;

	while (mqtt_props_next_subscription_id(&ra, &id_a))
		if (!mqtt_props_next_subscription_id(&rb, &id_b) || id_a != id_b)
			return false;
	return !mqtt_props_next_subscription_id(&rb, &id_b);
}

bool props_equal(const struct mqtt_props *a, const struct mqtt_props *b)
{
	return a->present == b->present && a->payload_format == b->payload_format &&
		a->request_problem == b->request_problem &&
		a->request_response == b->request_response && a->qos_max == b->qos_max &&
		a->retain_available == b->retain_available &&
		a->wildcard_available == b->wildcard_available &&
		a->subscription_id_available == b->subscription_id_available &&
		a->shared_available == b->shared_available &&
		a->server_keepalive_s == b->server_keepalive_s &&
		a->receive_max == b->receive_max && a->topic_alias_max == b->topic_alias_max &&
		a->topic_alias == b->topic_alias && a->message_expiry_s == b->message_expiry_s &&
		a->session_expiry_s == b->session_expiry_s && a->will_delay_s == b->will_delay_s &&
		a->packet_bytes_max == b->packet_bytes_max &&
		a->subscription_id == b->subscription_id &&
		span_equal(a->content_type, b->content_type) &&
		span_equal(a->response_topic, b->response_topic) &&
		span_equal(a->correlation_data, b->correlation_data) &&
		span_equal(a->assigned_client_id, b->assigned_client_id) &&
		span_equal(a->auth_method, b->auth_method) &&
		span_equal(a->auth_data, b->auth_data) &&
		span_equal(a->response_information, b->response_information) &&
		span_equal(a->server_reference, b->server_reference) &&
		span_equal(a->reason_string, b->reason_string) && a->raw.size == b->raw.size &&
		users_equal(a->raw, b->raw) && subscription_ids_equal(a->raw, b->raw);
}

static bool connect_equal(const struct mqtt_connect *a, const struct mqtt_connect *b)
{
	return a->version == b->version && a->is_bridge == b->is_bridge &&
		a->is_clean_start == b->is_clean_start && a->has_will == b->has_will &&
		a->has_user_name == b->has_user_name && a->has_password == b->has_password &&
		a->keepalive_s == b->keepalive_s && span_equal(a->client_id, b->client_id) &&
		span_equal(a->user_name, b->user_name) && span_equal(a->password, b->password) &&
		a->will.qos == b->will.qos && a->will.is_retained == b->will.is_retained &&
		span_equal(a->will.topic, b->will.topic) &&
		span_equal(a->will.payload, b->will.payload) &&
		props_equal(&a->will.props, &b->will.props) && props_equal(&a->props, &b->props);
}

static bool publish_equal(const struct mqtt_publish *a, const struct mqtt_publish *b)
{
	return a->qos == b->qos && a->is_dup == b->is_dup && a->is_retained == b->is_retained &&
		a->packet_id == b->packet_id && span_equal(a->topic, b->topic) &&
		span_equal(a->payload, b->payload) && props_equal(&a->props, &b->props);
}

bool any_equal(const struct mqtt_any *a, const struct mqtt_any *b)
{
	if (a->type != b->type || a->version != b->version)
		return false;
	switch (a->type) {
	case MQTT_CONNECT:
		return connect_equal(&a->connect, &b->connect);
	case MQTT_CONNACK:
		return a->connack.reason == b->connack.reason &&
			a->connack.is_session_present == b->connack.is_session_present &&
			props_equal(&a->connack.props, &b->connack.props);
	case MQTT_PUBLISH:
		return publish_equal(&a->publish, &b->publish);
	case MQTT_PUBACK:
	case MQTT_PUBREC:
	case MQTT_PUBREL:
	case MQTT_PUBCOMP:
		return a->ack.packet_id == b->ack.packet_id && a->ack.reason == b->ack.reason &&
			props_equal(&a->ack.props, &b->ack.props);
	case MQTT_SUBSCRIBE:
	case MQTT_UNSUBSCRIBE:
		return a->subscribe.packet_id == b->subscribe.packet_id &&
			a->subscribe.filters_count == b->subscribe.filters_count &&
			span_equal(a->subscribe.filters, b->subscribe.filters) &&
			props_equal(&a->subscribe.props, &b->subscribe.props);
	case MQTT_SUBACK:
	case MQTT_UNSUBACK:
		return a->suback.packet_id == b->suback.packet_id &&
			span_equal(a->suback.reasons, b->suback.reasons) &&
			props_equal(&a->suback.props, &b->suback.props);
	case MQTT_PINGREQ:
	case MQTT_PINGRESP:
		return true;
	case MQTT_DISCONNECT:
	case MQTT_AUTH:
		return a->disconnect.reason == b->disconnect.reason &&
			props_equal(&a->disconnect.props, &b->disconnect.props);
	case MQTT_TYPES:
		break;
	}
	abort();
}

int any_echo(const struct mqtt_frame *f, enum mqtt_version version)
{
	size_t size = f->body.size + 5; /* with the longest fixed header */
	struct mqtt_any first, second;
	struct mqtt_frame frame;
	struct writer w, scratch;
	uint8_t *room;
	struct span again;
	int err = any_decode(f, version, &first), used;

	if (err)
		return err;
	room = malloc(2 * size);
	assert(room);
	w = writer_of(room, size);
	scratch = writer_of(room + size, size);
	any_encode(&w, &first, &scratch);
	assert(!w.is_full); /* no encoding is longer than what was decoded */
	again = exact_copy(writer_span(&w));
	free(room);
	used = mqtt_frame_decode(again, version, MQTT_PACKET_MAX, &frame);
	assert(used > 0 && (size_t)used == again.size);
	err = any_decode(&frame, version, &second);
	assert(err == 0 && any_equal(&first, &second));
	exact_free(again);
	return 0;
}

int any_echo_bytes(struct span in, enum mqtt_version version)
{
	struct mqtt_frame frame;
	int used = mqtt_frame_decode(in, version, MQTT_PACKET_MAX, &frame), err;

	if (used <= 0)
		return used;
	err = any_echo(&frame, version);
	return err ? err : used;
}

unsigned any_verdict(enum mqtt_version version, const char *packet)
{
	struct span bytes = notation_bytes(packet);
	int used = any_echo_bytes(bytes, version);

	assert(used < 0 || (size_t)used == bytes.size);
	exact_free(bytes);
	return used < 0 ? (unsigned)-used : 0;
}
