#include "base/base_test.h"
#include "topic/topic_level.h"

static const struct hash_key key = {1, 2};

TEST(topic_level, are_read_one_after_the_other, "")
{
	static const struct {
		const char *text, *levels[5];
	} rows[] = {
		{"a", {"a"}},
		{"a/b", {"a", "b"}},
		{"/", {"", ""}},
		{"a/", {"a", ""}},
		{"/a//bc", {"", "a", "", "bc"}},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span text = span_of_text(rows[i].text), level;
		size_t count = 0;

		for (size_t at = 0; topic_level_is_there(text, at);
			at = topic_level_after(at, level)) {
			level = topic_level_at(text, at);
			cr_assert(rows[i].levels[count], "%s has one level too many", rows[i].text);
			cr_expect(span_equal(level, span_of_text(rows[i].levels[count])));
			count++;
		}
		cr_expect_null(rows[i].levels[count], "%s lacks a level", rows[i].text);
	}
}

TEST(topic_level, counts_as_one_cell_and_one_for_each_64_bytes, "")
{
	cr_expect_eq(topic_level_cells(span_of(NULL, 0)), 1);
	cr_expect_eq(topic_level_cells(span_of("", 63)), 1);
	cr_expect_eq(topic_level_cells(span_of("", 64)), 2);
	cr_expect_eq(topic_level_cells(span_of("", 65535)), 1024);
}

/* The trees work with any hash, only not as fast: nothing else would show that it is a bad one. */
TEST(topic_level, is_hashed_by_its_text_its_node_and_the_key, "")
{
	struct topic_level a = topic_level_of(&key, SPAN_LITERAL("a"));
	struct topic_level b = topic_level_of(&key, SPAN_LITERAL("b"));
	uint64_t hash = topic_level_hash(1, a.digest);

	cr_expect(span_equal(a.text, SPAN_LITERAL("a")));
	cr_expect_neq(a.digest, b.digest);
	cr_expect_neq(a.digest, topic_level_of(&(struct hash_key){1, 3}, a.text).digest);
	cr_expect_eq(hash, topic_level_hash(1, a.digest));
	cr_expect_neq(hash, topic_level_hash(2, a.digest));
	cr_expect_neq(hash, topic_level_hash(1, b.digest));
	cr_expect_neq(
		hash, topic_level_hash(1, topic_level_of(&(struct hash_key){1, 3}, a.text).digest));
}
