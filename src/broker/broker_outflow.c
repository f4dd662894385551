/* broker_outflow.c - two queues and those in flight.
 *
 * A delivery counts as queued until it is first sent, and as in flight from then on, also while it
 * stands at the front of the queue to be sent again.  QoS 0 has a queue of its own, which no window
 * holds up.  Once a QoS 2 delivery is received its message is let go: only its packet id is still
 * needed. */
#include "broker/broker_outflow.h"

#include "broker/broker_send.h"
#include "broker/broker_state.h"

#include <assert.h>

void broker_outflow_init(struct broker_outflow *o)
{
	*o = (struct broker_outflow){0};
	list_init(&o->queued_qos0);
	list_init(&o->queued);
	list_init(&o->inflight);
}

static struct broker_delivery *first_of(const struct list *head)
{
	struct list *l = list_first(head);

	return l ? LIST_ENTRY(l, struct broker_delivery, link) : NULL;
}

static size_t bytes_of(const struct broker_delivery *d)
{
	return d->message ? d->message->block_bytes : 0;
}

bool broker_outflow_has_room(const struct broker *b, const struct broker_session *s)
{
	return s->state == SESSION_ONLINE && !broker_conn_is_congested(b, s->conn) &&
		s->out.queued_count == 0;
}

bool broker_outflow_is_idle(const struct broker *b, const struct broker_session *s)
{
	return broker_outflow_has_room(b, s) && s->conn->quota > 0;
}

static bool is_expired(const struct broker *b, const struct broker_delivery *d)
{
	return d->state == OUT_QUEUED && d->message->expires_ms <= b->now.mono;
}

/* Takes a delivery out of its list, and back the question about it, whatever the decision will be.
 */
static void dequeue(struct broker_session *s, struct broker_delivery *d)
{
	list_remove(&d->link);
	if (s->out.asked == d)
		s->out.asked = NULL;
	if (d->state != OUT_QUEUED)
		return;
	s->out.queued_count--;
	s->out.queued_bytes -= bytes_of(d);
}

static void drop_expired(struct broker *b, struct broker_session *s, struct broker_delivery *d)
{
	broker_tell(b, BROKER_NOTE_EXPIRED, s->conn,
		&(struct broker_note){
			.client_id = broker_session_client_id(s), .topic = d->message->topic});
	dequeue(s, d);
	broker_delivery_free(b, d);
}

static bool is_at_bound(
	const struct broker *b, const struct broker_session *s, const struct broker_delivery *d)
{
	const struct broker_config *c = &b->config;
	const struct broker_outflow *o = &s->out;

	return (c->queued_messages_max && o->queued_count >= c->queued_messages_max) ||
		(c->queued_bytes_max && o->queued_count &&
			o->queued_bytes + bytes_of(d) > c->queued_bytes_max);
}

/* The newest goes: what was promised first is kept. */
static void drop_newest(struct broker *b, struct broker_session *s, struct broker_delivery *d)
{
	enum broker_note_code code = d->qos ? BROKER_NOTE_QUEUE_FULL : BROKER_NOTE_OUTPUT_FULL;

	b->stats.messages_dropped++;
	if (s->out.is_dropping)
		b->stats.notes[code]++;
	else
		broker_tell(b, code, s->conn,
			&(struct broker_note){.client_id = broker_session_client_id(s),
				.topic = d->message->topic,
				.number = (int64_t)s->out.queued_count});
	s->out.is_dropping = true;
	broker_delivery_free(b, d);
}

/* Gives a shared delivery of an ended session to another member. */
static void pass_on(struct broker *b, struct broker_delivery *d)
{
	struct broker_subscription *sub = d->group ? broker_route_pick(b, d->group) : NULL;
	enum broker_note_code code = sub ? BROKER_NOTE_SHARE_REROUTED : BROKER_NOTE_SHARE_LOST;

	if (d->group)
		broker_tell(b, code, NULL,
			&(struct broker_note){.client_id = broker_session_client_id(d->session),
				.topic = d->message->topic});
	if (sub && broker_delivery_redirect(b, d, sub) == 0) {
		broker_outflow_offer(b, sub->session, d);
		return;
	}
	b->stats.messages_dropped += d->group != NULL;
	broker_delivery_free(b, d);
}

void broker_outflow_offer(struct broker *b, struct broker_session *s, struct broker_delivery *d)
{
	struct broker_outflow *o = &s->out;
	struct broker_delivery *oldest;

	if (s->state == SESSION_ENDED) {
		pass_on(b, d);
		return;
	}
	if (d->qos == 0 && s->state == SESSION_OFFLINE && !b->config.queues_qos0) {
		broker_delivery_free(b, d);
		return;
	}
	while (is_at_bound(b, s, d) && (oldest = first_of(&o->queued)) && is_expired(b, oldest))
		drop_expired(b, s, oldest);
	if (is_at_bound(b, s, d)) {
		drop_newest(b, s, d);
		return;
	}
	o->is_dropping &= o->queued_count > 0;
	list_append(d->qos ? &o->queued : &o->queued_qos0, &d->link);
	o->queued_count++;
	o->queued_bytes += bytes_of(d);
	if (s->state == SESSION_ONLINE)
		broker_outflow_drain(b, s);
}

void broker_outflow_received(struct broker *b, struct broker_session *s, struct broker_delivery *d)
{
	s->out.inflight_bytes -= bytes_of(d);
	broker_message_unref(d->message);
	d->message = NULL;
	broker_delivery_move(d, OUT_RECEIVED);
	if (d->is_repeated) { /* it may stand in the queue to be sent again: it need not be */
		dequeue(s, d);
		list_append(&s->out.inflight, &d->link);
		broker_session_set_hungry(b, s);
	}
}

void broker_outflow_finish(struct broker *b, struct broker_session *s, struct broker_delivery *d)
{
	if (d->state != OUT_QUEUED) {
		s->out.inflight_count--;
		s->out.inflight_bytes -= bytes_of(d);
	}
	dequeue(s, d);
	broker_delivery_free(b, d);
}

static void refuse(struct broker *b, struct broker_session *s, struct broker_delivery *d,
	enum mqtt_reason reason)
{
	b->stats.messages_dropped++;
	broker_tell(b, BROKER_NOTE_DELIVERY_REFUSED, s->conn,
		&(struct broker_note){.topic = d->message->topic,
			.reason = reason ? reason : MQTT_NOT_AUTHORIZED});
	broker_outflow_finish(b, s, d);
}

/* May the client have it?  False: a decision is awaited, or it was dropped; *ret_is_gone tells. */
static bool is_allowed(
	struct broker *b, struct broker_session *s, struct broker_delivery *d, bool *ret_is_gone)
{
	struct broker_question q = {.type = BROKER_ASK_DELIVER,
		.conn = s->conn->id,
		.client_id = broker_session_client_id(s),
		.topic = d->message->topic,
		.qos = d->qos,
		.is_retained = d->is_retained};
	struct broker_answer a;

	*ret_is_gone = false;
	if (d->is_allowed || b->config.access.granted & 1u << BROKER_ASK_DELIVER)
		return true;
	if (s->out.asked)
		return false;
	q.ticket = ++b->ticket_last;
	a = b->config.access.ask(b->config.access.context, &q);
	if (a.verdict == BROKER_YES)
		return true;
	if (a.verdict == BROKER_LATER) {
		d->ticket = q.ticket;
		s->out.asked = d;
		return false;
	}
	refuse(b, s, d, a.reason);
	*ret_is_gone = true;
	return false;
}

static bool has_window(
	const struct broker *b, const struct broker_session *s, const struct broker_delivery *d)
{
	const struct broker_outflow *o = &s->out;
	size_t max = b->config.inflight_bytes_max;

	if (d->qos == 0 || d->state == OUT_RECEIVED) /* PUBREL needs no quota [MQTT-4.9.0-3] */
		return true;
	if (s->conn->quota == 0)
		return false;
	return d->state == OUT_SENT ||
		(o->inflight_count < UINT16_MAX &&
			(max == 0 || o->inflight_count == 0 ||
				o->inflight_bytes + bytes_of(d) <= max));
}

/* Sends the PUBLISH of a delivery that may go.  False: there is no memory for its packet id. */
static bool send_publish(struct broker *b, struct broker_session *s, struct broker_delivery *d)
{
	struct broker_outflow *o = &s->out;

	if (d->qos && d->packet_id == 0 && broker_delivery_number(b, d))
		return false;
	b->stats.redeliveries += d->state != OUT_QUEUED;
	if (!broker_send_publish(b, s->conn, d)) { /* [MQTT-3.1.2-25] */
		broker_tell(b, BROKER_NOTE_TOO_LARGE, s->conn,
			&(struct broker_note){.topic = d->message->topic,
				.number = (int64_t)d->message->payload.size});
		b->stats.messages_dropped++;
		broker_outflow_finish(b, s, d);
		return true;
	}
	if (d->qos == 0) {
		broker_outflow_finish(b, s, d);
		return true;
	}
	dequeue(s, d);
	if (d->state == OUT_QUEUED) {
		o->inflight_count++;
		o->inflight_bytes += bytes_of(d);
	}
	broker_delivery_move(d, OUT_SENT);
	d->is_repeated = false;
	list_append(&o->inflight, &d->link);
	s->conn->quota--;
	return true;
}

/* Sends the first of a queue.  False: it must wait. */
static bool send_first(struct broker *b, struct broker_session *s, struct broker_delivery *d)
{
	bool is_gone;

	broker_spend(b, 1);
	if (d->state == OUT_RECEIVED) {
		b->stats.redeliveries++;
		list_remove(&d->link);
		list_append(&s->out.inflight, &d->link);
		broker_send_ack(b, s->conn, MQTT_PUBREL, d->packet_id, MQTT_SUCCESS);
		return true;
	}
	if (d->message->batch > b->batch_durable) {
		list_remove(&s->link);
		list_append(&b->sessions_undurable, &s->link);
		return false;
	}
	if (is_expired(b, d)) { /* [MQTT-3.3.2-5] */
		drop_expired(b, s, d);
		return true;
	}
	if (!is_allowed(b, s, d, &is_gone))
		return is_gone;
	if (send_publish(b, s, d))
		return true;
	broker_conn_starve(b, s->conn);
	return false;
}

static bool is_ready(const struct broker *b, const struct broker_session *s)
{
	return s->state == SESSION_ONLINE && b->work > 0 && !broker_conn_is_congested(b, s->conn);
}

void broker_outflow_drain(struct broker *b, struct broker_session *s)
{
	struct broker_outflow *o = &s->out;
	struct broker_delivery *d;
	bool is_full = false;

	while (is_ready(b, s) && (d = first_of(&o->queued_qos0)) && send_first(b, s, d))
		;
	while (is_ready(b, s) && (d = first_of(&o->queued))) {
		is_full = !has_window(b, s, d);
		if (is_full || !send_first(b, s, d))
			break;
	}
	b->stats.windows_full += is_full && !o->is_window_full;
	o->is_window_full = is_full;
	if (b->work == 0 && (first_of(&o->queued) || first_of(&o->queued_qos0)))
		broker_session_set_hungry(b, s);
}

void broker_outflow_answered(struct broker *b, struct broker_session *s, uint64_t ticket,
	const struct broker_answer *answer)
{
	struct broker_delivery *d = s->out.asked;

	if (!d || d->ticket != ticket)
		return;
	s->out.asked = NULL;
	if (answer->verdict == BROKER_YES)
		d->is_allowed = true;
	else
		refuse(b, s, d, answer->reason);
	broker_session_set_hungry(b, s);
}

/* From the last to the first, so that the order stays. */
void broker_outflow_rewind(struct broker_session *s)
{
	s->out.asked = NULL;
	s->out.is_window_full = false;
	while (!list_is_empty(&s->out.inflight)) {
		struct broker_delivery *d =
			LIST_ENTRY(s->out.inflight.prev, struct broker_delivery, link);

		list_remove(&d->link);
		list_prepend(&s->out.queued, &d->link);
		d->is_repeated = true;
	}
}

bool broker_outflow_drop_one(struct broker *b, struct broker_session *s)
{
	struct broker_delivery *d = first_of(&s->out.queued);

	if (!d)
		d = first_of(&s->out.queued_qos0);
	if (!d)
		return false;
	dequeue(s, d);
	if (d->qos == 2 && d->state != OUT_QUEUED) /* [MQTT-4.8.2-5] */
		broker_delivery_free(b, d);
	else
		pass_on(b, d);
	return true;
}
