/* sim_model_in.c - what clients ask for. */
#include "sim_model.h"

static struct sim_ask *add_ask(
	struct sim_model *m, struct sim_conn *c, enum mqtt_type answer, uint16_t id)
{
	struct sim_ask *a = sim_model_take(m, sizeof *a);

	a->answer = answer;
	a->id = id;
	a->from = m->step;
	*c->asks_end = a;
	c->asks_end = &a->next;
	return a;
}

/* The topic, by its alias or its name; NULL: the client broke the protocol. */
static struct sim_topic *resolve(
	struct sim_model *m, struct sim_conn *c, const struct mqtt_publish *p)
{
	bool has_alias = p->props.present & MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS);
	uint16_t alias = p->props.topic_alias;

	if (!has_alias || c->version != MQTT_5)
		return p->topic.size ? sim_model_topic(m, p->topic) : NULL;
	if (alias > m->rules.topic_alias_max || alias >= 16)
		return NULL;
	if (p->topic.size)
		c->aliases_in[alias] = sim_model_topic(m, p->topic);
	return c->aliases_in[alias];
}

static struct sim_inflow **find_inflow(struct sim_life *l, uint16_t id)
{
	struct sim_inflow **at = &l->inflows;

	while (*at && (*at)->id != id)
		at = &(*at)->next;
	return at;
}

static struct sim_message *new_message(struct sim_model *m, struct sim_conn *c,
	const struct mqtt_publish *p, struct sim_topic *topic)
{
	struct sim_message *msg = sim_model_take(m, sizeof *msg);

	msg->topic = topic;
	msg->payload = sim_model_copy(m, p->payload);
	msg->publisher = c->peer;
	msg->batch = m->batch + 1;
	msg->qos = p->qos;
	msg->is_retained = p->is_retained;
	msg->is_hostile = c->is_hostile;
	msg->is_refused = (m->rules.has_denials && sim_denies_publish(topic->name)) ||
		span_starts(topic->name, SPAN_LITERAL("$SYS/")); /* the broker's own */
	msg->is_v5 = c->version == MQTT_5;
	if (msg->is_v5) {
		msg->forwarded = sim_model_forwarded(m, &p->props);
		msg->has_expiry =
			p->props.present & MQTT_PROPERTY_BIT(MQTT_MESSAGE_EXPIRY_INTERVAL);
		msg->expiry_s = p->props.message_expiry_s;
	}
	sim_model_add_message(m, msg);
	sim_model_open_window(m, c, &msg->at);
	return msg;
}

/* The same QoS 2 packet again: the message is the same, and now it is surely taken. */
static void take_again(struct sim_model *m, struct sim_conn *c, struct sim_message *msg)
{
	sim_step from = msg->at.from;

	if (msg->at.is_sure)
		return;
	sim_model_close_window(m, &msg->at);
	sim_model_open_window(m, c, &msg->at);
	msg->at.from = from;
}

static void in_publish(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f)
{
	struct sim_message *msg;
	struct sim_inflow *flow;
	struct sim_topic *topic;
	struct mqtt_publish p;

	if (mqtt_publish_decode(f, c->version, &p) != 0 || !(topic = resolve(m, c, &p))) {
		c->is_broken = true;
		return;
	}
	if (m->trace)
		sim_model_trace(m, c, ">", "PUBLISH %.*s q=%u id=%u%s%s \"%.*s\"",
			(int)topic->name.size, (const char *)topic->name.at, p.qos, p.packet_id,
			p.is_dup ? " dup" : "", p.is_retained ? " retain" : "",
			p.payload.size < 24 ? (int)p.payload.size : 24, (const char *)p.payload.at);
	flow = p.qos == 2 ? *find_inflow(c->life, p.packet_id) : NULL;
	if (flow && c->life->is_fuzzy) { /* the same again, or anew if the session was another */
		msg = new_message(m, c, &p, topic);
		msg->batch = flow->message->batch;
		msg->at.is_sure = false;
		flow->message = msg;
	} else if (flow) {
		msg = flow->message;
		msg->is_repeated = true;
		take_again(m, c, msg);
	} else {
		msg = new_message(m, c, &p, topic);
	}
	if (p.qos == 2 && !flow && !msg->is_refused) { /* refused, it leaves no trace of its id */
		flow = sim_model_take(m, sizeof *flow);
		*flow = (struct sim_inflow){
			.next = c->life->inflows, .id = p.packet_id, .message = msg};
		c->life->inflows = flow;
	}
	if (p.qos)
		add_ask(m, c, p.qos == 1 ? MQTT_PUBACK : MQTT_PUBREC, p.packet_id)->message = msg;
}

/* Nobody accepts what his program never got; but an id may stand for a message that became too
 * large to be sent again. */
static void check_told(struct sim_model *m, struct sim_conn *c, const struct sim_flight *x)
{
	if (x->delivery && !x->delivery->is_told && !c->is_hostile && !c->life->is_fuzzy &&
		!c->life->peer->losses[SIM_LOST_TOO_LARGE])
		sim_model_fail(m, c, "QoS 2 message %u is accepted, but was never told", x->id);
}

/* PUBACK, PUBREC or PUBCOMP from a receiver. */
static void in_ack(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f)
{
	struct sim_flight **at = &c->life->flights, *x;
	struct mqtt_ack p;

	if (mqtt_ack_decode(f, c->version, &p) != 0) {
		c->is_broken = true;
		return;
	}
	if (m->trace)
		sim_model_trace(m, c, ">", "%s id=%u reason=%u", mqtt_type_name(f->type),
			p.packet_id, p.reason);
	if ((f->type != MQTT_PUBREC || p.reason >= 0x80) && c->quota < c->receive_max)
		c->quota++;
	while (*at && (*at)->id != p.packet_id)
		at = &(*at)->next;
	x = *at;
	if (!x)
		return;
	if (f->type == MQTT_PUBREC && p.reason < 0x80) {
		check_told(m, c, x);
		x->is_received = true;
		x->received_on = c;
		x->received_step = m->step;
		return;
	}
	if (x->delivery)
		x->delivery->is_acked = true;
	*at = x->next;
	x->next = c->acked;
	c->acked = x;
}

static void in_pubrel(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f)
{
	struct sim_inflow **flow;
	struct mqtt_ack p;

	if (mqtt_ack_decode(f, c->version, &p) != 0) {
		c->is_broken = true;
		return;
	}
	if (m->trace)
		sim_model_trace(m, c, ">", "PUBREL id=%u", p.packet_id);
	flow = find_inflow(c->life, p.packet_id);
	if (*flow)
		*flow = (*flow)->next;
	add_ask(m, c, MQTT_PUBCOMP, p.packet_id);
}

static struct sim_sub *find_sub(struct sim_life *l, struct span text)
{
	struct sim_sub *found = NULL;

	for (struct sim_sub *s = l->subs; s; s = s->next)
		if (span_equal(s->text, text) && !s->is_refused)
			found = s;
	return found;
}

/* Takes $share/name/ off. */
static bool split_share(struct span text, struct span *ret_name, struct span *ret_filter)
{
	struct span head = SPAN_LITERAL("$share/");
	const uint8_t *slash;

	*ret_name = span_of(NULL, 0);
	*ret_filter = text;
	if (!span_starts(text, head))
		return true;
	text = span_skip(text, head.size);
	slash = text.size ? memchr(text.at, '/', text.size) : NULL;
	if (!slash || slash == text.at)
		return false;
	*ret_name = span_of(text.at, (size_t)(slash - text.at));
	*ret_filter = span_skip(text, ret_name->size + 1);
	return !memchr(ret_name->at, '+', ret_name->size) &&
		!memchr(ret_name->at, '#', ret_name->size);
}

static struct sim_group *find_group(struct sim_model *m, struct span name, struct span filter)
{
	struct sim_group *g;

	for (g = m->groups; g; g = g->next)
		if (span_equal(g->name, name) && span_equal(g->filter, filter))
			return g;
	g = sim_model_take(m, sizeof *g);
	*g = (struct sim_group){.next = m->groups, .name = name, .filter = filter};
	m->groups = g;
	return g;
}

static struct sim_sub *new_sub(
	struct sim_model *m, struct sim_conn *c, const struct mqtt_filter *filter, uint32_t id)
{
	struct sim_sub *s = sim_model_take(m, sizeof *s);
	struct sim_sub *older;
	struct span name;
	bool is_valid;

	s->life = c->life;
	s->text = sim_model_copy(m, filter->filter);
	is_valid = split_share(s->text, &name, &s->filter) && sim_filter_is_valid(s->filter) &&
		!(name.size && filter->is_no_local);
	s->is_refused = !is_valid || (m->rules.has_denials && sim_denies_subscribe(s->filter));
	s->qos = filter->qos;
	s->is_no_local = filter->is_no_local;
	s->is_retain_as_published = filter->is_retain_as_published;
	s->retain_handling = filter->retain_handling;
	s->id = id;
	s->end = (struct sim_window){.from = SIM_NEVER, .to = SIM_NEVER, .is_sure = true};
	sim_model_open_window(m, c, &s->begin);
	older = find_sub(c->life, s->text);
	if (!name.size && s->retain_handling != 2) {
		s->may_replay = s->retain_handling == 0 || !older || older->end.from != SIM_NEVER ||
			older->begin.to == SIM_NEVER || !older->begin.is_sure;
		s->must_replay = s->retain_handling == 0 || !older ||
			(older->end.to != SIM_NEVER && older->end.is_sure);
	}
	if (s->is_refused)
		return s;
	if (older && older->end.from == SIM_NEVER) {
		older->newer = s;
		s->older = older;
		sim_model_open_window(m, c, &older->end);
	}
	if (name.size) {
		s->group = find_group(m, name, s->filter);
		s->group_next = s->group->subs;
		s->group->subs = s;
	}
	*c->life->subs_end = s;
	c->life->subs_end = &s->next;
	return s;
}

static void in_subscribe(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f)
{
	bool is_subscribe = f->type == MQTT_SUBSCRIBE;
	struct mqtt_subscribe p;
	struct mqtt_filter filter;
	struct sim_ask *a;
	struct reader r;

	if (mqtt_subscribe_decode(f, c->version, &p) != 0) {
		c->is_broken = true;
		return;
	}
	a = add_ask(m, c, is_subscribe ? MQTT_SUBACK : MQTT_UNSUBACK, p.packet_id);
	a->subs = sim_model_take(m, p.filters_count * sizeof *a->subs);
	r = reader_of(p.filters);
	while (mqtt_filter_next(&r, f->type, c->version, &filter)) {
		uint32_t id = c->version == MQTT_5 &&
				(p.props.present & MQTT_PROPERTY_BIT(MQTT_SUBSCRIPTION_IDENTIFIER))
			? p.props.subscription_id
			: 0;
		struct sim_sub *s = is_subscribe ? new_sub(m, c, &filter, id)
						 : find_sub(c->life, filter.filter);

		if (m->trace)
			sim_model_trace(m, c, ">", "%s id=%u %.*s q=%u nl=%d rap=%d rh=%u sid=%u",
				mqtt_type_name(f->type), p.packet_id, (int)filter.filter.size,
				(const char *)filter.filter.at, filter.qos, filter.is_no_local,
				filter.is_retain_as_published, filter.retain_handling, id);
		if (!is_subscribe && s && s->end.from != SIM_NEVER) {
			a->is_doubtful = a->is_doubtful || !s->end.is_sure;
			s = NULL; /* it had ended already */
		}
		if (!is_subscribe && s)
			sim_model_open_window(m, c, &s->end);
		a->subs[a->count++] = s;
	}
}

static void in_disconnect(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f)
{
	struct mqtt_disconnect p;

	if (mqtt_disconnect_decode(f, c->version, &p) != 0) {
		c->is_broken = true;
		return;
	}
	if (m->trace)
		sim_model_trace(m, c, ">", "DISCONNECT reason=%u", p.reason);
	c->has_disconnected = true;
	sim_model_open_window(m, c, &c->goodbye);
	c->disconnect_reason = p.reason;
	if (c->version == MQTT_5 &&
		p.props.present & MQTT_PROPERTY_BIT(MQTT_SESSION_EXPIRY_INTERVAL)) {
		if (c->expiry_s == 0 && p.props.session_expiry_s)
			c->is_broken = true;
		c->expiry_s = p.props.session_expiry_s < m->rules.session_expiry_max_s
			? p.props.session_expiry_s
			: m->rules.session_expiry_max_s;
	}
}

void sim_model_in(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f)
{
	if (c->has_disconnected) {
		c->is_broken = true;
		return;
	}
	switch (f->type) {
	case MQTT_PUBLISH:
		in_publish(m, c, f);
		break;
	case MQTT_PUBACK:
	case MQTT_PUBREC:
	case MQTT_PUBCOMP:
		in_ack(m, c, f);
		break;
	case MQTT_PUBREL:
		in_pubrel(m, c, f);
		break;
	case MQTT_SUBSCRIBE:
	case MQTT_UNSUBSCRIBE:
		in_subscribe(m, c, f);
		break;
	case MQTT_PINGREQ:
		c->pings++;
		break;
	case MQTT_DISCONNECT:
		in_disconnect(m, c, f);
		break;
	case MQTT_CONNECT:
	case MQTT_CONNACK:
	case MQTT_SUBACK:
	case MQTT_UNSUBACK:
	case MQTT_PINGRESP:
	case MQTT_AUTH:
	case MQTT_TYPES:
		c->is_broken = true;
		break;
	}
}
