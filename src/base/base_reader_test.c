#include "base/base_reader.h"
#include "base/base_test.h"

static const uint8_t bytes[] = {0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10};

TEST(reader, numbers_are_big_endian, "MQTT-1.5.2")
{
	struct reader r = reader_of(span_of(bytes, 7));

	cr_expect_eq(reader_u8(&r), 0xfe);
	cr_expect_eq(reader_u16(&r), 0xdcba);
	cr_expect_eq(reader_u32(&r), 0x98765432);
	cr_expect_eq(reader_left(&r), 0);
	cr_expect_not(r.is_short, "all of it was there");
}

TEST(reader, end_itself_is_not_short, "")
{
	struct reader r = reader_of(span_of(bytes, 0));

	cr_expect_eq(reader_bytes(&r, 0).size, 0);
	cr_expect_eq(reader_rest(&r).size, 0);
	cr_expect_not(r.is_short);
}

TEST(reader, takes_the_empty_span_without_memory, "")
{
	struct reader r = reader_of(span_of(NULL, 0));

	cr_expect_eq(reader_left(&r), 0);
	cr_expect_eq(reader_rest(&r).size, 0);
	cr_expect_not(r.is_short);
	cr_expect_eq(reader_u8(&r), 0);
	cr_expect(r.is_short);
}

TEST(reader, every_number_is_zero_when_a_byte_is_missing, "")
{
	for (size_t size = 0; size < 4; size++) {
		struct reader r = reader_of(span_of(bytes, size));

		cr_expect_eq(reader_u32(&r), 0);
		cr_expect(r.is_short);
	}
	for (size_t size = 0; size < 2; size++) {
		struct reader r = reader_of(span_of(bytes, size));

		cr_expect_eq(reader_u16(&r), 0);
		cr_expect(r.is_short);
	}
}

TEST(reader, once_short_there_is_nothing_more, "")
{
	struct reader r = reader_of(span_of(bytes, 3));

	reader_u32(&r);
	cr_expect(r.is_short);
	cr_expect_eq(reader_left(&r), 0);
	cr_expect_eq(reader_u8(&r), 0);
	cr_expect_eq(reader_bytes(&r, 0).size, 0);
	cr_expect(r.is_short, "it stays short");
}

TEST(reader, bytes_are_borrowed_not_copied, "")
{
	struct reader r = reader_of(span_of(bytes, 8));
	struct span s = reader_bytes(&r, 5);

	cr_expect_eq(s.at, bytes);
	cr_expect_eq(s.size, 5);
	s = reader_rest(&r);
	cr_expect_eq(s.at, bytes + 5);
	cr_expect_eq(s.size, 3);
	cr_expect_eq(reader_left(&r), 0);
}

TEST(reader, asking_for_all_memory_is_short, "")
{
	struct reader r = reader_of(span_of(bytes, 8));

	cr_expect_eq(reader_bytes(&r, SIZE_MAX).size, 0);
	cr_expect(r.is_short);
}

TEST(reader, string_has_its_length_in_front, "MQTT-1.5.4")
{
	struct reader r = reader_of(SPAN_LITERAL("\0\3abcd"));

	cr_expect(span_equal(reader_string16(&r), SPAN_LITERAL("abc")));
	cr_expect_eq(reader_left(&r), 1);
	cr_expect_not(r.is_short);
}

TEST(reader, every_prefix_of_a_string_is_short, "")
{
	struct span whole = SPAN_LITERAL("\0\5abcde");

	for (size_t size = 0; size < whole.size; size++) {
		struct reader r = reader_of(span_of(whole.at, size));

		cr_expect_eq(reader_string16(&r).size, 0);
		cr_expect(r.is_short);
	}
}
