/* topic_visits.c - how many nodes does a match visit, and how many a search?
 *
 * Those numbers, unlike a time, are the same on every machine.  For each set of filters, and then
 * for a million names, they are printed, and what doc/topics.md claims of them is checked. */
#include "topic/topic_store.h"
#include "topic/topic_tree.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { VISITS_MAX = 4096 /* the broker's default */, TEXT_BYTES = 256 };

struct memory {
	size_t calls, bytes;
};

struct set {
	const char *name;
	struct memory memory;
	struct allocator alloc;
	struct topic_tree *tree;
	struct topic_sub *subs;
	size_t room, added, refused;
	size_t topics, hits, visited, visited_max;
	size_t match_calls; /* requests for memory during matches */
};

static size_t passed, failed;

static void *counted_resize(void *context, void *old, size_t old_size, size_t new_size)
{
	struct memory *m = context;

	m->calls += new_size > 0;
	m->bytes += new_size - old_size;
	return alloc_libc.resize(NULL, old, old_size, new_size);
}

static void claim(const struct set *s, bool is_true, const char *what)
{
	passed += is_true;
	failed += !is_true;
	if (!is_true)
		printf("FAILED: %s: %s\n", s->name, what);
}

static void set_init(struct set *s, const char *name, size_t room, size_t visits_max)
{
	*s = (struct set){.name = name, .room = room, .subs = calloc(room, sizeof *s->subs)};
	assert(s->subs);
	s->alloc = (struct allocator){counted_resize, &s->memory};
	s->tree = topic_tree_new(&s->alloc, &(struct hash_key){1, 2},
		&(struct topic_tree_limits){SIZE_MAX, visits_max});
}

__attribute__((format(printf, 2, 3))) static void add(struct set *s, const char *format, ...)
{
	char text[TEXT_BYTES];
	struct topic_filter f;
	va_list args;
	int size, err;

	va_start(args, format);
	size = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	err = topic_filter_parse(span_of(text, (size_t)size), &f);
	assert(err == 0 && s->added < s->room);
	err = topic_tree_add(s->tree, &f, 1, &s->subs[s->added]);
	s->added += err == 0;
	s->refused += err != 0;
}

__attribute__((format(printf, 2, 3))) static void match(struct set *s, const char *format, ...)
{
	char text[TEXT_BYTES];
	size_t budget = SIZE_MAX, calls = s->memory.calls;
	struct topic_match m;
	struct topic_sub *sub;
	struct topic_group *group;
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	topic_match_start(&m, s->tree, span_of(text, (size_t)size));
	while (topic_match_next(&m, &budget, &sub, &group) != TOPIC_MATCH_END)
		s->hits++;
	topic_match_stop(&m);
	s->topics++;
	s->visited += m.visited;
	if (m.visited > s->visited_max)
		s->visited_max = m.visited;
	s->match_calls += s->memory.calls - calls;
}

/* Prints the line of the set and ends it. */
static void set_done(struct set *s)
{
	struct topic_tree_stats stats = topic_tree_stats(s->tree);

	printf("%-28s %8zu %8zu %8zu %6zu %8zu %9zu %9zu.%02zu %9zu\n", s->name, s->added,
		s->refused, stats.nodes, s->memory.bytes / s->added, s->topics, s->visited_max,
		s->visited / s->topics, s->visited * 100 / s->topics % 100, stats.visits_worst);
	claim(s, s->match_calls == 0, "a match allocates nothing");
	claim(s, s->visited_max <= stats.visits_worst, "no topic visits more than the bound says");
	for (size_t i = 0; i < s->added; i++)
		topic_tree_remove(s->tree, &s->subs[i]);
	stats = topic_tree_stats(s->tree);
	claim(s, stats.nodes == 0 && stats.visits_worst == 1,
		"nothing is left of what was removed");
	topic_tree_free(s->tree);
	claim(s, s->memory.bytes == 0, "all memory is given back");
	free(s->subs);
}

static void exact_deep(void)
{
	struct set s;

	set_init(&s, "exact, 4 levels", 1000000, VISITS_MAX);
	for (unsigned i = 0; i < 1000000; i++)
		add(&s, "site%u/line%u/machine%u/sensor%u", i / 100000, i / 1000 % 100,
			i / 10 % 100, i % 10);
	for (unsigned i = 0; i < 1000000; i++)
		match(&s, "site%u/line%u/machine%u/sensor%u", i / 100000, i / 1000 % 100,
			i / 10 % 100, i % 10);
	claim(&s, s.refused == 0 && s.hits == s.topics, "each topic has its one subscriber");
	claim(&s, s.visited_max == 5 && s.visited == 5 * s.topics, "a match visits levels + 1");
	for (unsigned i = 0; i < 1000; i++)
		match(&s, "site%u/line%u/other/sensor%u/x", i % 10, i % 100, i);
	claim(&s, s.visited_max == 5 && s.hits == 1000000, "a miss visits no more");
	set_done(&s);
}

static void exact_flat(void)
{
	struct set s;

	set_init(&s, "exact, 1 level", 1000000, VISITS_MAX);
	for (unsigned i = 0; i < 1000000; i++)
		add(&s, "device-%u", i);
	for (unsigned i = 0; i < 1000000; i++)
		match(&s, "device-%u", i);
	claim(&s, s.refused == 0 && s.hits == s.topics, "each topic has its one subscriber");
	claim(&s, s.visited_max == 2 && s.visited == 2 * s.topics, "a match visits levels + 1");
	set_done(&s);
}

/* A dashboard a machine and a line, an alarm a plant, one archive of everything. */
static void plant(void)
{
	static const char *const sensors[] = {"temperature", "pressure", "vibration", "speed",
		"power", "state", "alarm", "count"};
	struct set s;

	set_init(&s, "plant/line/machine/sensor", 110000, VISITS_MAX);
	for (unsigned p = 0; p < 20; p++) {
		for (unsigned l = 0; l < 40; l++) {
			for (unsigned m = 0; m < 60; m++) {
				add(&s, "plant%u/line%u/machine%u/#", p, l, m);
				add(&s, "plant%u/line%u/machine%u/+", p, l, m);
			}
			for (unsigned k = 0; k < 8; k++)
				add(&s, "plant%u/line%u/+/%s", p, l, sensors[k]);
			add(&s, "plant%u/line%u/#", p, l);
		}
		for (unsigned k = 0; k < 8; k++)
			add(&s, "plant%u/+/+/%s", p, sensors[k]);
		add(&s, "plant%u/#", p);
	}
	for (unsigned k = 0; k < 8; k++)
		add(&s, "+/+/+/%s", sensors[k]);
	add(&s, "#");
	for (unsigned i = 0; i < 20 * 40 * 60 * 8; i++)
		match(&s, "plant%u/line%u/machine%u/%s", i / 19200, i / 480 % 40, i / 8 % 60,
			sensors[i % 8]);
	claim(&s, s.refused == 0 && s.added >= 100000, "all 100,000 are let in");
	claim(&s, s.hits == 8 * s.topics, "each topic has its eight subscribers");
	claim(&s, s.visited_max <= 32, "a match visits a few dozen nodes");
	set_done(&s);
}

/* A panel a room and a floor, a caretaker a building, rules that span the campus. */
static void building(void)
{
	static const char *const things[] = {"light", "heat", "blind", "door"};
	static const char *const verbs[] = {"set", "state"};
	struct set s;

	set_init(&s, "building/floor/room/...", 110000, VISITS_MAX);
	for (unsigned b = 0; b < 50; b++) {
		for (unsigned f = 0; f < 20; f++) {
			for (unsigned r = 0; r < 50; r++) {
				add(&s, "building%u/floor%u/room%u/+/state", b, f, r);
				add(&s, "building%u/floor%u/room%u/#", b, f, r);
			}
			for (unsigned k = 0; k < 4; k++)
				add(&s, "building%u/floor%u/+/%s/set", b, f, things[k]);
			add(&s, "building%u/floor%u/+/+/state", b, f);
		}
		for (unsigned k = 0; k < 4; k++)
			add(&s, "building%u/+/+/%s/state", b, things[k]);
		add(&s, "building%u/+/lobby/#", b);
	}
	add(&s, "+/+/+/+/state");
	add(&s, "+/+/+/door/+");
	for (unsigned i = 0; i < 50 * 20 * 50 * 8; i++)
		match(&s, "building%u/floor%u/room%u/%s/%s", i / 8000, i / 400 % 20, i / 8 % 50,
			things[i / 2 % 4], verbs[i % 2]);
	claim(&s, s.refused == 0 && s.added >= 100000, "all 100,000 are let in");
	claim(&s, s.visited_max <= 32, "a match visits a few dozen nodes");
	set_done(&s);
}

/* A filter of 16 levels: '+' where `bits` has a 1, else "a". */
static void add_mix(struct set *s, unsigned bits)
{
	char text[2 * 16];

	for (size_t i = 0; i < 16; i++) {
		text[2 * i] = bits >> i & 1 ? '+' : 'a';
		text[2 * i + 1] = '/';
	}
	add(s, "%.*s", 31, text);
}

static void match_mixed(struct set *s)
{
	match(s, "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a");
	match(s, "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a");
	match(s, "a/a/a/a/a/a/a/a/b/a/a/a/a/a/a/a");
}

static void adversary_unbounded(void)
{
	struct set s;

	set_init(&s, "every mix, no limit", 65536, SIZE_MAX);
	for (unsigned i = 0; i < 65536; i++)
		add_mix(&s, i);
	match_mixed(&s);
	claim(&s, s.added == 65536, "all are let in");
	claim(&s, s.visited_max == 131071, "one topic visits every node");
	set_done(&s);
}

static void adversary_bounded(const char *name, unsigned factor)
{
	struct set s;

	set_init(&s, name, 65536, VISITS_MAX);
	for (unsigned i = 0; i < 65536; i++)
		add_mix(&s, i * factor & 0xffff); /* an odd factor: each mix once */
	match_mixed(&s);
	claim(&s, s.added > 0 && s.refused > 0, "some are let in, the others refused");
	claim(&s, topic_tree_stats(s.tree).visits_worst <= VISITS_MAX, "the bound is kept");
	claim(&s, s.visited_max <= VISITS_MAX, "no topic visits more than the limit");
	set_done(&s);
}

/* Searches in slices of 1,000 nodes; *ret_found names are found.  The nodes that were visited. */
static size_t search(struct topic_store *t, const char *filter, size_t *ret_found)
{
	struct topic_search s;
	enum topic_search_result result = TOPIC_SEARCH_PAUSE;
	size_t visited = 0, budget = 0;
	void *value;

	*ret_found = 0;
	topic_search_start(&s, t, span_of_text(filter));
	while (result != TOPIC_SEARCH_END) {
		if (budget == 0)
			budget = 1000;
		visited += budget;
		result = topic_search_next(&s, &budget, &value);
		visited -= budget;
		*ret_found += result == TOPIC_SEARCH_FOUND;
	}
	topic_search_stop(&s);
	return visited;
}

/* The other way round: a million names, and which of them does a filter reach? */
static void names(void)
{
	static const struct {
		const char *filter;
		size_t found, visited;
	} rows[] = {
		/* The root's own visit is the way to the end. */
		{"site3/line1/machine4/sensor1", 1, 5},
		{"site3/line1/+/sensor1", 100, 203},
		{"+/line1/machine4/+", 100, 131},
		{"site3/#", 100000, 110102},
		{"#", 1000000, 1101011},
	};
	struct set s = {.name = "names"};
	size_t calls, found;
	char text[TEXT_BYTES];
	void *old;
	struct topic_store *t;

	s.alloc = (struct allocator){counted_resize, &s.memory};
	t = topic_store_new(&s.alloc, &(struct hash_key){1, 2}, SIZE_MAX);
	for (unsigned i = 0; i < 1000000; i++) {
		int size = snprintf(text, sizeof text, "site%u/line%u/machine%u/sensor%u",
			i / 100000, i / 1000 % 100, i / 10 % 100, i % 10);
		int err = topic_store_set(t, span_of(text, (size_t)size), &s, &old);

		assert(err == 0);
	}
	calls = s.memory.calls;
	printf("\n%-32s %8s %9s   of %zu names, %zu bytes each\n", "search", "found", "visited",
		topic_store_count(t), s.memory.bytes / topic_store_count(t));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t visited = search(t, rows[i].filter, &found);

		printf("%-32s %8zu %9zu\n", rows[i].filter, found, visited);
		claim(&s, found == rows[i].found, rows[i].filter);
		claim(&s, visited == rows[i].visited, rows[i].filter);
	}
	claim(&s, s.memory.calls == calls, "a search allocates nothing");
	topic_store_free(t);
	claim(&s, s.memory.bytes == 0, "all memory is given back");
}

int main(void)
{
	printf("%-28s %8s %8s %8s %6s %8s %9s %12s %9s\n", "filters", "let in", "refused", "nodes",
		"bytes", "topics", "most", "mean", "bound");
	exact_deep();
	exact_flat();
	plant();
	building();
	adversary_unbounded();
	adversary_bounded("every mix, limit 4,096", 1);
	adversary_bounded("every mix, shuffled, 4,096", 40503);
	names();
	printf("%zu passed, %zu failed\n", passed, failed);
	return failed > 0;
}
