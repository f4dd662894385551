#include "topic/topic_store.h"

#include "base/base_err.h"
#include "base/base_prng.h"
#include "base/base_test.h"
#include "base/base_test_alloc.h"

static const struct hash_key key = {3, 4};

static int set(struct topic_store *t, const char *name, void *value)
{
	void *old;

	return topic_store_set(t, span_of_text(name), value, &old);
}

static void *take(struct topic_store *t, const char *name)
{
	return topic_store_take(t, span_of_text(name));
}

static void *next(struct topic_search *s)
{
	size_t budget = SIZE_MAX;
	void *value = NULL;

	if (topic_search_next(s, &budget, &value) == TOPIC_SEARCH_END)
		return NULL;
	return value;
}

TEST(topic_store, holds_one_value_a_name, "")
{
	struct topic_store *t = topic_store_new(&alloc_libc, &key, SIZE_MAX);
	int a, b, c;
	void *old = &c;

	cr_assert_eq(topic_store_set(t, SPAN_LITERAL("x/y"), &a, &old), 0);
	cr_expect_null(old);
	cr_assert_eq(topic_store_set(t, SPAN_LITERAL("x/y"), &b, &old), 0);
	cr_expect_eq(old, &a);
	cr_expect_eq(set(t, "x", &c), 0);
	cr_expect_eq(topic_store_count(t), 2);
	cr_expect_eq(topic_store_find(t, SPAN_LITERAL("x/y")), &b);
	cr_expect_null(topic_store_find(t, SPAN_LITERAL("x/")));
	cr_expect_null(topic_store_find(t, SPAN_LITERAL("y")));
	cr_expect_null(take(t, "x/y/z"));
	cr_expect_eq(take(t, "x"), &c);
	cr_expect_null(take(t, "x"));
	cr_expect_eq(topic_store_find(t, SPAN_LITERAL("x/y")), &b);
	cr_expect_eq(take(t, "x/y"), &b);
	cr_expect_eq(topic_store_count(t), 0);
	topic_store_free(t);
	topic_store_free(NULL);
}

TEST(topic_store, refuses_more_nodes_than_its_limit, "")
{
	struct topic_store *t = topic_store_new(&alloc_libc, &key, 3);
	int a;

	cr_expect_eq(set(t, "a/b/c/d", &a), ERR_LIMIT);
	cr_assert_eq(set(t, "a/b/c", &a), 0);
	cr_expect_eq(set(t, "x", &a), ERR_LIMIT);
	cr_expect_eq(set(t, "a/b", &a), 0);
	cr_expect_eq(topic_store_count(t), 2);
	cr_expect_eq(take(t, "a/b/c"), &a);
	cr_expect_eq(set(t, "x", &a), 0, "its node is free again");
	topic_store_free(t);
}

TEST(topic_search, finds_parents_first_and_the_oldest_child_first, "")
{
	struct topic_store *t = topic_store_new(&alloc_libc, &key, SIZE_MAX);
	struct topic_search s;
	char values[5];
	static const char *const names[5] = {"b/z", "a", "b/a", "b", "a/a"};
	static const size_t order[5] = {3, 0, 2, 1, 4};

	for (size_t i = 0; i < 5; i++)
		cr_assert_eq(set(t, names[i], &values[i]), 0);
	topic_search_start(&s, t, SPAN_LITERAL("#"));
	for (size_t i = 0; i < 5; i++)
		cr_expect_eq(next(&s), &values[order[i]]);
	cr_expect_null(next(&s));
	cr_expect_null(next(&s));
	topic_search_stop(&s);
	topic_search_stop(&s);
	topic_store_free(t);
}

/* The names of single letters that the filter finds, in that order; the budget of a call is 1. */
static void check_found(struct topic_store *t, const char *filter, const char *want)
{
	struct topic_search s;
	enum topic_search_result result = TOPIC_SEARCH_PAUSE;
	char found[16] = "";
	size_t count = 0;

	topic_search_start(&s, t, span_of_text(filter));
	while (result != TOPIC_SEARCH_END) {
		size_t budget = 1;
		void *value = NULL;

		result = topic_search_next(&s, &budget, &value);
		if (result == TOPIC_SEARCH_FOUND)
			found[count++] = *(const char *)value;
	}
	topic_search_stop(&s);
	cr_expect_str_eq(found, want, "%s", filter);
}

TEST(topic_search, finds_what_the_filter_matches, "MQTT-4.7.1-1")
{
	static const char *const names[] = {
		"x", "x/y", "x/y/z", "x/", "/", "/x", "$S", "$S/y", "x/$"};
	static char letters[] = "abcdefghi";
	struct topic_store *t = topic_store_new(&alloc_libc, &key, SIZE_MAX);

	check_found(t, "#", "");
	check_found(t, "x", "");
	for (size_t i = 0; i < 9; i++)
		cr_assert_eq(set(t, names[i], &letters[i]), 0);
	check_found(t, "x", "a");
	check_found(t, "x/y", "b");
	check_found(t, "x/#", "abcdi");
	check_found(t, "x/+", "bdi");
	check_found(t, "x/y/#", "bc");
	check_found(t, "+/y", "b");
	check_found(t, "+/y/+", "c");
	check_found(t, "/#", "ef");
	check_found(t, "+/+", "bdief");
	check_found(t, "q/#", "");
	check_found(t, "x/y/z/#", "c");
	check_found(t, "x/y/z/q", "");
	topic_store_free(t);
}

TEST(topic_search, takes_one_from_the_budget_for_each_node, "")
{
	static const char *const names[] = {"a/b/c", "a/x", "q"};
	struct topic_store *t = topic_store_new(&alloc_libc, &key, SIZE_MAX);
	struct topic_search s;
	size_t budget = 0;
	int value;
	void *found;

	for (size_t i = 0; i < 3; i++)
		cr_assert_eq(set(t, names[i], &value), 0);
	topic_search_start(&s, t, SPAN_LITERAL("#"));
	cr_expect_eq(topic_search_next(&s, &budget, &found), TOPIC_SEARCH_PAUSE);
	budget = 2;
	cr_expect_eq(topic_search_next(&s, &budget, &found), TOPIC_SEARCH_PAUSE);
	budget = 3;
	cr_expect_eq(topic_search_next(&s, &budget, &found), TOPIC_SEARCH_FOUND);
	cr_expect_eq(topic_search_next(&s, &budget, &found), TOPIC_SEARCH_FOUND);
	cr_expect_eq(budget, 1);
	cr_expect_eq(topic_search_next(&s, &budget, &found), TOPIC_SEARCH_FOUND);
	cr_expect_eq(budget, 0);
	topic_search_stop(&s);
	cr_expect_eq(topic_search_next(&s, &budget, &found), TOPIC_SEARCH_END);
	topic_store_free(t);
}

TEST(topic_search, leaves_dollar_names_out_of_leading_wildcards, "MQTT-4.7.2-1")
{
	static const char *const names[] = {"$S", "$S/y", "x", "x/$y", "$", "/$"};
	static char letters[] = "abcdef";
	struct topic_store *t = topic_store_new(&alloc_libc, &key, SIZE_MAX);

	for (size_t i = 0; i < 6; i++)
		cr_assert_eq(set(t, names[i], &letters[i]), 0);
	check_found(t, "#", "cdf");
	check_found(t, "+", "c");
	check_found(t, "+/#", "cdf");
	check_found(t, "+/+", "df");
	check_found(t, "+/y", "");
	check_found(t, "$S/#", "ab");
	check_found(t, "$S/+", "b");
	check_found(t, "$", "e");
	topic_store_free(t);
}

TEST(topic_search, holds_its_place_when_the_node_it_stands_on_goes, "")
{
	struct test_alloc memory;
	struct topic_store *t;
	struct topic_search first, second;
	int a, b, c, d;
	size_t blocks;

	test_alloc_init(&memory);
	t = topic_store_new(&memory.alloc, &key, 4);
	cr_assert_eq(set(t, "x/a", &a), 0);
	cr_assert_eq(set(t, "x/b", &b), 0);
	cr_assert_eq(set(t, "x/c", &c), 0);
	blocks = memory.blocks;
	topic_search_start(&first, t, SPAN_LITERAL("x/+"));
	topic_search_start(&second, t, SPAN_LITERAL("#"));
	cr_expect_eq(next(&first), &a);
	cr_expect_eq(next(&second), &a);
	cr_expect_eq(take(t, "x/a"), &a);
	cr_expect_eq(take(t, "x/b"), &b);
	cr_expect_eq(memory.blocks, blocks - 1, "x/a is held, x/b is not");
	cr_expect_eq(set(t, "x/d/e", &d), ERR_LIMIT);
	cr_expect_eq(next(&second), &c);
	cr_expect_eq(memory.blocks, blocks - 1);
	cr_expect_eq(next(&first), &c);
	cr_expect_eq(memory.blocks, blocks - 2, "the last one that stood there is gone");
	cr_expect_eq(set(t, "x/d/e", &d), 0);
	cr_expect_eq(take(t, "x/c"), &c);
	cr_expect_eq(next(&second), &d);
	topic_search_stop(&first);
	cr_expect_eq(take(t, "x/d/e"), &d);
	cr_expect_eq(topic_store_count(t), 0);
	cr_expect_null(next(&second));
	topic_search_stop(&second);
	topic_store_free(t);
	cr_expect_eq(memory.blocks, 0);
}

enum { NAMES = 40, SEARCHES = 6, TEXT_BYTES = 32 };

struct text {
	char at[TEXT_BYTES];
	size_t size;
};

struct name {
	struct text text;
	bool is_in;
	bool was_in[SEARCHES]; /* when that search began, and ever since */
	unsigned found[SEARCHES];
};

struct world {
	struct topic_store *store;
	struct prng prng;
	struct test_alloc memory;
	struct name names[NAMES];
	struct topic_search searches[SEARCHES];
	struct text filters[SEARCHES];
	bool is_under_way[SEARCHES];
};

static struct span span(const struct text *t)
{
	return span_of(t->at, t->size);
}

static void draw(struct world *w, struct text *t, const char *const *words, size_t count)
{
	do {
		size_t levels = 1 + (size_t)prng_below(&w->prng, 4);

		t->size = 0;
		for (size_t i = 0; i < levels; i++) {
			const char *word = words[prng_below(&w->prng, count)];

			if (i > 0)
				t->at[t->size++] = '/';
			memcpy(t->at + t->size, word, strlen(word));
			t->size += strlen(word);
			if (*word == '#')
				break;
		}
	} while (t->size == 0);
}

static void set_one(struct world *w)
{
	static const char *const words[] = {"a", "b", "a", "b", "", "$x"};
	struct name *n = &w->names[prng_below(&w->prng, NAMES)], *same = NULL;
	struct text text;
	void *old;

	if (n->is_in)
		return;
	draw(w, &text, words, 6);
	for (size_t i = 0; i < NAMES; i++)
		if (w->names[i].is_in && span_equal(span(&w->names[i].text), span(&text)))
			same = &w->names[i];
	cr_assert_eq(topic_store_find(w->store, span(&text)), same);
	if (same)
		return;
	*n = (struct name){.text = text, .is_in = true};
	cr_assert_eq(topic_store_set(w->store, span(&text), n, &old), 0);
	cr_assert_null(old);
}

static void take_one(struct world *w)
{
	struct name *n = &w->names[prng_below(&w->prng, NAMES)];

	if (!n->is_in)
		return;
	cr_assert_eq(topic_store_take(w->store, span(&n->text)), n);
	*n = (struct name){0};
}

static void start_one(struct world *w, size_t k)
{
	static const char *const words[] = {"a", "b", "+", "+", "#", "", "$x"};

	draw(w, &w->filters[k], words, 7);
	for (size_t i = 0; i < NAMES; i++) {
		w->names[i].was_in[k] = w->names[i].is_in;
		w->names[i].found[k] = 0;
	}
	topic_search_start(&w->searches[k], w->store, span(&w->filters[k]));
	w->is_under_way[k] = true;
}

static void check_end(struct world *w, size_t k)
{
	for (size_t i = 0; i < NAMES; i++) {
		const struct name *n = &w->names[i];
		bool matches =
			n->is_in && topic_filter_matches(span(&w->filters[k]), span(&n->text));

		if (n->was_in[k] && matches)
			cr_assert_eq(n->found[k], 1);
		else if (n->is_in)
			cr_assert_leq(n->found[k], matches);
	}
}

static void search_one(struct world *w)
{
	size_t k = (size_t)prng_below(&w->prng, SEARCHES), budget = prng_below(&w->prng, 6);
	enum topic_search_result result;
	void *value;

	if (!w->is_under_way[k]) {
		start_one(w, k);
		return;
	}
	while ((result = topic_search_next(&w->searches[k], &budget, &value)) ==
		TOPIC_SEARCH_FOUND) {
		struct name *n = value;

		cr_assert(n->is_in);
		n->found[k]++;
	}
	if (result == TOPIC_SEARCH_PAUSE && prng_below(&w->prng, 50) > 0)
		return;
	if (result == TOPIC_SEARCH_END)
		check_end(w, k);
	topic_search_stop(&w->searches[k]);
	w->is_under_way[k] = false;
}

static void run(uint64_t seed, size_t steps)
{
	struct world *w = calloc(1, sizeof *w);

	test_alloc_init(&w->memory);
	prng_init(&w->prng, seed);
	w->store = topic_store_new(&w->memory.alloc, &(struct hash_key){seed, 2}, SIZE_MAX);
	for (size_t i = 0; i < steps; i++) {
		size_t what = (size_t)prng_below(&w->prng, 8), calls = w->memory.calls;

		if (what < 2 || (what == 2 && i / 64 % 2))
			set_one(w);
		else if (what < 4)
			take_one(w);
		else {
			search_one(w);
			cr_assert_eq(w->memory.calls, calls, "a search allocates nothing");
		}
	}
	for (size_t k = 0; k < SEARCHES; k++)
		topic_search_stop(&w->searches[k]);
	for (size_t i = 0; i < NAMES; i++)
		if (w->names[i].is_in)
			topic_store_take(w->store, span(&w->names[i].text));
	topic_store_free(w->store);
	cr_assert_eq(w->memory.blocks, 0);
	free(w);
}

TEST(topic_search, finds_what_stays_once_and_never_what_is_gone, "MQTT-3.8.4-4")
{
	for (uint64_t seed = 0; seed < 40; seed++)
		run(seed, 10000);
}
