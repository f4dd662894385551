/* broker_retain.c - retained messages in a topic store; a replay is a search in it that a session
 * owes to one of its subscriptions and that goes on as long as the session has room. */
#include "broker/broker_retain.h"

#include "base/base_err.h"
#include "broker/broker_state.h"
#include "broker/broker_subscription.h"

#include <string.h>

struct broker_retained {
	struct list link; /* among all: no filter reaches every $ topic */
	struct broker_message *message;
	struct heap_node timer;
};

struct broker_replay {
	struct list link; /* among the session's */
	struct broker_subscription *subscription;
	struct topic_search search;
	size_t filter_bytes;
	uint8_t filter[];
};

void broker_retain_init(struct broker *b)
{
	b->retain.store = topic_store_new(b->alloc, &b->seed, b->config.topic_nodes_max);
	list_init(&b->retain.all);
}

static void retained_free(struct broker *b, struct broker_retained *r)
{
	list_remove(&r->link);
	heap_remove(&b->retain_timers, &r->timer);
	b->stats.retained_now--;
	b->stats.retained_bytes_now -= r->message->block_bytes;
	broker_message_unref(r->message);
	alloc_free(b->alloc, r, sizeof *r);
}

void broker_retain_done(struct broker *b)
{
	list_for_each_safe (link, &b->retain.all)
		retained_free(b, LIST_ENTRY(link, struct broker_retained, link));
	topic_store_free(b->retain.store);
}

static void clear(struct broker *b, struct span topic)
{
	struct broker_retained *r = topic_store_take(b->retain.store, topic);

	if (r)
		retained_free(b, r);
}

/* When the store lets go of a message, whatever its own expiry says. */
static msec expiry_of(const struct broker *b, const struct broker_message *m)
{
	msec own = b->config.retained_expiry_s
		? b->now.mono + (msec)b->config.retained_expiry_s * 1000
		: MSEC_NEVER;

	return m->expires_ms < own ? m->expires_ms : own;
}

static bool has_room(const struct broker *b, const struct broker_message *m)
{
	const struct broker_retained *old = topic_store_find(b->retain.store, m->topic);
	size_t count = b->stats.retained_now + !old;
	size_t bytes = b->stats.retained_bytes_now + m->block_bytes -
		(old ? old->message->block_bytes : 0);

	return count <= b->config.retained_messages_max && bytes <= b->config.retained_bytes_max;
}

int broker_retain_keep(struct broker *b, struct broker_message *m)
{
	struct broker_retained *r;
	void *old;
	int err;

	if (m->payload.size == 0) { /* [MQTT-3.3.1-6] [MQTT-3.3.1-7] */
		clear(b, m->topic);
		return 0;
	}
	if (!has_room(b, m))
		return ERR_LIMIT;
	if (heap_reserve(&b->retain_timers, b->retain_timers.count + 1))
		return ERR_MEMORY;
	r = alloc_try(b->alloc, sizeof *r);
	if (!r)
		return ERR_MEMORY;
	err = topic_store_set(b->retain.store, m->topic, r, &old);
	if (err) {
		alloc_free(b->alloc, r, sizeof *r);
		return err;
	}
	if (old)
		retained_free(b, old);
	list_append(&b->retain.all, &r->link);
	r->message = broker_message_ref(m);
	if (expiry_of(b, m) != MSEC_NEVER)
		heap_set(&b->retain_timers, &r->timer, expiry_of(b, m));
	b->stats.retained_now++;
	b->stats.retained_bytes_now += m->block_bytes;
	return 0;
}

void broker_retain_keep_own(struct broker *b, struct broker_message *m)
{
	int err = m->is_retained && b->config.is_retain_available ? broker_retain_keep(b, m) : 0;

	if (!err)
		return;
	b->stats.alloc_failures += err == ERR_MEMORY;
	broker_tell(b, err == ERR_MEMORY ? BROKER_NOTE_NO_MEMORY : BROKER_NOTE_RETAIN_FULL, NULL,
		&(struct broker_note){.topic = m->topic, .number = (int64_t)b->stats.retained_now});
}

void broker_retain_timer(struct broker *b, struct heap_node *timer)
{
	struct broker_retained *r = LIST_ENTRY(timer, struct broker_retained, timer);

	broker_tell(
		b, BROKER_NOTE_EXPIRED, NULL, &(struct broker_note){.topic = r->message->topic});
	clear(b, r->message->topic);
}

int broker_retain_replay(
	struct broker *b, struct broker_subscription *subscription, struct span filter)
{
	struct broker_replay *r = alloc_try(b->alloc, sizeof *r + filter.size);

	if (!r)
		return ERR_MEMORY;
	broker_retain_forget(b, subscription); /* it starts anew */
	r->subscription = subscription;
	r->filter_bytes = filter.size;
	memcpy(r->filter, filter.at, filter.size);
	topic_search_start(&r->search, b->retain.store, span_of(r->filter, filter.size));
	list_append(&subscription->session->replays, &r->link);
	subscription->replay = r;
	return 0;
}

void broker_retain_forget(struct broker *b, struct broker_subscription *subscription)
{
	struct broker_replay *r = subscription->replay;

	if (!r)
		return;
	subscription->replay = NULL;
	topic_search_stop(&r->search);
	list_remove(&r->link);
	alloc_free(b->alloc, r, sizeof *r + r->filter_bytes);
}

/* A delivery for a new subscription always has RETAIN set.  [MQTT-3.3.1-8 of 3.1.1] */
static bool offer(struct broker *b, struct broker_subscription *sub, struct broker_message *m)
{
	struct broker_session *s = sub->session;
	struct broker_delivery *d;

	if (m->expires_ms <= b->now.mono || broker_subscription_is_own(sub, m)) /* [MQTT-3.8.3-3] */
		return false;
	d = broker_delivery_new(b, s, m);
	if (!d || broker_delivery_merge(b, d, sub)) {
		b->stats.alloc_failures++;
		b->stats.messages_dropped++;
		broker_tell(b, BROKER_NOTE_NO_MEMORY, s->conn,
			&(struct broker_note){.topic = m->topic});
		if (d)
			broker_delivery_free(b, d);
		return false;
	}
	d->is_retained = true;
	broker_outflow_offer(b, s, d);
	return true;
}

bool broker_retain_feed(struct broker *b, struct broker_session *s)
{
	struct list *l = list_first(&s->replays);
	struct broker_replay *r;
	bool is_fed = false;
	void *value;

	if (!l)
		return false;
	r = LIST_ENTRY(l, struct broker_replay, link);
	while (b->work > 0 && broker_outflow_has_room(b, s))
		switch (topic_search_next(&r->search, &b->work, &value)) {
		case TOPIC_SEARCH_FOUND:
			is_fed |= offer(
				b, r->subscription, ((struct broker_retained *)value)->message);
			break;
		case TOPIC_SEARCH_PAUSE:
			break;
		case TOPIC_SEARCH_END:
			broker_retain_forget(b, r->subscription);
			return true;
		}
	return is_fed;
}
