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

struct broker_auth {
	uint8_t *connect; /* the body of the CONNECT until the exchange ends; ours */
	size_t connect_bytes, method_bytes;
	uint8_t method[];
};

static void drop_connect(struct broker *b, struct broker_auth *a)
{
	alloc_free(b->alloc, a->connect, a->connect_bytes);
	a->connect = NULL;
}

void broker_auth_free(struct broker *b, struct broker_conn *c)
{
	if (!c->auth)
		return;
	drop_connect(b, c->auth);
	alloc_free(b->alloc, c->auth, sizeof *c->auth + c->auth->method_bytes);
	c->auth = NULL;
}

/* 0, or ERR_MEMORY and a part of it may be there. */
static int keep(struct broker *b, struct broker_conn *c, struct span connect, struct span method)
{
	c->auth = alloc_try(b->alloc, sizeof *c->auth + method.size);
	if (!c->auth)
		return ERR_MEMORY;
	c->auth->method_bytes = method.size;
	memcpy(c->auth->method, method.at, method.size);
	c->auth->connect = alloc_resize(b->alloc, NULL, 0, connect.size);
	if (!c->auth->connect)
		return ERR_MEMORY;
	c->auth->connect_bytes = connect.size;
	memcpy(c->auth->connect, connect.at, connect.size);
	return 0;
}

/* Of the CONNECT; empty: it was none of enhanced authentication. */
static struct span method_of(const struct broker_conn *c)
{
	return c->auth ? span_of(c->auth->method, c->auth->method_bytes) : span_of(NULL, 0);
}

/* [MQTT-4.12.0-5] */
static void send_auth(
	struct broker *b, struct broker_conn *c, uint8_t reason, struct span auth_data)
{
	struct mqtt_disconnect p = {.reason = reason};
	struct span method = method_of(c);
	struct writer w = broker_conn_packet(b, AUTH_HEAD_BYTES_MAX + method.size + auth_data.size);

	mqtt_props_init(&p.props);
	p.props.auth_method = method;
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
	if (keep(b, c, f->body, method)) {
		b->stats.alloc_failures++;
		broker_connect_refuse(b, c, MQTT_SERVER_UNAVAILABLE, "no memory");
		return;
	}
	c->state = CONN_AUTHENTICATING;
	send_auth(b, c, MQTT_CONTINUE_AUTHENTICATION, auth_data); /* [MQTT-4.12.0-2] */
}

/* The exchange at CONNECT goes on.  False: a decision is awaited. */
static bool authenticate(struct broker *b, struct broker_conn *c, const struct broker_answer *a)
{
	struct mqtt_frame f = {
		.type = MQTT_CONNECT, .body = span_of(c->auth->connect, c->auth->connect_bytes)};
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
	if (mqtt_connect_decode(&f, &p, &level))
		broker_conn_fault(b, c, MQTT_IMPLEMENTATION_ERROR, "CONNECT");
	else if (!broker_connect_finish(b, c, &p, a->auth_data))
		return false;
	drop_connect(b, c->auth); /* it may be large */
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
		.client_id = c->session ? broker_session_client_id(c->session) : span_of(NULL, 0),
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
	if (!c->auth || !span_equal(p.props.auth_method, method_of(c))) {
		broker_conn_fault(b, c, MQTT_PROTOCOL_ERROR, /* [MQTT-4.12.1-1] [U50-3.15-1] */
			"AUTH with another method than CONNECT");
		return true;
	}
	q.auth_method = method_of(c);
	q.auth_data = p.props.auth_data;
	if (!c->is_let_in)
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
	if (expiry_s && !c->may_expire_later) /* [U50-3.14.2.2.2-2] */
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
