#include "base/base_test.h"
#include "base/base_writer.h"

TEST(writer, numbers_are_big_endian, "MQTT-1.5.2")
{
	uint8_t memory[7];
	struct writer w = writer_of(memory, sizeof memory);

	writer_u8(&w, 0xfe);
	writer_u16(&w, 0xdcba);
	writer_u32(&w, 0x98765432);
	cr_expect(span_equal(writer_span(&w), SPAN_LITERAL("\xfe\xdc\xba\x98\x76\x54\x32")));
	cr_expect_eq(writer_left(&w), 0);
	cr_expect_not(w.is_full, "all of it fitted");
}

TEST(writer, writes_nothing_of_what_does_not_fit, "")
{
	for (size_t size = 0; size < 4; size++) {
		uint8_t memory[4] = {1, 2, 3, 4};
		struct writer w = writer_of(memory, size);

		writer_u32(&w, 0xffffffff);
		cr_expect(w.is_full);
		cr_expect_eq(writer_span(&w).size, 0);
		cr_expect_eq(memcmp(memory, "\1\2\3\4", 4), 0);
	}
}

TEST(writer, once_full_it_stays_full, "")
{
	uint8_t memory[3];
	struct writer w = writer_of(memory, sizeof memory);

	writer_u32(&w, 1);
	writer_u8(&w, 2);
	cr_expect(w.is_full);
	cr_expect_eq(writer_span(&w).size, 0);
	cr_expect_null(writer_take(&w, 0));
}

TEST(writer, take_gives_room_for_the_caller_to_fill, "")
{
	uint8_t memory[8];
	struct writer w = writer_of(memory, sizeof memory);

	writer_u8(&w, 0);
	cr_expect_eq(writer_take(&w, 7), memory + 1);
	cr_expect_eq(writer_left(&w), 0);
	cr_expect_null(writer_take(&w, SIZE_MAX));
	cr_expect(w.is_full);
}

TEST(writer, bytes_fit_whole_or_not_at_all, "")
{
	uint8_t memory[3] = {0};
	struct writer w = writer_of(memory, sizeof memory);

	writer_bytes(&w, SPAN_LITERAL("abcd"));
	cr_expect(w.is_full);
	cr_expect_eq(memory[0], 0);
	w = writer_of(memory, sizeof memory);
	writer_bytes(&w, SPAN_LITERAL("abc"));
	cr_expect_not(w.is_full);
	cr_expect(span_equal(writer_span(&w), SPAN_LITERAL("abc")));
}

TEST(writer, takes_no_memory_and_empty_bytes, "")
{
	struct writer w = writer_of(NULL, 0);

	writer_bytes(&w, span_of(NULL, 0));
	cr_expect_not(w.is_full);
	cr_expect_eq(writer_span(&w).size, 0);
	writer_u8(&w, 1);
	cr_expect(w.is_full);
}

TEST(writer, string_has_its_length_in_front, "MQTT-1.5.4")
{
	uint8_t memory[5];
	struct writer w = writer_of(memory, sizeof memory);

	writer_string16(&w, SPAN_LITERAL("abc"));
	cr_expect(span_equal(writer_span(&w), SPAN_LITERAL("\0\3abc")));
	cr_expect_not(w.is_full);
}

TEST(writer, string_holds_no_more_than_its_length_can_say, "")
{
	static uint8_t memory[70000], text[65536];
	struct writer w = writer_of(memory, sizeof memory);

	writer_string16(&w, span_of(text, 65535));
	cr_expect_not(w.is_full);
	cr_expect_eq(writer_span(&w).size, 65537);
	w = writer_of(memory, sizeof memory);
	writer_string16(&w, span_of(text, 65536));
	cr_expect(w.is_full);
	cr_expect_eq(writer_span(&w).size, 0);
}
