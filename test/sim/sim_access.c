/* sim_access.c - the world's denials, and answers that take their time. */
#include "sim_access.h"

#include "sim_world.h"

#include <assert.h>
#include <stdlib.h>

struct question {
	struct list link;
	struct sim_access *access;
	struct sim_timer timer;
	conn_id conn;
	uint64_t ticket;
	struct broker_answer answer;
};

struct sim_access {
	struct sim_world *world;
	struct list questions;
};

static struct broker_answer decide(const struct sim_world *w, const struct broker_question *q)
{
	struct broker_answer a = {.verdict = BROKER_YES};

	if (q->type == BROKER_ASK_AUTH || q->auth_method.size)
		return (struct broker_answer){
			.verdict = BROKER_NO, .reason = MQTT_BAD_AUTHENTICATION_METHOD};
	if (!w->faults.has_denials)
		return a;
	if ((q->type == BROKER_ASK_PUBLISH && sim_denies_publish(q->topic)) ||
		(q->type == BROKER_ASK_SUBSCRIBE && sim_denies_subscribe(q->topic)) ||
		(q->type == BROKER_ASK_DELIVER && sim_denies_delivery(q->topic, q->client_id)))
		a.verdict = BROKER_NO;
	return a;
}

static void answer(void *owner)
{
	struct question *q = owner;
	struct sim_world *w = q->access->world;
	struct broker_event e = {.type = BROKER_ANSWERED, .conn = q->conn};

	e.answered.ticket = q->ticket;
	e.answered.answer = q->answer;
	if (w->model)
		sim_model_waits(w->model, q->conn, -1);
	list_remove(&q->link);
	free(q);
	sim_world_step(w, &e);
}

static struct broker_answer ask(void *context, const struct broker_question *asked)
{
	struct sim_access *a = context;
	struct sim_world *w = a->world;
	struct broker_answer decision = decide(w, asked);
	struct question *q;

	if (asked->type == BROKER_ASK_DELIVER || asked->ticket == 0 ||
		!sim_happens(&w->prng, w->faults.access_later))
		return decision;
	q = calloc(1, sizeof *q);
	assert(q);
	*q = (struct question){.access = a,
		.conn = asked->conn,
		.ticket = asked->ticket,
		.answer = decision,
		.timer = {.fire = answer, .owner = q}};
	list_append(&a->questions, &q->link);
	sim_world_after(w, &q->timer, (msec)prng_below(&w->prng, 300));
	if (w->model)
		sim_model_waits(w->model, asked->conn, 1);
	return (struct broker_answer){.verdict = BROKER_LATER};
}

struct sim_access *sim_access_new(struct sim_world *w)
{
	struct sim_access *a = calloc(1, sizeof *a);

	assert(a);
	a->world = w;
	list_init(&a->questions);
	return a;
}

void sim_access_free(struct sim_access *a)
{
	while (!list_is_empty(&a->questions)) {
		struct question *q = LIST_ENTRY(a->questions.next, struct question, link);

		heap_remove(&a->world->heap, &q->timer.node);
		list_remove(&q->link);
		free(q);
	}
	free(a);
}

struct broker_access sim_access_asked(struct sim_access *a)
{
	return (struct broker_access){.ask = ask, .context = a};
}
