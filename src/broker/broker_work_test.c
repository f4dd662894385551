/* broker_work_test.c - what a step costs: memory on the delivery path, and work for huge fan-outs.
 */
#include "broker/broker_rig_test.h"

#include <stdio.h>

enum { CROWD = 1000 };

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
