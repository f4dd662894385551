#include "base/base_err.h"
#include "base/base_map.h"
#include "base/base_prng.h"
#include "base/base_test.h"
#include "base/base_test_alloc.h"

struct item {
	struct map_node node; /* first: a node is its item */
	uint32_t key;
};

static bool has_key(const struct map_node *n, const void *key)
{
	return ((const struct item *)(const void *)n)->key == *(const uint32_t *)key;
}

static struct item *find(const struct map *m, uint64_t hash, uint32_t key)
{
	return (struct item *)(void *)map_find(m, hash, has_key, &key);
}

/* Few enough values that keys share hashes, and hashes chains. */
static uint64_t poor_hash(uint32_t key)
{
	return key % 977 * 0x9e3779b97f4a7c15;
}

TEST(map, empty_map_finds_nothing, "")
{
	struct test_alloc t;
	struct map m;

	test_alloc_init(&t);
	map_init(&m, &t.alloc);
	cr_expect_null(find(&m, 1, 1));
	map_done(&m);
	cr_expect_eq(t.calls, 0, "an empty map owns no memory");
}

TEST(map, finds_by_hash_and_by_key, "")
{
	struct item a = {.key = 1}, b = {.key = 2};
	struct map m;

	map_init(&m, &alloc_libc);
	cr_assert_eq(map_insert(&m, &a.node, 7), 0);
	cr_assert_eq(map_insert(&m, &b.node, 7), 0);
	cr_expect_eq(find(&m, 7, 1), &a);
	cr_expect_eq(find(&m, 7, 2), &b);
	cr_expect_null(find(&m, 7, 3), "the hash is there, the key is not");
	cr_expect_null(find(&m, 7 + 16, 1), "the chain is there, the hash is not");
	map_done(&m);
}

TEST(map, is_empty_and_usable_once_it_is_done, "")
{
	struct item a = {.key = 1};
	struct map m;

	map_init(&m, &alloc_libc);
	cr_assert_eq(map_insert(&m, &a.node, 7), 0);
	map_done(&m);
	cr_expect_eq(m.count, 0);
	cr_expect_null(find(&m, 7, 1));
	cr_assert_eq(map_insert(&m, &a.node, 7), 0);
	cr_expect_eq(find(&m, 7, 1), &a);
	map_done(&m);
}

TEST(map, finds_everything_at_every_step_of_growing, "")
{
	enum { COUNT = 1500 };
	static struct item items[COUNT];
	struct test_alloc t;
	struct map m;

	test_alloc_init(&t);
	map_init(&m, &t.alloc);
	for (uint32_t i = 0; i < COUNT; i++) {
		items[i].key = i;
		cr_assert_eq(map_insert(&m, &items[i].node, poor_hash(i)), 0);
		for (uint32_t j = 0; j <= i; j++)
			cr_assert_eq(find(&m, poor_hash(j), j), &items[j]);
		cr_assert_null(find(&m, poor_hash(i + 1), i + 1));
		cr_assert(m.now.size == 16 || m.now.size <= 2 * m.count, "no memory is wasted");
		cr_assert(m.count <= m.now.size, "chains stay short");
	}
	cr_expect_eq(m.count, COUNT);
	for (uint32_t i = 0; i < COUNT; i++) {
		map_remove(&m, &items[i].node);
		cr_assert_null(find(&m, poor_hash(i), i));
		for (uint32_t j = i + 1; j < COUNT; j += 7)
			cr_assert_eq(find(&m, poor_hash(j), j), &items[j]);
	}
	cr_expect_eq(m.count, 0);
	map_done(&m);
	cr_expect_eq(t.blocks, 0);
}

TEST(map, agrees_with_an_array_after_any_history, "")
{
	enum { KEYS = 3000 };
	static struct item items[KEYS];
	static bool is_in[KEYS];
	struct prng p;
	struct map m;

	prng_init(&p, 2);
	map_init(&m, &alloc_libc);
	for (int step = 0; step < 200000; step++) {
		/* Half of the time among few keys, so that the map also shrinks. */
		uint32_t key = (uint32_t)prng_below(&p, step % 20000 < 10000 ? KEYS : 100);
		struct item *found = find(&m, poor_hash(key), key);

		cr_assert_eq(found, is_in[key] ? &items[key] : NULL, "step %d", step);
		items[key].key = key;
		if (is_in[key])
			map_remove(&m, &items[key].node);
		else
			cr_assert_eq(map_insert(&m, &items[key].node, poor_hash(key)), 0);
		is_in[key] = !is_in[key];
	}
	map_done(&m);
}

TEST(map, without_memory_only_the_first_insertion_fails, "")
{
	static struct item items[1000];
	struct test_alloc t;
	struct map m;

	test_alloc_init(&t);
	map_init(&m, &t.alloc);
	t.grants = 0;
	cr_expect_eq(map_insert(&m, &items[0].node, 0), ERR_MEMORY);
	cr_expect_eq(m.count, 0);
	t.grants = 1;
	for (uint32_t i = 0; i < 1000; i++) {
		items[i].key = i;
		cr_assert_eq(map_insert(&m, &items[i].node, poor_hash(i)), 0);
	}
	for (uint32_t i = 0; i < 1000; i++)
		cr_assert_eq(find(&m, poor_hash(i), i), &items[i]);
	cr_expect_eq(t.blocks, 1);
	map_done(&m);
}

/* No insertion touches more than a few chains, also the one that doubles the table. */
TEST(map, insertion_moves_a_bounded_number_of_chains, "")
{
	enum { COUNT = 5000 };
	static struct item items[COUNT];
	struct map m;

	map_init(&m, &alloc_libc);
	for (uint32_t i = 0; i < COUNT; i++) {
		size_t moved = m.moved, left = m.old.size - m.moved;

		items[i].key = i;
		cr_assert_eq(map_insert(&m, &items[i].node, poor_hash(i)), 0);
		cr_assert(m.moved <= moved + 4 || left == 0);
	}
	map_done(&m);
}

TEST_ABORTS(map, removing_what_is_not_there_is_a_bug)
{
	struct item in = {.key = 1}, out = {.key = 2};
	struct map m;

	map_init(&m, &alloc_libc);
	cr_assert_eq(map_insert(&m, &in.node, 1), 0);
	out.node.hash = 1;
	map_remove(&m, &out.node);
}

static void count_taken(void *context, struct map_node *n)
{
	cr_expect_null(n->next);
	((struct item *)(void *)n)->key = UINT32_MAX;
	(*(size_t *)context)++;
}

TEST(map, gives_each_element_once_when_it_is_drained, "")
{
	enum { COUNT = 100 };
	static struct item items[COUNT];

	for (uint32_t count = 0; count <= COUNT; count++) { /* also in the midst of growing */
		size_t taken = 0;
		struct map m;

		map_init(&m, &alloc_libc);
		for (uint32_t i = 0; i < count; i++) {
			items[i].key = i;
			cr_assert_eq(map_insert(&m, &items[i].node, poor_hash(i)), 0);
		}
		map_drain(&m, count_taken, &taken);
		cr_expect_eq(taken, count);
		cr_expect_eq(m.count, 0);
		for (uint32_t i = 0; i < count; i++)
			cr_expect_eq(items[i].key, UINT32_MAX);
		cr_expect_null(find(&m, poor_hash(0), 0));
		map_done(&m);
	}
}
