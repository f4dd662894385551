/* sim_model_session.c - who is connected, which session goes on, which will is due. */
#include "sim_model.h"

#include <assert.h>

/* The properties of a message that travel on with it, each kind in its order.  [MQTT-3.3.2-4] and
 * others */
struct span sim_model_forwarded(struct sim_model *m, const struct mqtt_props *p)
{
	static const enum mqtt_property kinds[] = {MQTT_PAYLOAD_FORMAT_INDICATOR, MQTT_CONTENT_TYPE,
		MQTT_RESPONSE_TOPIC, MQTT_CORRELATION_DATA, MQTT_USER_PROPERTY};
	struct writer w;

	if (!p->raw.size)
		return span_of(NULL, 0);
	w = writer_of(sim_model_take(m, p->raw.size), p->raw.size);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		mqtt_props_copy(&w, p->raw, MQTT_PROPERTY_BIT(kinds[i]));
	return writer_span(&w);
}

static struct sim_message *new_will(
	struct sim_model *m, const struct sim_conn *c, const struct mqtt_will *will)
{
	struct sim_message *msg = sim_model_take(m, sizeof *msg);

	msg->topic = sim_model_topic(m, will->topic);
	msg->payload = sim_model_copy(m, will->payload);
	msg->qos = will->qos;
	msg->is_retained = will->is_retained;
	msg->is_will = true;
	msg->is_hostile = c->is_hostile;
	if (c->version == MQTT_5) {
		msg->forwarded = sim_model_forwarded(m, &will->props);
		msg->has_expiry =
			will->props.present & MQTT_PROPERTY_BIT(MQTT_MESSAGE_EXPIRY_INTERVAL);
		msg->expiry_s = will->props.message_expiry_s;
	}
	return msg;
}

/* How long the session outlives its connection. */
static uint32_t session_expiry(const struct sim_model *m, const struct mqtt_connect *p)
{
	uint32_t wish = p->props.session_expiry_s;

	if (p->version != MQTT_5)
		return p->is_clean_start ? 0 : m->rules.session_expiry_max_s;
	if (!(p->props.present & MQTT_PROPERTY_BIT(MQTT_SESSION_EXPIRY_INTERVAL)))
		wish = 0;
	return wish < m->rules.session_expiry_max_s ? wish : m->rules.session_expiry_max_s;
}

void sim_model_connect(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f)
{
	struct mqtt_connect p;
	uint8_t level;

	if (f->type != MQTT_CONNECT || mqtt_connect_decode(f, &p, &level) != 0) {
		c->is_broken = true;
		return;
	}
	c->state = SIM_CONNECTING;
	c->version = p.version;
	c->client_id = sim_model_copy(m, p.client_id);
	c->is_clean_start = p.is_clean_start;
	c->expiry_s = session_expiry(m, &p);
	c->keepalive_s = p.keepalive_s;
	c->from = m->step;
	c->from_ms = m->now.mono;
	c->receive_max = UINT16_MAX;
	c->wants_problem_information = p.version != MQTT_5 || p.props.request_problem;
	if (p.version == MQTT_5) {
		c->receive_max = p.props.receive_max;
		c->packet_bytes_max = p.props.packet_bytes_max;
		c->alias_max = p.props.topic_alias_max;
	}
	if (c->receive_max > m->rules.inflight_messages_max)
		c->receive_max = m->rules.inflight_messages_max;
	c->quota = c->receive_max;
	if (p.has_will) {
		c->will = new_will(m, c, &p.will);
		c->will_delay_s = p.version == MQTT_5 ? p.will.props.will_delay_s : 0;
	}
	if (m->trace)
		sim_model_trace(m, c, ">", "CONNECT v=%d clean=%d expiry=%u keepalive=%u will=%d",
			(int)p.version, p.is_clean_start, c->expiry_s, c->keepalive_s, p.has_will);
}

static struct sim_life *new_life(struct sim_model *m, struct sim_conn *c)
{
	struct sim_life *l = sim_model_take(m, sizeof *l);

	l->peer = c->peer;
	l->subs_end = &l->subs;
	l->flights_end = &l->flights;
	l->ends_from_ms = l->ends_to_ms = MSEC_NEVER;
	l->begin = (struct sim_window){.from = c->from, .to = m->step, .is_sure = true};
	l->end = (struct sim_window){.from = SIM_NEVER, .to = SIM_NEVER, .is_sure = true};
	*m->lives_end = l;
	m->lives_end = &l->next;
	c->peer->life = l;
	return l;
}

static void end_life(struct sim_model *m, struct sim_life *l, sim_step from)
{
	if (l->end.from > from)
		l->end.from = from;
	if (l->end.to > m->step)
		l->end.to = m->step;
}

/* Does the session of the client id go on?  [MQTT-3.1.2-4] [MQTT-3.1.2-5] [MQTT-3.2.2-2]
 * [MQTT-3.2.2-3] */
static bool is_resumed(struct sim_model *m, struct sim_conn *c, bool is_present)
{
	struct sim_life *old = c->peer->life;
	bool may_live = old && c->from_ms < old->ends_to_ms && old->end.to > c->from;
	bool may_be_over = !old || m->now.mono >= old->ends_from_ms || old->is_fuzzy ||
		m->rules.has_alloc_failures;

	if (c->is_clean_start) {
		if (is_present)
			sim_model_fail(m, c, "session present after a clean start [MQTT-3.2.2-2]");
		return false;
	}
	if (c->version == MQTT_3_1 && !is_present && may_live) {
		old->is_fuzzy = old->is_fuzzy || may_be_over;
		return true; /* MQTT 3.1 has no flag to say so */
	}
	if (is_present && !may_live)
		sim_model_fail(m, c, "session present, but it had ended [MQTT-3.2.2-3]");
	if (!is_present && !may_be_over)
		sim_model_fail(m, c, "the session is lost [MQTT-3.1.2-5]");
	return is_present && old;
}

static void check_connack(struct sim_model *m, struct sim_conn *c, const struct mqtt_connack *p)
{
	const struct mqtt_props *props = &p->props;
	bool has_assigned = props->present & MQTT_PROPERTY_BIT(MQTT_ASSIGNED_CLIENT_IDENTIFIER);

	if (c->version != MQTT_5)
		return;
	if (c->client_id.size == 0 && !has_assigned)
		sim_model_fail(m, c, "no Assigned Client Identifier [MQTT-3.2.2-16]");
	if (c->client_id.size && has_assigned)
		sim_model_fail(m, c, "a client id was assigned to a client that has one");
	if (props->receive_max != m->rules.receive_max)
		sim_model_fail(m, c, "Receive Maximum %u instead of %u", props->receive_max,
			m->rules.receive_max);
	if (m->rules.keepalive_max_s && props->server_keepalive_s > m->rules.keepalive_max_s)
		sim_model_fail(m, c, "Server Keep Alive above the maximum");
	if (has_assigned) {
		for (struct sim_peer *x = m->peers; x; x = x->next)
			if (span_equal(x->id, props->assigned_client_id))
				sim_model_fail(
					m, c, "an assigned client id is not unique [MQTT-3.1.3-6]");
		c->client_id = sim_model_copy(m, props->assigned_client_id);
	}
}

static struct sim_peer *find_peer(struct sim_model *m, struct sim_conn *c)
{
	uint8_t name[16] = "\xff"
			   "anonymous";
	uint32_t slot = conn_slot(c->id);

	if (c->client_id.size)
		return sim_model_peer(m, c->client_id);
	memcpy(name + 10, &slot, sizeof slot); /* before MQTT 5 nobody learns the name */
	return sim_model_peer(m, span_of(name, sizeof name));
}

static void open_will(struct sim_model *m, struct sim_will *w)
{
	w->is_open = true;
	w->message->at =
		(struct sim_window){.from = m->step, .to = SIM_NEVER, .is_sure = !w->is_unsure};
	sim_model_add_message(m, w->message);
}

/* A client that comes back in time takes back its will, unless its session did not go on.
 * [MQTT-3.1.3-9] */
static void take_back_wills(
	struct sim_model *m, struct sim_life *old, bool is_resumed, const struct sim_conn *c)
{
	for (struct sim_will *w = m->wills; w; w = w->next) {
		if (w->life != old || w->is_over)
			continue;
		if (w->is_open) {
			if (is_resumed && w->due_ms + m->rules.slack_ms > c->from_ms &&
				w->message->at.from != m->step)
				w->message->at.is_sure = false;
		} else if (is_resumed) {
			w->is_over = true;
		} else {
			open_will(m, w);
			w->message->at.from = c->from;
			w->is_immediate = true;
		}
	}
}

/* A client that finds no memory may have ended its session on the way. */
static void refuse(struct sim_model *m, struct sim_conn *c)
{
	struct sim_life *old;

	c->is_broken = true;
	c->will = NULL;
	if (!m->rules.has_alloc_failures || !c->client_id.size)
		return;
	old = sim_model_peer(m, c->client_id)->life;
	if (!old)
		return;
	old->is_fuzzy = true;
	take_back_wills(m, old, false, c);
}

void sim_model_connack(struct sim_model *m, struct sim_conn *c, const struct mqtt_connack *p)
{
	struct sim_life *old;
	bool goes_on;

	if (p->reason) {
		if (p->is_session_present)
			sim_model_fail(m, c, "session present in a refusal [MQTT-3.2.2-6]");
		refuse(m, c);
		return;
	}
	check_connack(m, c, p);
	c->peer = find_peer(m, c);
	c->peer->is_hostile = c->peer->is_hostile || c->is_hostile;
	old = c->peer->life;
	if (old && old->conn) {
		bool is_over = old->conn->expiry_s == 0;

		old->conn->is_taken_over = true;
		sim_model_detach(m, old->conn, false);
		if (is_over) /* the session does not outlive its connection */
			old->ends_to_ms = c->from_ms;
	}
	goes_on = is_resumed(m, c, p->is_session_present);
	if (old)
		take_back_wills(m, old, goes_on, c);
	if (goes_on) {
		assert(old);
		c->life = old;
		old->end.from = old->end.to = SIM_NEVER;
	} else {
		if (old)
			end_life(m, old, c->from);
		c->life = new_life(m, c);
	}
	c->life->conn = c->life->last_conn = c;
	c->life->ends_from_ms = c->life->ends_to_ms = MSEC_NEVER;
	if (p->props.present & MQTT_PROPERTY_BIT(MQTT_SERVER_KEEP_ALIVE))
		c->keepalive_s = p->props.server_keepalive_s;
	c->state = SIM_ONLINE;
	c->online_step = m->step;
	if (c->will)
		c->will->publisher = c->peer;
	sim_model_parse_in(m, c);
}

void sim_model_will_due(struct sim_model *m, struct sim_conn *c, bool is_unsure)
{
	struct sim_will *w;

	if (c->has_disconnected && !is_unsure &&
		c->disconnect_reason == MQTT_SUCCESS) { /* [MQTT-3.14.4-3] */
		c->will = NULL;
		return;
	}
	w = sim_model_take(m, sizeof *w);
	w->message = c->will;
	w->life = c->life;
	w->is_unsure = is_unsure || c->is_hostile || m->rules.has_alloc_failures || m->is_shut_down;
	w->due_ms = m->now.mono + (msec)c->will_delay_s * 1000;
	if (w->due_ms > c->life->ends_from_ms)
		w->due_ms = c->life->ends_from_ms;
	w->is_immediate = w->due_ms == m->now.mono;
	w->next = m->wills;
	m->wills = w;
	c->will = NULL;
	sim_model_wills_begin(m);
}

void sim_model_wills_begin(struct sim_model *m)
{
	for (struct sim_will *w = m->wills; w; w = w->next)
		if (!w->is_open && !w->is_over && m->now.mono >= w->due_ms)
			open_will(m, w);
}

void sim_model_wills_end(struct sim_model *m, bool is_quiet)
{
	struct sim_will **link = &m->wills;

	while (*link) {
		struct sim_will *w = *link;
		bool is_settled = is_quiet && w->is_open &&
			(w->is_immediate || m->now.mono >= w->due_ms + m->rules.slack_ms);

		if (is_settled)
			w->message->at.to = m->step;
		if (is_settled || w->is_over)
			*link = w->next;
		else
			link = &w->next;
	}
}
