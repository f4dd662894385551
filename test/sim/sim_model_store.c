/* sim_model_store.c - the records of the model and how they are found. */
#include "sim_model.h"

void *sim_model_take(struct sim_model *m, size_t size)
{
	void *at = arena_take(&m->arena, size);

	memset(at, 0, size);
	return at;
}

struct span sim_model_copy(struct sim_model *m, struct span s)
{
	return s.size ? arena_copy(&m->arena, s) : span_of(NULL, 0);
}

struct sim_peer *sim_model_peer(struct sim_model *m, struct span id)
{
	struct sim_peer *p;

	for (p = m->peers; p; p = p->next)
		if (span_equal(p->id, id))
			return p;
	p = sim_model_take(m, sizeof *p);
	p->id = sim_model_copy(m, id);
	p->next = m->peers;
	m->peers = p;
	return p;
}

struct sim_topic *sim_model_topic(struct sim_model *m, struct span name)
{
	struct sim_topic *t;

	for (t = m->topics; t; t = t->next)
		if (span_equal(t->name, name))
			return t;
	t = sim_model_take(m, sizeof *t);
	t->name = sim_model_copy(m, name);
	t->sets_end = &t->sets;
	t->next = m->topics;
	m->topics = t;
	return t;
}

static uint32_t hash_of(struct span topic, struct span payload)
{
	uint32_t hash = 2166136261;

	for (size_t i = 0; i < topic.size; i++)
		hash = (hash ^ topic.at[i]) * 16777619;
	for (size_t i = 0; i < payload.size && i < 24; i++)
		hash = (hash ^ payload.at[i]) * 16777619;
	return hash;
}

struct sim_message *sim_model_find(struct sim_model *m, struct span topic, struct span payload)
{
	uint32_t hash = hash_of(topic, payload);

	for (struct sim_message *x = m->buckets[hash % SIM_BUCKETS]; x; x = x->chain_next)
		if (x->hash == hash && span_equal(x->topic->name, topic) &&
			span_equal(x->payload, payload))
			return x;
	return NULL;
}

void sim_model_add_message(struct sim_model *m, struct sim_message *msg)
{
	struct sim_message *first = sim_model_find(m, msg->topic->name, msg->payload);

	msg->number = ++m->message_count;
	msg->hash = hash_of(msg->topic->name, msg->payload);
	*m->messages_end = msg;
	m->messages_end = &msg->next;
	msg->first = first ? first : msg;
	if (first) {
		msg->same = first->same;
		first->same = msg;
	} else {
		msg->chain_next = m->buckets[msg->hash % SIM_BUCKETS];
		m->buckets[msg->hash % SIM_BUCKETS] = msg;
	}
	if (msg->is_retained) {
		*msg->topic->sets_end = msg;
		msg->topic->sets_end = &msg->set_next;
	}
}
