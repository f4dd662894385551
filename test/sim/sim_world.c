/* sim_world.c - calls the broker, carries out its effects and tells the model of both. */
#include "sim_world.h"

#include "sim_access.h"
#include "sim_disk.h"

#include <assert.h>
#include <stdlib.h>

enum { STEPS_MAX = 200000 }; /* more is a broker that never comes to rest */

static void mix(struct sim_world *w, uint64_t value)
{
	w->digest = (w->digest ^ value) * 0x100000001b3;
	w->digest ^= w->digest >> 29;
}

static void mix_bytes(struct sim_world *w, struct span s)
{
	uint64_t word;

	mix(w, s.size);
	for (; s.size >= sizeof word; s = span_skip(s, sizeof word)) {
		memcpy(&word, s.at, sizeof word);
		mix(w, word);
	}
	for (size_t i = 0; i < s.size; i++)
		mix(w, s.at[i]);
}

static struct sim_link *find_link(struct sim_world *w, conn_id conn)
{
	list_for_each (at, &w->links) {
		struct sim_link *l = LIST_ENTRY(at, struct sim_link, link);

		if (l->conn == conn)
			return l;
	}
	return NULL;
}

static void tell_loss(struct sim_model *m, const struct broker_note *n)
{
	static const struct {
		enum broker_note_code code;
		enum sim_loss loss;
	} rows[] = {
		{BROKER_NOTE_QUEUE_FULL, SIM_LOST_QUEUE_FULL},
		{BROKER_NOTE_OUTPUT_FULL, SIM_LOST_OUTPUT_FULL},
		{BROKER_NOTE_TOO_LARGE, SIM_LOST_TOO_LARGE},
		{BROKER_NOTE_EXPIRED, SIM_LOST_EXPIRED},
		{BROKER_NOTE_RETAIN_FULL, SIM_LOST_RETAIN_FULL},
		{BROKER_NOTE_SHARE_LOST, SIM_LOST_SHARE},
		{BROKER_NOTE_NO_MEMORY, SIM_LOST_MEMORY},
	};

	if (m->trace)
		fprintf(m->trace, "%8lld %5u  note %s %.*s %.*s reason=%u number=%lld\n",
			(long long)m->now.mono, m->step, broker_note_row(n->code)->name,
			(int)n->client_id.size, (const char *)n->client_id.at, (int)n->topic.size,
			(const char *)n->topic.at, n->reason, (long long)n->number);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].code == n->code)
			sim_model_lost(m, rows[i].loss, n->client_id, n->topic);
}

static void carry_out(struct sim_world *w, const struct broker_effect *e)
{
	struct sim_link *l = e->conn ? find_link(w, e->conn) : NULL;

	switch (e->type) {
	case BROKER_SEND:
		if (w->model)
			sim_model_sent(w->model, e->conn, e->send.head, e->send.body);
		mix_bytes(w, e->send.head);
		mix_bytes(w, e->send.body);
		if (l)
			sim_link_take(l, e->send.head, e->send.body, e->send.owner);
		break;
	case BROKER_CLOSE:
		if (w->model)
			sim_model_closed(w->model, e->conn, true);
		if (l)
			sim_link_end(l, e->close.is_graceful);
		break;
	case BROKER_READ:
		if (w->model)
			sim_model_reads(w->model, e->conn, e->is_reading);
		if (l)
			sim_link_read(l, e->is_reading);
		break;
	case BROKER_PERSIST:
		if (w->model)
			sim_model_batch(w->model, e->batch);
		sim_disk_write(w->disk, e->batch);
		break;
	case BROKER_NOTE:
		mix(w, e->note.code);
		if (w->model)
			tell_loss(w->model, &e->note);
		break;
	}
	mix(w, e->type);
	mix(w, e->conn);
}

static void tell_event(struct sim_world *w, const struct broker_event *e)
{
	if (e->type == BROKER_OPENED)
		sim_model_opened(w->model, e->conn, w->is_opening_hostile);
	else if (e->type == BROKER_RECEIVED)
		sim_model_received(w->model, e->conn, e->bytes);
	else if (e->type == BROKER_CLOSED)
		sim_model_closed(w->model, e->conn, false);
	else if (e->type == BROKER_PERSISTED)
		sim_model_persisted(w->model, e->batch);
	else if (e->type == BROKER_SHUTDOWN)
		sim_model_shut_down(w->model);
}

static void set_wake(struct sim_world *w)
{
	msec delay = 1;

	heap_remove(&w->heap, &w->wake.node);
	if (!w->effects.is_pending) {
		if (w->effects.wake_ms == MSEC_NEVER)
			return;
		delay = w->effects.wake_ms > w->now.mono ? w->effects.wake_ms - w->now.mono : 0;
		if (sim_happens(&w->prng, w->faults.timer_late))
			delay += (msec)prng_below(&w->prng, 300);
	}
	sim_world_after(w, &w->wake, delay);
}

void sim_world_step(struct sim_world *w, struct broker_event *event)
{
	uint64_t failures = w->alloc.failures;

	if (w->is_stopped)
		return;
	event->now = w->now;
	if (w->model) {
		sim_model_begin(w->model, w->now);
		tell_event(w, event);
	}
	broker_step(w->broker, event, &w->effects);
	if (w->model && w->alloc.failures != failures)
		sim_model_alloc_failed(w->model);
	mix(w, event->type);
	mix(w, event->conn);
	for (size_t i = 0; i < w->effects.count; i++)
		carry_out(w, &w->effects.list[i]);
	if (w->model)
		sim_model_end(w->model, w->effects.is_pending);
	set_wake(w);
	broker_effects_reset(&w->effects);
	if (++w->steps > STEPS_MAX && w->model)
		sim_model_fail(w->model, NULL, "the broker never comes to rest");
	w->is_stopped = w->steps > STEPS_MAX || (w->model && w->model->fault[0]);
}

void sim_world_after(struct sim_world *w, struct sim_timer *t, msec delay)
{
	int err = heap_reserve(&w->heap, w->heap.count + 1);

	assert(err == 0);
	(void)err;
	heap_set(&w->heap, &t->node, w->now.mono + delay);
}

void sim_world_opened(struct sim_world *w, struct sim_link *l, bool is_hostile)
{
	uint32_t slot = 1 + (uint32_t)prng_below(&w->prng, 63);
	uint32_t tries = 0;

	w->is_opening_hostile = is_hostile;
	for (;; slot = 1 + slot % 63) { /* a slot whose last connection is over */
		struct sim_link *older = find_link(w, (conn_id)w->slot_uses[slot] << 32 | slot);

		assert(tries++ < 64);
		if (!older || older->is_broker_done)
			break;
	}
	l->conn = (conn_id)++w->slot_uses[slot] << 32 | slot;
	list_append(&w->links, &l->link);
}

void sim_world_pass(struct sim_world *w, msec until)
{
	struct heap_node *n;

	while (!w->is_stopped && (n = heap_first(&w->heap)) != NULL && n->due <= until) {
		struct sim_timer *t = LIST_ENTRY(n, struct sim_timer, node);

		heap_remove(&w->heap, n);
		w->now.wall += n->due - w->now.mono;
		w->now.mono = n->due;
		t->fire(t->owner);
	}
	if (!w->is_stopped && until > w->now.mono) {
		w->now.wall += until - w->now.mono;
		w->now.mono = until;
	}
}
