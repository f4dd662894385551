/* bench_hear.c - each delivery is looked at: is it whole, is it the next, had it come before?
 *
 * What the slowest listener has of a publisher is known without looking at all of them: it changes
 * when the last of those that have no more has one more. */
#include "bench/bench_state.h"

#include "bench/bench_payload.h"
#include "mqtt/mqtt_publish.h"

#include <stdlib.h>

enum { GROUP_WORDS = 1024 }; /* of 64 messages: more than a window */

static void *zeroes(size_t count, size_t size)
{
	void *at = calloc(count ? count : 1, size);

	if (!at)
		abort();
	return at;
}

static void init_heard(struct bench_worker *w, uint64_t **seen)
{
	for (uint32_t i = 0; i < w->plan->publishers; i++) {
		struct bench_heard *h = &w->heard[i];

		h->copies = h->at_slowest = bench_plan_copies(w->plan, i, w->index);
		if (w->plan->scenario != BENCH_SHARED || !h->copies)
			continue;
		h->group = bench_sequence_of(*seen, GROUP_WORDS);
		*seen += GROUP_WORDS;
	}
}

static void init_listener(struct bench_worker *w, struct bench_listener *l, uint32_t subscriber,
	struct bench_sequence **flows, uint64_t **seen)
{
	l->count = bench_plan_heard(w->plan, subscriber);
	l->flows = *flows;
	*flows += l->count;
	while (!bench_plan_hears(w->plan, subscriber, l->first))
		l->first++;
	for (uint32_t i = 0; i < l->count; i++)
		l->flows[i] = bench_sequence_of((*seen)++, 1);
	if (w->plan->scenario == BENCH_PAIRS || (w->plan->scenario == BENCH_MIXED && l->count == 1))
		w->heard[l->first].own = l;
	else
		w->wide[w->wide_count++] = l;
}

void bench_hear_init(struct bench_worker *w)
{
	bool is_shared = w->plan->scenario == BENCH_SHARED && w->index == 0;
	struct bench_sequence *flows;
	size_t flow_count = 0;
	uint64_t *seen;

	for (uint32_t i = 0; i < w->client_count; i++)
		if (w->clients[i].listener)
			flow_count += bench_plan_heard(
				w->plan, w->clients[i].number - w->plan->publishers);
	w->flow_memory = flows = zeroes(flow_count, sizeof *flows);
	w->seen_memory = seen =
		zeroes(flow_count + (is_shared ? (size_t)w->plan->publishers * GROUP_WORDS : 0),
			sizeof *seen);
	w->heard = zeroes(w->plan->publishers, sizeof w->heard[0]);
	w->wide = zeroes(w->listener_count, sizeof w->wide[0]);
	init_heard(w, &seen);
	for (uint32_t i = 0; i < w->client_count; i++)
		if (w->clients[i].listener)
			init_listener(w, w->clients[i].listener,
				w->clients[i].number - w->plan->publishers, &flows, &seen);
}

void bench_hear_done(struct bench_worker *w)
{
	free(w->flow_memory);
	free(w->seen_memory);
	free(w->heard);
	free(w->wide);
}

static struct bench_sequence *flow_of(const struct bench_listener *l, uint32_t publisher)
{
	return &l->flows[publisher - l->first];
}

static void look_at(struct bench_heard *h, const struct bench_listener *l, uint32_t publisher)
{
	uint32_t high = flow_of(l, publisher)->high;

	if (high < h->slowest || h->at_slowest == 0) {
		h->slowest = high;
		h->at_slowest = 0;
	}
	h->at_slowest += high == h->slowest;
}

static void find_slowest(struct bench_worker *w, uint32_t publisher)
{
	struct bench_heard *h = &w->heard[publisher];

	h->at_slowest = 0;
	if (h->own)
		look_at(h, h->own, publisher);
	for (uint32_t i = 0; i < w->wide_count; i++)
		look_at(h, w->wide[i], publisher);
}

/* The publisher may go on. */
static void tell(struct bench_worker *w, uint32_t publisher, uint32_t reached)
{
	uint32_t process = bench_plan_process(w->plan, publisher);

	atomic_store(bench_shared_reached(w->shared, w->index, publisher), reached);
	if (process == w->index)
		bench_publish_mark(w, &w->publishers[publisher / w->plan->processes]);
	else if (atomic_exchange(bench_shared_waits(w->shared, publisher), 0))
		bench_shared_wake(w->shared, process);
}

/* The number `before` was the highest but one that the listener had. */
static void advance(struct bench_worker *w, uint32_t publisher, uint32_t before)
{
	struct bench_heard *h = &w->heard[publisher];

	if (before != h->slowest || --h->at_slowest > 0)
		return;
	find_slowest(w, publisher);
	tell(w, publisher, h->slowest);
}

static bool is_new(struct bench_worker *w, struct bench_listener *l, const struct bench_payload *p,
	enum bench_arrival *arrival)
{
	struct bench_heard *h = &w->heard[p->publisher];

	*arrival = bench_sequence_add(flow_of(l, p->publisher), p->number);
	if (!h->group.words)
		return *arrival != BENCH_DOUBLE;
	return bench_sequence_add(&h->group, p->number) != BENCH_DOUBLE;
}

static void deliver(struct bench_worker *w, struct bench_listener *l, const struct bench_payload *p)
{
	struct bench_count *count = &w->process->count;
	struct bench_heard *h = &w->heard[p->publisher];
	uint32_t before = flow_of(l, p->publisher)->high;
	enum bench_arrival arrival;

	if (!is_new(w, l, p, &arrival)) {
		count->doubled++;
		count->doubled_sure += bench_plan_qos(w->plan, p->publisher) == 2;
		return;
	}
	count->disordered += arrival == BENCH_LATE;
	w->delivered++;
	h->delivered++;
	count->last_ns = w->now_ns;
	lab_histogram_add(&count->latencies, w->now_ns > p->time_ns ? w->now_ns - p->time_ns : 0);
	if (h->group.words)
		tell(w, p->publisher, h->group.next);
	else if (flow_of(l, p->publisher)->high != before)
		advance(w, p->publisher, before);
}

static void take_publish(struct bench_worker *w, struct bench_client *c, const struct mqtt_frame *f)
{
	struct bench_listener *l = c->listener;
	char role[BENCH_ROLE_MAX];
	struct bench_payload p;
	struct mqtt_publish m;

	if (!l || mqtt_publish_decode(f, w->plan->version, &m)) {
		bench_worker_fail(w, "the broker sent %s a PUBLISH that %s",
			bench_client_role(w, c, role), l ? "cannot be read" : "it never asked for");
		return;
	}
	if (bench_payload_read(&p, m.payload, span_of(w->payload, w->plan->size)) &&
		p.publisher >= l->first && p.publisher - l->first < l->count &&
		m.qos == bench_plan_qos(w->plan, p.publisher))
		deliver(w, l, &p);
	else
		w->process->count.altered++;
	if (m.qos)
		bench_client_acknowledge(w, c, m.qos == 1 ? MQTT_PUBACK : MQTT_PUBREC, m.packet_id);
	w->unreleased += m.qos == 2;
}

void bench_hear_take(struct bench_worker *w, struct bench_client *c, const struct mqtt_frame *f)
{
	char role[BENCH_ROLE_MAX];
	struct mqtt_ack m;

	if (f->type == MQTT_PUBLISH) {
		take_publish(w, c, f);
		return;
	}
	if (w->unreleased == 0 || mqtt_ack_decode(f, w->plan->version, &m)) {
		bench_worker_fail(w, "the broker sent %s a PUBREL that belongs to nothing",
			bench_client_role(w, c, role));
		return;
	}
	bench_client_acknowledge(w, c, MQTT_PUBCOMP, m.packet_id);
	w->unreleased--;
}

uint64_t bench_hear_expected(const struct bench_worker *w)
{
	uint64_t expected = 0;

	for (uint32_t i = 0; i < w->plan->publishers; i++)
		expected += (uint64_t)*bench_shared_sent(w->shared, i) * w->heard[i].copies;
	return expected;
}

void bench_hear_conclude(struct bench_worker *w)
{
	struct bench_count *count = &w->process->count;

	for (uint32_t i = 0; i < w->plan->publishers; i++) {
		uint64_t expected = (uint64_t)*bench_shared_sent(w->shared, i) * w->heard[i].copies;
		uint64_t lost =
			expected > w->heard[i].delivered ? expected - w->heard[i].delivered : 0;

		count->expected += expected;
		count->lost += lost;
		count->lost_sure += bench_plan_qos(w->plan, i) ? lost : 0;
	}
	count->sent = w->sent;
	count->delivered = w->delivered;
}
