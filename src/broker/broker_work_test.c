/* broker_work_test.c - what a step costs: memory on the delivery path, and work for huge fan-outs.
 */
#include "broker/broker_rig_test.h"

#include <stdio.h>

enum {
	CROWD = 1000,
	IDLE_BYTES_MAX = 700, /* of a connection with a session and a subscription */
	IDLE_BLOCKS_MAX = 2,  /* the session, the topic's node: the rest shares slabs and tables */
};

static void gather(struct rig *r, size_t count, uint8_t qos)
{
	char name[32];

	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof name, "s%zu", i);
		rig_connect(r, 2 + i, name, true);
		rig_subscribe(r, 2 + i, "x", qos);
	}
	rig_connect(r, 1, "publisher", true);
}

TEST(work, delivery_allocates_once_a_message_and_never_a_subscriber, "")
{
	struct rig r;

	rig_init(&r);
	rig_start(&r);
	gather(&r, CROWD, 0);
	rig_publish(&r, 1, "x", 0, 0); /* the pools grow to what the crowd needs */
	rig_forget(&r);
	rig_publish(&r, 1, "x", 0, 0);
	cr_assert_eq(r.publishes, CROWD);
	cr_assert_eq(r.calls, 1); /* the message */
	rig_done(&r);
}

static void acknowledge_all(struct rig *r, uint16_t id)
{
	const uint8_t puback[] = {0x40, 2, (uint8_t)(id >> 8), (uint8_t)id};

	for (size_t i = 0; i < CROWD; i++)
		rig_bytes(r, 2 + i, span_of(puback, sizeof puback));
}

TEST(work, delivery_of_qos_1_allocates_once_a_message_too, "")
{
	struct rig r;

	rig_init(&r);
	rig_start(&r);
	gather(&r, CROWD, 1);
	for (uint16_t id = 1; id <= 3; id++) {
		rig_forget(&r);
		rig_publish(&r, 1, "x", 1, id);
		cr_assert_eq(r.publishes, CROWD);
		acknowledge_all(&r, id);
	}
	cr_assert_eq(r.calls, 1);
	rig_done(&r);
}

TEST(work, a_huge_fan_out_stops_at_the_budget_and_goes_on, "")
{
	struct rig r;

	rig_init(&r);
	r.config.work_max = 100;
	rig_start(&r);
	gather(&r, CROWD, 1);
	rig_forget(&r);
	rig_publish(&r, 1, "x", 1, 1);
	cr_assert_eq(r.publishes, CROWD);
	cr_assert_leq(r.sends_max, 100);
	cr_assert_geq(r.steps, CROWD / 100);
	cr_assert_gt(broker_stats(r.broker)->work_paused, 0);
	rig_done(&r);
}

/* Client ids and topics of six digits, as in doc/performance.md; the tables are just not full. */
static void add_idle(struct rig *r, size_t from, size_t to)
{
	char id[32], topic[32];

	for (size_t i = from; i < to; i++) {
		snprintf(id, sizeof id, "client-%06zu", i);
		snprintf(topic, sizeof topic, "idle/%06zu", i);
		rig_connect(r, i, id, true);
		rig_subscribe(r, i, topic, 1);
	}
}

TEST(work, an_idle_subscriber_holds_what_it_owes_and_no_buffer, "")
{
	enum { COUNT = 2048 };
	size_t bytes, blocks;
	struct rig r;

	rig_init(&r);
	rig_start(&r);
	add_idle(&r, 1, 2);
	bytes = r.live_bytes;
	blocks = r.live_blocks;
	add_idle(&r, 2, COUNT);
	cr_expect_leq(r.live_bytes - bytes, (size_t)IDLE_BYTES_MAX * COUNT);
	cr_expect_leq(r.live_blocks - blocks, IDLE_BLOCKS_MAX * COUNT + COUNT / 16);
	rig_done(&r);
}

TEST(work, a_connection_that_was_busy_is_as_small_as_before, "")
{
	const uint8_t puback[] = {0x40, 2, 0, 1}, half[] = {0x30, 100};
	uint8_t rest[100] = {0, 1, 'x'};
	size_t bytes, blocks;
	struct rig r;

	rig_init(&r);
	rig_start(&r);
	add_idle(&r, 1, 3);
	rig_publish(&r, 1, "idle/000002", 1, 1); /* the pools hold a slab from now on */
	rig_bytes(&r, 2, span_of(puback, sizeof puback));
	bytes = r.live_bytes;
	blocks = r.live_blocks;
	rig_publish(&r, 1, "idle/000002", 1, 1);
	rig_bytes(&r, 1, span_of(half, sizeof half)); /* a packet in two parts */
	cr_expect_gt(r.live_bytes, bytes);
	rig_bytes(&r, 1, span_of(rest, sizeof rest));
	rig_bytes(&r, 2, span_of((const uint8_t[]){0x40, 2, 0, 2}, 4));
	rig_subscribe(&r, 2, "idle/000002", 1);
	cr_expect_eq(r.live_bytes, bytes);
	cr_expect_eq(r.live_blocks, blocks);
	rig_done(&r);
}

/* Everything that allocates, in one play; true when it came to its end. */
static void play(struct rig *r)
{
	rig_connect(r, 1, "a", false);
	rig_connect(r, 2, "b", false);
	rig_subscribe(r, 2, "x/#", 2);
	rig_subscribe(r, 2, "$share/g/y", 1);
	rig_subscribe(r, 1, "$share/g/y", 1);
	rig_publish(r, 1, "x/1", 2, 1);
	rig_publish(r, 1, "y", 1, 2);
	rig_lose(r, 2);
	rig_publish(r, 1, "x/2", 1, 3);
	rig_connect(r, 3, "b", false);
	rig_subscribe(r, 3, "+/+", 1);
	rig_lose(r, 1);
	rig_lose(r, 3);
}

TEST(work, any_allocation_may_fail_and_nothing_leaks, "")
{
	size_t calls;
	struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_forget(&r);
	play(&r);
	calls = r.calls;
	rig_done(&r);
	cr_assert_gt(calls, 20);
	for (size_t i = 0; i < calls; i++) {
		rig_init(&r);
		rig_start(&r);
		r.calls_until_failure = i;
		play(&r);
		r.calls_until_failure = SIZE_MAX;
		rig_done(&r);
	}
}
