#include "base/base_test.h"
#include "mqtt/mqtt_frame.h"
#include "mqtt/mqtt_notation_test.h"

static int decode(
	enum mqtt_version version, const char *bytes, uint32_t max, struct mqtt_frame *ret)
{
	struct span in = notation_bytes(bytes);
	int used = mqtt_frame_decode(in, version, max, ret);

	exact_free(in);
	return used;
}

/* What is said of a first byte alone: 0, so far so good, or a negative reason. */
static int first_byte(enum mqtt_version version, unsigned type, unsigned flags)
{
	uint8_t byte = (uint8_t)(type << 4 | flags);
	struct mqtt_frame f;

	return mqtt_frame_decode(span_of(&byte, 1), version, MQTT_PACKET_MAX, &f);
}

TEST(frame, has_its_type_flags_and_body, "")
{
	struct span in = notation_bytes("3d [ 'a' <x> ] c0");
	struct mqtt_frame f;

	cr_assert_eq(mqtt_frame_decode(in, MQTT_3_1_1, MQTT_PACKET_MAX, &f), 6);
	cr_expect_eq(f.type, MQTT_PUBLISH);
	cr_expect_eq(f.flags, 0x0d);
	cr_expect_eq(f.body.at, in.at + 2);
	cr_expect_eq(f.body.size, 4);
	exact_free(in);
}

TEST(frame, has_the_flags_of_its_type_or_is_malformed,
	"MQTT-2.1.3-1 MQTT-3.6.1-1 MQTT-3.8.1-1 MQTT-3.10.1-1 MQTT-3.14.1-1 MQTT-3.15.1-1")
{
	static const struct {
		enum mqtt_type type;
		unsigned flags;
	} rows[] = {{MQTT_CONNECT, 0}, {MQTT_CONNACK, 0}, {MQTT_PUBACK, 0}, {MQTT_PUBREC, 0},
		{MQTT_PUBREL, 2}, {MQTT_PUBCOMP, 0}, {MQTT_SUBSCRIBE, 2}, {MQTT_SUBACK, 0},
		{MQTT_UNSUBSCRIBE, 2}, {MQTT_UNSUBACK, 0}, {MQTT_PINGREQ, 0}, {MQTT_PINGRESP, 0},
		{MQTT_DISCONNECT, 0}, {MQTT_AUTH, 0}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (unsigned flags = 0; flags < 16; flags++)
			cr_expect_eq(first_byte(MQTT_5, rows[i].type, flags),
				flags == rows[i].flags ? 0 : -MQTT_MALFORMED_PACKET);
}

TEST(frame, has_the_flags_of_its_type_in_3_1_1_too,
	"MQTT-2.2.2-1 MQTT-2.2.2-2 MQTT-3.14.1-1 of 3.1.1")
{
	for (unsigned type = MQTT_CONNECT; type < MQTT_AUTH; type++)
		for (unsigned flags = 0; flags < 16; flags++)
			cr_expect_eq(first_byte(MQTT_3_1_1, type, flags),
				first_byte(MQTT_5, type, flags));
}

TEST(frame, of_publish_may_have_any_flags, "")
{
	for (unsigned flags = 0; flags < 16; flags++)
		cr_expect_eq(first_byte(MQTT_5, MQTT_PUBLISH, flags), 0);
}

TEST(frame, of_a_request_may_have_dup_in_3_1, "")
{
	static const enum mqtt_type types[] = {MQTT_PUBREL, MQTT_SUBSCRIBE, MQTT_UNSUBSCRIBE};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		cr_expect_eq(first_byte(MQTT_3_1, types[i], 2), 0);
		cr_expect_eq(first_byte(MQTT_3_1, types[i], 10), 0);
		cr_expect_eq(first_byte(MQTT_3_1, types[i], 3), -MQTT_MALFORMED_PACKET);
		cr_expect_eq(first_byte(MQTT_3_1_1, types[i], 10), -MQTT_MALFORMED_PACKET);
	}
	cr_expect_eq(first_byte(MQTT_3_1, MQTT_PUBACK, 8), -MQTT_MALFORMED_PACKET);
}

TEST(frame, of_type_0_is_malformed, "")
{
	cr_expect_eq(first_byte(MQTT_3_1, 0, 0), -MQTT_MALFORMED_PACKET);
	cr_expect_eq(first_byte(MQTT_5, 0, 0), -MQTT_MALFORMED_PACKET);
}

TEST(frame, of_auth_is_malformed_before_version_5, "")
{
	cr_expect_eq(first_byte(MQTT_3_1, MQTT_AUTH, 0), -MQTT_MALFORMED_PACKET);
	cr_expect_eq(first_byte(MQTT_3_1_1, MQTT_AUTH, 0), -MQTT_MALFORMED_PACKET);
	cr_expect_eq(first_byte(MQTT_5, MQTT_AUTH, 0), 0);
}

TEST(frame, with_a_length_of_five_bytes_is_malformed, "U50-1.5.5-1 U311-2.2.3-1")
{
	struct mqtt_frame f;

	cr_expect_eq(decode(MQTT_5, "30 ffffff", MQTT_PACKET_MAX, &f), 0);
	cr_expect_eq(decode(MQTT_5, "30 ffffff80", MQTT_PACKET_MAX, &f), -MQTT_MALFORMED_PACKET);
	cr_expect_eq(
		decode(MQTT_3_1_1, "30 ffffff80", MQTT_PACKET_MAX, &f), -MQTT_MALFORMED_PACKET);
	cr_expect_eq(decode(MQTT_5, "30 ffffff7f", MQTT_PACKET_MAX, &f), 0);
}

TEST(frame, with_a_length_that_could_be_shorter_is_malformed_in_version_5, "MQTT-1.5.5-1")
{
	struct mqtt_frame f;

	cr_expect_eq(decode(MQTT_5, "c0 8000", MQTT_PACKET_MAX, &f), -MQTT_MALFORMED_PACKET);
	cr_expect_eq(decode(MQTT_3_1_1, "c0 8000", MQTT_PACKET_MAX, &f), 3);
	cr_expect_eq(f.body.size, 0);
}

TEST(frame, that_is_too_large_is_refused_before_it_has_come, "")
{
	struct mqtt_frame f;

	cr_expect_eq(decode(MQTT_5, "30 ffffff7f", 1000, &f), -MQTT_PACKET_TOO_LARGE);
	cr_expect_eq(decode(MQTT_5, "40 02", 3, &f), -MQTT_PACKET_TOO_LARGE);
	cr_expect_eq(decode(MQTT_5, "40 02", 4, &f), 0);
	cr_expect_eq(decode(MQTT_5, "40 02 0001", 4, &f), 4);
}

TEST(frame, is_left_alone_on_failure, "")
{
	struct mqtt_frame f = {.type = MQTT_AUTH};

	cr_expect_eq(decode(MQTT_5, "40 02 00", 10, &f), 0);
	cr_expect_eq(decode(MQTT_5, "40 02 0001", 3, &f), -MQTT_PACKET_TOO_LARGE);
	cr_expect_eq(f.type, MQTT_AUTH);
}

TEST(varint, has_the_bytes_of_the_table_and_comes_back, "MQTT-1.5.5-1")
{
	static const struct {
		uint32_t value;
		const char *bytes;
	} rows[] = {{0, "00"}, {127, "7f"}, {128, "8001"}, {16383, "ff7f"}, {16384, "808001"},
		{2097151, "ffff7f"}, {2097152, "80808001"}, {MQTT_REMAINING_MAX, "ffffff7f"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct span bytes = notation_bytes(rows[i].bytes);
		uint8_t room[4];
		struct writer w = writer_of(room, sizeof(room));
		uint32_t value;

		mqtt_varint_encode(&w, rows[i].value);
		cr_expect(span_equal(writer_span(&w), bytes));
		cr_expect_eq(mqtt_varint_size(rows[i].value), bytes.size);
		cr_expect_eq(mqtt_varint_decode(bytes, &value), (int)bytes.size);
		cr_expect_eq(value, rows[i].value);
		for (size_t cut = 0; cut < bytes.size; cut++)
			cr_expect_eq(mqtt_varint_decode(span_of(bytes.at, cut), &value), 0);
		exact_free(bytes);
	}
}

TEST(varint, that_needs_five_bytes_does_not_fit, "U311-2.2.3-1")
{
	uint8_t room[8];
	struct writer w = writer_of(room, sizeof(room));

	mqtt_varint_encode(&w, MQTT_REMAINING_MAX + 1);
	cr_expect(w.is_full);
	w = writer_of(room, sizeof(room));
	mqtt_frame_encode(&w, MQTT_PUBLISH, 0, (size_t)MQTT_REMAINING_MAX + 1);
	cr_expect(w.is_full);
}
