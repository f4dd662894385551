/* broker_outflow.c - queues, and what leaves them. */
#include "broker/broker_outflow.h"

#include "base/base_err.h"
#include "broker/broker_input.h"
#include "broker/broker_send.h"
#include "broker/broker_state.h"

enum { DELIVERIES_PER_SLAB = 64, IDS_PER_SLAB = 64 };

void broker_outflow_pool_init(struct broker *b)
{
	pool_init(&b->deliveries, b->alloc, sizeof(struct broker_delivery), DELIVERIES_PER_SLAB);
	pool_init(&b->delivery_ids, b->alloc, sizeof(struct broker_delivery_id), IDS_PER_SLAB);
}

void broker_outflow_init(struct broker_outflow *o)
{
	*o = (struct broker_outflow){0};
	list_init(&o->queued_qos0);
	list_init(&o->queued);
	list_init(&o->inflight);
}

struct broker_delivery *broker_delivery_new(
	struct broker *b, struct broker_session *s, struct broker_message *m)
{
	struct broker_delivery *d = pool_take(&b->deliveries);

	if (!d)
		return NULL;
	list_init(&d->link);
	d->session = s;
	d->message = broker_message_ref(m);
	return d;
}

int broker_delivery_add_id(struct broker *b, struct broker_delivery *d, uint32_t id)
{
	struct broker_delivery_id *added = pool_take(&b->delivery_ids);

	if (!added)
		return ERR_MEMORY;
	added->id = id;
	added->next = d->ids;
	d->ids = added;
	return 0;
}

void broker_delivery_free(struct broker *b, struct broker_delivery *d)
{
	list_remove(&d->link);
	while (d->ids) {
		struct broker_delivery_id *id = d->ids;

		d->ids = id->next;
		pool_give(&b->delivery_ids, id);
	}
	if (d->group)
		topic_group_unref(b->tree, d->group);
	broker_message_unref(d->message);
	pool_give(&b->deliveries, d);
}

bool broker_outflow_has_room(const struct broker *b, const struct broker_session *s)
{
	return s->state == SESSION_ONLINE && !broker_conn_is_congested(b, s->conn);
}

void broker_outflow_offer(struct broker *b, struct broker_session *s, struct broker_delivery *d)
{
	if (s->state == SESSION_ONLINE && !broker_conn_is_congested(b, s->conn))
		broker_send_publish(b, s->conn, d);
	broker_delivery_free(b, d);
}

void broker_outflow_drain(struct broker *b, struct broker_session *s)
{
	(void)b;
	(void)s;
}

void broker_outflow_rewind(struct broker *b, struct broker_session *s)
{
	(void)b;
	(void)s;
}

bool broker_outflow_drop_one(struct broker *b, struct broker_session *s)
{
	(void)b;
	(void)s;
	return false;
}

void broker_outflow_answered(struct broker *b, struct broker_session *s, uint64_t ticket,
	const struct broker_answer *answer)
{
	(void)b;
	(void)s;
	(void)ticket;
	(void)answer;
}

bool broker_ack_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f)
{
	(void)f;
	broker_conn_fault(b, c, MQTT_PROTOCOL_ERROR, "nothing to acknowledge");
	return true;
}
