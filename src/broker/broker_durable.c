/* broker_durable.c - held answers in one list: batches become durable in order, and so the answers
 * of each connection go out in the order of what they answer. */
#include "broker/broker_durable.h"

#include "broker/broker_send.h"
#include "broker/broker_state.h"

struct held_answer {
	struct list link;
	conn_id conn;
	uint64_t batch;
	enum mqtt_type type;
	enum mqtt_reason reason;
	uint16_t packet_id;
};

enum { ANSWERS_PER_SLAB = 64 };

void broker_durable_init(struct broker *b)
{
	list_init(&b->answers_held);
	list_init(&b->sessions_undurable);
	pool_init(&b->answers, b->alloc, sizeof(struct held_answer), ANSWERS_PER_SLAB);
	b->batch_open = 1;
}

/* The last batch that has something in it. */
static uint64_t batch_last(const struct broker *b)
{
	return b->is_batch_used ? b->batch_open : b->batch_open - 1;
}

static void hold(struct broker *b, struct broker_conn *c, enum mqtt_type type, uint16_t packet_id,
	enum mqtt_reason reason)
{
	struct held_answer *a = pool_take(&b->answers);

	if (!a) { /* the client will send it again */
		broker_conn_starve(b, c);
		return;
	}
	a->conn = c->id;
	a->batch = batch_last(b);
	a->type = type;
	a->reason = reason;
	a->packet_id = packet_id;
	c->answers_held++;
	c->pubacks_held += type == MQTT_PUBACK;
	list_append(&b->answers_held, &a->link);
}

void broker_durable_answer(struct broker *b, struct broker_conn *c, enum mqtt_type type,
	uint16_t packet_id, enum mqtt_reason reason)
{
	bool is_promise = reason < MQTT_UNSPECIFIED_ERROR && batch_last(b) > b->batch_durable;

	if (is_promise || c->answers_held)
		hold(b, c, type, packet_id, reason);
	else
		broker_send_ack(b, c, type, packet_id, reason);
}

static void release(struct broker *b, struct held_answer *a)
{
	struct broker_conn *c = broker_conn_find(b, a->conn);

	if (c) {
		c->answers_held--;
		c->pubacks_held -= a->type == MQTT_PUBACK;
		broker_send_ack(b, c, a->type, a->packet_id, a->reason);
	}
	list_remove(&a->link);
	pool_give(&b->answers, a);
}

void broker_durable_done(struct broker *b, uint64_t batch)
{
	struct list *l;

	if (batch > b->batch_durable)
		b->batch_durable = batch;
	while ((l = list_first(&b->answers_held))) {
		struct held_answer *a = LIST_ENTRY(l, struct held_answer, link);

		if (a->batch > b->batch_durable)
			break;
		release(b, a);
	}
	while ((l = list_first(&b->sessions_undurable))) {
		list_remove(l);
		broker_session_set_hungry(b, LIST_ENTRY(l, struct broker_session, link));
	}
}

void broker_durable_close_batch(struct broker *b)
{
	if (!b->is_batch_used)
		return;
	b->is_batch_used = false;
	broker_effects_add(b->effects, BROKER_PERSIST, 0)->batch = b->batch_open++;
}
