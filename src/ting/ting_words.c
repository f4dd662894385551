/* ting_words.c - what ting/mqtt.h says in the words of the codec, and back.
 *
 * Nothing is copied: what waits to be sent is encoded from the application's own memory when its
 * packet is, user properties too. */
#include "ting/ting_words.h"

#include "base/base_utf8.h"
#include "mqtt/mqtt_types.h"
#include "topic/topic_filter.h"

const char *ting_reason_name(uint8_t reason)
{
	return mqtt_reason_name(reason);
}

const char *ting_return_code_name(uint8_t code)
{
	return mqtt_return_code_name(code);
}

bool ting_topic_is_valid(struct ting_text topic)
{
	return topic_name_is_valid(words_span(topic));
}

bool ting_filter_is_valid(struct ting_text filter)
{
	struct topic_filter parsed;

	return topic_filter_parse(words_span(filter), &parsed) == 0;
}

bool words_is_data(struct ting_text t)
{
	return (t.at || t.size == 0) && t.size <= UINT16_MAX;
}

bool words_is_string(struct ting_text t)
{
	return words_is_data(t) && utf8_is_text(words_span(t));
}

/* What is left of a received list behind `place`. */
static struct reader reader_behind(struct span encoded, size_t place)
{
	return reader_of(span_skip(encoded, place));
}

static bool encoded_next(
	const struct mqtt_user *u, size_t *place, struct span *ret_name, struct span *ret_value)
{
	struct reader r = reader_behind(span_of(u->at, u->size), *place);
	bool is_there = mqtt_props_next_user(&r, ret_name, ret_value);

	*place = u->size - reader_left(&r);
	return is_there;
}

static bool pair_next(
	const struct mqtt_user *u, size_t *place, struct span *ret_name, struct span *ret_value)
{
	const struct ting_pair *pairs = u->at;

	if (*place >= u->size)
		return false;
	*ret_name = words_span(pairs[*place].name);
	*ret_value = words_span(pairs[*place].value);
	++*place;
	return true;
}

/* Those that are given; if none are, those that came. */
static struct mqtt_user user_of(const struct ting_properties *p)
{
	if (p->user_count)
		return (struct mqtt_user){p->user, p->user_count, pair_next};
	return (struct mqtt_user){p->encoded.at, p->encoded.size, encoded_next};
}

bool ting_user_property(const struct ting_properties *p, size_t *place, struct ting_pair *ret)
{
	struct mqtt_user user = user_of(p);
	struct span name, value;

	if (!user.next(&user, place, &name, &value))
		return false;
	ret->name = words_text(name);
	ret->value = words_text(value);
	return true;
}

bool ting_subscription_id(const struct ting_properties *p, size_t *place, uint32_t *ret)
{
	struct reader r = reader_behind(words_span(p->encoded), *place);
	bool is_there = mqtt_props_next_subscription_id(&r, ret);

	*place = p->encoded.size - reader_left(&r);
	return is_there;
}

bool words_user(const struct ting_pair *pairs, size_t count, struct mqtt_user *ret)
{
	for (size_t i = 0; i < count; i++)
		if (!words_is_string(pairs[i].name) || !words_is_string(pairs[i].value))
			return false;
	*ret = (struct mqtt_user){pairs, count, pair_next};
	return true;
}

void words_put(
	struct mqtt_props *p, enum mqtt_property id, struct span *field, struct ting_text value)
{
	if (!value.at)
		return;
	p->present |= MQTT_PROPERTY_BIT(id);
	*field = words_span(value);
}

/* False: one cannot be sent. */
static bool to_props(const struct ting_properties *p, struct mqtt_props *ret)
{
	if (!words_is_string(p->content_type) || !words_is_data(p->correlation) ||
		(p->response_topic.at && !ting_topic_is_valid(p->response_topic)) ||
		!words_user(p->user, p->user_count, &ret->user))
		return false;
	if (p->is_text) {
		ret->present |= MQTT_PROPERTY_BIT(MQTT_PAYLOAD_FORMAT_INDICATOR);
		ret->payload_format = 1;
	}
	if (p->has_expiry) {
		ret->present |= MQTT_PROPERTY_BIT(MQTT_MESSAGE_EXPIRY_INTERVAL);
		ret->message_expiry_s = p->expiry_s;
	}
	words_put(ret, MQTT_CONTENT_TYPE, &ret->content_type, p->content_type);
	words_put(ret, MQTT_RESPONSE_TOPIC, &ret->response_topic, p->response_topic);
	words_put(ret, MQTT_CORRELATION_DATA, &ret->correlation_data, p->correlation);
	ret->user = user_of(p);
	return true;
}

bool words_to_message(
	const struct ting_message *m, enum mqtt_version version, struct mqtt_publish *ret)
{
	struct mqtt_publish p = {
		.qos = m->qos,
		.is_retained = m->is_retained,
		.topic = words_span(m->topic),
		.payload = words_span(m->payload),
	};

	mqtt_props_init(&p.props);
	if (m->qos > 2 || !ting_topic_is_valid(m->topic) || (!m->payload.at && m->payload.size))
		return false;
	if (version == MQTT_5 && !to_props(&m->properties, &p.props))
		return false;
	*ret = p;
	return true;
}

void words_of_message(const struct mqtt_publish *p, struct ting_message *ret)
{
	const struct mqtt_props *props = &p->props;

	*ret = (struct ting_message){
		.topic = words_text(p->topic),
		.payload = words_text(p->payload),
		.qos = p->qos,
		.is_retained = p->is_retained,
		.is_duplicate = p->is_dup && p->qos == 1,
		.properties =
			{
				.is_text = props->payload_format,
				.has_expiry = props->present &
					MQTT_PROPERTY_BIT(MQTT_MESSAGE_EXPIRY_INTERVAL),
				.expiry_s = props->message_expiry_s,
				.content_type = words_text(props->content_type),
				.response_topic = words_text(props->response_topic),
				.correlation = words_text(props->correlation_data),
				.encoded = words_text(props->raw),
			},
	};
}
