#include "base/base_span.h"
#include "base/base_test.h"

static const struct span empty = {NULL, 0};

TEST(span, literal_counts_embedded_nuls_but_not_the_last, "")
{
	cr_expect_eq(SPAN_LITERAL("").size, 0);
	cr_expect_eq(SPAN_LITERAL("a\0b").size, 3);
}

TEST(span, text_may_be_null, "")
{
	cr_expect_eq(span_of_text(NULL).size, 0);
	cr_expect_eq(span_of_text("").size, 0);
	cr_expect(span_equal(span_of_text("abc"), SPAN_LITERAL("abc")));
}

TEST(span, equal_compares_size_and_bytes, "")
{
	cr_expect(span_equal(empty, SPAN_LITERAL("")));
	cr_expect(span_equal(SPAN_LITERAL("a\0b"), SPAN_LITERAL("a\0b")));
	cr_expect_not(span_equal(SPAN_LITERAL("a\0b"), SPAN_LITERAL("a\0c")));
	cr_expect_not(span_equal(SPAN_LITERAL("ab"), SPAN_LITERAL("abc")));
	cr_expect_not(span_equal(empty, SPAN_LITERAL("a")));
}

TEST(span, starts_with_any_of_its_heads, "")
{
	struct span s = SPAN_LITERAL("$SYS/x");

	for (size_t size = 0; size <= s.size; size++)
		cr_expect(span_starts(s, span_of(s.at, size)));
	cr_expect(span_starts(s, empty));
	cr_expect(span_starts(empty, empty));
	cr_expect_not(span_starts(s, SPAN_LITERAL("$SYS/y")));
	cr_expect_not(span_starts(s, SPAN_LITERAL("$SYS/x/")));
	cr_expect_not(span_starts(empty, s));
}

TEST(span, skip_stops_at_the_end, "")
{
	struct span s = SPAN_LITERAL("abc");

	cr_expect(span_equal(span_skip(s, 0), s));
	cr_expect(span_equal(span_skip(s, 2), SPAN_LITERAL("c")));
	cr_expect_eq(span_skip(s, 3).size, 0);
	cr_expect_eq(span_skip(s, SIZE_MAX).size, 0);
	cr_expect_eq(span_skip(empty, 1).size, 0);
}

TEST(span, order_is_by_byte_then_by_size, "")
{
	static const struct span sorted[] = {
		{NULL, 0},
		{(const uint8_t *)"\0", 1},
		{(const uint8_t *)"a", 1},
		{(const uint8_t *)"a\0", 2},
		{(const uint8_t *)"ab", 2},
		{(const uint8_t *)"b", 1},
		{(const uint8_t *)"\xff", 1},
	};

	for (size_t a = 0; a < 7; a++)
		for (size_t b = 0; b < 7; b++) {
			int order = span_compare(sorted[a], sorted[b]);

			cr_expect_eq((order > 0) - (order < 0), (a > b) - (a < b));
		}
}
