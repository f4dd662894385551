/* client_received.c - messages received that are not over.
 *
 * They stand in the order of their PUBLISH packets, and none is acknowledged before what stands in
 * front of it: not with what the application said, unless it also said it of those.
 * [MQTT-4.6.0-2] [MQTT-4.6.0-3]  A QoS 2 message of an earlier connection steps aside, keeps its
 * receipt and its answer, and comes to the end of the line when this connection's server sends it
 * again.
 *
 * A server may have lost a session without our knowing: we never saw the CONNACK that said so, and
 * the next one goes on with the session that began then.  Its first message under an id that we
 * still keep is a new one: without DUP it cannot be the old one again [MQTT-3.3.1-1].  And as
 * what is unfinished goes again before anything else, what has not come when the table is full will
 * not come any more.
 *
 * That is not so of a server before MQTT 5, which knows nothing of our table, as long as it repeats
 * QoS 1 messages whose PUBACK was lost: they come among the QoS 2 messages, and find the table full
 * of these.  So QoS 2 leaves the last place to QoS 1.  One at least goes through, the others wait
 * for the application, and nothing has to be forgotten for them.  [MQTT-4.3.3-10] */
#include "client/client_state.h"

static void received_remove(struct client *c, size_t i)
{
	struct client_received *r = &c->config.received[i];

	c->received_count--;
	memmove(r, r + 1, (c->received_count - i) * sizeof(*r));
}

/* The QoS 2 message with that id, or NULL. */
static struct client_received *received_find(struct client *c, uint16_t packet_id)
{
	for (size_t i = 0; i < c->received_count; i++) {
		struct client_received *r = &c->config.received[i];

		if (r->packet_id == packet_id && r->qos == 2)
			return r;
	}
	return NULL;
}

struct client_received *client_received_known(struct client *c, const struct mqtt_publish *p)
{
	struct client_received *r = p->qos == 2 ? received_find(c, p->packet_id) : NULL;

	if (!r || r->is_here || p->is_dup)
		return r;
	received_remove(c, (size_t)(r - c->config.received));
	return NULL;
}

/* Forgets the oldest message that this connection's server has not sent, if there is one. */
static bool received_evict(struct client *c)
{
	for (size_t i = 0; i < c->received_count; i++) {
		if (c->config.received[i].is_here)
			continue;
		received_remove(c, i);
		return true;
	}
	return false;
}

/* Has the application still to acknowledge one of this connection's messages? */
static bool is_any_owed(const struct client *c)
{
	for (size_t i = 0; i < c->received_count; i++) {
		const struct client_received *r = &c->config.received[i];

		if (r->is_here && r->state != RECEIVED_KEPT)
			return true;
	}
	return false;
}

/* Those that the server has to count on this connection. */
static size_t here_count(const struct client *c)
{
	size_t count = 0;

	for (size_t i = 0; i < c->received_count; i++)
		count += c->config.received[i].is_here;
	return count;
}

/* How many may stand in the table for one more to have room. */
static size_t received_room(const struct client *c, uint8_t qos)
{
	bool is_last_kept = qos == 2 && c->version != MQTT_5 && c->config.acknowledges_later &&
		c->config.received_max > 1;

	return c->config.received_max - (size_t)is_last_kept;
}

static bool is_full(const struct client *c, size_t room)
{
	return c->received_count >= room || here_count(c) >= c->receive_max;
}

int client_received_add(
	struct client *c, const struct mqtt_publish *p, const struct client_received **ret)
{
	bool is_later = c->config.acknowledges_later;
	size_t room = received_room(c, p->qos);
	struct client_received *r;

	/* Waiting helps as long as the application can make room: what is missing otherwise is a
	 * PUBREL, and that stands behind this PUBLISH. */
	if (is_full(c, room) && c->version != MQTT_5 && is_any_owed(c))
		return CLIENT_HELD;
	while (c->received_count >= room && received_evict(c))
		;
	if (is_full(c, room)) /* [MQTT-3.3.4-9] */
		return -MQTT_RECEIVE_MAXIMUM_EXCEEDED;
	r = &c->config.received[c->received_count];
	*r = (struct client_received){
		.receipt = is_later ? ++c->receipts : 0,
		.packet_id = p->packet_id,
		.qos = p->qos,
		.state = is_later ? RECEIVED_TOLD : RECEIVED_ANSWERED,
		.is_here = true,
	};
	c->received_count++;
	*ret = r;
	return 0;
}

void client_received_repeat(struct client *c, struct client_received *r)
{
	struct client_received again = *r;

	if (r->is_here && r->state != RECEIVED_KEPT)
		return; /* the answer that is to come serves both */
	if (r->state == RECEIVED_KEPT) {
		again.state = RECEIVED_ANSWERED;
		again.reason = MQTT_SUCCESS;
	}
	again.is_here = true;
	received_remove(c, (size_t)(r - c->config.received));
	c->config.received[c->received_count++] = again;
}

bool client_received_release(struct client *c, uint16_t packet_id)
{
	const struct client_received *r = received_find(c, packet_id);

	if (r)
		received_remove(c, (size_t)(r - c->config.received));
	return r;
}

void client_received_rewind(struct client *c)
{
	for (size_t i = c->received_count; i-- > 0;) {
		c->config.received[i].is_here = false;
		if (c->config.received[i].qos == 1)
			received_remove(c, i); /* it comes again, and is told again */
	}
}

int client_received_acknowledge(struct client *c, uint64_t receipt, uint8_t reason)
{
	if (!mqtt_reason_fits(reason, MQTT_PUBREC)) /* [MQTT-3.4.2-1] [MQTT-3.5.2-1] */
		return -MQTT_PROTOCOL_ERROR;
	for (size_t i = 0; i < c->received_count; i++) {
		struct client_received *r = &c->config.received[i];

		if (r->receipt != receipt || r->state != RECEIVED_TOLD)
			continue;
		r->state = RECEIVED_ANSWERED;
		r->reason = reason;
		break;
	}
	return 0;
}

/* PUBACK or PUBREC for the message at that place, which may be over then. */
static void answer(struct client *c, struct client_effects *e, msec now, size_t i)
{
	struct client_received *r = &c->config.received[i];
	bool is_refused = r->reason >= MQTT_UNSPECIFIED_ERROR && c->version == MQTT_5;

	client_send_ack(
		c, e, now, r->qos == 1 ? MQTT_PUBACK : MQTT_PUBREC, r->packet_id, r->reason);
	r->state = RECEIVED_KEPT;
	if (r->qos == 1 || is_refused) /* [MQTT-4.3.2-4] [MQTT-4.3.3-9] */
		received_remove(c, i);
}

void client_received_pump(struct client *c, struct client_effects *e, msec now)
{
	size_t i = 0;

	while (c->state == CLIENT_ONLINE && i < c->received_count) {
		const struct client_received *r = &c->config.received[i];

		if (!r->is_here || r->state == RECEIVED_KEPT) {
			i++;
			continue;
		}
		if (r->state == RECEIVED_TOLD)
			return;
		if (!client_has_room(e)) {
			e->is_pending = true;
			return;
		}
		answer(c, e, now, i);
	}
}
