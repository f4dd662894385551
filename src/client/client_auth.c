/* client_auth.c - enhanced authentication: the server challenges, the application answers, in
 * turns.
 *
 * CONNECT opens it, CONNACK ends it; later an AUTH of ours opens it again and an AUTH of the
 * server's ends it.  The core only keeps the turns; what the data mean is the application's and the
 * method's.  Section 4.12 */
#include "client/client_state.h"

#include "base/base_err.h"

bool client_auth_fits(const struct client *c, const struct mqtt_props *p)
{
	bool is_named = p->present & MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_METHOD);

	return is_named == (c->auth_method.at != NULL) &&
		(!is_named || span_equal(p->auth_method, c->auth_method));
}

int client_auth_receive(struct client *c, struct client_effects *e, const struct mqtt_frame *f)
{
	bool is_welcomed = c->state == CLIENT_ONLINE;
	struct mqtt_disconnect p;
	int err = mqtt_disconnect_decode(f, c->version, &p);

	if (err)
		return err;
	/* [MQTT-4.12.0-5] [MQTT-4.12.0-6]  An AUTH without a body says "success" and no more. */
	if (!c->auth_method.at || (f->body.size && !client_auth_fits(c, &p.props)))
		return -MQTT_PROTOCOL_ERROR;
	if (c->auth != CLIENT_AUTH_SERVER)
		return -MQTT_PROTOCOL_ERROR;
	if (p.reason == MQTT_CONTINUE_AUTHENTICATION) {
		c->auth = CLIENT_AUTH_OURS;
		if (!is_welcomed)
			c->reply_by_ms = MSEC_NEVER; /* it is not the server that is late */
		client_tell(e, CLIENT_CHALLENGED)->auth = p.props;
		return 0;
	}
	if (p.reason != MQTT_SUCCESS || !is_welcomed) /* CONNACK would say that */
		return -MQTT_PROTOCOL_ERROR;
	c->auth = CLIENT_AUTH_IDLE;
	client_tell(e, CLIENT_AUTHENTICATED)->auth = p.props;
	return 0;
}

int client_authenticate(
	struct client *c, struct client_effects *e, const struct client_event *event)
{
	struct mqtt_disconnect packet = {
		.reason = c->auth == CLIENT_AUTH_OURS ? MQTT_CONTINUE_AUTHENTICATION
						      : MQTT_REAUTHENTICATE,
		.props = *event->auth,
	};
	struct writer before = e->bytes;

	if (c->state == CLIENT_OFFLINE)
		return ERR_ABSENT;
	/* [MQTT-4.12.0-7] */
	if (!c->auth_method.at || !client_props_fit(&packet.props, MQTT_AUTH))
		return -MQTT_PROTOCOL_ERROR;
	if (c->auth == CLIENT_AUTH_SERVER)
		return ERR_EXISTS;
	packet.props.auth_method = c->auth_method; /* [MQTT-4.12.0-5] [MQTT-4.12.1-1] */
	packet.props.present |= MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_METHOD);
	mqtt_disconnect_encode(&e->bytes, MQTT_AUTH, c->version, &packet); /* [MQTT-4.12.0-3] */
	if (e->bytes.is_full || (size_t)(e->bytes.at - before.at) > c->limits.packet_bytes_max) {
		int err = e->bytes.is_full ? ERR_LIMIT : -MQTT_PACKET_TOO_LARGE;

		e->bytes = before;
		return err;
	}
	client_send(c, e, event->now, before.at, span_of(NULL, 0));
	c->auth = CLIENT_AUTH_SERVER;
	if (c->state == CLIENT_GREETING)
		c->reply_by_ms = event->now + c->config.reply_timeout_ms;
	return 0;
}
