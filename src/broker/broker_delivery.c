/* broker_delivery.c - deliveries from a pool, their packet ids in one table for all sessions. */
#include "broker/broker_delivery.h"

#include "base/base_err.h"
#include "broker/broker_state.h"

#include <assert.h>

enum { DELIVERIES_PER_SLAB = 64, IDS_PER_SLAB = 64 };

#define BIT(state) (1u << (state))

static const uint8_t moves[] = {
	[OUT_QUEUED] = BIT(OUT_SENT),
	[OUT_SENT] = BIT(OUT_SENT) | BIT(OUT_RECEIVED),
	[OUT_RECEIVED] = BIT(OUT_RECEIVED), /* never PUBLISH again [MQTT-4.3.3-6] */
};

void broker_delivery_move(struct broker_delivery *d, enum broker_delivery_state state)
{
	assert(moves[d->state] & BIT(state));
	d->state = state;
}

void broker_delivery_pool_init(struct broker *b)
{
	pool_init(&b->deliveries, b->alloc, sizeof(struct broker_delivery), DELIVERIES_PER_SLAB);
	pool_init(&b->delivery_ids, b->alloc, sizeof(struct broker_delivery_id), IDS_PER_SLAB);
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

static void drop_ids(struct broker *b, struct broker_delivery *d)
{
	while (d->ids) {
		struct broker_delivery_id *id = d->ids;

		d->ids = id->next;
		pool_give(&b->delivery_ids, id);
	}
}

static void drop_number(struct broker *b, struct broker_delivery *d)
{
	if (d->packet_id)
		map_remove(&b->packet_ids, &d->by_packet_id);
	d->packet_id = 0;
}

void broker_delivery_free(struct broker *b, struct broker_delivery *d)
{
	list_remove(&d->link);
	drop_ids(b, d);
	drop_number(b, d);
	if (d->group)
		topic_group_unref(b->tree, d->group);
	broker_message_unref(d->message);
	pool_give(&b->deliveries, d);
}

static int add_id(struct broker *b, struct broker_delivery *d, uint32_t id)
{
	struct broker_delivery_id *added = pool_take(&b->delivery_ids);

	if (!added)
		return ERR_MEMORY;
	added->id = id;
	added->next = d->ids;
	d->ids = added;
	return 0;
}

int broker_delivery_merge(
	struct broker *b, struct broker_delivery *d, const struct broker_subscription *sub)
{
	const struct broker_message *m = d->message;
	uint8_t qos = b->config.upgrades_qos || sub->qos < m->qos ? sub->qos : m->qos;

	if (d->qos < qos) /* [MQTT-3.3.4-2] [MQTT-3.8.4-8] */
		d->qos = qos;
	if (sub->is_retain_as_published) /* [MQTT-3.3.1-13] */
		d->is_retained = m->is_retained;
	return sub->id ? add_id(b, d, sub->id) : 0; /* [MQTT-3.3.4-4] */
}

int broker_delivery_redirect(
	struct broker *b, struct broker_delivery *d, struct broker_subscription *sub)
{
	drop_ids(b, d);
	drop_number(b, d);
	d->session = sub->session;
	d->state = OUT_QUEUED;
	d->qos = 0;
	d->is_retained = d->is_allowed = d->is_repeated = false;
	return broker_delivery_merge(b, d, sub); /* [MQTT-4.8.2-3] */
}

struct packet_key {
	const struct broker_session *session;
	uint16_t packet_id;
};

static bool has_number(const struct map_node *n, const void *key)
{
	const struct packet_key *wanted = key;
	const struct broker_delivery *d = LIST_ENTRY(n, const struct broker_delivery, by_packet_id);

	return d->session == wanted->session && d->packet_id == wanted->packet_id;
}

struct broker_delivery *broker_delivery_find(
	const struct broker *b, const struct broker_session *s, uint16_t packet_id)
{
	struct packet_key key = {s, packet_id};
	struct map_node *n = map_find(
		&b->packet_ids, broker_pair_hash(b, s->serial, packet_id), has_number, &key);

	return n ? LIST_ENTRY(n, struct broker_delivery, by_packet_id) : NULL;
}

static uint16_t next_id(uint16_t id)
{
	return id == UINT16_MAX ? 1 : (uint16_t)(id + 1);
}

int broker_delivery_number(struct broker *b, struct broker_delivery *d)
{
	struct broker_session *s = d->session;
	uint16_t id = s->out.packet_id_last;

	while (broker_delivery_find(b, s, id = next_id(id))) /* [MQTT-2.2.1-4] */
		broker_spend(b, 1);                          /* tens of thousands may be in use */
	if (map_insert(&b->packet_ids, &d->by_packet_id, broker_pair_hash(b, s->serial, id)))
		return ERR_MEMORY;
	d->packet_id = s->out.packet_id_last = id;
	return 0;
}
