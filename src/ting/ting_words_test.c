/* ting_words_test.c - the words of ting/mqtt.h. */
#include "base/base_test.h"

#include <ting/mqtt.h>

TEST(words, name_reasons, "")
{
	cr_expect_str_eq(ting_reason_name(0x87), "not authorized");
	cr_expect_str_eq(ting_reason_name(0x7f), "unknown reason");
}

TEST(words, tell_topics_and_filters_apart, "MQTT-4.7.1-1 MQTT-4.7.3-1")
{
	struct ting_text none = {NULL, 0};

	cr_expect(ting_topic_is_valid(ting_text("a/b")));
	cr_expect(!ting_topic_is_valid(ting_text("a/#")));
	cr_expect(!ting_topic_is_valid(none));
	cr_expect(ting_filter_is_valid(ting_text("a/#")));
	cr_expect(ting_filter_is_valid(ting_text("$share/g/a")));
	cr_expect(!ting_filter_is_valid(ting_text("a#")));
	cr_expect(!ting_filter_is_valid(none));
}

TEST(words, walk_what_is_given_and_what_came, "")
{
	static const struct ting_pair pairs[] = {{{"a", 1}, {"b", 1}}, {{"c", 1}, {"", 0}}};
	static const struct ting_properties given = {.user = pairs, .user_count = 2},
					    came = {.encoded = {
							    "\46\0\1a\0\1b\13\7\46\0\1c\0\0", 15}};
	const struct ting_properties *both[] = {&given, &came};
	struct ting_pair pair;
	uint32_t id;

	for (size_t i = 0; i < 2; i++) {
		size_t place = 0;

		cr_expect(ting_user_property(both[i], &place, &pair));
		cr_expect(pair.name.size == 1 && *pair.value.at == 'b');
		cr_expect(ting_user_property(both[i], &place, &pair));
		cr_expect(*pair.name.at == 'c' && pair.value.size == 0);
		cr_expect(!ting_user_property(both[i], &place, &pair));
		cr_expect(!ting_user_property(both[i], &place, &pair));
		place = SIZE_MAX;
		cr_expect(!ting_user_property(both[i], &place, &pair), "a place that is none");
		place = 0;
		cr_expect_eq(ting_subscription_id(both[i], &place, &id), i == 1);
	}
	cr_expect_eq(id, 7);
}

TEST(words, end_where_they_were_not_received, "")
{
	static const struct ting_properties wrong = {.encoded = {"\46\0\7a", 4}};
	struct ting_pair pair;
	uint32_t id;
	size_t place = 0;

	cr_expect(!ting_user_property(&wrong, &place, &pair));
	place = 1;
	cr_expect(!ting_subscription_id(&wrong, &place, &id));
}
