/* sim_model.c - steps, connections and bytes; when what was asked for must have been done. */
#include "sim_model.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>

struct sim_model *sim_model_new(const struct sim_rules *rules, FILE *trace)
{
	struct sim_model *m = calloc(1, sizeof *m);

	assert(m);
	m->rules = *rules;
	m->trace = trace;
	m->lives_end = &m->lives;
	m->messages_end = &m->messages;
	arena_init(&m->arena, &alloc_libc);
	return m;
}

void sim_model_free(struct sim_model *m)
{
	for (struct sim_conn *c = m->conns; c; c = c->next) {
		free(c->in.at);
		free(c->out.at);
	}
	arena_done(&m->arena);
	free(m->by_slot);
	free(m->failed);
	free(m->step_ms);
	free(m);
}

void sim_model_fail(struct sim_model *m, const struct sim_conn *c, const char *format, ...)
{
	va_list args;
	int n = 0;

	if (m->fault[0])
		return;
	n = snprintf(m->fault, sizeof m->fault, "step %u, %lld ms, connection %u (%.*s): ", m->step,
		(long long)m->now.mono, c ? conn_slot(c->id) : 0,
		c && c->peer ? (int)c->peer->id.size : 0,
		c && c->peer ? (const char *)c->peer->id.at : "");
	va_start(args, format);
	vsnprintf(m->fault + n, sizeof m->fault - (size_t)n, format, args);
	va_end(args);
	if (m->trace)
		fprintf(m->trace, "!!! %s\n", m->fault);
}

void sim_model_trace(struct sim_model *m, const struct sim_conn *c, const char *direction,
	const char *format, ...)
{
	va_list args;

	fprintf(m->trace, "%8lld %5u  %.*s.%u%s ", (long long)m->now.mono, m->step,
		c->client_id.size ? (int)c->client_id.size : 1,
		c->client_id.size ? (const char *)c->client_id.at : "?", conn_slot(c->id),
		direction);
	va_start(args, format);
	vfprintf(m->trace, format, args);
	va_end(args);
	fputc('\n', m->trace);
}

static struct sim_conn *find_conn(struct sim_model *m, conn_id id)
{
	struct sim_conn *c = conn_slot(id) < m->slots ? m->by_slot[conn_slot(id)] : NULL;

	return c && c->id == id && c->state != SIM_CLOSED ? c : NULL;
}

msec sim_model_ms(const struct sim_model *m, sim_step step)
{
	return step == SIM_NEVER ? MSEC_NEVER : m->step_ms[step];
}

void sim_model_open_window(struct sim_model *m, struct sim_conn *c, struct sim_window *w)
{
	struct sim_window **list = c ? &c->unsettled : &m->orphans;

	*w = (struct sim_window){.from = m->step, .to = SIM_NEVER, .is_sure = c != NULL};
	if (c && (c->is_hostile || c->is_broken))
		w->is_sure = false;
	w->next = *list;
	*list = w;
}

void sim_model_close_window(struct sim_model *m, struct sim_window *w)
{
	for (struct sim_window **at = &m->orphans; *at; at = &(*at)->next) {
		if (*at == w) {
			*at = w->next;
			return;
		}
	}
}

static void settle(struct sim_model *m, struct sim_window **list)
{
	struct sim_window *next;

	for (struct sim_window *w = *list; w; w = next) {
		next = w->next;
		w->next = NULL;
		if (w->to == SIM_NEVER)
			w->to = m->step;
	}
	*list = NULL;
}

/* The connection is over: what it asked for was done, or is being done, or will never be. */
static void orphan(struct sim_model *m, struct sim_conn *c, bool is_sure)
{
	struct sim_window *next;

	for (struct sim_window *w = c->unsettled; w; w = next) {
		next = w->next;
		w->is_sure = w->is_sure && is_sure;
		w->next = m->orphans;
		m->orphans = w;
	}
	c->unsettled = NULL;
}

void sim_model_begin(struct sim_model *m, struct times now)
{
	if (++m->step >= m->step_room) {
		m->step_room = 2 * m->step_room + 1024;
		m->step_ms = realloc(m->step_ms, m->step_room * sizeof *m->step_ms);
		assert(m->step_ms);
	}
	m->step_ms[m->step] = now.mono;
	m->now = now;
	for (struct sim_life *l = m->lives; l; l = l->next)
		if (!l->conn && l->end.from == SIM_NEVER && now.mono >= l->ends_from_ms)
			l->end.from = m->step;
	sim_model_wills_begin(m);
}

void sim_model_opened(struct sim_model *m, conn_id conn, bool is_hostile)
{
	struct sim_conn *c = sim_model_take(m, sizeof *c);
	size_t slot = conn_slot(conn);

	c->id = conn;
	c->version = MQTT_5;
	c->is_hostile = is_hostile;
	c->is_reading = true;
	c->packet_bytes_max = MQTT_PACKET_MAX;
	c->opened_ms = c->heard_ms = m->now.mono;
	c->asks_end = &c->asks;
	c->next = m->conns;
	m->conns = c;
	if (slot >= m->slots) {
		size_t room = 2 * slot + 16;

		m->by_slot = realloc(m->by_slot, room * sizeof(struct sim_conn *));
		assert(m->by_slot);
		while (m->slots < room)
			m->by_slot[m->slots++] = NULL;
	}
	m->by_slot[slot] = c;
}

static void append(struct sim_bytes *b, struct span s)
{
	if (b->size + s.size > b->room) {
		b->room = 2 * (b->size + s.size) + 256;
		b->at = realloc(b->at, b->room);
		assert(b->at);
	}
	if (s.size)
		memcpy(b->at + b->size, s.at, s.size);
	b->size += s.size;
}

static void drop(struct sim_bytes *b, size_t count)
{
	b->size -= count;
	if (b->size && count)
		memmove(b->at, b->at + count, b->size);
}

void sim_model_parse_in(struct sim_model *m, struct sim_conn *c)
{
	struct mqtt_frame f;
	size_t done = 0;

	while (!c->is_broken && c->state != SIM_CONNECTING && c->state != SIM_CLOSED) {
		int size = mqtt_frame_decode(span_of(c->in.at + done, c->in.size - done),
			c->version, MQTT_PACKET_MAX, &f);

		if (size == 0)
			break;
		m->packets++;
		c->heard_ms = m->now.mono;
		if (size < 0)
			c->is_broken = true;
		else if (c->state == SIM_OPENED)
			sim_model_connect(m, c, &f);
		else
			sim_model_in(m, c, &f);
		done += size > 0 ? (size_t)size : 0;
	}
	drop(&c->in, done);
}

void sim_model_received(struct sim_model *m, conn_id conn, struct span bytes)
{
	struct sim_conn *c = find_conn(m, conn);

	if (!c)
		return;
	append(&c->in, bytes);
	c->under_way += bytes.size;
	if (c->under_way >= SIM_PROGRESS_BYTES) { /* a large packet is a sign of life, too */
		c->heard_ms = m->now.mono;
		c->under_way = 0;
	}
	sim_model_parse_in(m, c);
}

void sim_model_sent(struct sim_model *m, conn_id conn, struct span head, struct span body)
{
	struct sim_conn *c = find_conn(m, conn);
	struct mqtt_frame f;
	size_t done = 0;

	if (!c) {
		sim_model_fail(m, NULL, "bytes for connection %llu, which is over",
			(unsigned long long)conn);
		return;
	}
	append(&c->out, head);
	append(&c->out, body);
	while (!m->fault[0]) {
		int size = mqtt_frame_decode(span_of(c->out.at + done, c->out.size - done),
			c->version, MQTT_PACKET_MAX, &f);

		if (size == 0)
			break;
		if (size < 0) {
			sim_model_fail(m, c, "the broker sent a malformed frame (%d)", size);
			break;
		}
		m->packets++;
		sim_model_out(m, c, &f, (size_t)size);
		done += (size_t)size;
	}
	drop(&c->out, done);
}

/* The network connection of a session is gone. */
static void leave_life(struct sim_model *m, struct sim_conn *c, bool is_unsure)
{
	struct sim_life *l = c->life;
	msec expiry_ms = c->expiry_s == UINT32_MAX ? MSEC_NEVER : (msec)c->expiry_s * 1000;

	if (!l || l->conn != c)
		return;
	l->conn = NULL;
	l->ends_from_ms = expiry_ms == MSEC_NEVER ? MSEC_NEVER : m->now.mono + expiry_ms;
	l->ends_to_ms = l->ends_from_ms;
	if (expiry_ms && l->ends_to_ms != MSEC_NEVER)
		l->ends_to_ms += m->rules.slack_ms;
	if (is_unsure)
		l->is_fuzzy = true;
	if (!expiry_ms && l->end.from == SIM_NEVER)
		l->end.from = m->step;
}

void sim_model_detach(struct sim_model *m, struct sim_conn *c, bool is_unsure)
{
	leave_life(m, c, is_unsure);
	if (c->life && c->will)
		sim_model_will_due(m, c, is_unsure);
}

/* What the client acknowledged last was perhaps never seen. */
static void doubt_flights(struct sim_conn *c)
{
	for (struct sim_flight *f = c->acked, *next; f; f = next) {
		next = f->next;
		f->next = NULL;
		f->is_maybe = true;
		if (c->life) {
			f->next = c->life->flights;
			c->life->flights = f;
		}
	}
	c->acked = NULL;
	for (struct sim_flight *f = c->life ? c->life->flights : NULL; f; f = f->next)
		if (f->received_on == c && f->received_step > c->settled_step)
			f->is_maybe = true; /* perhaps the PUBREC was not seen */
}

void sim_model_closed(struct sim_model *m, conn_id conn, bool by_broker)
{
	struct sim_conn *c = find_conn(m, conn);
	bool is_processed, is_unsure;

	if (!c) {
		if (by_broker)
			sim_model_fail(m, NULL, "a second end of connection %llu",
				(unsigned long long)conn);
		return;
	}
	if (m->trace)
		sim_model_trace(m, c, by_broker ? "<" : ">", "(closed)");
	if (by_broker && c->out.size)
		sim_model_fail(m, c, "closed in the middle of a packet");
	if (m->is_shut_down && by_broker && c->state == SIM_ONLINE && c->version == MQTT_5 &&
		!c->was_sent_off)
		sim_model_fail(m, c, "shut down without a DISCONNECT 0x8B");
	/* A goodbye that had to wait may have been overtaken by another end. */
	is_processed = by_broker && c->has_disconnected && !c->was_sent_off && !c->is_broken &&
		c->goodbye.from == m->step;
	is_unsure = c->has_disconnected && c->unsettled && !is_processed;
	orphan(m, c, is_processed);
	doubt_flights(c);
	c->state = SIM_CLOSED;
	c->closed_ms = m->now.mono;
	c->closed_step = m->step;
	sim_model_detach(m, c, is_unsure);
}

void sim_model_reads(struct sim_model *m, conn_id conn, bool is_reading)
{
	struct sim_conn *c = find_conn(m, conn);

	if (!c) {
		sim_model_fail(m, NULL, "BROKER_READ for connection %llu, which is over",
			(unsigned long long)conn);
		return;
	}
	c->is_reading = is_reading;
	c->read_ms = m->now.mono;
}

void sim_model_waits(struct sim_model *m, conn_id conn, int change)
{
	struct sim_conn *c = find_conn(m, conn);

	if (!c)
		return;
	c->waits = (unsigned)((int)c->waits + change);
	c->read_ms = m->now.mono;
}

/* A message in flight that has become too large for its receiver is not sent again: it counts as
 * delivered, and its id is free.  [MQTT-3.1.2-25] */
static void let_go(struct sim_life *l, struct span topic)
{
	for (struct sim_flight *x = l ? l->flights : NULL; x; x = x->next)
		if (!x->is_received && x->sent_on != l->conn &&
			(!x->delivery || span_equal(x->delivery->message->topic->name, topic)))
			x->is_maybe = true;
}

void sim_model_lost(
	struct sim_model *m, enum sim_loss why, struct span client_id, struct span topic)
{
	struct sim_peer *p;

	if (!client_id.size)
		return;
	p = sim_model_peer(m, client_id);
	p->losses[why]++;
	if (why == SIM_LOST_TOO_LARGE)
		let_go(p->life, topic);
}

void sim_model_alloc_failed(struct sim_model *m)
{
	if (m->failed_count == m->failed_room) {
		m->failed_room = 2 * m->failed_room + 64;
		m->failed = realloc(m->failed, m->failed_room * sizeof *m->failed);
		assert(m->failed);
	}
	m->failed[m->failed_count++] = m->step;
}

void sim_model_batch(struct sim_model *m, uint64_t batch)
{
	if (batch <= m->batch)
		sim_model_fail(m, NULL, "batch %llu follows %llu", (unsigned long long)batch,
			(unsigned long long)m->batch);
	if (m->trace)
		fprintf(m->trace, "%8lld %5u  disk< batch %llu\n", (long long)m->now.mono, m->step,
			(unsigned long long)batch);
	m->batch = batch;
}

void sim_model_persisted(struct sim_model *m, uint64_t batch)
{
	if (m->trace)
		fprintf(m->trace, "%8lld %5u  disk> batch %llu\n", (long long)m->now.mono, m->step,
			(unsigned long long)batch);
	m->persisted = batch;
}

void sim_model_shut_down(struct sim_model *m)
{
	m->is_shut_down = true;
}

/* Deadlines that every connection has.  Both ends of the time are checked: here that the broker
 * does not forget, and where it says 0x8D that it is not early. */
static void check_silence(struct sim_model *m, struct sim_conn *c)
{
	msec idle_ms = m->now.mono - (c->heard_ms > c->read_ms ? c->heard_ms : c->read_ms);

	if (c->state == SIM_OPENED && !m->rules.has_alloc_failures &&
		m->now.mono - c->opened_ms > m->rules.connect_timeout_ms + m->rules.slack_ms)
		sim_model_fail(m, c, "open without a CONNECT for too long");
	if (c->state == SIM_ONLINE && c->keepalive_s && c->is_reading && !c->waits &&
		idle_ms > (msec)c->keepalive_s * 1500 + m->rules.slack_ms)
		sim_model_fail(m, c, "silent for %lld ms with a keep alive of %u s [MQTT-3.1.2-22]",
			(long long)idle_ms, c->keepalive_s);
}

static bool is_two_faced(const struct sim_conn *c)
{
	return c->life && c->life->conn && c->life->conn != c;
}

void sim_model_end(struct sim_model *m, bool is_pending)
{
	bool is_quiet = !is_pending && m->persisted >= m->batch;

	for (struct sim_conn *c = m->conns; c; c = c->next) {
		if (c->state == SIM_CLOSED)
			continue;
		if (is_two_faced(c))
			sim_model_fail(m, c, "two connections in one session [MQTT-3.1.4-3]");
		check_silence(m, c);
		if (m->is_shut_down && !is_pending)
			sim_model_fail(m, c, "still open after the shutdown");
		if (!is_quiet || c->waits || !c->is_reading)
			continue;
		settle(m, &c->unsettled);
		c->settled_step = m->step;
		c->acked = NULL;
	}
	if (is_quiet)
		settle(m, &m->orphans);
	sim_model_wills_end(m, is_quiet);
	for (struct sim_life *l = m->lives; l; l = l->next)
		if (is_quiet && l->end.from != SIM_NEVER && l->end.to == SIM_NEVER &&
			m->now.mono >= l->ends_to_ms)
			l->end.to = m->step;
}

void sim_model_finish(struct sim_model *m)
{
	m->final = m->step;
	for (struct sim_conn *c = m->conns; c; c = c->next) {
		if (c->state != SIM_ONLINE || c->is_hostile || c->is_broken)
			continue;
		if (c->asks)
			sim_model_fail(m, c, "%s %u never came", mqtt_type_name(c->asks->answer),
				c->asks->id);
		if (c->pings)
			sim_model_fail(m, c, "PINGRESP never came");
		for (struct sim_flight *f = c->life->flights; f; f = f->next)
			if (!f->is_maybe && !c->life->is_fuzzy)
				sim_model_fail(m, c, "packet id %u was never finished", f->id);
	}
}
