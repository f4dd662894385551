/* client.c - one step, and the end of a connection.
 *
 * Each step does what its event asks for, then sends what has become due and says when to come
 * back.  A connection ends in one place, client_end(). */
#include "client/client.h"

#include "base/base_err.h"
#include "client/client_state.h"

#include <assert.h>

void client_init(struct client *c, const struct client_config *config)
{
	assert(config->slots_count && config->received_max && config->reply_timeout_ms > 0);
	*c = (struct client){
		.config = *config,
		.state = CLIENT_OFFLINE,
		.version = MQTT_5,
		.reply_by_ms = MSEC_NEVER,
	};
	mqtt_props_init(&c->limits);
	client_slots_init(c);
}

void client_end(struct client *c, struct client_effects *e, enum client_cause cause, uint8_t reason,
	const struct mqtt_props *props)
{
	struct client_end *end;

	if (cause != CLIENT_BROKEN)
		client_tell(e, CLIENT_CLOSE);
	end = &client_tell(e, CLIENT_DISCONNECTED)->end;
	end->cause = cause;
	end->reason = reason;
	if (props)
		end->props = *props;
	else
		mqtt_props_init(&end->props);
	c->state = CLIENT_OFFLINE;
	c->reply_by_ms = MSEC_NEVER;
	c->is_held = false;
	list_for_each_safe (link, &c->asked)
		client_slots_lose(c, LIST_ENTRY(link, struct client_slot, link));
}

/* Sends DISCONNECT.  False: it does not fit. */
static bool farewell(
	struct client *c, struct client_effects *e, msec now, const struct mqtt_disconnect *p)
{
	struct writer before = e->bytes;

	mqtt_disconnect_encode(&e->bytes, MQTT_DISCONNECT, c->version, p);
	if (e->bytes.is_full || (size_t)(e->bytes.at - before.at) > c->limits.packet_bytes_max) {
		e->bytes = before;
		return false;
	}
	client_send(c, e, now, before.at, span_of(NULL, 0));
	return true;
}

/* The server broke the protocol: it is told why, where there is a word for it. */
static void end_fault(struct client *c, struct client_effects *e, msec now, uint8_t reason)
{
	struct mqtt_disconnect p = {.reason = reason};

	mqtt_props_init(&p.props);
	if (c->version == MQTT_5)
		(void)farewell(c, e, now, &p); /* the connection ends either way */
	client_end(c, e, CLIENT_FAULT, reason, NULL);
}

static int step_disconnect(
	struct client *c, struct client_effects *e, const struct client_event *event)
{
	const struct mqtt_disconnect *p = event->disconnect;

	if (c->state == CLIENT_OFFLINE)
		return ERR_ABSENT;
	if (!client_props_fit(&p->props, MQTT_DISCONNECT) ||
		!mqtt_reason_fits(p->reason, MQTT_DISCONNECT))
		return -MQTT_PROTOCOL_ERROR;
	/* A session that was to end with its connection cannot be kept now.  Section 3.14.2.2.2 */
	if (c->session_expiry_s == 0 && p->props.session_expiry_s && c->version == MQTT_5)
		return -MQTT_PROTOCOL_ERROR;
	if (!farewell(c, e, event->now, p))
		return ERR_LIMIT;
	client_end(c, e, CLIENT_ASKED, p->reason, NULL);
	return 0;
}

/* Sends what is due. */
static void pump(struct client *c, struct client_effects *e, msec now)
{
	client_received_pump(c, e, now);
	client_pump(c, e, now);
}

/* A PUBLISH is held: what comes after it is not heard, a PINGRESP for one, so the server's time to
 * answer begins anew each time that we try to go on. */
static void unhold(struct client *c, msec now)
{
	if (c->is_held && c->reply_by_ms != MSEC_NEVER)
		c->reply_by_ms = now + c->config.reply_timeout_ms;
	c->is_held = false;
}

/* What is due goes first, and after CONNACK nothing is taken until it went: PUBRELs that go again
 * stand before those that new PUBRECs ask for.  [MQTT-4.6.0-4] */
static void step_received(struct client *c, struct client_effects *e, msec now, struct span bytes)
{
	bool is_welcome = false;

	if (bytes.size)
		c->heard_ms = now;
	unhold(c, now);
	pump(c, e, now);
	while (c->state != CLIENT_OFFLINE && !is_welcome && client_has_room(e)) {
		struct span left = span_skip(bytes, e->taken);
		struct mqtt_frame f;
		int used = mqtt_frame_decode(left, c->version, c->packet_bytes_max, &f);
		int err = used > 0 ? client_receive(c, e, now, &f) : used;

		c->is_held = err == CLIENT_HELD;
		if (used == 0 || c->is_held) {
			e->wanted = mqtt_frame_wanted(left);
			return;
		}
		if (used > 0)
			e->taken += (size_t)used;
		if (err < 0)
			end_fault(c, e, now, (uint8_t)-err);
		is_welcome = err == 0 && f.type == MQTT_CONNACK;
	}
	if (c->state == CLIENT_OFFLINE)
		e->taken = bytes.size;
	else
		e->is_pending = true;
}

/* When must the next PINGREQ go?  It keeps the server sure of us and us sure of the server. */
static msec ping_due(const struct client *c)
{
	msec last = c->sent_ms;

	if (c->state != CLIENT_ONLINE || c->keepalive_ms == 0)
		return MSEC_NEVER;
	if (c->reply_by_ms == MSEC_NEVER && c->heard_ms < last)
		last = c->heard_ms;
	return last + c->keepalive_ms;
}

/* Until when must the server have answered? */
static msec reply_due(const struct client *c)
{
	return c->is_held ? MSEC_NEVER : c->reply_by_ms;
}

/* [MQTT-3.1.2-20] */
static void keep_alive(struct client *c, struct client_effects *e, msec now)
{
	const uint8_t *start = e->bytes.at;

	if (c->state == CLIENT_OFFLINE || !client_has_room(e))
		return;
	if (now >= reply_due(c)) {
		client_end(c, e, CLIENT_SILENT, 0, NULL);
		return;
	}
	if (now < ping_due(c))
		return;
	mqtt_ping_encode(&e->bytes, MQTT_PINGREQ);
	client_send(c, e, now, start, span_of(NULL, 0));
	if (c->reply_by_ms == MSEC_NEVER)
		c->reply_by_ms = now + c->config.reply_timeout_ms;
}

int client_step(struct client *c, const struct client_event *event, struct client_effects *e)
{
	msec due;
	int err = 0;

	assert(e->count == 0 && e->taken == 0);
	switch (event->type) {
	case CLIENT_OPENED:
		err = client_greet(c, e, event);
		break;
	case CLIENT_RECEIVED:
		step_received(c, e, event->now, event->bytes);
		break;
	case CLIENT_CLOSED:
		if (c->state != CLIENT_OFFLINE)
			client_end(c, e, CLIENT_BROKEN, 0, NULL);
		break;
	case CLIENT_TIME:
		break;
	case CLIENT_PUBLISH:
		err = client_publish(c, e, event);
		break;
	case CLIENT_SUBSCRIBE:
	case CLIENT_UNSUBSCRIBE:
		err = client_subscribe(c, e, event);
		break;
	case CLIENT_ACKNOWLEDGE:
		err = client_received_acknowledge(
			c, event->acknowledge.receipt, event->acknowledge.reason);
		e->is_pending = c->is_held; /* there may be room now */
		break;
	case CLIENT_AUTHENTICATE:
		err = client_authenticate(c, e, event);
		break;
	case CLIENT_DISCONNECT:
		err = step_disconnect(c, e, event);
		break;
	}
	pump(c, e, event->now);
	keep_alive(c, e, event->now);
	due = ping_due(c);
	e->wake_ms = due < reply_due(c) ? due : reply_due(c);
	return err;
}

bool client_is_online(const struct client *c)
{
	return c->state == CLIENT_ONLINE;
}

size_t client_unfinished(const struct client *c)
{
	return c->out_count;
}

const struct mqtt_props *client_limits(const struct client *c)
{
	return &c->limits;
}
