/* broker_inflow.c - ids in one table for all sessions, under (session, packet id). */
#include "broker/broker_inflow.h"

#include "base/base_err.h"
#include "broker/broker_state.h"

enum { INCOMING_PER_SLAB = 64 };

struct incoming_id {
	struct list link; /* among the session's */
	struct map_node by_id;
	uint64_t session;
	conn_id conn; /* on which it came */
	uint16_t packet_id;
};

void broker_inflow_init(struct broker_inflow *in)
{
	list_init(&in->ids);
}

static bool is_id(const struct map_node *n, const void *key)
{
	const struct incoming_id *wanted = key;
	const struct incoming_id *at = LIST_ENTRY(n, const struct incoming_id, by_id);

	return at->session == wanted->session && at->packet_id == wanted->packet_id;
}

static struct incoming_id *find(
	const struct broker *b, const struct broker_session *s, uint16_t packet_id)
{
	struct incoming_id wanted = {.session = s->serial, .packet_id = packet_id};
	struct map_node *n = map_find(
		&b->incoming_ids, broker_pair_hash(b, s->serial, packet_id), is_id, &wanted);

	return n ? LIST_ENTRY(n, struct incoming_id, by_id) : NULL;
}

bool broker_inflow_has(const struct broker *b, const struct broker_session *s, uint16_t packet_id)
{
	return !list_is_empty(&s->in.ids) && find(b, s, packet_id);
}

int broker_inflow_add(struct broker *b, struct broker_conn *c, uint16_t packet_id)
{
	struct broker_session *s = c->session;
	struct incoming_id *id = pool_take(&b->incoming);

	if (!id)
		return ERR_MEMORY;
	id->session = s->serial;
	id->conn = c->id;
	id->packet_id = packet_id;
	if (map_insert(&b->incoming_ids, &id->by_id, broker_pair_hash(b, s->serial, packet_id))) {
		pool_give(&b->incoming, id);
		return ERR_MEMORY;
	}
	list_append(&s->in.ids, &id->link);
	c->ids_taken++;
	return 0;
}

static void drop(struct broker *b, struct incoming_id *id)
{
	struct broker_conn *c = broker_conn_find(b, id->conn);

	if (c)
		c->ids_taken--;
	map_remove(&b->incoming_ids, &id->by_id);
	list_remove(&id->link);
	pool_give(&b->incoming, id);
}

bool broker_inflow_remove(struct broker *b, struct broker_session *s, uint16_t packet_id)
{
	struct incoming_id *id = list_is_empty(&s->in.ids) ? NULL : find(b, s, packet_id);

	if (id)
		drop(b, id);
	return id != NULL;
}

bool broker_inflow_drop_one(struct broker *b, struct broker_session *s)
{
	struct list *l = list_first(&s->in.ids);

	if (l)
		drop(b, LIST_ENTRY(l, struct incoming_id, link));
	return l != NULL;
}

void broker_inflow_pool_init(struct broker *b)
{
	pool_init(&b->incoming, b->alloc, sizeof(struct incoming_id), INCOMING_PER_SLAB);
}
