#include "topic/topic_filter.h"

#include "base/base_err.h"
#include "base/base_test.h"

#include <stdlib.h>

static struct span text(const char *s)
{
	return span_of_text(s);
}

static bool filter_is_valid(struct span s)
{
	struct topic_filter f;

	return topic_filter_parse(s, &f) == 0;
}

/* `count` levels of `level`, with '/' between them; the caller frees it. */
static struct span levels(const char *level, size_t count)
{
	size_t size = strlen(level) + 1;
	char *at = malloc(count * size);

	for (size_t i = 0; i < count; i++) {
		memcpy(at + i * size, level, size - 1);
		at[i * size + size - 1] = '/';
	}
	return span_of(at, count * size - 1);
}

static struct span bytes(char c, size_t count)
{
	char *at = malloc(count);

	memset(at, c, count);
	return span_of(at, count);
}

static void check_names(bool is_valid, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		cr_expect_eq(topic_name_is_valid(text(names[i])), is_valid, "%s", names[i]);
}

static void check_filters(bool is_valid, const char *const *filters, size_t count)
{
	for (size_t i = 0; i < count; i++)
		cr_expect_eq(filter_is_valid(text(filters[i])), is_valid, "%s", filters[i]);
}

#define CHECK(check, is_valid, ...)                                                                \
	check(is_valid, (const char *const[]){__VA_ARGS__},                                        \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

TEST(topic_name, has_no_wildcards, "MQTT-4.7.0-1")
{
	CHECK(check_names, false, "+", "#", "a/+", "a/#", "a+", "#a", "a/b+/c", "+/a");
}

TEST(topic_name, may_have_any_other_character, "MQTT-4.7.0-1")
{
	CHECK(check_names, true, "a", "/", "//", "/a", "a/", "a//b", " ", "a b", "$", "$SYS/x",
		"$share/g/a", "\u00e9/\U0001f642", "\ufeff", "\ufffe", "\x01");
}

TEST(topic_name, has_at_least_one_character, "MQTT-4.7.3-1")
{
	cr_expect_not(topic_name_is_valid(text("")));
	cr_expect_not(topic_name_is_valid(span_of(NULL, 0)));
}

TEST(topic_name, contains_no_zero, "MQTT-4.7.3-2")
{
	cr_expect_not(topic_name_is_valid(span_of("\0", 1)));
	cr_expect_not(topic_name_is_valid(span_of("a\0", 2)));
	cr_expect_not(topic_name_is_valid(span_of("a/\0/b", 5)));
	cr_expect_not(topic_name_is_valid(span_of("\xc0\x80", 2)));
}

TEST(topic_name, is_well_formed_utf8, "MQTT-1.5.4-1")
{
	CHECK(check_names, false, "\x80", "a\xff", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3");
}

TEST(topic_name, has_at_most_65535_bytes, "MQTT-4.7.3-3")
{
	struct span s = bytes('a', TOPIC_BYTES_MAX + 1);

	cr_expect_not(topic_name_is_valid(s));
	cr_expect_not(filter_is_valid(s));
	s.size--;
	cr_expect(topic_name_is_valid(s));
	cr_expect(filter_is_valid(s));
	free((void *)(uintptr_t)s.at);
}

TEST(topic_name, has_at_most_200_levels, "")
{
	struct span s = levels("a", TOPIC_LEVELS_MAX + 1);

	cr_expect_not(topic_name_is_valid(s));
	cr_expect_not(filter_is_valid(s));
	s.size -= 2;
	cr_expect(topic_name_is_valid(s));
	cr_expect(filter_is_valid(s));
	free((void *)(uintptr_t)s.at);
}

TEST(topic_filter, has_hash_alone_and_last, "MQTT-4.7.1-1")
{
	CHECK(check_filters, true, "#", "/#", "a/#", "a/+/#", "+/#", "$SYS/#");
	CHECK(check_filters, false, "a#", "#a", "a/b#", "#/", "#/a", "a/#/b", "##", "#+", "/a#");
}

TEST(topic_filter, has_plus_only_as_a_whole_level, "MQTT-4.7.1-2")
{
	CHECK(check_filters, true, "+", "+/+", "/+", "+/", "a/+/b", "+/a/+", "$SYS/+");
	CHECK(check_filters, false, "a+", "+a", "++", "a/b+", "a/+b/c", "+#");
}

TEST(topic_filter, has_at_least_one_character, "MQTT-4.7.3-1")
{
	cr_expect_not(filter_is_valid(text("")));
	cr_expect_not(filter_is_valid(span_of(NULL, 0)));
}

TEST(topic_filter, contains_no_zero, "MQTT-4.7.3-2")
{
	cr_expect_not(filter_is_valid(span_of("a\0", 2)));
	cr_expect_not(filter_is_valid(span_of("\0/#", 3)));
	cr_expect_not(filter_is_valid(span_of("$share/\0/a", 10)));
}

TEST(topic_filter, has_a_share_name_of_at_least_one_character, "MQTT-4.8.2-1")
{
	CHECK(check_filters, true, "$share/g/a", "$share/ /a", "$share/$/#", "$shared", "$shar/a",
		"$Share//a", "$share2//a", "a/$share//b");
	CHECK(check_filters, false, "$share", "$share/", "$share//", "$share//a");
}

TEST(topic_filter, has_a_share_name_without_wildcards_before_a_filter, "MQTT-4.8.2-2")
{
	CHECK(check_filters, true, "$share/g//", "$share/g/+", "$share/g/#", "$share/g/$SYS/#");
	CHECK(check_filters, false, "$share/g", "$share/g/", "$share/+/a", "$share/#", "$share/#/a",
		"$share/g+/a", "$share/g#/a", "$share/+", "$share/g/a#", "$share/g/#/a");
}

TEST(topic_filter, is_taken_apart, "MQTT-4.8.2-2")
{
	static const struct {
		const char *text, *group, *filter;
		bool has_wildcards;
	} rows[] = {
		{"a", "", "a", false},
		{"a/+", "", "a/+", true},
		{"#", "", "#", true},
		{"$share/g/a", "g", "a", false},
		{"$share/g/a/#", "g", "a/#", true},
		{"$share/g//", "g", "/", false},
		{"$share/$share/$share/x", "$share", "$share/x", false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct topic_filter f;

		cr_assert_eq(topic_filter_parse(text(rows[i].text), &f), 0, "%s", rows[i].text);
		cr_expect(span_equal(f.group, text(rows[i].group)), "%s", rows[i].text);
		cr_expect(span_equal(f.filter, text(rows[i].filter)), "%s", rows[i].text);
		cr_expect_eq(f.has_wildcards, rows[i].has_wildcards, "%s", rows[i].text);
	}
}

TEST(topic_filter, counts_the_levels_behind_the_share_name_only, "")
{
	static const char head[] = "$share/g/";
	struct span s = levels("+", TOPIC_LEVELS_MAX + 1);
	char *at = malloc(sizeof head + s.size);

	memcpy(at, head, sizeof head - 1);
	memcpy(at + sizeof head - 1, s.at, s.size);
	cr_expect_not(filter_is_valid(span_of(at, sizeof head - 1 + s.size)));
	cr_expect(filter_is_valid(span_of(at, sizeof head - 1 + s.size - 2)));
	free(at);
	free((void *)(uintptr_t)s.at);
}

TEST(topic_filter, is_left_alone_when_it_is_malformed, "")
{
	struct topic_filter f = {.has_wildcards = true};

	cr_expect_eq(topic_filter_parse(text("a#"), &f), ERR_MALFORMED);
	cr_expect(f.has_wildcards);
	cr_expect_eq(f.filter.size, 0);
}

struct match_row {
	const char *filter, *name;
	bool matches;
};

static void check_matches(const struct match_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		cr_expect_eq(topic_filter_matches(text(rows[i].filter), text(rows[i].name)),
			rows[i].matches, "%s %s", rows[i].filter, rows[i].name);
}

#define CHECK_MATCHES(rows) check_matches(rows, sizeof(rows) / sizeof((rows)[0]))

TEST(topic_filter, matches_level_by_level, "")
{
	static const struct match_row rows[] = {
		{"a/b", "a/b", true},
		{"a/b", "a", false},
		{"a", "a/b", false},
		{"a/b", "a/c", false},
		{"a/", "a", false},
		{"a", "a/", false},
		{"/a", "a", false},
		{"a//b", "a//b", true},
		{"a//b", "a/b", false},
		{"ab", "a", false},
		{"a", "ab", false},
		{"/", "/", true},
		{"/", "//", false},
	};

	CHECK_MATCHES(rows);
}

TEST(topic_filter, matches_any_levels_and_the_one_above_with_hash, "MQTT-4.7.1-1")
{
	static const struct match_row rows[] = {
		{"#", "a", true},
		{"#", "/", true},
		{"#", "a/b/c", true},
		{"sport/#", "sport", true},
		{"sport/#", "sport/", true},
		{"sport/#", "sport/a/b", true},
		{"sport/#", "sports", false},
		{"sport/#", "/sport", false},
		{"/#", "/a", true},
		{"/#", "/", true},
		{"/#", "a", false},
		{"+/#", "a", true},
		{"+/#", "a/b", true},
		{"a/+/#", "a", false},
		{"a/+/#", "a/b", true},
	};

	CHECK_MATCHES(rows);
}

TEST(topic_filter, matches_exactly_one_level_with_plus, "MQTT-4.7.1-2")
{
	static const struct match_row rows[] = {
		{"+", "a", true},
		{"+", "a/b", false},
		{"+", "/a", false},
		{"+/+", "/a", true},
		{"/+", "/a", true},
		{"/+", "/", true},
		{"a/+", "a", false},
		{"a/+", "a/", true},
		{"a/+/c", "a/b/c", true},
		{"a/+/c", "a/b/d", false},
		{"a/+/c", "a//c", true},
		{"+/b/+", "a/b/c", true},
	};

	CHECK_MATCHES(rows);
}

TEST(topic_filter, leaves_out_dollar_names_when_it_begins_with_a_wildcard, "MQTT-4.7.2-1")
{
	static const struct match_row rows[] = {
		{"#", "$SYS/a", false},
		{"#", "$", false},
		{"+/a", "$SYS/a", false},
		{"+", "$SYS", false},
		{"$SYS/#", "$SYS/a", true},
		{"$SYS/#", "$SYS", true},
		{"$SYS/+", "$SYS/a", true},
		{"$SYS/a", "$SYS/a", true},
		{"+/+", "a/$b", true},
		{"a/+", "a/$b", true},
		{"/#", "/$b", true},
		{"+", "a$", true},
	};

	CHECK_MATCHES(rows);
}

TEST(topic_filter, compares_raw_bytes, "MQTT-4.7.3-4")
{
	static const struct match_row rows[] = {
		{"ACCOUNTS", "Accounts", false},
		{"\u00e9", "e\u0301", false}, /* composed and decomposed */
		{"\ufb01", "fi", false},
		{"a b", "a b", true},
		{"a ", "a", false},
		{"\u00e9/+", "\u00e9/x", true},
	};

	CHECK_MATCHES(rows);
}

/* What the rules say of a prefix or a changed byte, told in another way than the parser does. */
static bool is_valid_by_rule(struct span s, bool is_filter)
{
	if (s.size == 0)
		return false;
	for (size_t i = 0; i < s.size; i++) {
		bool starts = i == 0 || s.at[i - 1] == '/', last = i + 1 == s.size;

		if (s.at[i] == 0 || s.at[i] >= 0x80)
			return false;
		if (s.at[i] == '+' && (!is_filter || !starts || !(last || s.at[i + 1] == '/')))
			return false;
		if (s.at[i] == '#' && (!is_filter || !starts || !last))
			return false;
	}
	return true;
}

TEST(topic_filter, is_judged_right_at_every_prefix_and_every_flipped_byte, "MQTT-4.7.1-1")
{
	char s[] = "ab/+//+/c$/d/#";
	size_t size = sizeof s - 1;

	for (size_t i = 0; i <= size; i++) {
		struct span prefix = span_of(s, i);

		cr_expect_eq(filter_is_valid(prefix), is_valid_by_rule(prefix, true), "%zu", i);
		cr_expect_eq(topic_name_is_valid(prefix), is_valid_by_rule(prefix, false));
	}
	for (size_t i = 0; i < size; i++) {
		char old = s[i];

		for (int c = 0; c < 256; c++) {
			s[i] = (char)c;
			cr_expect_eq(filter_is_valid(span_of(s, size)),
				is_valid_by_rule(span_of(s, size), true), "%zu %d", i, c);
			cr_expect_eq(topic_name_is_valid(span_of(s, size)),
				is_valid_by_rule(span_of(s, size), false), "%zu %d", i, c);
		}
		s[i] = old;
	}
}

/* Short of the filter itself, every prefix of $share/g/+ is malformed or not shared. */
TEST(topic_filter, is_judged_right_at_every_prefix_of_a_shared_one, "MQTT-4.8.2-2")
{
	static const char s[] = "$share/gr/+/a";
	struct topic_filter f;

	for (size_t i = 1; i < sizeof s; i++) {
		int err = topic_filter_parse(span_of(s, i), &f);

		cr_expect_eq(
			err < 0, i >= sizeof "$share" - 1 && i < sizeof "$share/gr/", "%zu", i);
		if (err == 0)
			cr_expect_eq(f.group.size, i >= sizeof "$share/gr/" ? 2 : 0, "%zu", i);
	}
}
