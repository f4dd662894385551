/* broker_connect.c - checks a CONNECT, asks for access, finds the session, answers. */
#include "broker/broker_connect.h"

#include "base/base_err.h"
#include "base/base_reader.h"
#include "broker/broker_input.h"
#include "broker/broker_state.h"
#include "topic/topic_filter.h"

#include <string.h>

enum {
	CONNACK_BYTES_MAX = 512,
	MADE_UP_BYTES = 32, /* of a client id, behind its prefix */
};

static void write_digits(struct writer *w, uint64_t bits)
{
	for (int i = 60; i >= 0; i -= 4)
		writer_u8(w, (uint8_t) "0123456789abcdef"[bits >> i & 15]);
}

/* A client id that nobody has.  [MQTT-3.2.2-16] */
static struct span make_up_id(struct broker *b)
{
	struct writer w;

	do {
		w = broker_conn_packet(b, BROKER_PREFIX_MAX + MADE_UP_BYTES);
		writer_bytes(&w, span_of_text(b->config.auto_id_prefix));
		write_digits(&w, prng_next(&b->prng));
		write_digits(&w, prng_next(&b->prng));
	} while (broker_session_find(b, writer_span(&w)));
	return writer_span(&w);
}

/* False: it is too large for the client.  [MQTT-3.1.2-24] */
static bool send_connack(
	struct broker *b, struct broker_conn *c, struct mqtt_connack *p, size_t extra_bytes)
{
	struct writer w = broker_conn_packet(b, CONNACK_BYTES_MAX + extra_bytes);

	mqtt_connack_encode(&w, c->version, p);
	if (writer_span(&w).size > c->packet_bytes_max &&
		p->props.present & MQTT_PROPERTY_BIT(MQTT_REASON_STRING)) { /* [MQTT-3.2.2-19] */
		p->props.present &= ~MQTT_PROPERTY_BIT(MQTT_REASON_STRING);
		w = broker_conn_packet(b, CONNACK_BYTES_MAX + extra_bytes);
		mqtt_connack_encode(&w, c->version, p);
	}
	if (writer_span(&w).size > c->packet_bytes_max)
		return false;
	broker_conn_send(b, c, &w, NULL);
	return true;
}

void broker_connect_refuse(
	struct broker *b, struct broker_conn *c, enum mqtt_reason reason, const char *text)
{
	struct mqtt_connack p = {.reason = (uint8_t)reason};
	int code = c->version == MQTT_5 ? (int)reason : mqtt_return_code_of(reason);

	broker_tell(b, BROKER_NOTE_REFUSED, c,
		&(struct broker_note){.reason = reason, .topic = span_of_text(text)});
	mqtt_props_init(&p.props);
	if (code >= 0) { /* else no CONNACK at all [MQTT-3.2.2-6 of 3.1.1] */
		p.reason = (uint8_t)code;
		if (c->wants_problem_information && text) {
			p.props.present = MQTT_PROPERTY_BIT(MQTT_REASON_STRING);
			p.props.reason_string = span_of_text(text);
		}
		send_connack(b, c, &p, 0);
	}
	broker_conn_end(b, c, reason, NULL);
}

/* The protocol level of a CONNECT that may be malformed behind it; 0: unknown. */
static uint8_t level_of(const struct mqtt_frame *f)
{
	struct reader r = reader_of(f->body);
	struct span name = reader_string16(&r);
	uint8_t level = reader_u8(&r);

	return span_equal(name, SPAN_LITERAL("MQTT")) ? level : 0;
}

/* A CONNECT that cannot be read.  Before MQTT 5 nothing but an unknown level is answered.
 * [MQTT-3.1.4-1] */
static void refuse_unread(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f,
	enum mqtt_reason reason)
{
	uint8_t level = level_of(f);

	c->version = level >= MQTT_5 ? MQTT_5 : MQTT_3_1_1;
	if (level == 0 || (c->version != MQTT_5 && reason != MQTT_UNSUPPORTED_VERSION))
		broker_conn_fault(b, c, reason, "CONNECT");
	else
		broker_connect_refuse(b, c, reason, mqtt_reason_name(reason));
}

static enum mqtt_reason check_will(const struct broker *b, const struct mqtt_will *will)
{
	if (!topic_name_is_valid(will->topic))
		return MQTT_TOPIC_NAME_INVALID;
	if (broker_sys_owns(will->topic))
		return MQTT_NOT_AUTHORIZED;
	if (will->qos > b->config.qos_max) /* [MQTT-3.2.2-12] */
		return MQTT_QOS_NOT_SUPPORTED;
	if (will->is_retained && !b->config.is_retain_available) /* [MQTT-3.2.2-13] */
		return MQTT_RETAIN_NOT_SUPPORTED;
	if (b->config.message_bytes_max && will->payload.size > b->config.message_bytes_max)
		return MQTT_PACKET_TOO_LARGE;
	return MQTT_SUCCESS;
}

static enum mqtt_reason check(
	const struct broker *b, const struct mqtt_connect *p, const char **ret_text)
{
	enum mqtt_reason reason = p->has_will ? check_will(b, &p->will) : MQTT_SUCCESS;

	*ret_text = "will";
	if (reason)
		return reason;
	*ret_text = "an empty client id is not allowed here";
	if (p->client_id.size == 0 &&
		(!b->config.allows_empty_client_id || p->version == MQTT_3_1 ||
			(p->version == MQTT_3_1_1 && !p->is_clean_start))) /* [MQTT-3.1.3-8] */
		return MQTT_CLIENT_ID_NOT_VALID;
	*ret_text = "keep alive is above the server's maximum";
	if (p->version != MQTT_5 && b->config.keepalive_max_s &&
		(p->keepalive_s == 0 || p->keepalive_s > b->config.keepalive_max_s))
		return MQTT_CLIENT_ID_NOT_VALID; /* as mosquitto does: there is no better code */
	return MQTT_SUCCESS;
}

/* What the connection remembers of its CONNECT. */
static void adopt(struct broker *b, struct broker_conn *c, const struct mqtt_connect *p)
{
	uint16_t inflight_max =
		b->config.inflight_messages_max ? b->config.inflight_messages_max : UINT16_MAX;

	c->version = (uint8_t)p->version;
	c->is_bridge = p->is_bridge;
	c->keepalive_s = p->keepalive_s;
	c->packet_bytes_max = MQTT_PACKET_MAX;
	c->receive_max = inflight_max;
	c->wants_problem_information = false;
	if (p->version != MQTT_5)
		return;
	if (b->config.keepalive_max_s &&
		(p->keepalive_s == 0 || p->keepalive_s > b->config.keepalive_max_s))
		c->keepalive_s = b->config.keepalive_max_s;
	c->packet_bytes_max = p->props.packet_bytes_max;
	if (c->receive_max > p->props.receive_max)
		c->receive_max = p->props.receive_max;
	c->wants_problem_information = p->props.request_problem;
	c->may_expire_later = p->props.session_expiry_s != 0;
	c->alias_in.max = b->config.topic_alias_max;
	c->alias_out.max = p->props.topic_alias_max < BROKER_ALIASES_OUT_MAX
		? p->props.topic_alias_max
		: BROKER_ALIASES_OUT_MAX;
}

static uint32_t session_expiry_s(const struct broker *b, const struct mqtt_connect *p)
{
	uint32_t max = b->config.session_expiry_max_s;

	if (p->version != MQTT_5)
		return p->is_clean_start ? 0 : max;
	return p->props.session_expiry_s < max ? p->props.session_expiry_s : max;
}

static void set_number(struct mqtt_props *props, enum mqtt_property id, bool is_set)
{
	if (is_set)
		props->present |= MQTT_PROPERTY_BIT(id);
}

static bool greet(struct broker *b, struct broker_conn *c, const struct mqtt_connect *p,
	bool is_session_present, struct span auth_data)
{
	struct mqtt_connack ack = {.is_session_present = is_session_present};
	struct mqtt_props *props = &ack.props;

	mqtt_props_init(props);
	props->session_expiry_s = c->session->expiry_s;
	props->receive_max = b->config.receive_max;
	props->qos_max = b->config.qos_max;
	props->retain_available = b->config.is_retain_available;
	props->packet_bytes_max = b->config.packet_bytes_max;
	props->topic_alias_max = c->alias_in.max;
	props->server_keepalive_s = c->keepalive_s;
	props->assigned_client_id = broker_session_client_id(c->session);
	props->auth_method = p->props.auth_method;
	props->auth_data = auth_data;
	if (c->version == MQTT_5) {
		props->present = MQTT_PROPERTY_BIT(MQTT_RECEIVE_MAXIMUM) |
			MQTT_PROPERTY_BIT(MQTT_MAXIMUM_PACKET_SIZE);
		set_number(props, MQTT_SESSION_EXPIRY_INTERVAL,
			c->session->expiry_s != p->props.session_expiry_s);
		set_number(props, MQTT_MAXIMUM_QOS, props->qos_max < 2); /* [MQTT-3.2.2-9] */
		set_number(props, MQTT_RETAIN_AVAILABLE, !props->retain_available);
		set_number(props, MQTT_TOPIC_ALIAS_MAXIMUM, props->topic_alias_max != 0);
		set_number(props, MQTT_SERVER_KEEP_ALIVE, c->keepalive_s != p->keepalive_s);
		set_number(props, MQTT_ASSIGNED_CLIENT_IDENTIFIER, p->client_id.size == 0);
		set_number(props, MQTT_AUTHENTICATION_METHOD, props->auth_method.size != 0);
		set_number(props, MQTT_AUTHENTICATION_DATA, auth_data.size != 0);
	}
	return send_connack(b, c, &ack,
		broker_session_client_id(c->session).size + props->auth_method.size +
			auth_data.size);
}

/* The session of that client id, offline: as it was, or new; NULL when there is no room. */
static struct broker_session *take_session(
	struct broker *b, struct span client_id, bool is_clean_start, bool *ret_is_present)
{
	struct broker_session *s = broker_session_find(b, client_id);

	if (s && s->conn) { /* [MQTT-3.1.4-3] */
		broker_tell(b, BROKER_NOTE_TAKEN_OVER, s->conn, NULL);
		broker_conn_end(b, s->conn, MQTT_SESSION_TAKEN_OVER, NULL);
		s = broker_session_find(b, client_id); /* it may have ended with its connection */
	}
	if (s && is_clean_start) { /* [MQTT-3.1.2-4] */
		broker_session_end(b, s);
		s = NULL;
	}
	*ret_is_present = s != NULL;
	if (!s && broker_session_new(b, client_id, &s)) {
		broker_tell(b, BROKER_NOTE_FULL, NULL,
			&(struct broker_note){
				.client_id = client_id, .number = b->config.sessions_max});
		return NULL;
	}
	return s;
}

/* The client may come in: finds or makes its session and answers.  `auth_data` goes into CONNACK.
 */
static void accept_client(struct broker *b, struct broker_conn *c, const struct mqtt_connect *p,
	struct span auth_data)
{
	struct span client_id = p->client_id.size ? p->client_id : make_up_id(b);
	bool is_present;
	struct broker_session *s = take_session(b, client_id, p->is_clean_start, &is_present);

	if (!s) {
		broker_connect_refuse(b, c, MQTT_SERVER_UNAVAILABLE, "no room for a session");
		return;
	}
	broker_will_drop(b, s); /* it came back in time [MQTT-3.1.3-9] */
	if (p->has_will && broker_will_set(b, s, p)) {
		b->stats.alloc_failures++;
		if (!is_present)
			broker_session_end(b, s);
		broker_connect_refuse(b, c, MQTT_SERVER_UNAVAILABLE, "no room for a will");
		return;
	}
	s->expiry_s = session_expiry_s(b, p);
	broker_session_attach(b, s, c);
	c->quota = c->receive_max;
	c->state = CONN_ONLINE;
	c->last_received_ms = b->now.mono;
	broker_conn_set_timer(b, c);
	if (!greet(b, c, p, is_present, auth_data)) { /* nothing goes before it [MQTT-3.2.0-1] */
		broker_tell(b, BROKER_NOTE_REFUSED, c,
			&(struct broker_note){
				.reason = MQTT_PACKET_TOO_LARGE, .topic = SPAN_LITERAL("CONNACK")});
		broker_conn_end(b, c, MQTT_SUCCESS, NULL);
		return;
	}
	broker_tell(b, BROKER_NOTE_CONNECTED, c,
		&(struct broker_note){.reason = p->version, .number = c->keepalive_s});
	broker_session_set_hungry(b, s);
}

/* Keeps what CONNACK is to carry while a decision is awaited.  0 or ERR_MEMORY. */
static int keep_auth_data(struct broker *b, struct broker_conn *c, struct span auth_data)
{
	struct broker_pending *p;

	if (auth_data.size == 0)
		return 0;
	p = broker_conn_remember(b, c, 0);
	if (!p)
		return ERR_MEMORY;
	p->auth_data = alloc_resize(b->alloc, NULL, 0, auth_data.size);
	if (!p->auth_data)
		return ERR_MEMORY;
	memcpy(p->auth_data, auth_data.at, auth_data.size);
	p->auth_data_bytes = auth_data.size;
	return 0;
}

static struct span kept_auth_data(const struct broker_conn *c)
{
	return c->pending ? span_of(c->pending->auth_data, c->pending->auth_data_bytes)
			  : span_of(NULL, 0);
}

bool broker_connect_finish(struct broker *b, struct broker_conn *c, const struct mqtt_connect *p,
	struct span auth_data)
{
	struct broker_question q = {.type = BROKER_ASK_PUBLISH,
		.client_id = p->client_id,
		.topic = p->will.topic,
		.qos = p->will.qos,
		.is_retained = p->will.is_retained};
	struct broker_answer a = {.verdict = BROKER_YES};

	c->is_let_in = true;
	if (keep_auth_data(b, c, auth_data)) {
		b->stats.alloc_failures++;
		broker_connect_refuse(b, c, MQTT_SERVER_UNAVAILABLE, "no memory");
		return true;
	}
	if (p->has_will)
		a = broker_conn_ask(b, c, &q);
	if (a.verdict == BROKER_LATER)
		return false;
	if (a.verdict == BROKER_YES)
		accept_client(b, c, p, kept_auth_data(c));
	else
		broker_connect_refuse(b, c, a.reason ? a.reason : MQTT_NOT_AUTHORIZED, "will");
	return true;
}

static struct broker_answer ask_login(
	struct broker *b, struct broker_conn *c, const struct mqtt_connect *p)
{
	struct broker_question q = {.type = BROKER_ASK_LOGIN,
		.client_id = p->client_id,
		.user_name = p->user_name,
		.has_user_name = p->has_user_name,
		.has_password = p->has_password,
		.password = p->password,
		.auth_method = p->props.auth_method,
		.auth_data = p->props.auth_data};

	return broker_conn_ask(b, c, &q);
}

bool broker_connect_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f)
{
	struct mqtt_connect p;
	struct broker_answer a = {.verdict = BROKER_YES};
	enum mqtt_reason reason;
	const char *text;
	uint8_t level;
	int err = mqtt_connect_decode(f, &p, &level);

	if (err) {
		refuse_unread(b, c, f, mqtt_reason_of(err));
		return true;
	}
	adopt(b, c, &p);
	reason = check(b, &p, &text);
	if (reason) {
		broker_connect_refuse(b, c, reason, text);
		return true;
	}
	if (!c->is_let_in)
		a = ask_login(b, c, &p);
	if (a.verdict == BROKER_LATER)
		return false;
	if (a.verdict == BROKER_YES)
		return broker_connect_finish(b, c, &p, a.auth_data);
	if (a.verdict == BROKER_CONTINUE)
		broker_auth_start(b, c, f, p.props.auth_method, a.auth_data);
	else
		broker_connect_refuse(
			b, c, a.reason ? a.reason : MQTT_NOT_AUTHORIZED, "access denied");
	return true;
}
