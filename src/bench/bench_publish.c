/* bench_publish.c - a publisher's packet is encoded once; a message is a copy of it with another
 * stamp and packet id.
 *
 * How far a publisher may go is the least of: the messages that it has to send, the lead over its
 * slowest subscriber or what is due, and what the broker lets it leave unacknowledged.  Packet ids
 * go round, and never more of them are in use than there are. */
#include "bench/bench_state.h"

#include "bench/bench_payload.h"
#include "loop/loop_clock.h"
#include "mqtt/mqtt_publish.h"

#include <assert.h>
#include <stdlib.h>

enum { HEAD_BYTES = BENCH_TOPIC_MAX + 16 };

static void make_packet(struct bench_worker *w, struct bench_publisher *p)
{
	uint8_t qos = bench_plan_qos(w->plan, p->number);
	char topic[BENCH_TOPIC_MAX + 1];
	struct mqtt_publish m = {
		.qos = qos, .packet_id = qos > 0, .payload = span_of(w->payload, w->plan->size)};
	struct writer to;

	m.topic = span_of(topic, bench_plan_topic(w->plan, p->number, topic));
	mqtt_props_init(&m.props);
	p->packet = malloc(HEAD_BYTES + (size_t)w->plan->size);
	if (!p->packet)
		abort();
	to = writer_of(p->packet, HEAD_BYTES + (size_t)w->plan->size);
	mqtt_publish_encode(&to, w->plan->version, &m);
	assert(!to.is_full);
	p->packet_size = (uint32_t)writer_span(&to).size;
	p->stamp_at = p->packet_size - w->plan->size;
	/* The packet id is followed by the properties, of which there are none: one byte. */
	p->id_at = p->stamp_at - 2 - (w->plan->version == MQTT_5);
}

void bench_publish_init(struct bench_worker *w)
{
	for (uint32_t i = 0; i < w->publisher_count; i++)
		make_packet(w, &w->publishers[i]);
	w->unfinished = w->publisher_count;
}

void bench_publish_done(struct bench_worker *w)
{
	for (uint32_t i = 0; i < w->publisher_count; i++)
		free(w->publishers[i].packet);
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* When the message is to be sent: the publishers take turns. */
static uint64_t intended_ns(const struct bench_worker *w, uint32_t publisher, uint32_t message)
{
	uint64_t turn = (uint64_t)message * w->plan->publishers + publisher;
	uint64_t rate = w->plan->rate;

	return atomic_load_explicit(&w->shared->start_ns, memory_order_relaxed) +
		turn / rate * NS_PER_S + turn % rate * NS_PER_S / rate;
}

static void put(struct bench_worker *w, struct bench_publisher *p)
{
	struct bench_payload stamp = {.publisher = p->number, .number = p->sent};
	uint8_t *at = bench_link_take(&w->links, &p->client->link, p->packet_size);

	if (!at)
		return;
	stamp.time_ns = w->now_ns;
	if (w->plan->rate) {
		stamp.time_ns = intended_ns(w, p->number, p->sent);
		if (w->now_ns - stamp.time_ns > w->process->count.late_ns)
			w->process->count.late_ns = w->now_ns - stamp.time_ns;
	}
	memcpy(at, p->packet, p->packet_size);
	bench_payload_stamp(at + p->stamp_at, &stamp);
	if (bench_plan_qos(w->plan, p->number)) {
		struct writer id = writer_of(at + p->id_at, 2);

		writer_u16(&id, (uint16_t)(p->sent % UINT16_MAX + 1));
		w->unacknowledged++;
	}
	p->sent++;
	w->sent++;
}

/* What its slowest subscriber has, in whichever process. */
static uint32_t reached(const struct bench_worker *w, const struct bench_publisher *p)
{
	uint32_t result = UINT32_MAX;

	for (uint32_t i = 0; i < w->plan->processes; i++)
		result = least(result, atomic_load(bench_shared_reached(w->shared, i, p->number)));
	return result > p->forgiven ? result : p->forgiven;
}

/* How many messages it may have sent now. */
static uint32_t limit_of(const struct bench_worker *w, const struct bench_publisher *p)
{
	const struct bench_plan *plan = w->plan;
	uint32_t limit = plan->rate ? p->due : reached(w, p) + plan->window;

	if (plan->messages)
		limit = least(limit, plan->messages);
	if (bench_plan_qos(plan, p->number))
		limit = least(limit,
			p->acknowledged +
				least(p->receive_max, plan->rate ? UINT16_MAX : plan->window));
	return limit;
}

static bool is_publishing(const struct bench_worker *w)
{
	uint32_t phase = atomic_load_explicit(&w->shared->phase, memory_order_relaxed);
	uint64_t end_ns = atomic_load_explicit(&w->shared->end_ns, memory_order_relaxed);

	/* What was due before the end is sent after it if it must be. */
	return phase == BENCH_RUNNING && (w->plan->rate || !end_ns || w->now_ns < end_ns);
}

static void send_up_to_limit(struct bench_worker *w, struct bench_publisher *p)
{
	uint32_t limit = limit_of(w, p), before = p->sent;

	if (limit <= p->sent)
		return;
	w->now_ns = loop_clock_ns(CLOCK_MONOTONIC);
	while (p->sent < limit && !p->client->link.unsent_size)
		put(w, p);
	atomic_store_explicit(
		bench_shared_sent(w->shared, p->number), p->sent, memory_order_relaxed);
	if (bench_link_flush(&w->links, &p->client->link))
		return; /* what is wrong is seen when it is read from */
	if (p->sent > before && p->sent == w->plan->messages)
		w->unfinished--;
}

void bench_publish_pump(struct bench_worker *w, struct bench_publisher *p)
{
	_Atomic uint32_t *waits = bench_shared_waits(w->shared, p->number);

	if (w->is_failed || !is_publishing(w))
		return;
	send_up_to_limit(w, p);
	if (w->plan->processes == 1 || w->plan->rate)
		return;
	/* Who advances after this look sees that it waits, and wakes it. */
	atomic_store(waits, 1);
	send_up_to_limit(w, p);
}

void bench_publish_mark(struct bench_worker *w, struct bench_publisher *p)
{
	if (!p->is_dirty)
		w->dirty[w->dirty_count++] = p;
	p->is_dirty = true;
}

void bench_publish_pump_marked(struct bench_worker *w)
{
	while (w->dirty_count) {
		struct bench_publisher *p = w->dirty[--w->dirty_count];

		p->is_dirty = false;
		bench_publish_pump(w, p);
	}
}

uint64_t bench_publish_pump_due(struct bench_worker *w)
{
	uint64_t end_ns = atomic_load_explicit(&w->shared->end_ns, memory_order_relaxed);

	while (w->publisher_count) {
		struct bench_publisher *p = &w->publishers[w->next_publisher];
		uint64_t at_ns = intended_ns(w, p->number, w->next_message);

		if ((end_ns && at_ns >= end_ns) ||
			(w->plan->messages && w->next_message == w->plan->messages))
			break;
		if (at_ns > w->now_ns)
			return at_ns;
		p->due = w->next_message + 1;
		bench_publish_pump(w, p);
		w->next_publisher = (w->next_publisher + 1) % w->publisher_count;
		w->next_message += w->next_publisher == 0;
	}
	return UINT64_MAX;
}

void bench_publish_forgive(struct bench_worker *w)
{
	for (uint32_t i = 0; i < w->publisher_count; i++) {
		w->publishers[i].forgiven = w->publishers[i].sent;
		bench_publish_pump(w, &w->publishers[i]);
	}
}

void bench_publish_take(struct bench_worker *w, struct bench_client *c, const struct mqtt_frame *f)
{
	struct bench_publisher *p = c->publisher;
	char role[BENCH_ROLE_MAX];
	struct mqtt_ack m;

	if (!p || p->acknowledged == p->sent || mqtt_ack_decode(f, w->plan->version, &m)) {
		bench_worker_fail(w, "the broker sent %s a %s that acknowledges nothing",
			bench_client_role(w, c, role), mqtt_type_name(f->type));
		return;
	}
	if (m.reason >= MQTT_UNSPECIFIED_ERROR) {
		bench_worker_fail(w, "the broker did not take a message of %s: %s",
			bench_client_role(w, c, role), mqtt_reason_name(m.reason));
		return;
	}
	if (f->type == MQTT_PUBREC) {
		bench_client_acknowledge(w, c, MQTT_PUBREL, m.packet_id);
		return;
	}
	p->acknowledged++;
	w->unacknowledged--;
	bench_publish_mark(w, p);
}
