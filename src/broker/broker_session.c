/* broker_session.c - online, offline, ended: one function for each move.
 *
 * The timer runs for offline sessions only.  An ended session keeps its subscriptions in the tree
 * until broker_session_bury() comes to them; whoever meets it there passes on. */
#include "broker/broker_session.h"

#include "base/base_err.h"
#include "broker/broker_state.h"
#include "broker/broker_subscription.h"

#include <assert.h>
#include <string.h>

static bool has_client_id(const struct map_node *n, const void *key)
{
	const struct span *client_id = key;

	return span_equal(
		broker_session_client_id(LIST_ENTRY(n, const struct broker_session, by_client_id)),
		*client_id);
}

struct broker_session *broker_session_find(const struct broker *b, struct span client_id)
{
	struct map_node *n =
		map_find(&b->sessions, hash_bytes(&b->seed, client_id), has_client_id, &client_id);

	return n ? LIST_ENTRY(n, struct broker_session, by_client_id) : NULL;
}

static size_t session_bytes(size_t client_id_bytes)
{
	return offsetof(struct broker_session, client_id) + client_id_bytes;
}

int broker_session_new(struct broker *b, struct span client_id, struct broker_session **ret)
{
	struct broker_session *s;

	if (b->sessions.count >= b->config.sessions_max)
		return ERR_LIMIT;
	if (heap_reserve(&b->session_timers, b->sessions.count + 1))
		return ERR_MEMORY;
	s = alloc_try(b->alloc, session_bytes(client_id.size));
	if (!s)
		return ERR_MEMORY;
	memcpy(s->client_id, client_id.at, client_id.size);
	s->client_id_bytes = (uint16_t)client_id.size;
	if (map_insert(&b->sessions, &s->by_client_id, hash_bytes(&b->seed, client_id))) {
		alloc_free(b->alloc, s, session_bytes(client_id.size));
		return ERR_MEMORY;
	}
	s->state = SESSION_OFFLINE;
	s->serial = ++b->session_serial;
	broker_outflow_init(&s->out);
	broker_inflow_init(&s->in);
	list_init(&s->subscriptions);
	list_init(&s->replays);
	list_init(&s->link);
	*ret = s;
	return 0;
}

void broker_session_attach(struct broker *b, struct broker_session *s, struct broker_conn *c)
{
	assert(s->state == SESSION_OFFLINE);
	s->state = SESSION_ONLINE;
	s->conn = c;
	c->session = s;
	heap_remove(&b->session_timers, &s->timer);
	broker_subscription_set_online(s, true);
	b->stats.clients_now++;
	if (b->stats.clients_max < b->stats.clients_now)
		b->stats.clients_max = b->stats.clients_now;
}

/* The earlier of the will's and the session's end. */
static void set_timer(struct broker *b, struct broker_session *s)
{
	msec due = s->expires_ms;

	if (s->will && s->will->due_ms < due)
		due = s->will->due_ms;
	if (due != MSEC_NEVER)
		heap_set(&b->session_timers, &s->timer, due);
	else
		heap_remove(&b->session_timers, &s->timer);
}

void broker_session_detach(struct broker *b, struct broker_session *s, bool is_will_due)
{
	assert(s->state == SESSION_ONLINE);
	s->state = SESSION_OFFLINE;
	s->conn = NULL;
	b->stats.clients_now--;
	broker_outflow_rewind(s);
	broker_subscription_set_online(s, false);
	if (!is_will_due)
		broker_will_drop(b, s); /* [MQTT-3.14.4-3] */
	if (s->will)
		s->will->due_ms = b->now.mono + (msec)s->will->delay_s * 1000;
	s->expires_ms = MSEC_NEVER;
	if (s->expiry_s != UINT32_MAX)
		s->expires_ms = b->now.mono + (msec)s->expiry_s * 1000;
	if (s->expiry_s == 0) {
		broker_session_end(b, s);
		return;
	}
	if (s->will && s->will->delay_s == 0)
		broker_will_release(b, s);
	set_timer(b, s);
}

/* The map does not know it any more. */
static void end(struct broker *b, struct broker_session *s)
{
	assert(s->state == SESSION_OFFLINE);
	s->state = SESSION_ENDED;
	heap_remove(&b->session_timers, &s->timer);
	broker_will_release(b, s); /* the earlier of delay and session end [MQTT-3.1.2-8] */
	list_remove(&s->link);
	list_append(&b->sessions_ended, &s->link);
}

void broker_session_end(struct broker *b, struct broker_session *s)
{
	map_remove(&b->sessions, &s->by_client_id);
	end(b, s);
}

void broker_session_timer(struct broker *b, struct heap_node *timer)
{
	struct broker_session *s = LIST_ENTRY(timer, struct broker_session, timer);

	if (s->will && s->will->due_ms <= b->now.mono)
		broker_will_release(b, s);
	if (s->expires_ms > b->now.mono) {
		set_timer(b, s);
		return;
	}
	broker_tell(b, BROKER_NOTE_SESSION_EXPIRED, NULL,
		&(struct broker_note){.client_id = broker_session_client_id(s)});
	broker_session_end(b, s); /* [MQTT-4.1.0-2] */
}

void broker_session_wake(struct broker *b, struct broker_session *s)
{
	list_remove(&s->link);
	if (s->state != SESSION_ONLINE)
		return;
	do
		broker_outflow_drain(b, s);
	while (b->work > 0 && broker_retain_feed(b, s));
	if (b->work == 0)
		broker_session_set_hungry(b, s);
}

void broker_session_set_hungry(struct broker *b, struct broker_session *s)
{
	if (s->state == SESSION_ONLINE && list_is_empty(&s->link))
		list_append(&b->sessions_hungry, &s->link);
}

static void session_free(struct broker *b, struct broker_session *s)
{
	assert(list_is_empty(&s->subscriptions));
	list_remove(&s->link);
	alloc_free(b->alloc, s, session_bytes(s->client_id_bytes));
}

/* Its subscriptions go first, so that what was shared can only go to somebody else. */
static bool bury_some(struct broker *b, struct broker_session *s)
{
	if (broker_subscription_drop_one(b, s))
		return true;
	return broker_outflow_drop_one(b, s) || broker_inflow_drop_one(b, s);
}

bool broker_session_bury(struct broker *b)
{
	struct list *l = list_first(&b->sessions_ended);
	struct broker_session *s;

	if (!l)
		return false;
	s = LIST_ENTRY(l, struct broker_session, link);
	while (b->work > 0) {
		broker_spend(b, 1);
		if (!bury_some(b, s)) {
			session_free(b, s);
			return true;
		}
	}
	return true;
}

static void end_drained(void *context, struct map_node *n)
{
	end(context, LIST_ENTRY(n, struct broker_session, by_client_id));
}

void broker_session_free_all(struct broker *b)
{
	for (size_t i = 0; i < b->conns_room; i++)
		if (b->conns[i])
			broker_conn_lost(b, b->conns[i]);
	map_drain(&b->sessions, end_drained, b);
	b->work = SIZE_MAX;
	while (broker_session_bury(b))
		b->work = SIZE_MAX;
}
