/* sim_model_out.c - what the broker answers. */
#include "sim_model.h"

static bool is_excused(const struct sim_model *m, const struct sim_conn *c)
{
	return c->is_hostile || c->is_broken || m->rules.has_alloc_failures;
}

/* The oldest request that waits for such an answer; it must be the one that is answered.
 * [MQTT-4.6.0-2] [MQTT-4.6.0-3] */
static struct sim_ask *take_ask(
	struct sim_model *m, struct sim_conn *c, enum mqtt_type answer, uint16_t id)
{
	struct sim_ask **at = &c->asks, *a;

	while (*at && (*at)->answer != answer)
		at = &(*at)->next;
	a = *at;
	if (!a || a->id != id) {
		if (!is_excused(m, c))
			sim_model_fail(m, c, "%s %u, but %s [MQTT-4.6.0-2]", mqtt_type_name(answer),
				id, a ? "another is due before" : "nothing asked for it");
		return NULL;
	}
	*at = a->next;
	if (!*at)
		c->asks_end = at;
	return a;
}

static void out_ack(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f,
	const struct mqtt_ack *p)
{
	struct sim_ask *a = take_ask(m, c, f->type, p->packet_id);
	struct sim_message *msg = a ? a->message : NULL;

	if (!msg)
		return;
	if (m->rules.is_durable && !c->is_hostile && m->persisted < msg->batch &&
		p->reason < 0x80 && !msg->is_refused)
		sim_model_fail(m, c, "%s %u before its batch was durable", mqtt_type_name(f->type),
			p->packet_id);
	msg->ack_reason = p->reason;
	msg->is_acked = true;
	if (c->version != MQTT_5 || is_excused(m, c))
		return;
	if (p->reason >= 0x80 && !msg->is_refused)
		sim_model_fail(m, c, "PUBLISH %u was refused (0x%02x) without a reason",
			p->packet_id, p->reason);
	if (p->reason < 0x80 && msg->is_refused)
		sim_model_fail(m, c, "PUBLISH %u to a forbidden topic was accepted", p->packet_id);
}

/* A QoS 2 message that was refused leaves no trace of its id. */
static void forget_inflow(struct sim_conn *c, uint16_t id)
{
	for (struct sim_inflow **at = &c->life->inflows; *at; at = &(*at)->next) {
		if ((*at)->id == id) {
			*at = (*at)->next;
			return;
		}
	}
}

static void out_any_ack(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f)
{
	struct mqtt_ack p;

	if (mqtt_ack_decode(f, c->version, &p) != 0) {
		sim_model_fail(m, c, "a malformed %s", mqtt_type_name(f->type));
		return;
	}
	if (m->trace)
		sim_model_trace(m, c, "<", "%s id=%u reason=%u", mqtt_type_name(f->type),
			p.packet_id, p.reason);
	if (p.props.raw.size && !c->wants_problem_information)
		sim_model_fail(m, c, "problem information nobody wants [MQTT-3.1.2-29]");
	if (f->type == MQTT_PUBREL)
		sim_model_out_pubrel(m, c, &p);
	else
		out_ack(m, c, f, &p);
	if (f->type == MQTT_PUBREC && p.reason >= 0x80)
		forget_inflow(c, p.packet_id);
}

static void check_granted(
	struct sim_model *m, struct sim_conn *c, struct sim_sub *s, uint8_t reason)
{
	if (is_excused(m, c)) {
		s->begin.is_sure = false;
		if (reason >= 0x80 && s->older)
			s->older->end.is_sure = false; /* it holds on */
		if (reason < 0x80)
			s->qos = reason;
		return;
	}
	if (reason >= 0x80 && !s->is_refused)
		sim_model_fail(m, c, "subscription to %.*s refused (0x%02x)", (int)s->text.size,
			(const char *)s->text.at, reason);
	if (reason < 0x80 && s->is_refused)
		sim_model_fail(m, c, "a forbidden or invalid subscription was granted: %.*s",
			(int)s->text.size, (const char *)s->text.at);
	if (reason < 0x80 && reason != s->qos)
		sim_model_fail(m, c, "granted QoS %u instead of %u [MQTT-3.8.4-8]", reason, s->qos);
}

static void check_unsubscribed(
	struct sim_model *m, struct sim_conn *c, const struct sim_ask *a, size_t i, uint8_t reason)
{
	bool existed = a->subs[i] != NULL;

	if (is_excused(m, c) || a->is_doubtful || c->life->is_fuzzy ||
		(existed && !a->subs[i]->begin.is_sure))
		return;
	if (reason != (existed ? MQTT_SUCCESS : MQTT_NO_SUBSCRIPTION_EXISTED))
		sim_model_fail(m, c, "UNSUBACK %u says 0x%02x, but the subscription %s", a->id,
			reason, existed ? "existed" : "did not exist");
}

static void out_suback(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f)
{
	struct mqtt_suback p;
	struct sim_ask *a;

	if (mqtt_suback_decode(f, c->version, &p) != 0) {
		sim_model_fail(m, c, "a malformed %s", mqtt_type_name(f->type));
		return;
	}
	if (m->trace)
		sim_model_trace(m, c, "<", "%s id=%u reason=%u", mqtt_type_name(f->type),
			p.packet_id, p.reasons.size ? p.reasons.at[0] : 0);
	a = take_ask(m, c, f->type, p.packet_id);
	if (!a || (f->type == MQTT_UNSUBACK && c->version != MQTT_5))
		return;
	if (p.reasons.size != a->count) {
		sim_model_fail(m, c, "%s with %zu reasons for %zu filters [MQTT-3.8.4-6]",
			mqtt_type_name(f->type), p.reasons.size, a->count);
		return;
	}
	for (size_t i = 0; i < a->count; i++) {
		if (f->type == MQTT_SUBACK)
			check_granted(m, c, a->subs[i], p.reasons.at[i]);
		else
			check_unsubscribed(m, c, a, i, p.reasons.at[i]);
	}
}

static void check_disconnect(struct sim_model *m, struct sim_conn *c, uint8_t reason)
{
	msec idle_ms = m->now.mono - c->heard_ms;

	if (reason == MQTT_KEEP_ALIVE_TIMEOUT &&
		(!c->keepalive_s || idle_ms < (msec)c->keepalive_s * 1500))
		sim_model_fail(m, c, "0x8D after %lld ms with a keep alive of %u s",
			(long long)idle_ms, c->keepalive_s);
	if (reason == MQTT_SERVER_SHUTTING_DOWN && !m->is_shut_down)
		sim_model_fail(m, c, "0x8B without a shutdown");
	if (is_excused(m, c))
		return;
	if (reason != MQTT_KEEP_ALIVE_TIMEOUT && reason != MQTT_SERVER_SHUTTING_DOWN &&
		reason != MQTT_SESSION_TAKEN_OVER)
		sim_model_fail(m, c, "a client that follows the protocol was sent off: 0x%02x (%s)",
			reason, mqtt_reason_name(reason));
}

static void out_disconnect(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f)
{
	struct mqtt_disconnect p;

	if (c->version != MQTT_5 || mqtt_disconnect_decode(f, c->version, &p) != 0) {
		sim_model_fail(m, c, "a malformed DISCONNECT, or one before MQTT 5");
		return;
	}
	if (m->trace)
		sim_model_trace(m, c, "<", "DISCONNECT reason=0x%02x", p.reason);
	c->was_sent_off = true;
	c->sent_off_reason = p.reason;
	check_disconnect(m, c, p.reason);
}

static void out_connack(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f)
{
	struct mqtt_connack p;

	if (c->state != SIM_CONNECTING && !(c->state == SIM_OPENED && c->is_broken)) {
		sim_model_fail(m, c, "a CONNACK that nobody asked for [MQTT-3.2.0-2]");
		return;
	}
	if (c->state == SIM_OPENED) /* to a CONNECT of nobody knows which version */
		return;
	if (mqtt_connack_decode(f, c->version, &p) != 0) {
		sim_model_fail(m, c, "a malformed CONNACK");
		return;
	}
	if (m->trace)
		sim_model_trace(m, c, "<", "CONNACK reason=0x%02x present=%d", p.reason,
			p.is_session_present);
	if (p.reason && !is_excused(m, c) && !m->is_shut_down)
		sim_model_fail(m, c, "the connection was refused: 0x%02x", p.reason);
	if (!p.reason && c->is_broken)
		sim_model_fail(m, c, "a broken CONNECT was accepted");
	else
		sim_model_connack(m, c, &p);
}

static void out_ping(struct sim_model *m, struct sim_conn *c)
{
	if (c->pings == 0 && !is_excused(m, c))
		sim_model_fail(m, c, "a PINGRESP that nobody asked for");
	else
		c->pings--;
}

void sim_model_out(
	struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f, size_t packet_bytes)
{
	if (c->was_sent_off)
		sim_model_fail(
			m, c, "%s after DISCONNECT [MQTT-3.14.4-1]", mqtt_type_name(f->type));
	if (c->state != SIM_ONLINE && f->type != MQTT_CONNACK && f->type != MQTT_AUTH)
		sim_model_fail(m, c, "%s before CONNACK [MQTT-3.2.0-1]", mqtt_type_name(f->type));
	if (c->is_taken_over && f->type != MQTT_DISCONNECT)
		sim_model_fail(m, c, "%s to a client that was taken over", mqtt_type_name(f->type));
	if (packet_bytes > c->packet_bytes_max)
		sim_model_fail(m, c, "%s of %zu bytes, at most %u are taken [MQTT-3.1.2-24]",
			mqtt_type_name(f->type), packet_bytes, c->packet_bytes_max);
	if (m->fault[0])
		return;
	switch (f->type) {
	case MQTT_CONNACK:
		out_connack(m, c, f);
		break;
	case MQTT_PUBLISH:
		sim_model_out_publish(m, c, f);
		break;
	case MQTT_PUBACK:
	case MQTT_PUBREC:
	case MQTT_PUBREL:
	case MQTT_PUBCOMP:
		out_any_ack(m, c, f);
		break;
	case MQTT_SUBACK:
	case MQTT_UNSUBACK:
		out_suback(m, c, f);
		break;
	case MQTT_PINGRESP:
		out_ping(m, c);
		break;
	case MQTT_DISCONNECT:
		out_disconnect(m, c, f);
		break;
	case MQTT_CONNECT:
	case MQTT_SUBSCRIBE:
	case MQTT_UNSUBSCRIBE:
	case MQTT_PINGREQ:
	case MQTT_AUTH:
	case MQTT_TYPES:
		sim_model_fail(m, c, "the broker sent %s", mqtt_type_name(f->type));
		break;
	}
}
