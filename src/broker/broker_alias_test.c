/* broker_alias_test.c - topic aliases, in and out. */
#include "broker/broker_alias.h"

#include "base/base_test.h"

TEST(alias, in_remembers_the_last_topic_of_each, "MQTT-3.3.2-12")
{
	struct broker_alias_in in = {.max = 2};

	cr_assert_eq(broker_alias_in_find(&in, 1).size, 0);
	cr_assert_eq(broker_alias_in_set(&in, &alloc_libc, 1, SPAN_LITERAL("a")), 0);
	cr_assert_eq(broker_alias_in_set(&in, &alloc_libc, 2, SPAN_LITERAL("b")), 0);
	cr_assert_eq(broker_alias_in_set(&in, &alloc_libc, 1, SPAN_LITERAL("c")), 0);
	cr_assert(span_equal(broker_alias_in_find(&in, 1), SPAN_LITERAL("c")));
	cr_assert(span_equal(broker_alias_in_find(&in, 2), SPAN_LITERAL("b")));
	cr_assert_eq(broker_alias_in_find(&in, 0).size, 0);
	cr_assert_eq(broker_alias_in_find(&in, 3).size, 0);
	broker_alias_in_done(&in, &alloc_libc);
}

TEST(alias, out_stays_within_what_the_client_allows, "MQTT-3.1.2-26")
{
	struct broker_alias_out out = {.max = 1};
	bool is_known;

	cr_assert_eq(broker_alias_out_use(&out, &alloc_libc, SPAN_LITERAL("a"), &is_known), 1);
	cr_assert_not(is_known);
	cr_assert_eq(broker_alias_out_use(&out, &alloc_libc, SPAN_LITERAL("a"), &is_known), 1);
	cr_assert(is_known);
	cr_assert_eq(broker_alias_out_use(&out, &alloc_libc, SPAN_LITERAL("b"), &is_known), 0);
	cr_assert_not(is_known);
	broker_alias_out_undo(&out, &alloc_libc);
	cr_assert_eq(broker_alias_out_use(&out, &alloc_libc, SPAN_LITERAL("b"), &is_known), 1);
	cr_assert_not(is_known);
	broker_alias_out_done(&out, &alloc_libc);
}

TEST(alias, out_uses_none_when_the_client_allows_none, "MQTT-3.1.2-27")
{
	struct broker_alias_out out = {.max = 0};
	bool is_known;

	cr_assert_eq(broker_alias_out_use(&out, &alloc_libc, SPAN_LITERAL("a"), &is_known), 0);
	broker_alias_out_done(&out, &alloc_libc);
}
