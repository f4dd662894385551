/* sim_check.c - each message against each session. */
#include "sim_check.h"

/* What one session may and must have got of one message, and what it got. */
struct tally {
	const struct sim_model *model;
	struct sim_life *life;
	unsigned may_live, may_replay, may_shared; /* copies */
	const struct sim_message *must; /* of which at least one copy must come; NULL: none must */
	bool may_keep_retain, may_clear_retain;
	int qos_low, qos_high, qos_shared; /* of live copies; -1: none; shared: a set of bits */
	unsigned replay_qos;               /* a set of bits */
	uint32_t must_ids[16], may_ids[32];
	unsigned must_ids_count, may_ids_count;
	unsigned live, retained; /* copies that came */
};

void sim_check_fail(struct sim_model *m, const struct sim_life *l, const struct sim_message *msg,
	const char *what)
{
	sim_model_fail(m, l ? l->last_conn : NULL,
		"%.*s, message %u of %.*s (QoS %u%s%s, steps %u to %u) \"%.*s\": %s",
		(int)msg->topic->name.size, (const char *)msg->topic->name.at, msg->number,
		msg->publisher ? (int)msg->publisher->id.size : 0,
		msg->publisher ? (const char *)msg->publisher->id.at : "", msg->qos,
		msg->is_retained ? ", retained" : "", msg->is_will ? ", will" : "", msg->at.from,
		msg->at.to, msg->payload.size < 24 ? (int)msg->payload.size : 24,
		(const char *)msg->payload.at, what);
}

static sim_step end_from(const struct sim_sub *s)
{
	return s->end.from < s->life->end.from ? s->end.from : s->life->end.from;
}

sim_step sim_check_end_to(const struct sim_sub *s)
{
	sim_step to = s->end.is_sure ? s->end.to : SIM_NEVER;

	return to < s->life->end.to ? to : s->life->end.to;
}

void sim_check_find_subs(struct sim_model *m, struct sim_topic *t)
{
	size_t count = 0;

	if (t->has_subs)
		return;
	t->has_subs = true;
	for (int pass = 0; pass < 2; pass++) {
		if (pass)
			t->subs = sim_model_take(m, (count + 1) * sizeof *t->subs);
		for (struct sim_life *l = m->lives; l; l = l->next) {
			if (m->rules.has_denials && sim_denies_delivery(t->name, l->peer->id))
				continue;
			for (struct sim_sub *s = l->subs; s; s = s->next) {
				if (s->is_refused || !sim_matches(s->filter, t->name))
					continue;
				if (pass)
					t->subs[t->subs_count++] = s;
				else
					count++;
			}
		}
	}
}

static bool overlaps(const struct sim_sub *s, const struct sim_message *msg)
{
	if (sim_check_is_own(s, msg))
		return false;
	if (s->group) /* who joins later may get what a member left undone */
		return sim_check_end_to(s) >= msg->at.from;
	return s->begin.from <= msg->at.to && sim_check_end_to(s) >= msg->at.from;
}

/* The subscription, or one that took its place without a gap, held the whole time. */
bool sim_check_covers(const struct sim_sub *s, const struct sim_message *msg)
{
	if (!s->begin.is_sure || s->begin.to >= msg->at.from)
		return false;
	while (end_from(s) <= msg->at.to) {
		if (!s->newer || s->newer->is_no_local || !s->newer->begin.is_sure ||
			s->end.from != s->newer->begin.from)
			return false;
		s = s->newer;
	}
	return true;
}

bool sim_check_is_sure(const struct sim_message *msg)
{
	return msg->at.is_sure && msg->at.to != SIM_NEVER && !msg->is_refused &&
		!(msg->is_acked && msg->ack_reason >= 0x80) && !msg->is_hostile;
}

bool sim_check_was_online(
	const struct sim_model *m, const struct sim_life *l, sim_step from, sim_step to)
{
	for (const struct sim_conn *c = m->conns; c; c = c->next)
		if (c->life == l && c->online_step && c->online_step < from)
			return c->state != SIM_CLOSED || c->closed_step > to;
	return false;
}

static bool has_alloc_failure(const struct sim_model *m, sim_step from)
{
	return m->failed_count && m->failed[m->failed_count - 1] >= from;
}

bool sim_check_is_excused(
	const struct sim_model *m, const struct sim_life *l, const struct sim_message *msg)
{
	const unsigned *losses = l->peer->losses;
	msec end_ms = sim_model_ms(m, m->final);

	if (l->end.from <= m->final || l->is_fuzzy || l->peer->is_hostile)
		return true;
	if (!l->last_conn ||
		(l->last_conn->state == SIM_CLOSED && l->last_conn->closed_step <= m->final))
		return true;
	if (msg->has_expiry &&
		sim_model_ms(m, msg->at.from) + (msec)msg->expiry_s * 1000 <= end_ms + 1000)
		return true;
	if (has_alloc_failure(m, msg->at.from))
		return true;
	return losses[SIM_LOST_QUEUE_FULL] || losses[SIM_LOST_OUTPUT_FULL] ||
		losses[SIM_LOST_TOO_LARGE];
}

static void add_id(uint32_t *ids, unsigned *count, unsigned room, uint32_t id)
{
	if (id && *count < room)
		ids[(*count)++] = id;
}

/* Nothing excuses that it does not come.  With QoS 0 only to who is there. */
static bool is_due(const struct sim_model *m, const struct sim_life *l,
	const struct sim_message *msg, uint8_t qos)
{
	return !sim_check_is_excused(m, l, msg) &&
		(qos > 0 || sim_check_was_online(m, l, msg->at.from, msg->at.to));
}

static void count_sub(struct tally *t, const struct sim_sub *s, const struct sim_message *msg)
{
	uint8_t qos = sim_check_qos(s, msg);
	bool is_replaced = end_from(s) <= msg->at.to;

	add_id(t->may_ids, &t->may_ids_count, 32, s->id);
	if (s->is_retain_as_published && msg->is_retained)
		t->may_keep_retain = true;
	else
		t->may_clear_retain = true;
	if (s->group) {
		t->may_shared++;
		t->qos_shared |= 1 << qos;
		return;
	}
	if (t->qos_high < qos)
		t->qos_high = qos;
	if (s->life->is_fuzzy || !sim_check_covers(s, msg) || !sim_check_is_sure(msg))
		return;
	if (is_replaced)
		qos = 0; /* or another */
	else
		add_id(t->must_ids, &t->must_ids_count, 16, s->id);
	if (t->qos_low < qos)
		t->qos_low = qos;
	if (!t->must && s->end.is_sure && is_due(t->model, s->life, msg, qos))
		t->must = msg;
}

/* Replays that a subscription may bring: at most one each for a message, which may go on under the
 * options of what took its place. */
static void count_replay(struct tally *t, const struct sim_sub *s, const struct sim_message *msg)
{
	if (!s->may_replay || !msg->is_retained || sim_check_is_own_replay(s, msg))
		return;
	t->may_replay++;
	for (; s; s = sim_check_heir(s)) {
		t->replay_qos |= 1u << sim_check_qos(s, msg);
		add_id(t->may_ids, &t->may_ids_count, 32, s->id);
	}
}

static void count_message(
	struct tally *t, struct sim_sub *const *subs, size_t count, const struct sim_message *msg)
{
	bool is_live = false;

	for (size_t i = 0; i < count; i++) {
		count_replay(t, subs[i], msg);
		if (msg->is_refused || !overlaps(subs[i], msg))
			continue;
		count_sub(t, subs[i], msg);
		is_live = is_live || !subs[i]->group;
	}
	t->may_live += is_live;
}

static bool has_id(const uint32_t *ids, unsigned count, uint32_t id)
{
	for (unsigned i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

static const char *check_ids(const struct tally *t, const struct sim_delivery *d, bool is_live)
{
	if (t->may_ids_count < 32)
		for (unsigned i = 0; i < d->ids_count; i++)
			if (!has_id(t->may_ids, t->may_ids_count, d->ids[i]))
				return "a subscription identifier that does not match "
				       "[MQTT-3.3.4-3]";
	if (!is_live || t->life->last_conn->version != MQTT_5 || d->ids_count >= 8)
		return NULL;
	for (unsigned i = 0; i < t->must_ids_count; i++)
		if (!has_id(d->ids, d->ids_count, t->must_ids[i]))
			return "a subscription identifier is missing [MQTT-3.3.4-4]";
	return NULL;
}

static const char *check_delivery(const struct tally *t, const struct sim_delivery *d)
{
	bool may_be_shared = t->may_shared && (t->qos_shared & 1 << d->qos);
	bool is_live = !may_be_shared && !d->is_retained;

	if (is_live && d->qos > t->qos_high)
		return "delivered above the granted QoS [MQTT-3.8.4-8]";
	if (is_live && t->may_live == 1 && d->qos < t->qos_low)
		return "delivered below the QoS that is due [MQTT-3.3.5-1]";
	if (d->is_retained && !t->may_keep_retain && !(t->replay_qos & 1u << d->qos))
		return "a retained message with a wrong QoS";
	if (!d->is_retained && !t->may_clear_retain)
		return "RETAIN was to be kept, but is 0 [MQTT-3.3.1-13]";
	return check_ids(t, d, is_live && t->may_live == 1);
}

static void judge(struct sim_model *m, struct tally *t, struct sim_message *first)
{
	const char *what = NULL;
	unsigned live_max = t->may_live + t->may_shared;
	unsigned replay_max =
		t->may_replay + (t->may_keep_retain ? t->may_live + t->may_shared : 0);

	for (const struct sim_delivery *d = first->deliveries; d; d = d->next) {
		if (d->life != t->life)
			continue;
		if (d->is_retained)
			t->retained++;
		else
			t->live++;
		if (!what)
			what = check_delivery(t, d);
	}
	if (t->live && !live_max)
		what = "delivered without a matching subscription";
	else if (t->retained && !replay_max)
		what = t->may_live
			? "RETAIN is 1 on a message that is not a retained one [MQTT-3.3.1-12]"
			: "a retained message for no subscription";
	else if (t->live > live_max || t->retained > replay_max ||
		t->live + t->retained > live_max + t->may_replay)
		what = "delivered more often than it was published";
	if (!what && t->must && !t->live && !(t->retained && t->may_keep_retain))
		what = "was not delivered";
	if (what)
		sim_check_fail(m, t->life, t->must ? t->must : first, what);
}

/* Somebody who has no subscription that matches got it. */
static void check_strangers(struct sim_model *m, struct sim_message *first)
{
	struct sim_topic *t = first->topic;

	for (struct sim_delivery *d = first->deliveries; d; d = d->next) {
		size_t i = 0;

		while (i < t->subs_count && t->subs[i]->life != d->life)
			i++;
		if (i == t->subs_count)
			sim_check_fail(
				m, d->life, first, "delivered without a matching subscription");
	}
}

static void check_message(struct sim_model *m, struct sim_message *first)
{
	struct sim_topic *topic = first->topic;

	sim_check_find_subs(m, topic);
	check_strangers(m, first);
	for (size_t i = 0, next; i < topic->subs_count && !m->fault[0]; i = next) {
		struct tally t = {
			.model = m, .life = topic->subs[i]->life, .qos_low = -1, .qos_high = -1};

		for (next = i; next < topic->subs_count && topic->subs[next]->life == t.life;)
			next++;
		for (struct sim_message *x = first; x; x = x->same)
			count_message(&t, topic->subs + i, next - i, x);
		if (!t.life->peer->is_hostile) /* who breaks the protocol cannot complain */
			judge(m, &t, first);
	}
}

/* 0x10 exactly when nobody has a subscription that matches. */
static void check_reason(struct sim_model *m, struct sim_message *msg)
{
	bool may_match = false, must_match = false;

	if (!msg->is_acked || !sim_check_is_sure(msg))
		return;
	for (size_t i = 0; i < msg->topic->subs_count; i++) {
		const struct sim_sub *s = msg->topic->subs[i];

		may_match = may_match ||
			(s->begin.from <= msg->at.to && sim_check_end_to(s) >= msg->at.from);
		must_match = must_match ||
			(!s->life->is_fuzzy && sim_check_covers(s, msg) && overlaps(s, msg));
	}
	if (m->rules.has_denials && span_starts(msg->topic->name, SPAN_LITERAL("hid/")))
		may_match = true;
	if (msg->ack_reason == MQTT_NO_MATCHING_SUBSCRIBERS && must_match)
		sim_check_fail(m, NULL, msg, "0x10, but there is a matching subscription");
	if (msg->ack_reason == MQTT_SUCCESS && !may_match && msg->is_v5 && !msg->is_repeated)
		sim_check_fail(m, NULL, msg, "there is no matching subscription, but no 0x10");
}

void sim_check_run(struct sim_model *m)
{
	for (struct sim_message *x = m->messages; x && !m->fault[0]; x = x->next) {
		if (x->first == x)
			check_message(m, x);
		check_reason(m, x);
	}
	if (!m->fault[0])
		sim_check_retained(m);
	if (!m->fault[0])
		sim_check_shared(m);
}
