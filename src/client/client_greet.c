/* client_greet.c - from the transport to CONNACK.
 *
 * CONNACK decides whether the session goes on.  MQTT 3.1 has no word for it: there a session that
 * is not asked to be clean is taken to go on.  A session that only the server remembers goes on
 * too: this program may have been started anew, and what it would have known can no longer be had.
 */
#include "client/client_state.h"

#include "base/base_err.h"
#include "base/base_utf8.h"
#include "topic/topic_filter.h"

#include <assert.h>

/* 0 or a negative reason. */
static int connect_check(const struct mqtt_connect *p)
{
	/* [MQTT-3.1.3-7] of 3.1.1; in 3.1 a client always has a name. */
	bool needs_id = p->version == MQTT_3_1 || (p->version == MQTT_3_1_1 && !p->is_clean_start);

	if (!utf8_is_text(p->client_id) || (needs_id && p->client_id.size == 0))
		return -MQTT_CLIENT_ID_NOT_VALID;            /* [MQTT-3.1.3-4] */
	if (p->has_user_name && !utf8_is_text(p->user_name)) /* [MQTT-3.1.3-12] */
		return -MQTT_BAD_USER_NAME_OR_PASSWORD;
	if (p->version != MQTT_5 && p->has_password && !p->has_user_name)
		return -MQTT_BAD_USER_NAME_OR_PASSWORD;         /* [MQTT-3.1.2-22] of 3.1.1 */
	if (p->has_will && !topic_name_is_valid(p->will.topic)) /* [MQTT-3.1.3-11] */
		return -MQTT_TOPIC_NAME_INVALID;
	if (p->version != MQTT_5)
		return 0;
	/* [U50-3.1.2.11.3-1] [U50-3.1.2.11.4-1] [U50-3.1.2.11.10-1] */
	if (p->props.receive_max == 0 || p->props.packet_bytes_max == 0 ||
		(p->props.present & MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_DATA) &&
			!(p->props.present & MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_METHOD))))
		return -MQTT_PROTOCOL_ERROR;
	if (!client_props_fit(&p->props, MQTT_CONNECT) ||
		(p->has_will && !client_props_fit(&p->will.props, MQTT_IN_WILL)))
		return -MQTT_PROTOCOL_ERROR;
	return 0;
}

/* Writes a limit of ours into the properties where it is tighter than what is asked for. */
static void limits_announce(const struct client_config *config, struct mqtt_props *p)
{
	if (config->received_max < p->receive_max) {
		p->receive_max = config->received_max;
		p->present |= MQTT_PROPERTY_BIT(MQTT_RECEIVE_MAXIMUM);
	}
	if (config->packet_bytes_max < p->packet_bytes_max) {
		p->packet_bytes_max = config->packet_bytes_max;
		p->present |= MQTT_PROPERTY_BIT(MQTT_MAXIMUM_PACKET_SIZE);
	}
	if (config->aliases_in.count < p->topic_alias_max)
		p->topic_alias_max = config->aliases_in.count;
}

/* What holds on this connection until CONNACK says more. */
static void connection_init(struct client *c, const struct mqtt_connect *p, msec now)
{
	c->state = CLIENT_GREETING;
	c->version = p->version;
	c->is_clean_start = p->is_clean_start;
	c->session_expiry_s = p->version == MQTT_5 ? p->props.session_expiry_s : 0;
	c->auth_method = span_of(NULL, 0);
	if (p->version == MQTT_5 &&
		p->props.present & MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_METHOD))
		c->auth_method = p->props.auth_method;
	c->auth = c->auth_method.at ? CLIENT_AUTH_SERVER : CLIENT_AUTH_IDLE;
	c->receive_max = p->version == MQTT_5 ? p->props.receive_max : c->config.received_max;
	c->topic_alias_max = p->version == MQTT_5 ? p->props.topic_alias_max : 0;
	c->packet_bytes_max =
		p->version == MQTT_5 ? p->props.packet_bytes_max : c->config.packet_bytes_max;
	mqtt_props_init(&c->limits);
	client_aliases_clear(&c->config.aliases_in);
	client_aliases_clear(&c->config.aliases_out);
	c->keepalive_ms = (msec)p->keepalive_s * 1000;
	c->heard_ms = now;
	c->reply_by_ms = now + c->config.reply_timeout_ms;
}

/* Forgets what belongs to the session: a new one begins. */
static void session_drop(struct client *c)
{
	c->received_count = 0;
	list_for_each_safe (link, &c->out) {
		struct client_slot *s = LIST_ENTRY(link, struct client_slot, link);

		if (s->state != SLOT_QUEUED)
			client_slots_lose(c, s);
	}
}

int client_greet(struct client *c, struct client_effects *e, const struct client_event *event)
{
	struct writer before = e->bytes;
	struct mqtt_connect packet = *event->connect;
	int err = connect_check(&packet);

	assert(c->state == CLIENT_OFFLINE);
	if (err)
		return err;
	limits_announce(&c->config, &packet.props);
	mqtt_connect_encode(&e->bytes, &packet);
	if (e->bytes.is_full) {
		e->bytes = before;
		return ERR_LIMIT;
	}
	connection_init(c, &packet, event->now);
	client_received_rewind(c);
	if (c->is_clean_start || c->is_brief) /* [MQTT-3.1.2-4] [MQTT-3.1.2-6] of 3.1.1 */
		session_drop(c);
	client_send(c, e, event->now, before.at, span_of(NULL, 0));
	return 0;
}

/* Keeps the server's limits; its strings are the application's business. */
static void limits_keep(struct client *c, const struct mqtt_props *p)
{
	c->limits.qos_max = p->qos_max;
	c->limits.retain_available = p->retain_available;
	c->limits.wildcard_available = p->wildcard_available;
	c->limits.subscription_id_available = p->subscription_id_available;
	c->limits.shared_available = p->shared_available;
	c->limits.receive_max = p->receive_max;
	c->limits.topic_alias_max = p->topic_alias_max;
	c->limits.packet_bytes_max = p->packet_bytes_max;
	if (p->present & MQTT_PROPERTY_BIT(MQTT_SERVER_KEEP_ALIVE)) /* [MQTT-3.2.2-21] */
		c->keepalive_ms = (msec)p->server_keepalive_s * 1000;
}

/* Does the session end with this connection? */
static bool is_session_brief(const struct client *c, const struct mqtt_props *connack)
{
	if (c->version != MQTT_5)
		return c->is_clean_start;
	if (connack->present & MQTT_PROPERTY_BIT(MQTT_SESSION_EXPIRY_INTERVAL))
		return connack->session_expiry_s == 0; /* the server's word is the last */
	return c->session_expiry_s == 0;
}

int client_welcome(struct client *c, struct client_effects *e, const struct mqtt_frame *f)
{
	struct mqtt_connack p;
	int err = mqtt_connack_decode(f, c->version, &p);

	if (err)
		return err;
	if (c->state != CLIENT_GREETING)
		return -MQTT_PROTOCOL_ERROR;
	if (p.reason) {
		client_end(c, e, CLIENT_REFUSED, p.reason, &p.props);
		return 0;
	}
	if (p.is_session_present && c->is_clean_start) /* [MQTT-3.2.2-4] */
		return -MQTT_PROTOCOL_ERROR;
	if (!client_auth_fits(c, &p.props)) /* [MQTT-4.12.0-5] [MQTT-4.12.0-6] */
		return -MQTT_PROTOCOL_ERROR;
	c->auth = CLIENT_AUTH_IDLE;
	if (!p.is_session_present && c->version != MQTT_3_1) /* [MQTT-3.2.2-5] */
		session_drop(c);
	c->is_brief = is_session_brief(c, &p.props);
	limits_keep(c, &p.props);
	client_slots_rewind(c);
	c->state = CLIENT_ONLINE;
	c->reply_by_ms = MSEC_NEVER;
	client_tell(e, CLIENT_CONNECTED)->connack = p;
	return 0;
}
