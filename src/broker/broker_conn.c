/* broker_conn.c - the life of a connection: opening, answering, ending.
 *
 * Ends in one place, conn_over(): whatever goes wrong, the session is detached, the driver is told
 * and the memory waits in conns_over for the end of the step. */
#include "broker/broker_conn.h"

#include "base/base_err.h"
#include "broker/broker_connect.h"
#include "broker/broker_input.h"
#include "broker/broker_state.h"
#include "mqtt/mqtt_disconnect.h"

#include <assert.h>
#include <string.h>

enum { SLOTS_FIRST = 64, CONNS_PER_SLAB = 64, DISCONNECT_BYTES_MAX = 512 };

static_assert(sizeof(struct broker_conn) <= 168, "a hundred thousand of them are idle");

void broker_conn_pool_init(struct broker *b)
{
	pool_init(&b->conn_pool, b->alloc, sizeof(struct broker_conn), CONNS_PER_SLAB);
}

static int make_slot(struct broker *b, uint32_t slot)
{
	uint32_t room = b->conns_room ? b->conns_room : SLOTS_FIRST;
	struct broker_conn **conns;

	if (slot < b->conns_room)
		return 0;
	while (room <= slot)
		room *= 2;
	conns = alloc_resize(
		b->alloc, b->conns, b->conns_room * sizeof(*conns), room * sizeof(*conns));
	if (!conns)
		return ERR_MEMORY;
	memset(conns + b->conns_room, 0, (room - b->conns_room) * sizeof(*conns));
	b->conns = conns;
	b->conns_room = room;
	return 0;
}

int broker_conn_open(struct broker *b, conn_id id)
{
	uint32_t slot = conn_slot(id);
	struct broker_conn *c;

	if (b->stats.connections_now >= b->config.connections_max || slot >= UINT32_MAX / 2)
		return ERR_LIMIT;
	if (make_slot(b, slot) || heap_reserve(&b->conn_timers, b->conn_timers.count + 1))
		return ERR_MEMORY;
	assert(!b->conns[slot] && "a slot is used again only when its connection is over");
	c = pool_take(&b->conn_pool);
	if (!c)
		return ERR_MEMORY;
	c->id = id;
	c->version = MQTT_5;
	c->is_reading = true;
	c->packet_bytes_max = MQTT_PACKET_MAX;
	c->last_received_ms = b->now.mono;
	list_init(&c->link);
	b->conns[slot] = c;
	b->stats.connections_now++;
	b->stats.connections_opened++;
	broker_conn_set_timer(b, c);
	return 0;
}

struct broker_conn *broker_conn_find(const struct broker *b, conn_id id)
{
	uint32_t slot = conn_slot(id);
	struct broker_conn *c = slot < b->conns_room ? b->conns[slot] : NULL;

	return c && c->id == id && c->state != CONN_OVER ? c : NULL;
}

/* The keep alive is looked at when it could have passed at the earliest, not at each packet. */
void broker_conn_set_timer(struct broker *b, struct broker_conn *c)
{
	if (c->state != CONN_ONLINE)
		heap_set(&b->conn_timers, &c->timer,
			c->last_received_ms + b->config.connect_timeout_ms);
	else if (c->keepalive_s)
		heap_set(&b->conn_timers, &c->timer,
			c->last_received_ms + (msec)c->keepalive_s * 1500);
	else
		heap_remove(&b->conn_timers, &c->timer);
}

void broker_conn_timer(struct broker *b, struct heap_node *timer)
{
	struct broker_conn *c = LIST_ENTRY(timer, struct broker_conn, timer);

	if (c->state != CONN_ONLINE) {
		broker_tell(b, BROKER_NOTE_CONNECT_TIMEOUT, c, NULL);
		broker_conn_end(b, c, MQTT_SUCCESS, NULL);
	} else if (c->blocked & ~(unsigned)BLOCK_OUTPUT) {
		c->last_received_ms = b->now.mono; /* it may have spoken: we do not read it */
		broker_conn_set_timer(b, c);
	} else if (c->last_received_ms + (msec)c->keepalive_s * 1500 > b->now.mono) {
		broker_conn_set_timer(b, c);
	} else { /* [MQTT-3.1.2-22] */
		broker_tell(b, BROKER_NOTE_KEEPALIVE_TIMEOUT, c,
			&(struct broker_note){.number = c->keepalive_s});
		broker_conn_end(b, c, MQTT_KEEP_ALIVE_TIMEOUT, NULL);
	}
}

struct writer broker_conn_packet(struct broker *b, size_t bytes_max)
{
	return writer_of(arena_take(&b->effects->arena, bytes_max), bytes_max);
}

void broker_conn_send(struct broker *b, struct broker_conn *c, const struct writer *head,
	struct broker_message *body)
{
	struct broker_effect *e;
	size_t size;

	assert(!head->is_full && "the head of a packet has a known bound");
	if (c->state == CONN_OVER)
		return;
	e = broker_effects_add(b->effects, BROKER_SEND, c->id);
	e->send.head = writer_span(head);
	if (body) {
		e->send.body = body->payload;
		e->send.owner = &broker_message_ref(body)->shared; /* until the reset */
	}
	size = e->send.head.size + e->send.body.size;
	c->owed_bytes += size;
	b->stats.packets_sent++;
	b->stats.bytes_sent += size;
}

bool broker_conn_is_congested(const struct broker *b, const struct broker_conn *c)
{
	return c->owed_bytes >= b->config.output_bytes_max;
}

void broker_conn_block(struct broker *b, struct broker_conn *c, unsigned why)
{
	c->blocked |= why;
	if (why & BLOCK_WORK && list_is_empty(&c->link))
		list_append(&b->conns_ready, &c->link);
	if (c->is_reading) {
		c->is_reading = false;
		broker_effects_add(b->effects, BROKER_READ, c->id)->is_reading = false;
	}
}

void broker_conn_unblock(struct broker *b, struct broker_conn *c, unsigned why)
{
	c->blocked &= ~why;
	if (c->blocked == 0) /* resuming is work, too: it waits for its turn */
		broker_conn_block(b, c, BLOCK_WORK);
}

void broker_conn_written(struct broker *b, struct broker_conn *c, size_t count)
{
	bool was_congested = broker_conn_is_congested(b, c);

	assert(count <= c->owed_bytes);
	c->owed_bytes -= count;
	if (c->blocked & BLOCK_OUTPUT) /* it reads, if slowly */
		c->last_received_ms = b->now.mono;
	if (!was_congested || broker_conn_is_congested(b, c))
		return;
	if (c->blocked & BLOCK_OUTPUT)
		broker_conn_unblock(b, c, BLOCK_OUTPUT);
	if (c->session)
		broker_session_set_hungry(b, c->session);
}

struct broker_answer broker_conn_ask(
	struct broker *b, struct broker_conn *c, struct broker_question *q)
{
	struct broker_pending *p = c->pending;
	struct broker_answer answer;

	if (p && p->is_answered) {
		p->is_answered = false;
		p->ticket = 0;
		return p->answer;
	}
	if (b->config.access.granted & 1u << q->type)
		return (struct broker_answer){.verdict = BROKER_YES};
	q->conn = c->id;
	q->ticket = ++b->ticket_last;
	answer = b->config.access.ask(b->config.access.context, q);
	if (answer.verdict != BROKER_LATER)
		return answer;
	p = broker_conn_remember(b, c, 0);
	if (p) {
		p->ticket = q->ticket;
		broker_conn_block(b, c, BLOCK_ACCESS);
	} else {
		broker_conn_starve(b, c);
	}
	return answer;
}

struct broker_pending *broker_conn_remember(
	struct broker *b, struct broker_conn *c, size_t filters_count)
{
	if (c->pending)
		return c->pending;
	c->pending = alloc_try(b->alloc, sizeof *c->pending + filters_count);
	if (c->pending)
		c->pending->filters_count = filters_count;
	return c->pending;
}

void broker_conn_next_packet(struct broker *b, struct broker_conn *c)
{
	struct broker_pending *p = c->pending;

	c->is_let_in = false;
	if (!p)
		return;
	alloc_free(b->alloc, p->auth_data, p->auth_data_bytes);
	alloc_free(b->alloc, p, sizeof *p + p->filters_count);
	c->pending = NULL;
}

static void conn_free(struct broker *b, struct broker_conn *c)
{
	broker_input_free(b, c);
	broker_auth_free(b, c);
	broker_alias_in_done(&c->alias_in, b->alloc);
	broker_alias_out_done(&c->alias_out, b->alloc);
	broker_conn_next_packet(b, c);
	pool_give(&b->conn_pool, c);
}

void broker_conn_reap(struct broker *b)
{
	struct list *l;

	while ((l = list_first(&b->conns_over))) {
		list_remove(l);
		conn_free(b, LIST_ENTRY(l, struct broker_conn, link));
	}
}

static void conn_over(struct broker *b, struct broker_conn *c, bool is_will_due)
{
	struct broker_session *s = c->session;

	c->state = CONN_OVER;
	c->blocked = 0;
	list_remove(&c->link);
	heap_remove(&b->conn_timers, &c->timer);
	b->conns[conn_slot(c->id)] = NULL;
	b->stats.connections_now--;
	list_append(&b->conns_over, &c->link);
	c->session = NULL;
	if (s)
		broker_session_detach(b, s, is_will_due);
}

static void send_disconnect(
	struct broker *b, struct broker_conn *c, enum mqtt_reason reason, const char *text)
{
	struct mqtt_disconnect p = {.reason = (uint8_t)reason};
	struct writer w = broker_conn_packet(b, DISCONNECT_BYTES_MAX);

	mqtt_props_init(&p.props);
	if (text && c->wants_problem_information) {
		p.props.present = MQTT_PROPERTY_BIT(MQTT_REASON_STRING);
		p.props.reason_string = span_of_text(text);
	}
	mqtt_disconnect_encode(&w, MQTT_DISCONNECT, MQTT_5, &p);
	if (writer_span(&w).size > c->packet_bytes_max) { /* [MQTT-3.14.2-3] */
		p.props.present = 0;
		w = broker_conn_packet(b, DISCONNECT_BYTES_MAX);
		mqtt_disconnect_encode(&w, MQTT_DISCONNECT, MQTT_5, &p);
	}
	if (writer_span(&w).size <= c->packet_bytes_max)
		broker_conn_send(b, c, &w, NULL);
}

void broker_conn_end(
	struct broker *b, struct broker_conn *c, enum mqtt_reason reason, const char *text)
{
	if (c->state == CONN_OVER)
		return;
	/* [MQTT-3.14.0-1]: no DISCONNECT before a CONNACK. */
	if (c->state == CONN_ONLINE && c->version == MQTT_5 && reason >= MQTT_UNSPECIFIED_ERROR)
		send_disconnect(b, c, reason, text);
	broker_effects_add(b->effects, BROKER_CLOSE, c->id)->close.is_graceful = true;
	conn_over(b, c, reason != MQTT_SUCCESS);
}

void broker_conn_fault(
	struct broker *b, struct broker_conn *c, enum mqtt_reason reason, const char *text)
{
	if (c->state == CONN_OVER)
		return;
	broker_tell(b, BROKER_NOTE_FAULT, c,
		&(struct broker_note){.reason = reason, .topic = span_of_text(text)});
	broker_conn_end(b, c, reason, text);
}

void broker_conn_starve(struct broker *b, struct broker_conn *c)
{
	b->stats.alloc_failures++;
	broker_tell(b, BROKER_NOTE_NO_MEMORY, c, NULL);
	broker_conn_end(b, c, MQTT_QUOTA_EXCEEDED, NULL);
}

void broker_conn_lost(struct broker *b, struct broker_conn *c)
{
	broker_tell(b, BROKER_NOTE_CLOSED, c, NULL);
	conn_over(b, c, true);
}
