#include "topic/topic_tree.h"

#include "base/base_err.h"
#include "base/base_test_alloc.h"
#include "topic/topic_test.h"

static const struct hash_key key = {1, 2};
static const struct topic_tree_limits wide = {SIZE_MAX, SIZE_MAX};

static int add(struct topic_tree *t, const char *text, uint64_t subscriber, struct topic_sub *sub)
{
	struct topic_filter f = test_filter(span_of_text(text));

	return topic_tree_add(t, &f, subscriber, sub);
}

static struct topic_sub *find(const struct topic_tree *t, const char *text, uint64_t subscriber)
{
	struct topic_filter f = test_filter(span_of_text(text));

	return topic_tree_find(t, &f, subscriber);
}

/* Bit n: subscriber n is reached by its own, bit 16 + n: by a group of which it is whose turn. */
static uint32_t reached(struct topic_tree *t, const char *topic)
{
	struct topic_match m;
	struct topic_sub *sub = NULL;
	struct topic_group *group = NULL;
	size_t budget = SIZE_MAX;
	uint32_t bits = 0;

	topic_match_start(&m, t, span_of_text(topic));
	for (;;) {
		enum topic_match_result result = topic_match_next(&m, &budget, &sub, &group);
		uint32_t bit;

		if (result == TOPIC_MATCH_END)
			break;
		bit = result == TOPIC_MATCH_SUB
			? UINT32_C(1) << sub->subscriber
			: UINT32_C(0x10000) << topic_group_pick(group)->subscriber;
		cr_expect_not(bits & bit, "twice");
		bits |= bit;
	}
	topic_match_stop(&m);
	return bits;
}

TEST(topic_tree, reaches_the_subscribers_of_matching_filters, "MQTT-3.3.2-3")
{
	static const char *const filters[] = {"a/b", "a/+", "a/#", "#", "+/b", "a", "b/#", "/+"};
	struct topic_tree *t = topic_tree_new(&alloc_libc, &key, &wide);
	struct topic_sub subs[8] = {0};

	for (uint32_t i = 0; i < 8; i++)
		cr_assert_eq(add(t, filters[i], i, &subs[i]), 0);
	cr_expect_eq(reached(t, "a/b"), 0x1f);
	cr_expect_eq(reached(t, "a"), 0x2c);
	cr_expect_eq(reached(t, "b"), 0x48);
	cr_expect_eq(reached(t, "/b"), 0x98);
	cr_expect_eq(reached(t, "a/b/"), 0x0c);
	cr_expect_eq(reached(t, "c"), 0x08);
	topic_tree_free(t);
}

TEST(topic_tree, leaves_dollar_names_out_of_leading_wildcards, "MQTT-4.7.2-1")
{
	static const char *const filters[] = {"#", "+", "+/a", "$SYS", "$SYS/#", "$SYS/+"};
	struct topic_tree *t = topic_tree_new(&alloc_libc, &key, &wide);
	struct topic_sub subs[6] = {0};

	for (uint32_t i = 0; i < 6; i++)
		cr_assert_eq(add(t, filters[i], i, &subs[i]), 0);
	cr_expect_eq(reached(t, "$SYS"), 0x18);
	cr_expect_eq(reached(t, "$SYS/a"), 0x30);
	cr_expect_eq(reached(t, "S/a"), 0x05);
	topic_tree_free(t);
}

static size_t visited(struct topic_tree *t, const char *topic)
{
	struct topic_match m;
	struct topic_sub *sub;
	struct topic_group *group;
	size_t budget = SIZE_MAX;

	topic_match_start(&m, t, span_of_text(topic));
	while (topic_match_next(&m, &budget, &sub, &group) != TOPIC_MATCH_END)
		continue;
	topic_match_stop(&m);
	return m.visited;
}

TEST(topic_match, visits_only_nodes_whose_path_matches_a_prefix_of_the_topic, "")
{
	static const char *const filters[] = {
		"a/b/c", "a/+/c", "a/b/#", "b/+/+/+", "a/c", "#", "a/x/#"};
	struct topic_tree *t = topic_tree_new(&alloc_libc, &key, &wide);
	struct topic_sub subs[7] = {0};

	cr_expect_eq(visited(t, "a/b/c"), 1);
	for (uint32_t i = 0; i < 7; i++)
		cr_assert_eq(add(t, filters[i], i, &subs[i]), 0);
	cr_expect_eq(visited(t, "a/b/c"), 8, "root, #, a, a/+, a/+/c, a/b, a/b/#, a/b/c");
	cr_expect_eq(visited(t, "a/x"), 6, "root, #, a, a/+, a/x, a/x/#");
	cr_expect_eq(visited(t, "q/b/c"), 2);
	cr_expect_eq(visited(t, "$q"), 1);
	cr_expect_eq(visited(t, "b"), 3);
	topic_tree_free(t);
}

TEST(topic_match, takes_one_from_the_budget_for_each_node_and_each_hit, "")
{
	static const char *const filters[] = {"a/b", "a/b", "$share/g/a/b", "a/#", "x/y", "+/+/+"};
	struct topic_tree *t = topic_tree_new(&alloc_libc, &key, &wide);
	struct topic_sub subs[6] = {0};
	struct topic_match m;
	struct topic_sub *sub;
	struct topic_group *group;
	size_t budget = 0, hits = 0, calls = 0;
	enum topic_match_result result;

	for (uint32_t i = 0; i < 6; i++)
		cr_assert_eq(add(t, filters[i], i, &subs[i]), 0);
	topic_match_start(&m, t, SPAN_LITERAL("a/b"));
	while ((result = topic_match_next(&m, &budget, &sub, &group)) != TOPIC_MATCH_END) {
		cr_assert_eq(budget, 0);
		hits += result != TOPIC_MATCH_PAUSE;
		calls += result == TOPIC_MATCH_PAUSE;
		budget = result == TOPIC_MATCH_PAUSE;
	}
	topic_match_stop(&m);
	cr_expect_eq(hits, 4);
	cr_expect_eq(m.visited, 6, "root, a, a/#, a/b, +, +/+");
	cr_expect_eq(calls, hits + m.visited);
	topic_tree_free(t);
}

/* The subscribers that a topic reaches, in the order in which it does. */
static void order_of(const struct hash_key *hash_key, char *order)
{
	static const char *const filters[] = {
		"#", "a/b", "+/b", "a/+", "a/b", "a/#", "+/#", "a/b/#", "+/+", "a/b"};
	struct topic_tree *t = topic_tree_new(&alloc_libc, hash_key, &wide);
	struct topic_sub *subs = calloc(10, sizeof *subs);
	struct topic_match m;
	struct topic_sub *sub;
	struct topic_group *group;
	size_t budget = SIZE_MAX;

	for (uint32_t i = 0; i < 10; i++)
		cr_assert_eq(add(t, filters[i], i, &subs[i]), 0);
	topic_match_start(&m, t, SPAN_LITERAL("a/b"));
	while (topic_match_next(&m, &budget, &sub, &group) != TOPIC_MATCH_END)
		*order++ = (char)('0' + sub->subscriber);
	topic_match_stop(&m);
	topic_tree_free(t);
	free(subs);
}

TEST(topic_match, finds_in_an_order_that_no_hash_key_decides, "")
{
	char first[11] = "", other[11] = "";

	order_of(&(struct hash_key){1, 2}, first);
	for (uint64_t i = 0; i < 20; i++) {
		order_of(&(struct hash_key){i, ~i}, other);
		cr_expect_str_eq(other, first);
	}
	cr_expect_str_eq(first, "0682531497");
}

TEST(topic_tree, keeps_one_subscription_a_filter_and_subscriber, "")
{
	struct topic_tree *t = topic_tree_new(&alloc_libc, &key, &wide);
	struct topic_sub first = {0}, second = {0}, shared = {0}, other = {0};

	cr_assert_eq(add(t, "a/+", 1, &first), 0);
	cr_expect_eq(add(t, "a/+", 1, &second), ERR_EXISTS);
	cr_expect_null(second.node);
	cr_expect_eq(add(t, "a/+", 2, &second), 0);
	cr_expect_eq(add(t, "$share/g/a/+", 1, &shared), 0);
	cr_expect_eq(add(t, "$share/g/a/+", 1, &other), ERR_EXISTS);
	cr_expect_eq(add(t, "$share/h/a/+", 1, &other), 0);
	cr_expect_eq(find(t, "a/+", 1), &first);
	cr_expect_eq(find(t, "a/+", 2), &second);
	cr_expect_eq(find(t, "$share/g/a/+", 1), &shared);
	cr_expect_eq(find(t, "$share/h/a/+", 1), &other);
	cr_expect_null(find(t, "$share/i/a/+", 1));
	cr_expect_null(find(t, "$share/h/a/+", 2));
	cr_expect_null(find(t, "a/+", 3));
	cr_expect_null(find(t, "a", 1));
	cr_expect_null(find(t, "a/+/#", 1));
	topic_tree_free(t);
}

TEST(topic_tree, is_as_before_when_all_is_removed, "")
{
	struct test_alloc memory;
	struct topic_tree *t;
	struct topic_sub a = {0}, b = {0}, c = {0}, never = {0};

	test_alloc_init(&memory);
	t = topic_tree_new(&memory.alloc, &key, &wide);
	cr_assert_eq(add(t, "a/b/c/#", 1, &a), 0);
	cr_assert_eq(add(t, "$share/g/a/+", 1, &b), 0);
	cr_assert_eq(add(t, "a", 1, &c), 0);
	cr_expect_eq(topic_tree_stats(t).nodes, 6, "a group counts, too");
	cr_expect_eq(topic_tree_stats(t).subs, 3);
	cr_expect_eq(topic_tree_stats(t).groups, 1);
	cr_expect_eq(topic_tree_stats(t).visits_worst, 6);
	topic_tree_remove(t, &never);
	topic_tree_remove(t, &a);
	topic_tree_remove(t, &a);
	cr_expect_eq(topic_tree_stats(t).nodes, 3);
	cr_expect_eq(topic_tree_stats(t).visits_worst, 3);
	topic_tree_remove(t, &b);
	topic_tree_remove(t, &c);
	cr_expect_eq(topic_tree_stats(t).nodes, 0);
	cr_expect_eq(topic_tree_stats(t).subs, 0);
	cr_expect_eq(topic_tree_stats(t).groups, 0);
	cr_expect_eq(topic_tree_stats(t).visits_worst, 1);
	topic_tree_free(t);
	cr_expect_eq(memory.blocks, 0);
	cr_expect_eq(memory.bytes, 0);
}

TEST(topic_tree, unlinks_what_is_in_it_when_it_ends, "")
{
	struct test_alloc memory;
	struct topic_tree *t;
	struct topic_sub subs[5] = {0};
	static const char *const filters[] = {
		"a/b", "$share/g/a/b", "$share/g/#", "+/+", "$share/h/a/b"};

	test_alloc_init(&memory);
	t = topic_tree_new(&memory.alloc, &key, &wide);
	topic_tree_free(NULL);
	for (uint32_t i = 0; i < 5; i++)
		cr_assert_eq(add(t, filters[i], i, &subs[i]), 0);
	topic_sub_set_online(&subs[2], false);
	topic_tree_free(t);
	for (size_t i = 0; i < 5; i++) {
		cr_expect_null(subs[i].node);
		cr_expect(list_is_empty(&subs[i].link));
	}
	cr_expect_eq(memory.blocks, 0);
}

TEST(topic_tree, tells_the_text_of_a_filter, "")
{
	static const char *const filters[] = {"a", "/", "a//+/", "#", "$share/g/a/#", "$share/g//",
		"$share/long group/+/\u00e9/#"};
	struct topic_tree *t = topic_tree_new(&alloc_libc, &key, &wide);

	for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
		struct topic_sub sub = {0};
		char text[64];
		struct span want = span_of_text(filters[i]);
		struct writer w = writer_of(text, sizeof text),
			      narrow = writer_of(text, want.size - 1);

		cr_assert_eq(add(t, filters[i], 1, &sub), 0);
		topic_sub_write_filter(&sub, &narrow);
		cr_expect(narrow.is_full);
		topic_sub_write_filter(&sub, &w);
		cr_expect_not(w.is_full);
		cr_expect(span_equal(writer_span(&w), want), "%s", filters[i]);
		cr_expect_eq(topic_sub_has_wildcards(&sub), strpbrk(filters[i], "+#") != NULL);
		topic_tree_remove(t, &sub);
	}
	topic_tree_free(t);
}

TEST(topic_tree, refuses_more_nodes_than_its_limit, "")
{
	struct topic_tree *t =
		topic_tree_new(&alloc_libc, &key, &(struct topic_tree_limits){4, SIZE_MAX});
	struct topic_sub a = {0}, b = {0}, c = {0};

	cr_assert_eq(add(t, "a/b/c", 1, &a), 0);
	cr_expect_eq(add(t, "a/c/d", 1, &b), ERR_LIMIT);
	cr_expect_eq(topic_tree_stats(t).nodes, 3);
	cr_expect_eq(add(t, "a/c", 1, &b), 0);
	cr_expect_eq(add(t, "x", 1, &c), ERR_LIMIT);
	cr_expect_eq(add(t, "a/b", 1, &c), 0, "a node that is there costs nothing");
	topic_tree_set_limits(t, &(struct topic_tree_limits){2, SIZE_MAX});
	cr_expect_eq(reached(t, "a/b/c"), 2, "what is there stays");
	topic_tree_remove(t, &c);
	cr_expect_eq(add(t, "a/b", 2, &c), 0);
	topic_tree_free(t);
}

TEST(topic_tree, refuses_what_would_make_a_topic_visit_too_much, "")
{
	struct topic_tree *t =
		topic_tree_new(&alloc_libc, &key, &(struct topic_tree_limits){SIZE_MAX, 6});
	struct topic_sub a = {0}, b = {0}, c = {0}, d = {0};

	cr_assert_eq(add(t, "a/b", 1, &a), 0);
	cr_assert_eq(add(t, "+/b", 1, &b), 0);
	cr_expect_eq(topic_tree_stats(t).visits_worst, 5);
	cr_expect_eq(add(t, "+/+/x", 1, &c), ERR_LIMIT);
	cr_expect_eq(topic_tree_stats(t).visits_worst, 5);
	cr_expect_eq(topic_tree_stats(t).nodes, 4);
	cr_expect_eq(add(t, "x/y", 1, &c), 0, "beside a heavier sibling it costs nothing");
	cr_expect_eq(add(t, "+/#", 1, &d), 0);
	topic_tree_set_limits(t, &(struct topic_tree_limits){SIZE_MAX, 3});
	topic_tree_remove(t, &d);
	cr_expect_eq(add(t, "+/#", 1, &d), ERR_LIMIT, "the limit is lower now");
	topic_tree_remove(t, &a);
	cr_expect_eq(topic_tree_stats(t).visits_worst, 5, "the sibling weighs as much");
	cr_expect_eq(add(t, "a/b", 1, &a), 0, "it makes nothing worse");
	topic_tree_free(t);
}

static uint64_t pick(struct topic_tree *t, struct topic_sub *any)
{
	(void)t;
	return topic_group_pick(any->group)->subscriber;
}

TEST(topic_group, asks_its_members_in_turn, "")
{
	struct topic_tree *t = topic_tree_new(&alloc_libc, &key, &wide);
	struct topic_sub subs[3] = {0};

	for (uint32_t i = 0; i < 3; i++)
		cr_assert_eq(add(t, "$share/g/a", i, &subs[i]), 0);
	for (uint32_t i = 0; i < 7; i++)
		cr_expect_eq(pick(t, &subs[0]), i % 3);
	topic_tree_remove(t, &subs[1]);
	cr_expect_eq(pick(t, &subs[0]), 2);
	cr_expect_eq(pick(t, &subs[0]), 0);
	cr_expect_eq(pick(t, &subs[0]), 2);
	topic_tree_free(t);
}

TEST(topic_group, asks_the_offline_only_when_nobody_else_is_left, "")
{
	struct topic_tree *t = topic_tree_new(&alloc_libc, &key, &wide);
	struct topic_sub subs[3] = {0};

	for (uint32_t i = 0; i < 3; i++)
		cr_assert_eq(add(t, "$share/g/a", i, &subs[i]), 0);
	topic_sub_set_online(&subs[0], false);
	topic_sub_set_online(&subs[0], false);
	cr_expect_eq(topic_group_count(subs[0].group), 3);
	cr_expect_eq(topic_group_online_count(subs[0].group), 2);
	cr_expect_eq(pick(t, &subs[0]), 1);
	cr_expect_eq(pick(t, &subs[0]), 2);
	cr_expect_eq(pick(t, &subs[0]), 1);
	topic_sub_set_online(&subs[1], false);
	topic_tree_remove(t, &subs[2]);
	cr_expect_eq(topic_group_online_count(subs[0].group), 0);
	cr_expect_eq(pick(t, &subs[0]), 0);
	cr_expect_eq(pick(t, &subs[0]), 1);
	cr_expect_eq(pick(t, &subs[0]), 0);
	topic_sub_set_online(&subs[0], true);
	cr_expect_eq(pick(t, &subs[0]), 0);
	cr_expect_eq(pick(t, &subs[0]), 0);
	topic_tree_free(t);
}

TEST(topic_group, stays_while_somebody_refers_to_it, "")
{
	struct test_alloc memory;
	struct topic_tree *t;
	struct topic_sub a = {0}, b = {0};
	struct topic_group *g;

	test_alloc_init(&memory);
	t = topic_tree_new(&memory.alloc, &key, &wide);
	cr_assert_eq(add(t, "$share/g/a/+", 1, &a), 0);
	g = a.group;
	topic_group_ref(g);
	topic_group_ref(g);
	topic_tree_remove(t, &a);
	cr_expect_null(topic_group_pick(g));
	cr_expect_eq(reached(t, "a/b"), 0, "it has no members");
	cr_assert_eq(add(t, "$share/g/a/+", 2, &b), 0);
	cr_expect_eq(b.group, g);
	topic_group_unref(t, g);
	cr_expect_eq(topic_group_pick(g), &b);
	topic_tree_remove(t, &b);
	cr_expect_eq(topic_tree_stats(t).nodes, 3);
	topic_group_unref(t, g);
	cr_expect_eq(topic_tree_stats(t).nodes, 0);
	cr_expect_eq(topic_tree_stats(t).groups, 0);
	topic_tree_free(t);
	cr_expect_eq(memory.blocks, 0);
}

TEST(topic_group, gets_a_topic_once_beside_the_subscribers_of_their_own, "MQTT-3.8.4-3")
{
	struct topic_tree *t = topic_tree_new(&alloc_libc, &key, &wide);
	struct topic_sub subs[5] = {0};
	static const char *const filters[] = {
		"a/b", "$share/g/a/b", "$share/g/a/b", "$share/h/a/b", "$share/g/#"};

	for (uint32_t i = 0; i < 5; i++)
		cr_assert_eq(add(t, filters[i], i, &subs[i]), 0);
	cr_expect_eq(reached(t, "a/b"), 0x1a0001);
	cr_expect_eq(reached(t, "a/b"), 0x1c0001);
	topic_tree_free(t);
}
