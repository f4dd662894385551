#include "trace_world.h"

#include "base/base_err.h"

#include <stdlib.h>

enum {
	START_MS = 5000,   /* of the monotonic clock: moments before the trace exist */
	ROUNDS_MAX = 10000 /* at one moment: a broker that asks for more goes round in circles */
};

static void *resize(void *context, void *old, size_t old_size, size_t new_size)
{
	struct trace_world *w = context;
	void *memory = NULL;

	if (new_size) {
		memory = realloc(old, new_size);
		if (!memory)
			abort();
	} else {
		free(old);
	}
	w->bytes_allocated = w->bytes_allocated - old_size + new_size;
	return memory;
}

static void bytes_add(struct trace_bytes *b, struct span more)
{
	if (b->size + more.size > b->room) {
		b->room = 2 * (b->size + more.size);
		b->at = realloc(b->at, b->room);
		if (!b->at)
			abort();
	}
	if (more.size)
		memcpy(b->at + b->size, more.at, more.size);
	b->size += more.size;
}

void trace_bytes_take(struct trace_bytes *b, size_t count)
{
	b->size -= count;
	if (b->size)
		memmove(b->at, b->at + count, b->size);
}

static struct broker_answer ask(void *context, const struct broker_question *q)
{
	struct trace_world *w = context;
	bool is_login = q->type == BROKER_ASK_LOGIN;
	struct broker_answer answer = broker_access_everyone.ask(broker_access_everyone.context, q);

	for (size_t i = 0; i < w->rules_count; i++) {
		const struct trace_access_rule *r = &w->rules[i];
		struct span subject = is_login ? q->client_id : q->topic;

		if (r->type == q->type && (!r->has_pattern || span_equal(r->pattern, subject)))
			answer = r->answer;
	}
	if (answer.verdict == BROKER_LATER && w->questions_count < TRACE_LIST_MAX)
		w->questions[w->questions_count++] = (struct trace_question){q->conn, q->ticket};
	return answer;
}

void trace_world_init(struct trace_world *w)
{
	*w = (struct trace_world){
		.alloc = {resize, w},
		.start = {START_MS, 1700000000000},
	};
	w->now = w->start;
	broker_config_init(&w->config);
	w->config.sys_interval_s = 0; /* traces that want $SYS say so */
	w->config.access = (struct broker_access){.ask = ask, .context = w};
	broker_effects_init(&w->effects, &w->alloc);
}

bool trace_world_done(struct trace_world *w)
{
	broker_free(w->broker);
	broker_effects_done(&w->effects);
	for (size_t i = 0; i < TRACE_PEERS; i++) {
		free(w->peers[i].held.at);
		free(w->peers[i].got.at);
	}
	return w->bytes_allocated == 0;
}

static struct trace_peer *peer_of(struct trace_world *w, conn_id id)
{
	uint32_t slot = conn_slot(id);
	struct trace_peer *p = slot >= 1 && slot <= TRACE_PEERS ? &w->peers[slot - 1] : NULL;

	if (p && p->id == id && p->is_open)
		return p;
	w->fault = "an effect for a connection that is not open";
	return NULL;
}

static void effect_send(struct trace_peer *p, const struct broker_effect *e)
{
	bytes_add(&p->got, e->send.head);
	bytes_add(&p->got, e->send.body);
	p->unwritten += e->send.head.size + e->send.body.size;
}

static void effect(struct trace_world *w, const struct broker_effect *e)
{
	struct trace_peer *p;

	switch (e->type) {
	case BROKER_SEND:
		if ((p = peer_of(w, e->conn)))
			effect_send(p, e);
		return;
	case BROKER_CLOSE:
		p = peer_of(w, e->conn);
		if (!p)
			return;
		p->is_open = false;
		p->is_close_due = true;
		p->is_close_graceful = e->close.is_graceful;
		p->held.size = 0;
		return;
	case BROKER_READ:
		if ((p = peer_of(w, e->conn)))
			p->is_read = e->is_reading;
		return;
	case BROKER_PERSIST:
		if (w->batches_count < TRACE_LIST_MAX)
			w->batches[w->batches_count++] = e->batch;
		return;
	case BROKER_NOTE:
		if (w->notes_count < TRACE_LIST_MAX)
			w->notes[w->notes_count++] = e->note.code;
		return;
	}
}

static void step(struct trace_world *w, struct broker_event event)
{
	event.now = w->now;
	if (!w->broker) {
		struct hash_key seed = {1, 2};
		w->broker = broker_new(&w->alloc, &w->config, &seed, w->now);
	}
	broker_effects_reset(&w->effects);
	broker_step(w->broker, &event, &w->effects);
	for (size_t i = 0; i < w->effects.count; i++)
		effect(w, &w->effects.list[i]);
}

/* Gives the broker what the peer sent, if it wants it. */
static bool read_held(struct trace_world *w, struct trace_peer *p)
{
	struct span bytes = span_of(p->held.at, p->held.size);

	if (bytes.size == 0 || !p->is_read)
		return false;
	p->held.size = 0;
	step(w, (struct broker_event){.type = BROKER_RECEIVED, .conn = p->id, .bytes = bytes});
	return true;
}

/* One thing that a driver would do now.  False: nothing is left. */
static bool settle_one(struct trace_world *w)
{
	for (size_t i = 0; i < TRACE_PEERS; i++) {
		struct trace_peer *p = &w->peers[i];

		if (!p->is_open)
			continue;
		if (p->unwritten && !p->is_stalled) {
			size_t count = p->unwritten;

			p->unwritten = 0;
			step(w,
				(struct broker_event){
					.type = BROKER_WRITTEN, .conn = p->id, .count = count});
			return true;
		}
		if (read_held(w, p))
			return true;
	}
	if (!w->effects.is_pending && w->effects.wake_ms > w->now.mono)
		return false;
	step(w, (struct broker_event){.type = BROKER_TIME});
	return true;
}

void trace_world_settle(struct trace_world *w)
{
	int rounds = 0;

	while (!w->fault && w->broker && settle_one(w))
		if (++rounds == ROUNDS_MAX)
			w->fault = "it asks to be called again and again";
}

msec trace_world_wake_ms(const struct trace_world *w)
{
	if (!w->broker || w->effects.wake_ms == MSEC_NEVER)
		return MSEC_NEVER;
	return w->effects.wake_ms - w->start.mono;
}

void trace_world_advance(struct trace_world *w, msec at)
{
	w->now.mono = w->start.mono + at;
	w->now.wall = w->start.wall + at;
	trace_world_settle(w);
}

void trace_world_event(struct trace_world *w, const struct broker_event *event)
{
	step(w, *event);
}

void trace_world_open(struct trace_world *w, struct trace_peer *p)
{
	p->id = (conn_id)++p->uses << 32 | (conn_id)(p - w->peers + 1);
	p->is_open = p->is_read = true;
	p->is_stalled = false;
	p->unwritten = p->held.size = 0;
	trace_world_event(w, &(struct broker_event){.type = BROKER_OPENED, .conn = p->id});
}

void trace_world_receive(struct trace_world *w, struct trace_peer *p, struct span bytes)
{
	bytes_add(&p->held, bytes);
	read_held(w, p);
}

void trace_world_cut(struct trace_world *w, struct trace_peer *p)
{
	p->is_open = false;
	trace_world_event(w, &(struct broker_event){.type = BROKER_CLOSED, .conn = p->id});
}

void trace_world_read(struct trace_world *w, struct trace_peer *p, size_t count)
{
	p->is_stalled = count != SIZE_MAX;
	if (p->is_stalled) {
		count = count < p->unwritten ? count : p->unwritten;
		p->unwritten -= count;
		trace_world_event(w,
			&(struct broker_event){
				.type = BROKER_WRITTEN, .conn = p->id, .count = count});
	}
}
