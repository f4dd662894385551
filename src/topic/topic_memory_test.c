/* Whatever request for memory is refused, nothing has changed; and what peers can make it keep is
 * bounded. */
#include "base/base_err.h"
#include "base/base_test_alloc.h"
#include "topic/topic_store.h"
#include "topic/topic_test.h"
#include "topic/topic_tree.h"

static const struct hash_key key = {5, 6};
static const struct topic_tree_limits wide = {SIZE_MAX, SIZE_MAX};

static void check_same(struct topic_tree_stats a, struct topic_tree_stats b)
{
	cr_expect_eq(a.nodes, b.nodes);
	cr_expect_eq(a.subs, b.subs);
	cr_expect_eq(a.groups, b.groups);
	cr_expect_eq(a.visits_worst, b.visits_worst);
}

/* The number of requests that were refused before the filter was in. */
static size_t add_after_refusals(
	struct topic_tree *t, struct test_alloc *memory, const char *text, struct topic_sub *sub)
{
	struct topic_filter f = test_filter(span_of_text(text));
	struct topic_tree_stats before = topic_tree_stats(t);
	size_t blocks = memory->blocks;

	for (size_t grants = 0;; grants++) {
		int err;

		memory->grants = grants;
		err = topic_tree_add(t, &f, 1, sub);
		memory->grants = SIZE_MAX;
		if (err == 0)
			return grants;
		cr_assert_eq(err, ERR_MEMORY);
		check_same(topic_tree_stats(t), before);
		cr_expect_null(sub->node);
		cr_expect_null(topic_tree_find(t, &f, 1));
		/* The table of an index may have come with its first element, and stay. */
		cr_expect_leq(memory->blocks, blocks + 3);
	}
}

TEST(topic_tree, is_unchanged_whatever_allocation_fails, "")
{
	static const struct {
		const char *filter;
		size_t refused_at_least;
	} rows[] = {
		{"$share/f/x", 4}, /* also the three tables, which stay when they are had */
		{"a/b/c", 3},
		{"a/b/#", 1},
		{"+/b/c/d", 4},
		{"a/b/c/", 1},
		{"$share/g/a/b/c", 1},
		{"$share/g/x/y/z", 3},
		{"$share/h/a/b", 1},
		{"a/b/+/x/#", 3},
	};
	enum { COUNT = sizeof rows / sizeof rows[0] };
	struct test_alloc memory;
	struct topic_tree *t;
	struct topic_sub subs[COUNT] = {0};

	test_alloc_init(&memory);
	t = topic_tree_new(&memory.alloc, &key, &wide);
	for (size_t i = 0; i < COUNT; i++)
		cr_expect_geq(add_after_refusals(t, &memory, rows[i].filter, &subs[i]),
			rows[i].refused_at_least, "%s", rows[i].filter);
	for (size_t i = 0; i < COUNT; i++)
		topic_tree_remove(t, &subs[i]);
	cr_expect_eq(topic_tree_stats(t).nodes, 0);
	topic_tree_free(t);
	cr_expect_eq(memory.blocks, 0);
}

TEST(topic_tree, works_on_when_its_tables_cannot_grow, "")
{
	enum { COUNT = 1000 };
	struct test_alloc memory;
	struct topic_tree *t;
	static struct topic_sub subs[COUNT];
	char text[] = "0000/x";
	size_t added = 0;

	test_alloc_init(&memory);
	t = topic_tree_new(&memory.alloc, &key, &wide);
	for (size_t i = 0; i < COUNT; i++) {
		struct topic_filter f;

		for (size_t k = 0, n = i; k < 4; k++, n /= 10)
			text[k] = (char)('0' + n % 10);
		f = test_filter(span_of_text(text));
		memory.grants = i % 5; /* often enough for the nodes, not for the table, too */
		added += topic_tree_add(t, &f, 1, &subs[i]) == 0;
		memory.grants = SIZE_MAX;
		cr_assert_eq(topic_tree_find(t, &f, 1), subs[i].node ? &subs[i] : NULL);
	}
	cr_expect_gt(added, COUNT / 3);
	cr_expect_eq(topic_tree_stats(t).subs, added);
	topic_tree_free(t);
	cr_expect_eq(memory.blocks, 0);
}

TEST(topic_store, is_unchanged_whatever_allocation_fails, "")
{
	static const char *const names[] = {"a/b/c", "a/b", "a//x/y", "/"};
	struct test_alloc memory;
	struct topic_store *t;
	int value;
	void *old = &memory;

	test_alloc_init(&memory);
	t = topic_store_new(&memory.alloc, &key, SIZE_MAX);
	for (size_t i = 0; i < 4; i++) {
		for (size_t grants = 0;; grants++) {
			int err;

			memory.grants = grants;
			err = topic_store_set(t, span_of_text(names[i]), &value, &old);
			memory.grants = SIZE_MAX;
			if (err == 0)
				break;
			cr_assert_eq(err, ERR_MEMORY);
			cr_expect_eq(old, i == 0 ? (void *)&memory : NULL);
			cr_expect_eq(topic_store_count(t), i);
			cr_expect_null(topic_store_find(t, span_of_text(names[i])));
		}
		cr_expect_eq(topic_store_count(t), i + 1);
	}
	for (size_t i = 0; i < 4; i++)
		cr_expect_eq(topic_store_take(t, span_of_text(names[i])), &value);
	cr_expect_leq(memory.blocks, 3, "the store, its root and the table");
	topic_store_free(t);
	cr_expect_eq(memory.blocks, 0);
}

/* "x/" and as many letters, in a static buffer. */
static struct span long_text(size_t letters)
{
	static char text[TOPIC_BYTES_MAX];

	memset(text, 'l', sizeof text);
	memcpy(text, "x/", 2);
	return span_of(text, 2 + letters);
}

TEST(topic_tree, counts_long_levels_and_group_names_as_several, "")
{
	struct topic_tree *t =
		topic_tree_new(&alloc_libc, &key, &(struct topic_tree_limits){1002, SIZE_MAX});
	struct topic_filter f = test_filter(long_text(64 * 1001));
	struct topic_sub a = {0}, b = {0};

	cr_expect_eq(topic_tree_add(t, &f, 1, &a), ERR_LIMIT);
	f = test_filter(long_text(64 * 1000));
	cr_expect_eq(topic_tree_add(t, &f, 1, &a), 0);
	cr_expect_eq(topic_tree_stats(t).nodes, 1002);
	f.group = SPAN_LITERAL("g");
	cr_expect_eq(topic_tree_add(t, &f, 1, &b), ERR_LIMIT);
	topic_tree_remove(t, &a);
	cr_expect_eq(topic_tree_stats(t).nodes, 0);
	f = (struct topic_filter){long_text(64 * 1000), SPAN_LITERAL("y"), false};
	cr_expect_eq(topic_tree_add(t, &f, 1, &b), 0);
	cr_expect_eq(topic_tree_stats(t).nodes, 1002);
	topic_tree_free(t);
}

TEST(topic_store, counts_long_levels_as_several, "")
{
	struct topic_store *t = topic_store_new(&alloc_libc, &key, 1002);
	int value;
	void *old;

	cr_expect_eq(topic_store_set(t, long_text(64 * 1001), &value, &old), ERR_LIMIT);
	cr_expect_eq(topic_store_set(t, long_text(64 * 1000), &value, &old), 0);
	cr_expect_eq(topic_store_set(t, SPAN_LITERAL("y"), &value, &old), ERR_LIMIT);
	cr_expect_eq(topic_store_take(t, long_text(64 * 1000)), &value);
	cr_expect_eq(topic_store_set(t, SPAN_LITERAL("y"), &value, &old), 0);
	topic_store_free(t);
}
