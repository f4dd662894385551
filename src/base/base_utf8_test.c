#include "base/base_test.h"
#include "base/base_utf8.h"

/* Encodes as RFC 3629 does, without asking whether it should. */
static size_t encode(uint32_t c, uint8_t *out)
{
	size_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (size == 1) {
		out[0] = (uint8_t)c;
		return 1;
	}
	for (size_t i = size - 1; i > 0; i--, c >>= 6)
		out[i] = (uint8_t)(0x80 | (c & 0x3f));
	out[0] = (uint8_t)(0xf00 >> size | c);
	return size;
}

TEST(utf8, every_code_point_but_zero_and_surrogates_is_text, "MQTT-1.5.4-1 MQTT-1.5.4-2")
{
	uint8_t bytes[4];

	for (uint32_t c = 0; c < 0x120000; c++) {
		bool is_text = c != 0 && (c < 0xd800 || c > 0xdfff) && c <= 0x10ffff;

		cr_assert_eq(utf8_is_text(span_of(bytes, encode(c, bytes))), is_text, "U+%04X", c);
	}
}

TEST(utf8, every_prefix_of_a_character_is_not_text, "MQTT-1.5.4-1")
{
	static const uint32_t points[] = {0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff};
	uint8_t bytes[4];

	for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
		size_t size = encode(points[i], bytes);

		for (size_t cut = 1; cut < size; cut++)
			cr_expect_not(utf8_is_text(span_of(bytes, cut)));
	}
}

/* The test above says that the encodings of all characters are text; here, nothing else is. */
TEST(utf8, three_bytes_are_text_no_more_often_than_there_are_characters, "MQTT-1.5.4-1")
{
	const unsigned ones = 0x7f, twos = 0x800 - 0x80, threes = 0x10000 - 0x800 - 0x800;
	unsigned texts = 0;

	for (uint32_t c = 0; c < 1 << 24; c++) {
		uint8_t bytes[] = {(uint8_t)(c >> 16), (uint8_t)(c >> 8), (uint8_t)c};

		texts += utf8_is_text(span_of(bytes, 3));
	}
	cr_expect_eq(texts, ones * ones * ones + 2 * ones * twos + threes);
}

TEST(utf8, four_bytes_are_text_no_more_often_than_there_are_characters, "MQTT-1.5.4-1")
{
	static const uint8_t edges[] = {0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff}; /* two continue */
	unsigned texts = 0;

	for (uint32_t c = 0xf000; c <= 0xffff; c++)
		for (size_t i = 0; i < 36; i++) {
			uint8_t bytes[] = {
				(uint8_t)(c >> 8), (uint8_t)c, edges[i / 6], edges[i % 6]};

			texts += utf8_is_text(span_of(bytes, 4));
		}
	cr_expect_eq(texts, 0x100000 / (64 * 64) * 2 * 2);
}

TEST(utf8, empty_is_text, "")
{
	cr_expect(utf8_is_text(span_of(NULL, 0)));
}

TEST(utf8, one_wrong_byte_at_any_place_of_a_long_text_is_seen, "MQTT-1.5.4-1 MQTT-1.5.4-2")
{
	static const uint8_t wrong[] = {0x00, 0x80, 0xc0, 0xff};
	uint8_t text[24];

	for (size_t at = 0; at < sizeof text; at++)
		for (size_t i = 0; i < sizeof wrong; i++) {
			memset(text, 0x01, sizeof text);
			cr_assert(utf8_is_text(span_of(text, sizeof text)));
			text[at] = wrong[i];
			cr_expect_not(utf8_is_text(span_of(text, sizeof text)));
		}
}

TEST(utf8, knows_the_control_characters, "")
{
	cr_expect(utf8_is_control(0, '\n'));
	cr_expect(utf8_is_control('a', 0x1b));
	cr_expect(utf8_is_control(0, 0x7f));
	cr_expect(utf8_is_control(0xc2, 0x9b));
	cr_expect_not(utf8_is_control(0xc3, 0x9b));
	cr_expect_not(utf8_is_control(0xc2, 0xa0));
	cr_expect_not(utf8_is_control('\n', ' '));
}
