/* sim_check_shared.c - shared subscriptions: each message to one member, none lost when one leaves.
 *
 * A group is judged as a whole: who of its members gets a message is the broker's choice.
 * [MQTT-4.8.2-4] [MQTT-4.8.2-5] */
#include "sim_check.h"

/* What a group may and must have got of one message. */
struct share {
	unsigned members; /* that may have been in it */
	bool has_stayer;  /* one was in it all the time and to the end, and lost nothing */
	bool may_be_lost; /* a copy may have gone to a member who loses it */
	const struct sim_life *stayer;
};

static bool is_member(const struct sim_sub *s, const struct sim_message *msg)
{
	return !s->is_refused && sim_check_end_to(s) >= msg->at.from;
}

static bool has_losses(const struct sim_peer *p)
{
	for (int i = 0; i < SIM_LOSSES; i++)
		if (p->losses[i])
			return true;
	return p->is_hostile;
}

/* What is sent to it with QoS 0 arrives: it was there all the time. */
static bool is_present(
	const struct sim_model *m, const struct sim_life *l, const struct sim_message *msg)
{
	return l->last_conn->online_step && l->last_conn->online_step < msg->at.from &&
		(l->last_conn->state != SIM_CLOSED || l->last_conn->closed_step > m->final);
}

/* It, or what took its place, holds to the end. */
static bool stays(const struct sim_sub *s)
{
	while (s->newer)
		s = s->newer;
	return s->end.from == SIM_NEVER;
}

static void count_member(const struct sim_model *m, struct share *share, const struct sim_sub *s,
	const struct sim_message *msg)
{
	bool may_lose = has_losses(s->life->peer) || s->life->is_fuzzy ||
		(m->rules.has_denials && sim_denies_delivery(msg->topic->name, s->life->peer->id));

	share->members++;
	if (may_lose || (sim_check_qos(s, msg) == 0 && !is_present(m, s->life, msg)))
		share->may_be_lost = true;
	if (sim_check_covers(s, msg) && stays(s) && !sim_check_is_excused(m, s->life, msg)) {
		share->has_stayer = true;
		share->stayer = s->life;
	}
}

/* A copy that counts: not one of QoS 1 that its receiver's session took along to its end.  (One
 * that also matched an ordinary subscription counts: the broker may send one copy for both.) */
static bool is_good(const struct sim_delivery *d)
{
	return d->qos != 1 || d->is_acked || d->life->end.from == SIM_NEVER;
}

static bool came(const struct sim_message *msg, const struct sim_group *g)
{
	for (const struct sim_sub *s = g->subs; s; s = s->group_next)
		for (const struct sim_delivery *d = msg->first->deliveries; d; d = d->next)
			if (d->life == s->life && is_good(d))
				return true;
	return false;
}

static void check_group(
	struct sim_model *m, const struct sim_group *g, const struct sim_message *msg)
{
	struct share share = {0};

	for (const struct sim_sub *s = g->subs; s; s = s->group_next)
		if (is_member(s, msg))
			count_member(m, &share, s, msg);
	if (share.has_stayer && !share.may_be_lost && !came(msg, g))
		sim_check_fail(m, share.stayer, msg,
			"reached no member of a shared subscription [MQTT-4.8.2-4]");
}

/* QoS 2 to one member only, whatever happens: copies beyond what other subscriptions explain. */
static void check_once(struct sim_model *m, const struct sim_message *msg)
{
	unsigned copies = 0, may = 0;

	for (const struct sim_delivery *d = msg->deliveries; d; d = d->next)
		copies += d->qos == 2 && !d->is_retained && !d->life->peer->is_hostile;
	for (size_t i = 0; i < msg->topic->subs_count; i++) {
		const struct sim_sub *s = msg->topic->subs[i];

		may += !s->group && s->begin.from <= msg->at.to &&
			sim_check_end_to(s) >= msg->at.from;
	}
	for (const struct sim_group *g = m->groups; g; g = g->next)
		may += sim_matches(g->filter, msg->topic->name);
	if (copies > may)
		sim_check_fail(m, NULL, msg, "a QoS 2 message reached two members of a group");
}

void sim_check_shared(struct sim_model *m)
{
	for (struct sim_message *x = m->messages; x && !m->fault[0]; x = x->next) {
		if (x->first == x && !x->same && x->qos == 2)
			check_once(m, x);
		if (!sim_check_is_sure(x))
			continue;
		for (const struct sim_group *g = m->groups; g; g = g->next)
			if (sim_matches(g->filter, x->topic->name))
				check_group(m, g, x);
	}
}
