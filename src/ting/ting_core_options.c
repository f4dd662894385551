/* ting_core_options.c - what a client is asked to be, and whether the protocol allows it. */
#include "ting/ting_core_state.h"
#include "ting/ting_words.h"

enum {
	KEEPALIVE_S = 60,
	RETRY_MIN_MS = 1000,
	RETRY_MAX_MS = 60000,
	REQUESTS = 64,
	RECEIVES = 64,
	PACKET_BYTES = 1 << 20,
	SEND_BYTES = 64 << 10,
	ALIAS_TOPIC_BYTES = 128,
	REPLY_MS = 10000,
};

struct ting_client_options core_options(const struct ting_client_options *given)
{
	struct ting_client_options o = *given;

	o.version = o.version ? o.version : TING_MQTT_5;
	o.keepalive_s = o.keepalive_s ? o.keepalive_s : KEEPALIVE_S;
	o.retry_min_ms = o.retry_min_ms ? o.retry_min_ms : RETRY_MIN_MS;
	if (o.retry_max_ms == 0)
		o.retry_max_ms = o.retry_min_ms > RETRY_MAX_MS ? o.retry_min_ms : RETRY_MAX_MS;
	o.requests_max = o.requests_max ? o.requests_max : REQUESTS;
	o.receive_max = o.receive_max ? o.receive_max : RECEIVES;
	o.packet_bytes_max = o.packet_bytes_max ? o.packet_bytes_max : PACKET_BYTES;
	o.send_bytes_max = o.send_bytes_max ? o.send_bytes_max : SEND_BYTES;
	if (o.send_bytes_max < CLIENT_EFFECT_BYTES_MIN)
		o.send_bytes_max = CLIENT_EFFECT_BYTES_MIN;
	o.alias_topic_max = o.alias_topic_max ? o.alias_topic_max : ALIAS_TOPIC_BYTES;
	o.reply_timeout_ms = o.reply_timeout_ms ? o.reply_timeout_ms : REPLY_MS;
	if (o.version != TING_MQTT_5) {
		o.session_expiry_s = 0;
		o.aliases_max = 0;
	}
	return o;
}

uint16_t core_aliases_in(const struct ting_client_options *o)
{
	return o->alias_topic_max == UINT16_MAX ? o->aliases_max : 0;
}

/* Each of these answers a sentence, or NULL. */

static const char *bounds_complaint(const struct ting_client_options *o)
{
	if (o->version < TING_MQTT_3_1 || o->version > TING_MQTT_5)
		return "version: there is 3 (MQTT 3.1), 4 (3.1.1) and 5; take 0 for the newest";
	if (o->keepalive_s > UINT16_MAX)
		return "keepalive_s: at most 65535; take a negative number for none";
	if (o->retry_max_ms < 0 || o->retry_max_ms < o->retry_min_ms)
		return "retry_max_ms: less than retry_min_ms; take 0, or a longer time";
	if (o->reply_timeout_ms < 0)
		return "reply_timeout_ms: below 0; take 0 for ten seconds";
	return NULL;
}

static const char *identity_complaint(const struct ting_client_options *o)
{
	if (!words_is_string(o->id))
		return "id: must be UTF-8 without null bytes, of at most 65535 bytes";
	if (o->id.size == 0 && o->version == TING_MQTT_3_1 && o->seed == 0)
		return "id: MQTT 3.1 needs one; give it, or a seed that one is made from";
	if (o->id.size == 0 && o->version != TING_MQTT_5 && o->resumes_session)
		return "id: a session that is resumed needs one; give it, or leave resumes_session";
	if (!words_is_string(o->user))
		return "user: must be UTF-8 without null bytes, of at most 65535 bytes";
	if (!words_is_data(o->password))
		return "password: must have at most 65535 bytes";
	if (o->password.at && !o->user.at && o->version != TING_MQTT_5)
		return "password: needs a user before MQTT 5; give one";
	return NULL;
}

static const char *authentication_complaint(const struct ting_client_options *o)
{
	if (o->version != TING_MQTT_5)
		return o->auth_method.at ? "auth_method: is there since MQTT 5; leave it" : NULL;
	if (!words_is_string(o->auth_method))
		return "auth_method: must be UTF-8 without null bytes, of at most 65535 bytes";
	if (!words_is_data(o->auth_data))
		return "auth_data: must have at most 65535 bytes";
	if (o->auth_data.at && !o->auth_method.at)
		return "auth_data: needs an auth_method; give one";
	return NULL;
}

static void put_u32(struct mqtt_props *p, enum mqtt_property id, uint32_t *field, uint32_t value)
{
	if (value == 0)
		return;
	p->present |= MQTT_PROPERTY_BIT(id);
	*field = value;
}

static void put_u8(struct mqtt_props *p, enum mqtt_property id, uint8_t *field, uint8_t value)
{
	p->present |= MQTT_PROPERTY_BIT(id);
	*field = value;
}

static const char *will_make(const struct ting_client_options *o, struct mqtt_connect *ret)
{
	const struct ting_message *m = &o->will.message;
	struct mqtt_publish p;

	mqtt_props_init(&ret->will.props);
	if (!m->topic.at)
		return NULL;
	if (!ting_topic_is_valid(m->topic))
		return "will.message.topic: is none that can be published to";
	if (m->qos > 2)
		return "will.message.qos: there is 0, 1 and 2";
	if (!words_is_data(m->payload))
		return "will.message.payload: must have at most 65535 bytes";
	if (!words_to_message(m, ret->version, &p))
		return "will.message.properties: must be UTF-8 without null bytes, of at most "
		       "65535 bytes each, and the response topic one without wildcards";
	ret->has_will = true;
	ret->will = (struct mqtt_will){
		.qos = p.qos,
		.is_retained = p.is_retained,
		.topic = p.topic,
		.payload = p.payload,
		.props = p.props,
	};
	put_u32(&ret->will.props, MQTT_WILL_DELAY_INTERVAL, &ret->will.props.will_delay_s,
		o->will.delay_s);
	return NULL;
}

/* The properties of CONNECT. */
static const char *properties_make(const struct ting_client_options *o, struct mqtt_props *ret)
{
	mqtt_props_init(ret);
	if (o->version != TING_MQTT_5)
		return NULL;
	put_u32(ret, MQTT_SESSION_EXPIRY_INTERVAL, &ret->session_expiry_s, o->session_expiry_s);
	if (core_aliases_in(o)) {
		ret->present |= MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS_MAXIMUM);
		ret->topic_alias_max = core_aliases_in(o);
	}
	if (o->wants_response_information)
		put_u8(ret, MQTT_REQUEST_RESPONSE_INFORMATION, &ret->request_response, 1);
	if (o->wants_no_problem_information)
		put_u8(ret, MQTT_REQUEST_PROBLEM_INFORMATION, &ret->request_problem, 0);
	words_put(ret, MQTT_AUTHENTICATION_METHOD, &ret->auth_method, o->auth_method);
	words_put(ret, MQTT_AUTHENTICATION_DATA, &ret->auth_data, o->auth_data);
	if (!words_user(o->user_properties, o->user_properties_count, &ret->user))
		return "user_properties: must be UTF-8 without null bytes, of at most 65535 bytes "
		       "each";
	return NULL;
}

const char *core_connect_make(const struct ting_client_options *o, struct mqtt_connect *ret)
{
	const char *complaint = bounds_complaint(o);

	*ret = (struct mqtt_connect){
		.version = (enum mqtt_version)o->version,
		.is_clean_start = !o->resumes_session,
		.keepalive_s = o->keepalive_s < 0 ? 0 : (uint16_t)o->keepalive_s,
		.client_id = words_span(o->id),
		.has_user_name = o->user.at,
		.user_name = words_span(o->user),
		.has_password = o->password.at,
		.password = words_span(o->password),
	};
	if (!complaint)
		complaint = identity_complaint(o);
	if (!complaint)
		complaint = authentication_complaint(o);
	if (!complaint)
		complaint = will_make(o, ret);
	if (!complaint)
		complaint = properties_make(o, &ret->props);
	return complaint;
}
