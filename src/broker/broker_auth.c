/* broker_auth.c - enhanced authentication: AUTH to and fro, at CONNECT and again later; and
 * DISCONNECT.
 *
 * The CONNECT is kept until the exchange ends, then goes on as any other.  Whoever answers the
 * questions of access decides; without such a decider every method is refused (0x8C). */
#include "base/base_err.h"
#include "broker/broker_connect.h"
#include "broker/broker_input.h"
#include "broker/broker_state.h"
#include "mqtt/mqtt_disconnect.h"

#include <string.h>

enum { AUTH_HEAD_BYTES_MAX = 32 };

static int copy(struct broker *b, struct span from, uint8_t **ret)
{
	uint8_t *at = alloc_resize(b->alloc, NULL, 0, from.size);

	if (!at)
		return ERR_MEMORY;
	memcpy(at, from.at, from.size);
	*ret = at;
	return 0;
}

/* [MQTT-4.12.0-5] */
static void send_auth(
	struct broker *b, struct broker_conn *c, uint8_t reason, struct span auth_data)
{
	struct mqtt_disconnect p = {.reason = reason};
	struct writer w =
		broker_conn_packet(b, AUTH_HEAD_BYTES_MAX + c->auth_method.size + auth_data.size);

	mqtt_props_init(&p.props);
	p.props.auth_method = c->auth_method;
	p.props.auth_data = auth_data;
	p.props.present = MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_METHOD);
	if (auth_data.size)
		p.props.present |= MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_DATA);
	mqtt_disconnect_encode(&w, MQTT_AUTH, MQTT_5, &p);
	if (writer_span(&w).size <= c->packet_bytes_max)
		broker_conn_send(b, c, &w, NULL);
}

void broker_auth_start(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f,
	struct span method, struct span auth_data)
{
	uint8_t *method_copy = NULL;

	if (copy(b, method, &method_copy) == 0)
		c->auth_method = span_of(method_copy, method.size);
	if (!method_copy || copy(b, f->body, &c->connect)) {
		b->stats.alloc_failures++;
		broker_connect_refuse(b, c, MQTT_SERVER_UNAVAILABLE, "no memory");
		return;
	}
	c->connect_bytes = f->body.size;
	c->state = CONN_AUTHENTICATING;
	send_auth(b, c, MQTT_CONTINUE_AUTHENTICATION, auth_data); /* [MQTT-4.12.0-2] */
}

/* The exchange at CONNECT goes on.  False: a decision is awaited. */
static bool authenticate(struct broker *b, struct broker_conn *c, const struct broker_answer *a)
{
	struct mqtt_frame f = {.type = MQTT_CONNECT, .body = span_of(c->connect, c->connect_bytes)};
	struct mqtt_connect p;
	uint8_t level;

	if (a->verdict == BROKER_CONTINUE) {
		send_auth(b, c, MQTT_CONTINUE_AUTHENTICATION, a->auth_data);
		return true;
	}
	if (a->verdict != BROKER_YES) { /* [MQTT-4.12.0-4] */
		broker_connect_refuse(
			b, c, a->reason ? a->reason : MQTT_NOT_AUTHORIZED, "access denied");
		return true;
	}
	c->pending.progress = 1;
	if (mqtt_connect_decode(&f, &p, &level))
		broker_conn_fault(b, c, MQTT_IMPLEMENTATION_ERROR, "CONNECT");
	else if (!broker_connect_finish(b, c, &p, a->auth_data))
		return false;
	alloc_free(b->alloc, c->connect, c->connect_bytes); /* it may be large */
	c->connect = NULL;
	c->connect_bytes = 0;
	return true;
}

static void reauthenticate(struct broker *b, struct broker_conn *c, const struct broker_answer *a)
{
	if (a->verdict == BROKER_CONTINUE)
		send_auth(b, c, MQTT_CONTINUE_AUTHENTICATION, a->auth_data);
	else if (a->verdict == BROKER_YES)
		send_auth(b, c, MQTT_SUCCESS, a->auth_data);
	else /* [MQTT-4.12.1-2] */
		broker_conn_fault(
			b, c, a->reason ? a->reason : MQTT_NOT_AUTHORIZED, "authentication failed");
}

bool broker_auth_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f)
{
	struct broker_answer a = {.verdict = BROKER_YES};
	struct mqtt_disconnect p;
	int err = mqtt_disconnect_decode(f, c->version, &p);
	struct broker_question q = {.type = BROKER_ASK_AUTH,
		.client_id = c->session ? c->session->client_id : span_of(NULL, 0),
		.is_reauthentication = c->state == CONN_ONLINE};

	if (err) {
		broker_conn_fault(b, c, mqtt_reason_of(err), "AUTH");
		return true;
	}
	if (p.reason != MQTT_CONTINUE_AUTHENTICATION && /* [MQTT-3.15.2-1] */
		(p.reason != MQTT_REAUTHENTICATE || c->state != CONN_ONLINE)) {
		broker_conn_fault(b, c, MQTT_PROTOCOL_ERROR, "AUTH");
		return true;
	}
	if (c->auth_method.size == 0 || !span_equal(p.props.auth_method, c->auth_method)) {
		broker_conn_fault(b, c, MQTT_PROTOCOL_ERROR, /* [MQTT-4.12.1-1] [U50-3.15-1] */
			"AUTH with another method than CONNECT");
		return true;
	}
	q.auth_method = c->auth_method;
	q.auth_data = p.props.auth_data;
	if (c->pending.progress == 0)
		a = broker_conn_ask(b, c, &q);
	if (a.verdict == BROKER_LATER)
		return false;
	if (c->state == CONN_AUTHENTICATING)
		return authenticate(b, c, &a);
	reauthenticate(b, c, &a);
	return true;
}

/* A client may shorten or lengthen its session's life, but not give one to a session that asked for
 * none. */
static bool set_expiry(struct broker *b, struct broker_conn *c, const struct mqtt_props *props)
{
	uint32_t expiry_s = props->session_expiry_s;

	if (!(props->present & MQTT_PROPERTY_BIT(MQTT_SESSION_EXPIRY_INTERVAL)) || !c->session)
		return true;
	if (expiry_s && c->session_expiry_s == 0) /* [U50-3.14.2.2.2-2] */
		return false;
	if (expiry_s > b->config.session_expiry_max_s)
		expiry_s = b->config.session_expiry_max_s;
	c->session->expiry_s = expiry_s;
	return true;
}

bool broker_disconnect_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f)
{
	struct mqtt_disconnect p;
	int err = mqtt_disconnect_decode(f, c->version, &p);

	if (!err && c->version == MQTT_5 && !set_expiry(b, c, &p.props))
		err = -MQTT_PROTOCOL_ERROR;
	if (err) {
		broker_conn_fault(b, c, mqtt_reason_of(err), "DISCONNECT");
		return true;
	}
	broker_tell(b, BROKER_NOTE_DISCONNECTED, c, &(struct broker_note){.reason = p.reason});
	broker_conn_end(
		b, c, p.reason == MQTT_SUCCESS ? MQTT_SUCCESS : MQTT_DISCONNECT_WITH_WILL, NULL);
	return true;
}
