/* The tree against a model that is nothing but a list of filters and topic_filter_matches(). */
#include "base/base_err.h"
#include "base/base_prng.h"
#include "base/base_test_alloc.h"
#include "topic/topic_test.h"
#include "topic/topic_tree.h"

enum { SUBS = 48, LEVELS_MAX = 4, SUBSCRIBERS = 3, TEXT_BYTES = 32, HELD_MAX = 4 };

struct text {
	char at[TEXT_BYTES];
	size_t size;
};

struct entry {
	struct topic_sub sub;
	struct text text;
	struct topic_filter f;
	uint64_t subscriber;
	bool is_in;
	bool was_in;    /* when the match began, and ever since */
	unsigned found; /* by the match */
};

struct world {
	struct topic_tree *tree;
	struct prng prng;
	struct test_alloc memory;
	struct entry entries[SUBS];
	struct topic_group *held[HELD_MAX]; /* references to groups */
};

static size_t below(struct world *w, size_t bound)
{
	return (size_t)prng_below(&w->prng, bound);
}

static void append(struct text *t, const char *s)
{
	size_t size = strlen(s);

	cr_assert_leq(t->size + size, TEXT_BYTES);
	memcpy(t->at + t->size, s, size);
	t->size += size;
}

static void append_levels(struct world *w, struct text *t, const char *const *words, size_t count)
{
	size_t levels = 1 + below(w, LEVELS_MAX);

	for (size_t i = 0; i < levels; i++) {
		const char *word = words[below(w, count)];

		if (i > 0)
			append(t, "/");
		append(t, word);
		if (strcmp(word, "#") == 0)
			return;
	}
}

static struct text draw_name(struct world *w)
{
	static const char *const words[] = {"a", "b", "a", "b", "", "$x"};
	struct text t;

	do {
		t.size = 0;
		append_levels(w, &t, words, 6);
	} while (t.size == 0);
	return t;
}

static struct text draw_filter(struct world *w)
{
	static const char *const words[] = {"a", "b", "a", "b", "+", "+", "", "$x", "#"};
	static const char *const heads[] = {"", "", "$share/g/", "$share/h/"};
	const char *head = heads[below(w, 4)];
	struct text t;

	do {
		t.size = 0;
		append(&t, head);
		append_levels(w, &t, words, 9);
	} while (t.size == strlen(head));
	return t;
}

static struct span span(const struct text *t)
{
	return span_of(t->at, t->size);
}

static bool same_group(const struct entry *a, const struct entry *b)
{
	return span_equal(a->f.group, b->f.group) && span_equal(a->f.filter, b->f.filter);
}

static bool is_there(const struct world *w, const struct entry *e)
{
	for (size_t i = 0; i < SUBS; i++)
		if (w->entries[i].is_in && same_group(&w->entries[i], e) &&
			w->entries[i].subscriber == e->subscriber)
			return true;
	return false;
}

static void add_one(struct world *w)
{
	struct entry *e = &w->entries[below(w, SUBS)];
	bool exists;
	int err;

	if (e->is_in)
		return;
	*e = (struct entry){.text = draw_filter(w), .subscriber = (uint32_t)below(w, SUBSCRIBERS)};
	e->f = test_filter(span(&e->text));
	exists = is_there(w, e);
	cr_assert_eq(topic_tree_find(w->tree, &e->f, e->subscriber) != NULL, exists);
	err = topic_tree_add(w->tree, &e->f, e->subscriber, &e->sub);
	cr_assert_eq(err, exists ? ERR_EXISTS : 0);
	e->is_in = err == 0;
}

static void remove_one(struct world *w)
{
	struct entry *e = &w->entries[below(w, SUBS)];

	topic_tree_remove(w->tree, &e->sub);
	e->is_in = e->was_in = false;
	memset(&e->sub, 0, sizeof e->sub); /* its memory is the caller's again */
}

static void turn_one(struct world *w)
{
	struct entry *e = &w->entries[below(w, SUBS)];

	if (e->is_in)
		topic_sub_set_online(&e->sub, below(w, 2));
}

static void unhold(struct world *w, struct topic_group **held)
{
	if (*held)
		topic_group_unref(w->tree, *held);
	*held = NULL;
}

/* Takes or gives back a reference to a group. */
static void hold_one(struct world *w)
{
	struct topic_group **held = &w->held[below(w, HELD_MAX)];
	struct entry *e = &w->entries[below(w, SUBS)];

	if (*held) {
		unhold(w, held);
	} else if (e->is_in && e->sub.group) {
		*held = e->sub.group;
		topic_group_ref(*held);
	}
}

static void mutate(struct world *w, size_t more_adds)
{
	size_t what = below(w, 4 + more_adds);

	if (what == 0 && below(w, 2))
		hold_one(w);
	else if (what == 0)
		turn_one(w);
	else if (what <= 2)
		remove_one(w);
	else
		add_one(w);
}

/* The formula at the top of topic_node.c, from the list. */
static size_t weight(const struct span *rests, size_t count)
{
	struct span below_it[SUBS];
	bool is_done[SUBS] = {0};
	size_t sum = 1, literal_max = 0;

	for (size_t i = 0; i < count; i++) {
		size_t size, found = 0, of_level;

		if (is_done[i] || !rests[i].at)
			continue;
		size = strcspn((const char *)rests[i].at, "/");
		for (size_t k = i; k < count; k++) {
			if (!rests[k].at || strcspn((const char *)rests[k].at, "/") != size ||
				memcmp(rests[i].at, rests[k].at, size) != 0)
				continue;
			is_done[k] = true;
			below_it[found++] = rests[k].at[size] ? span_skip(rests[k], size + 1)
							      : span_of(NULL, 0);
			if (rests[k].at[size] && !below_it[found - 1].at)
				below_it[found - 1] = SPAN_LITERAL("");
		}
		of_level = weight(below_it, found);
		if (size == 1 && strchr("+#", rests[i].at[0]))
			sum += of_level;
		else if (of_level > literal_max)
			literal_max = of_level;
	}
	return sum + literal_max;
}

static size_t weight_by_rule(const struct world *w)
{
	struct span filters[SUBS];
	static char texts[SUBS][TEXT_BYTES + 1];
	size_t count = 0;

	for (size_t i = 0; i < SUBS; i++) {
		const struct entry *e = &w->entries[i];

		if (!e->is_in)
			continue;
		memcpy(texts[count], e->f.filter.at, e->f.filter.size);
		texts[count][e->f.filter.size] = 0;
		filters[count] = span_of(texts[count], e->f.filter.size);
		count++;
	}
	return weight(filters, count);
}

/* A group that is held without members keeps its nodes, too. */
static void check_weight(const struct world *w)
{
	size_t weight = topic_tree_stats(w->tree).visits_worst, by_rule = weight_by_rule(w);
	bool is_held = false;

	for (size_t i = 0; i < HELD_MAX; i++)
		is_held |= w->held[i] && topic_group_count(w->held[i]) == 0;
	if (is_held)
		cr_assert_geq(weight, by_rule);
	else
		cr_assert_eq(weight, by_rule);
}

static void count_hit(struct world *w, struct topic_sub *sub, struct topic_group *group)
{
	const struct topic_sub *member = group ? topic_group_pick(group) : sub;
	struct entry *e = LIST_ENTRY(member, struct entry, sub);

	cr_assert(member, "a group without members is no hit");
	cr_assert(e->is_in, "removed, and found after that");
	cr_assert_eq(sub ? NULL : group, member->group);
	for (size_t i = 0; i < SUBS; i++)
		if (&w->entries[i] == e || (group && w->entries[i].sub.group == group))
			w->entries[i].found++;
}

/* Matches `budget` steps at a time, with something else happening in between. */
static void match_one(struct world *w, size_t budget_max, bool is_quiet)
{
	struct text name = draw_name(w);
	struct topic_match m;
	enum topic_match_result result = TOPIC_MATCH_PAUSE;
	size_t worst = topic_tree_stats(w->tree).visits_worst;

	for (size_t i = 0; i < SUBS; i++) {
		w->entries[i].found = 0;
		w->entries[i].was_in = w->entries[i].is_in;
	}
	topic_match_start(&m, w->tree, span(&name));
	while (result != TOPIC_MATCH_END) {
		struct topic_sub *sub = NULL;
		struct topic_group *group = NULL;
		size_t budget = 1 + below(w, budget_max);

		for (;;) {
			result = topic_match_next(&m, &budget, &sub, &group);
			if (result != TOPIC_MATCH_SUB && result != TOPIC_MATCH_GROUP)
				break;
			count_hit(w, result == TOPIC_MATCH_SUB ? sub : NULL,
				result == TOPIC_MATCH_GROUP ? group : NULL);
			if (!is_quiet && below(w, 3) == 0)
				mutate(w, 1);
		}
		if (!is_quiet)
			mutate(w, 1);
	}
	if (is_quiet)
		cr_assert_leq(m.visited, worst);
	topic_match_stop(&m);
	topic_match_stop(&m);
	for (size_t i = 0; i < SUBS; i++) {
		struct entry *e = &w->entries[i];
		bool matches = e->is_in && topic_filter_matches(e->f.filter, span(&name));

		if (e->was_in && matches)
			cr_assert_eq(e->found, 1, "%.*s %.*s", (int)e->text.size, e->text.at,
				(int)name.size, name.at);
		else if (e->is_in)
			cr_assert_leq(e->found, matches);
	}
}

static void run(uint64_t seed, size_t steps, size_t budget_max, bool is_quiet)
{
	struct world *w = calloc(1, sizeof *w);

	test_alloc_init(&w->memory);
	prng_init(&w->prng, seed);
	w->tree = topic_tree_new(&w->memory.alloc, &(struct hash_key){seed, 1},
		&(struct topic_tree_limits){SIZE_MAX, SIZE_MAX});
	for (size_t i = 0; i < steps; i++) {
		size_t calls = w->memory.calls;

		if (below(w, 3) > 0) {
			mutate(w, (i / 64) % 3); /* fuller and emptier again */
			check_weight(w);
			continue;
		}
		match_one(w, budget_max, is_quiet);
		if (is_quiet)
			cr_assert_eq(w->memory.calls, calls, "a match allocates nothing");
	}
	for (size_t i = 0; i < HELD_MAX; i++)
		unhold(w, &w->held[i]);
	check_weight(w);
	topic_tree_free(w->tree);
	cr_assert_eq(w->memory.blocks, 0);
	free(w);
}

TEST(topic_match, finds_what_the_list_of_all_filters_says, "MQTT-3.3.2-3")
{
	for (uint64_t seed = 0; seed < 20; seed++)
		run(seed, 3000, 100, true);
}

TEST(topic_match, is_the_same_in_slices_of_one_step, "")
{
	for (uint64_t seed = 100; seed < 110; seed++)
		run(seed, 3000, 1, true);
}

TEST(topic_match, finds_what_stays_once_and_never_what_is_gone, "")
{
	for (uint64_t seed = 200; seed < 240; seed++)
		run(seed, 3000, 1 + seed % 5, false);
}
