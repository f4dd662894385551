/* broker.c - the step: one event is taken in, then what work it left is done, as far as the budget
 * goes.
 *
 * Of the work that is left the publication that is being handed out comes first, for it holds up
 * all others.  The rest takes turns, so that nothing waits for work that a client can make endless.
 */
#include "broker/broker.h"

#include "broker/broker_state.h"
#include "broker/broker_subscription.h"

#include <assert.h>

static void lists_init(struct broker *b)
{
	list_init(&b->conns_ready);
	list_init(&b->conns_over);
	list_init(&b->sessions_hungry);
	list_init(&b->sessions_ended);
	list_init(&b->wills_due);
	heap_init(&b->conn_timers, b->alloc);
	heap_init(&b->session_timers, b->alloc);
	heap_init(&b->retain_timers, b->alloc);
	map_init(&b->sessions, b->alloc);
	map_init(&b->packet_ids, b->alloc);
	map_init(&b->incoming_ids, b->alloc);
}

static struct topic_tree_limits tree_limits(const struct broker_config *c)
{
	return (struct topic_tree_limits){
		.nodes_max = c->topic_nodes_max, .visits_max = c->topic_visits_max};
}

struct broker *broker_new(const struct allocator *alloc, const struct broker_config *config,
	const struct hash_key *seed, struct times now)
{
	struct broker *b = alloc_sure(alloc, sizeof *b);
	struct topic_tree_limits limits = tree_limits(config);

	assert(config->work_max >= 2 && "or a SUBSCRIBE would never come to its first filter");
	b->alloc = alloc;
	b->config = *config;
	b->seed = *seed;
	b->now = now;
	prng_init(&b->prng, seed->k0 ^ seed->k1);
	lists_init(b);
	b->ledger = broker_ledger_new(alloc);
	b->tree = topic_tree_new(alloc, seed, &limits);
	broker_conn_pool_init(b);
	broker_subscription_pool_init(b);
	broker_delivery_pool_init(b);
	broker_inflow_pool_init(b);
	broker_durable_init(b);
	broker_route_init(b);
	broker_retain_init(b);
	broker_sys_init(b);
	return b;
}

static void free_pools(struct broker *b)
{
	pool_done(&b->conn_pool);
	pool_done(&b->deliveries);
	pool_done(&b->delivery_ids);
	pool_done(&b->incoming);
	pool_done(&b->subscriptions);
	pool_done(&b->answers);
	heap_done(&b->conn_timers);
	heap_done(&b->session_timers);
	heap_done(&b->retain_timers);
	map_done(&b->sessions);
	map_done(&b->packet_ids);
	map_done(&b->incoming_ids);
}

void broker_free(struct broker *b)
{
	if (!b)
		return;
	b->effects = NULL;
	broker_route_done(b);
	broker_session_free_all(b);
	broker_will_free_all(b);
	broker_conn_reap(b);
	broker_retain_done(b);
	topic_tree_free(b->tree);
	free_pools(b);
	alloc_free(b->alloc, b->conns, b->conns_room * sizeof(*b->conns));
	broker_ledger_free(b->ledger);
	alloc_free(b->alloc, b, sizeof *b);
}

const struct broker_stats *broker_stats(const struct broker *b)
{
	return &b->stats;
}

void broker_tell(struct broker *b, enum broker_note_code code, const struct broker_conn *c,
	const struct broker_note *note)
{
	struct broker_effect *e;

	b->stats.notes[code]++;
	if (!b->effects || !(b->config.levels_told >> broker_note_row(code)->level & 1))
		return;
	e = broker_effects_add(b->effects, BROKER_NOTE, c ? c->id : 0);
	if (note)
		e->note = *note;
	e->note.code = code;
	if (c && c->session)
		e->note.client_id = broker_session_client_id(c->session);
	e->note.client_id = arena_copy(&b->effects->arena, e->note.client_id);
	e->note.topic = arena_copy(&b->effects->arena, e->note.topic);
}

static void open_conn(struct broker *b, conn_id id)
{
	if (!b->is_shutting_down && broker_conn_open(b, id) == 0)
		return;
	broker_tell(b, BROKER_NOTE_FULL, NULL,
		&(struct broker_note){.number = b->config.connections_max});
	broker_effects_add(b->effects, BROKER_CLOSE, id);
}

static void take_answer(struct broker *b, const struct broker_event *event)
{
	struct broker_conn *c = broker_conn_find(b, event->conn);

	if (!c)
		return;
	if (c->blocked & BLOCK_ACCESS && c->pending->ticket == event->answered.ticket) {
		c->pending->is_answered = true;
		c->pending->answer = event->answered.answer;
		c->blocked &= ~(unsigned)BLOCK_ACCESS;
		broker_conn_resume(b, c);
	} else if (c->session) {
		broker_outflow_answered(
			b, c->session, event->answered.ticket, &event->answered.answer);
	}
}

/* A limit that they wait for may have been lifted. */
static void wake_all(struct broker *b)
{
	for (uint32_t i = 0; i < b->conns_room; i++) {
		struct broker_conn *c = b->conns[i];

		if (c && c->blocked & BLOCK_OUTPUT)
			broker_conn_unblock(b, c, BLOCK_OUTPUT);
		if (c && c->session)
			broker_session_set_hungry(b, c->session);
	}
}

static void configure(struct broker *b, const struct broker_config *config)
{
	struct topic_tree_limits limits = tree_limits(config);

	assert(config->work_max >= 2);
	b->config = *config;
	topic_tree_set_limits(b->tree, &limits);
	broker_sys_configure(b);
	wake_all(b);
	broker_tell(b, BROKER_NOTE_CONFIGURED, NULL, NULL);
}

static void shut_down(struct broker *b)
{
	broker_tell(b, BROKER_NOTE_SHUTDOWN, NULL,
		&(struct broker_note){.number = (int64_t)b->stats.connections_now});
	b->is_shutting_down = true;
	for (uint32_t i = 0; i < b->conns_room; i++)
		if (b->conns[i])
			broker_conn_end(b, b->conns[i], MQTT_SERVER_SHUTTING_DOWN, NULL);
}

static void take(struct broker *b, const struct broker_event *event)
{
	struct broker_conn *c = broker_conn_find(b, event->conn);

	switch (event->type) {
	case BROKER_OPENED:
		open_conn(b, event->conn);
		break;
	case BROKER_RECEIVED:
		if (c)
			broker_conn_received(b, c, event->bytes);
		break;
	case BROKER_WRITTEN:
		if (c)
			broker_conn_written(b, c, event->count);
		break;
	case BROKER_CLOSED:
		if (c)
			broker_conn_lost(b, c);
		break;
	case BROKER_TIME:
		break;
	case BROKER_PERSISTED:
		broker_durable_done(b, event->batch);
		break;
	case BROKER_ANSWERED:
		take_answer(b, event);
		break;
	case BROKER_CONFIGURED:
		configure(b, event->config);
		break;
	case BROKER_SHUTDOWN:
		shut_down(b);
		break;
	}
}

typedef void (*timer_fn)(struct broker *b, struct heap_node *timer);

static void fire_due(struct broker *b, struct heap *timers, timer_fn fire)
{
	struct heap_node *n;

	while (b->work > 0 && (n = heap_first(timers)) && n->due <= b->now.mono) {
		broker_spend(b, 1);
		heap_remove(timers, n);
		fire(b, n);
	}
}

static bool wake_one(struct broker *b)
{
	struct list *l = list_first(&b->sessions_hungry);

	if (l)
		broker_session_wake(b, LIST_ENTRY(l, struct broker_session, link));
	return l != NULL;
}

static bool resume_one(struct broker *b)
{
	struct list *l = list_first(&b->conns_ready);

	if (l)
		broker_conn_resume(b, LIST_ENTRY(l, struct broker_conn, link));
	return l != NULL;
}

/* Does one piece of the work that is left.  False: there is none. */
static bool work_on(struct broker *b)
{
	static bool (*const pieces[])(struct broker * b) = {
		wake_one, resume_one, broker_sys_publish_one, broker_session_bury};
	size_t count = sizeof pieces / sizeof pieces[0];

	if (!broker_route_is_free(&b->route)) {
		broker_route_run(b);
		return true;
	}
	if (broker_will_publish_one(b) || broker_route_admit_one(b))
		return true;
	for (size_t i = 0; i < count; i++)
		if (pieces[b->turn++ % count](b))
			return true;
	return false;
}

static bool has_work(const struct broker *b)
{
	return !broker_route_is_free(&b->route) || !list_is_empty(&b->wills_due) ||
		!list_is_empty(&b->route.waiting) || !list_is_empty(&b->sessions_hungry) ||
		!list_is_empty(&b->conns_ready) || !list_is_empty(&b->sessions_ended) ||
		b->sys.is_running;
}

static msec next_due(const struct broker *b)
{
	const struct heap *timers[] = {&b->conn_timers, &b->session_timers, &b->retain_timers};
	msec due = b->sys.due_ms;

	for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
		const struct heap_node *n = heap_first(timers[i]);

		if (n && n->due < due)
			due = n->due;
	}
	return due;
}

void broker_step(struct broker *b, const struct broker_event *event, struct broker_effects *effects)
{
	assert(event->now.mono >= b->now.mono);
	b->now = event->now;
	b->effects = effects;
	b->work = b->config.work_max;
	take(b, event);
	fire_due(b, &b->conn_timers, broker_conn_timer);
	fire_due(b, &b->session_timers, broker_session_timer);
	fire_due(b, &b->retain_timers, broker_retain_timer);
	broker_sys_tick(b);
	while (b->work > 0 && work_on(b))
		;
	broker_durable_close_batch(b);
	broker_conn_reap(b);
	b->stats.messages_now = b->ledger->messages;
	b->stats.message_bytes_now = b->ledger->bytes;
	b->stats.sessions_now = b->sessions.count;
	effects->is_pending = has_work(b);
	effects->wake_ms = next_due(b);
	b->effects = NULL;
}
