/* sim_model_flow.c - messages to clients: packet ids, windows, repeats and order.
 *
 * These rules need no knowledge of subscriptions; they are checked as the packets go. */
#include "sim_model.h"

static struct sim_flight *find_flight(struct sim_life *l, uint16_t id)
{
	struct sim_flight *x = l->flights;

	while (x && x->id != id)
		x = x->next;
	return x;
}

static void remove_flight(struct sim_life *l, struct sim_flight *gone)
{
	struct sim_flight **at = &l->flights;

	while (*at != gone)
		at = &(*at)->next;
	*at = gone->next;
}

static void add_flight(struct sim_model *m, struct sim_conn *c, uint16_t id, struct sim_delivery *d)
{
	struct sim_flight *x = sim_model_take(m, sizeof *x);

	*x = (struct sim_flight){.next = c->life->flights, .id = id, .delivery = d, .sent_on = c};
	c->life->flights = x;
}

static struct sim_topic *resolve(
	struct sim_model *m, struct sim_conn *c, const struct mqtt_publish *p)
{
	bool has_alias = p->props.present & MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS);
	uint16_t alias = p->props.topic_alias;

	if (c->version != MQTT_5 || !has_alias)
		return sim_model_topic(m, p->topic);
	if (alias > c->alias_max || alias >= 16) {
		sim_model_fail(
			m, c, "topic alias %u, at most %u [MQTT-3.1.2-26]", alias, c->alias_max);
		return NULL;
	}
	if (p->topic.size)
		c->aliases_out[alias] = sim_model_topic(m, p->topic);
	if (!c->aliases_out[alias])
		sim_model_fail(m, c, "topic alias %u stands for nothing", alias);
	return c->aliases_out[alias];
}

/* Strictly rising within one connection and, for first transmissions, within the session: for each
 * publisher, topic and both qualities of service.  [MQTT-4.6.0-1] [MQTT-4.6.0-5] */
static void check_order(struct sim_model *m, struct sim_conn *c, struct sim_order **list,
	const struct sim_message *msg, uint8_t qos)
{
	struct sim_order *o = *list;

	while (o &&
		(o->publisher != msg->publisher || o->topic != msg->topic || o->qos != msg->qos ||
			o->sent_qos != qos))
		o = o->next;
	if (!o) {
		o = sim_model_take(m, sizeof *o);
		*o = (struct sim_order){.next = *list,
			.publisher = msg->publisher,
			.topic = msg->topic,
			.qos = msg->qos,
			.sent_qos = qos};
		*list = o;
	}
	if (o->number > msg->number)
		sim_model_fail(m, c,
			"%.*s: message %u of a publisher after its message %u [MQTT-4.6.0-5]",
			(int)msg->topic->name.size, (const char *)msg->topic->name.at, msg->number,
			o->number);
	o->number = msg->number;
}

static bool may_be_shared(const struct sim_life *l, struct span topic)
{
	for (const struct sim_sub *s = l->subs; s; s = s->next)
		if (s->group && sim_matches(s->filter, topic))
			return true;
	return false;
}

/* One of the messages with that topic and payload has these properties. */
static bool has_same_properties(
	struct sim_model *m, const struct sim_message *first, const struct mqtt_publish *p)
{
	struct span forwarded = sim_model_forwarded(m, &p->props);

	for (const struct sim_message *x = first; x; x = x->same)
		if (span_equal(x->forwarded, forwarded))
			return true;
	return false;
}

/* What is left of the message's life is what it had, less the time that it waited; the clock began
 * at some moment of its window.  [MQTT-3.3.2-5] [MQTT-3.3.2-6] */
static bool fits_expiry(const struct sim_model *m, const struct sim_message *x,
	const struct sim_delivery *d, bool is_v5)
{
	msec slack_ms = 1000 + m->rules.slack_ms, life_ms = (msec)x->expiry_s * 1000;
	msec begun_ms = x->at.to == SIM_NEVER ? m->now.mono : sim_model_ms(m, x->at.to);
	msec most_ms = life_ms - (m->now.mono - begun_ms) + slack_ms;
	msec left_ms = (msec)d->remaining_s * 1000;

	if (!x->has_expiry)
		return !d->has_remaining;
	if (most_ms <= 0)
		return false;
	return !is_v5 || (d->has_remaining && left_ms <= life_ms && left_ms <= most_ms);
}

static void check_expiry(struct sim_model *m, struct sim_conn *c, const struct sim_message *first,
	const struct sim_delivery *d)
{
	for (const struct sim_message *x = first; x; x = x->same)
		if (fits_expiry(m, x, d, c->version == MQTT_5))
			return;
	sim_model_fail(
		m, c, "wrong or passed message expiry: %u s left [MQTT-3.3.2-6]", d->remaining_s);
}

static void read_ids(struct sim_delivery *d, const struct mqtt_publish *p)
{
	struct reader r = reader_of(p->props.raw);
	uint32_t id;

	while (d->ids_count < 8 && mqtt_props_next_subscription_id(&r, &id))
		d->ids[d->ids_count++] = id;
}

static struct sim_delivery *new_delivery(struct sim_model *m, struct sim_conn *c,
	const struct mqtt_publish *p, struct sim_message *first)
{
	struct sim_delivery *d = sim_model_take(m, sizeof *d);

	d->message = first;
	d->life = c->life;
	d->step = m->step;
	d->at_ms = m->now.mono;
	d->qos = p->qos;
	d->is_retained = p->is_retained;
	if (c->version == MQTT_5) {
		d->has_remaining =
			p->props.present & MQTT_PROPERTY_BIT(MQTT_MESSAGE_EXPIRY_INTERVAL);
		d->remaining_s = p->props.message_expiry_s;
		read_ids(d, p);
	}
	d->next = first->deliveries;
	first->deliveries = d;
	return d;
}

/* A transmission under an id that is in flight: the same message again, on another connection. */
static void check_repeat(struct sim_model *m, struct sim_conn *c, struct sim_flight *x,
	const struct mqtt_publish *p, const struct sim_message *first)
{
	if (x->delivery && (x->delivery->message != first || x->delivery->qos != p->qos))
		sim_model_fail(m, c, "packet id %u is in flight for another message [MQTT-2.2.1-4]",
			p->packet_id);
	if (x->is_received && !x->is_maybe)
		sim_model_fail(
			m, c, "PUBLISH %u again after its PUBREC [MQTT-4.3.3-7]", p->packet_id);
	if (x->sent_on == c)
		sim_model_fail(
			m, c, "PUBLISH %u twice on one connection [MQTT-4.4.0-1]", p->packet_id);
	x->sent_on = c;
	x->is_maybe = x->is_received = false; /* the PUBREC was not seen */
}

/* Packet id and DUP. */
static void check_id(struct sim_model *m, struct sim_conn *c, const struct mqtt_publish *p,
	struct sim_message *first, struct sim_delivery **ret)
{
	struct sim_flight *x = p->qos ? find_flight(c->life, p->packet_id) : NULL;

	if (p->is_dup && !x)
		sim_model_fail(
			m, c, "DUP on a first transmission of %u [MQTT-3.3.1-1]", p->packet_id);
	if (x && !p->is_dup && (x->is_maybe || c->life->is_fuzzy)) {
		remove_flight(c->life, x);
		x = NULL;
	}
	if (x && !p->is_dup)
		sim_model_fail(m, c, "packet id %u is in flight [MQTT-2.2.1-4]", p->packet_id);
	if (m->fault[0])
		return;
	if (x) {
		check_repeat(m, c, x, p, first);
		*ret = x->delivery;
		return;
	}
	*ret = first ? new_delivery(m, c, p, first) : NULL;
	if (p->qos)
		add_flight(m, c, p->packet_id, *ret);
}

/* The send quota of section 4.9, which the broker's own bound on messages in flight narrows. */
static void check_window(struct sim_model *m, struct sim_conn *c)
{
	if (c->quota == 0)
		sim_model_fail(
			m, c, "more than %u messages in flight [MQTT-3.3.4-9]", c->receive_max);
	else
		c->quota--;
}

void sim_model_out_publish(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f)
{
	struct sim_message *first;
	struct sim_delivery *d = NULL;
	struct sim_topic *topic;
	struct mqtt_publish p;
	bool is_sys;

	if (mqtt_publish_decode(f, c->version, &p) != 0) {
		sim_model_fail(m, c, "a malformed PUBLISH");
		return;
	}
	topic = resolve(m, c, &p);
	if (!topic)
		return;
	if (m->trace)
		sim_model_trace(m, c, "<", "PUBLISH %.*s q=%u id=%u%s%s sid=%u \"%.*s\"",
			(int)topic->name.size, (const char *)topic->name.at, p.qos, p.packet_id,
			p.is_dup ? " dup" : "", p.is_retained ? " retain" : "",
			c->version == MQTT_5 ? p.props.subscription_id : 0,
			p.payload.size < 24 ? (int)p.payload.size : 24, (const char *)p.payload.at);
	first = sim_model_find(m, topic->name, p.payload);
	is_sys = span_starts(topic->name, SPAN_LITERAL("$SYS/"));
	if (!first && !is_sys) {
		sim_model_fail(m, c, "%.*s: a message that nobody published", (int)topic->name.size,
			(const char *)topic->name.at);
		return;
	}
	if (c->is_hostile) { /* whatever it acknowledges, or not */
		if (first)
			new_delivery(m, c, &p, first);
		return;
	}
	check_id(m, c, &p, first, &d);
	if (p.qos)
		check_window(m, c);
	if (!d || m->fault[0])
		return;
	if (c->version == MQTT_5 && !has_same_properties(m, first, &p))
		sim_model_fail(m, c, "%.*s: the properties have changed [MQTT-3.3.2-17]",
			(int)topic->name.size, (const char *)topic->name.at);
	if (!p.is_dup) /* what has begun does not expire any more */
		check_expiry(m, c, first, d);
	if (first->same || first->is_will || p.is_retained || may_be_shared(c->life, topic->name))
		return;
	check_order(m, c, &c->order, first, p.qos);
	if (!p.is_dup)
		check_order(m, c, &c->life->order, first, p.qos);
}

/* The program of a client got a QoS 2 message.  [MQTT-4.3.3-10] */
void sim_model_told(struct sim_model *m, conn_id conn, uint16_t packet_id)
{
	struct sim_conn *c = m->conns;
	struct sim_flight *x;

	while (c && c->id != conn)
		c = c->next;
	x = c && c->life && !c->life->is_fuzzy ? find_flight(c->life, packet_id) : NULL;
	if (!x || !x->delivery)
		return;
	if (x->delivery->is_told && !x->delivery->is_forgotten)
		sim_model_fail(m, c, "QoS 2 message %u was told twice [MQTT-4.3.3-10]", packet_id);
	x->delivery->is_told = true;
	x->delivery->is_forgotten = false;
}

/* The client asks for a new session; should the broker not hear of it, it will be told again. */
void sim_model_forgets(struct sim_model *m, struct span client_id)
{
	struct sim_life *l = sim_model_peer(m, client_id)->life;

	if (!l)
		return;
	for (struct sim_flight *x = l->flights; x; x = x->next)
		if (x->delivery)
			x->delivery->is_forgotten = true;
	for (struct sim_flight *x = l->conn ? l->conn->acked : NULL; x; x = x->next)
		if (x->delivery)
			x->delivery->is_forgotten = true;
}

void sim_model_out_pubrel(struct sim_model *m, struct sim_conn *c, const struct mqtt_ack *p)
{
	struct sim_flight *x = find_flight(c->life, p->packet_id);

	if (p->reason == MQTT_PACKET_ID_NOT_FOUND || c->is_hostile)
		return;
	if (!x || (!x->is_received && !x->is_maybe))
		sim_model_fail(m, c, "PUBREL %u without a PUBREC [MQTT-4.3.3-3]", p->packet_id);
	else if (x->released_on == c)
		sim_model_fail(
			m, c, "PUBREL %u twice on one connection [MQTT-4.4.0-1]", p->packet_id);
	if (x)
		x->released_on = c;
}
