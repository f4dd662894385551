/* sim_check_retained.c - retained messages: the last one, to each new subscription.
 *
 * [MQTT-3.3.1-5] to [MQTT-3.3.1-11] */
#include "sim_check.h"

/* An UNSUBSCRIBE that was perhaps never done leaves the place to the next one, too. */
const struct sim_sub *sim_check_heir(const struct sim_sub *s)
{
	const struct sim_sub *x = s->next;

	if (s->newer || s->end.is_sure)
		return s->newer;
	while (x && !span_equal(x->text, s->text))
		x = x->next;
	return x;
}

bool sim_check_is_own_replay(const struct sim_sub *s, const struct sim_message *msg)
{
	while (s && sim_check_is_own(s, msg))
		s = sim_check_heir(s);
	return !s;
}

static bool is_set(const struct sim_message *r)
{
	return !r->is_refused && !(r->is_acked && r->ack_reason >= 0x80);
}

/* `r` was surely not the retained message of its topic from `step` on: another took its place. */
static bool is_replaced(const struct sim_message *r, sim_step step)
{
	for (const struct sim_message *x = r->set_next; x; x = x->set_next)
		if (is_set(x) && x->at.is_sure && x->at.from > r->at.to && x->at.to < step)
			return true;
	return false;
}

/* The first step of a subscription that a retained copy may be for. */
static bool may_replay(const struct sim_sub *s, const struct sim_message *r, sim_step step)
{
	return s->may_replay && !sim_check_is_own_replay(s, r) && s->begin.from <= step &&
		r->at.from <= step && !is_replaced(r, s->begin.from);
}

static void check_delivery(struct sim_model *m, const struct sim_delivery *d)
{
	const struct sim_topic *t = d->message->topic;

	for (size_t i = 0; i < t->subs_count; i++) {
		const struct sim_sub *s = t->subs[i];

		if (s->life != d->life)
			continue;
		for (const struct sim_message *r = d->message; r; r = r->same)
			if (r->is_retained &&
				(may_replay(s, r, d->step) || s->is_retain_as_published))
				return;
	}
	sim_check_fail(m, d->life, d->message,
		"delivered as retained, but it was replaced or cleared before [MQTT-3.3.1-6]");
}

/* The message that is surely retained at all steps of the window; NULL: none, or nobody knows. */
static const struct sim_message *find_current(const struct sim_topic *t, sim_step from, sim_step to)
{
	const struct sim_message *found = NULL;

	for (const struct sim_message *r = t->sets; r; r = r->set_next) {
		if (r->is_refused || r->at.from > to)
			continue;
		if (!is_set(r) || !r->at.is_sure || r->is_hostile || r->at.to >= from)
			return NULL;
		if (found && found->at.to >= r->at.from)
			return NULL;
		found = r;
	}
	return found && found->payload.size ? found : NULL;
}

static bool has_copy(const struct sim_message *r, const struct sim_sub *s)
{
	for (const struct sim_delivery *d = r->first->deliveries; d; d = d->next)
		if (d->life == s->life && d->is_retained && d->step >= s->begin.from)
			return true;
	return false;
}

/* The retained messages for a subscription may come late, after a full window: then the topic's
 * next message, which the subscription brought by itself, is as good, or nothing when it was
 * cleared or nobody waits for it any more. */
static bool is_overtaken(const struct sim_message *r, const struct sim_sub *s)
{
	if (s->end.from != SIM_NEVER)
		return true;
	for (const struct sim_message *x = r->set_next; x; x = x->set_next)
		if (is_set(x) && x->at.to >= s->begin.from)
			return true;
	return false;
}

/* A sure subscription gets what was surely there. */
static void check_sub(struct sim_model *m, const struct sim_topic *t, const struct sim_sub *s)
{
	const struct sim_message *r;
	char what[160];

	if (!s->must_replay || !s->begin.is_sure || s->begin.to == SIM_NEVER ||
		s->begin.from > m->final)
		return;
	r = find_current(t, s->begin.from, s->begin.to);
	if (!r || sim_check_is_own(s, r) || has_copy(r, s) || sim_check_is_excused(m, s->life, r) ||
		is_overtaken(r, s))
		return;
	if (sim_check_qos(s, r) == 0 &&
		!sim_check_was_online(m, s->life, s->begin.from, s->begin.to))
		return;
	snprintf(what, sizeof what,
		"is retained, but the subscription of step %u to %.*s did not get it",
		s->begin.from, (int)s->text.size, (const char *)s->text.at);
	sim_check_fail(m, s->life, r, what);
}

void sim_check_retained(struct sim_model *m)
{
	for (struct sim_topic *t = m->topics; t; t = t->next) {
		sim_check_find_subs(m, t);
		for (size_t i = 0; i < t->subs_count && t->sets; i++)
			check_sub(m, t, t->subs[i]);
	}
	for (struct sim_message *x = m->messages; x; x = x->next)
		for (struct sim_delivery *d = x->deliveries; d; d = d->next)
			if (d->is_retained)
				check_delivery(m, d);
}
