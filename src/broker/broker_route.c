/* broker_route.c - matching makes a delivery for each session that is met, then all are offered.
 *
 * A session that several subscriptions reach gets one delivery, which `routed` finds again until
 * it is handed out.  A shared subscription makes a delivery of its own for the member whose turn it
 * is.  Until the publication is handed out no ended session is freed: deliveries point to sessions.
 */
#include "broker/broker_route.h"

#include "base/base_err.h"
#include "broker/broker_send.h"
#include "broker/broker_state.h"
#include "broker/broker_subscription.h"

#include <assert.h>

enum { SHARE_TRIES = 4 }; /* members asked before one that is behind is taken after all */

void broker_route_init(struct broker *b)
{
	list_init(&b->route.deliveries);
	list_init(&b->route.waiting);
}

void broker_route_start(struct broker *b, struct broker_message *m, struct broker_conn *publisher,
	enum mqtt_type answer, uint16_t packet_id)
{
	struct broker_route *r = &b->route;

	assert(broker_route_is_free(r));
	r->message = m;
	r->is_matching = true;
	r->matched = 0;
	r->publisher = publisher ? publisher->id : 0;
	r->session = publisher ? publisher->session : NULL;
	r->answer = answer;
	r->packet_id = packet_id;
	if (b->config.is_durable && m->qos) {
		m->batch = b->batch_open;
		b->is_batch_used = true;
	}
	topic_match_start(&r->match, b->tree, m->topic);
	broker_route_run(b);
}

void broker_route_wait(struct broker *b, struct broker_conn *c)
{
	broker_conn_block(b, c, BLOCK_ROUTE);
	list_remove(&c->link);
	list_append(&b->route.waiting, &c->link);
}

bool broker_route_admit_one(struct broker *b)
{
	struct list *l = list_first(&b->route.waiting);
	struct broker_conn *c;

	if (!l)
		return false;
	list_remove(l);
	c = LIST_ENTRY(l, struct broker_conn, link);
	broker_conn_unblock(b, c, BLOCK_ROUTE);
	return true;
}

static int add_delivery(
	struct broker *b, const struct broker_subscription *sub, struct broker_delivery **ret)
{
	struct broker_delivery *d = broker_delivery_new(b, sub->session, b->route.message);

	if (!d)
		return ERR_MEMORY;
	list_append(&b->route.deliveries, &d->link);
	b->route.matched++;
	*ret = d;
	return broker_delivery_merge(b, d, sub);
}

/* A subscription that is not shared. */
static int meet(struct broker *b, const struct broker_subscription *sub)
{
	struct broker_route *r = &b->route;
	struct broker_session *s = sub->session;

	if (s->state == SESSION_ENDED)
		return 0;
	if (broker_subscription_is_own(sub, r->message)) /* [MQTT-3.8.3-3] */
		return 0;
	if (s->routed)
		return broker_delivery_merge(b, s->routed, sub);
	return add_delivery(b, sub, &s->routed);
}

struct broker_subscription *broker_route_pick(struct broker *b, struct topic_group *g)
{
	struct broker_subscription *sub = NULL;
	int tries = 0;

	while (tries < SHARE_TRIES && topic_group_count(g)) {
		sub = LIST_ENTRY(topic_group_pick(g), struct broker_subscription, sub);
		if (sub->session->state == SESSION_ENDED) {
			broker_subscription_remove(b, sub);
			sub = NULL;
			continue;
		}
		if (broker_outflow_is_idle(b, sub->session))
			break;
		tries++;
	}
	return sub;
}

/* A shared subscription: one of its members gets the message. */
static int meet_group(struct broker *b, struct topic_group *g)
{
	struct broker_subscription *sub;
	struct broker_delivery *d = NULL;
	int err;

	topic_group_ref(g);
	sub = broker_route_pick(b, g);
	err = sub ? add_delivery(b, sub, &d) : 0;
	if (d) {
		d->group = g;
		topic_group_ref(g);
	}
	topic_group_unref(b->tree, g);
	return err;
}

static void release(struct broker *b)
{
	struct broker_route *r = &b->route;

	topic_match_stop(&r->match);
	broker_message_unref(r->message);
	r->message = NULL;
	r->session = NULL;
}

/* The next delivery, out of the list; NULL: there is none left. */
static struct broker_delivery *take_delivery(struct broker *b)
{
	struct list *l = list_first(&b->route.deliveries);
	struct broker_delivery *d;

	if (!l)
		return NULL;
	list_remove(l);
	d = LIST_ENTRY(l, struct broker_delivery, link);
	d->session->routed = NULL;
	return d;
}

static void drop_deliveries(struct broker *b)
{
	struct broker_delivery *d;

	while ((d = take_delivery(b)))
		broker_delivery_free(b, d);
}

/* No memory for all of it: nobody gets it.  A publisher that waits for an answer gets none and
 * goes: it will send it again. */
static void give_up(struct broker *b)
{
	struct broker_route *r = &b->route;
	struct broker_conn *c = broker_conn_find(b, r->publisher);

	b->stats.alloc_failures++;
	b->stats.messages_dropped++;
	broker_tell(b, BROKER_NOTE_NO_MEMORY, c, &(struct broker_note){.topic = r->message->topic});
	if (r->answer == MQTT_PUBREC)
		broker_inflow_remove(b, r->session, r->packet_id);
	drop_deliveries(b);
	release(b);
	if (c)
		broker_conn_end(b, c, MQTT_QUOTA_EXCEEDED, NULL);
}

static void finish(struct broker *b)
{
	struct broker_route *r = &b->route;
	struct broker_conn *c = broker_conn_find(b, r->publisher);
	enum mqtt_reason reason = r->matched ? MQTT_SUCCESS : MQTT_NO_MATCHING_SUBSCRIBERS;

	if (c && r->answer)
		broker_durable_answer(b, c, r->answer, r->packet_id, reason);
	release(b);
}

static int match_next(struct broker *b)
{
	struct broker_route *r = &b->route;
	struct topic_sub *sub;
	struct topic_group *group;

	switch (topic_match_next(&r->match, &b->work, &sub, &group)) {
	case TOPIC_MATCH_SUB:
		return meet(b, LIST_ENTRY(sub, struct broker_subscription, sub));
	case TOPIC_MATCH_GROUP:
		return meet_group(b, group);
	case TOPIC_MATCH_PAUSE:
		break;
	case TOPIC_MATCH_END:
		r->is_matching = false;
		break;
	}
	return 0;
}

void broker_route_run(struct broker *b)
{
	struct broker_route *r = &b->route;
	struct broker_delivery *d;

	while (r->is_matching && b->work > 0)
		if (match_next(b)) {
			give_up(b);
			return;
		}
	while (!r->is_matching && b->work > 0 && (d = take_delivery(b))) {
		broker_spend(b, 1);
		broker_outflow_offer(b, d->session, d);
	}
	if (!r->is_matching && list_is_empty(&r->deliveries))
		finish(b);
	else
		b->stats.work_paused++;
}

void broker_route_done(struct broker *b)
{
	drop_deliveries(b);
	if (b->route.message)
		release(b);
}
