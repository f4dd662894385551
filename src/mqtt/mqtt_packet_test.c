/* mqtt_packet_test.c - what holds for packets of every type: whole, cut and bent. */
#include "base/base_test.h"
#include "mqtt/mqtt_any_test.h"
#include "mqtt/mqtt_notation_test.h"
#include "mqtt/mqtt_sample_test.h"

#include <stdlib.h>

#define for_each_sample(s) for (const struct mqtt_sample *(s) = mqtt_samples; (s)->name; (s)++)

static const enum mqtt_version versions[] = {MQTT_3_1, MQTT_3_1_1, MQTT_5};

static struct mqtt_frame frame_of(struct span packet, enum mqtt_version version)
{
	struct mqtt_frame f;
	int used = mqtt_frame_decode(packet, version, MQTT_PACKET_MAX, &f);

	cr_assert_eq(used, (int)packet.size);
	return f;
}

TEST(packet, says_the_same_after_a_round_trip, "")
{
	for_each_sample(s)
	{
		struct span packet = notation_bytes(s->packet);

		cr_expect_eq(any_echo_bytes(packet, s->version), (int)packet.size, "%s", s->name);
		exact_free(packet);
	}
}

TEST(packet, has_a_sample_of_each_type_in_each_version_that_has_it, "")
{
	unsigned seen[MQTT_TYPES] = {0};

	for_each_sample(s)
	{
		struct span packet = notation_bytes(s->packet);

		seen[packet.at[0] >> 4] |= 1U << s->version;
		exact_free(packet);
	}
	for (unsigned type = MQTT_CONNECT; type < MQTT_TYPES; type++)
		cr_expect(seen[type], "%s", mqtt_type_name(type));
	for (unsigned type = MQTT_CONNECT; type < MQTT_PINGREQ; type++)
		cr_expect((seen[type] & 0x30) == 0x30, "%s", mqtt_type_name(type));
}

TEST(packet, wants_more_bytes_at_every_prefix, "")
{
	for_each_sample(s)
	{
		struct span packet = notation_bytes(s->packet);

		size_t header = packet.size - frame_of(packet, s->version).body.size;

		for (size_t size = 0; size < packet.size; size++) {
			struct span head = exact_copy(span_of(packet.at, size));

			cr_expect_eq(any_echo_bytes(head, s->version), 0, "%s", s->name);
			cr_expect_eq(mqtt_frame_wanted(head), size < header ? 0 : packet.size);
			exact_free(head);
		}
		exact_free(packet);
	}
}

/* A body that stops early is refused, or it is another packet that is in order. */
TEST(packet, is_never_read_beyond_a_body_that_was_cut, "")
{
	for_each_sample(s)
	{
		struct span packet = notation_bytes(s->packet);
		struct mqtt_frame f = frame_of(packet, s->version);
		struct span whole = f.body;

		for (size_t size = 0; size < whole.size; size++) {
			f.body = exact_copy(span_of(whole.at, size));
			cr_expect_leq(any_echo(&f, s->version), 0);
			exact_free(f.body);
		}
		exact_free(packet);
	}
}

/* Only what ends with a list or a payload can go on. */
TEST(packet, may_not_have_bytes_behind_its_end, "")
{
	for_each_sample(s)
	{
		struct span packet = notation_bytes(s->packet);
		struct mqtt_frame f = frame_of(packet, s->version);
		bool is_fixed = f.type != MQTT_PUBLISH && f.type != MQTT_SUBSCRIBE &&
			f.type != MQTT_UNSUBSCRIBE && f.type != MQTT_SUBACK &&
			!(f.type == MQTT_UNSUBACK && s->version == MQTT_5);
		uint8_t longer[512];

		memcpy(longer, f.body.at, f.body.size);
		memset(longer + f.body.size, 0, sizeof(longer) - f.body.size);
		f.body = span_of(longer, f.body.size + 3);
		if (is_fixed && f.body.size > 5)
			cr_expect_eq(
				any_echo(&f, s->version), -MQTT_MALFORMED_PACKET, "%s", s->name);
		exact_free(packet);
	}
}

static void echo_in_all_versions(struct span packet)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		cr_expect_leq(any_echo_bytes(packet, versions[i]), (int)packet.size);
}

TEST(packet, is_refused_or_in_order_with_any_bit_flipped, "")
{
	for_each_sample(s)
	{
		struct span packet = notation_bytes(s->packet);

		for (size_t bit = 0; bit < packet.size * 8; bit++) {
			struct span bent = exact_copy(packet);
			uint8_t *at = (uint8_t *)(uintptr_t)bent.at;

			at[bit / 8] ^= (uint8_t)(1U << bit % 8);
			echo_in_all_versions(bent);
			exact_free(bent);
		}
		exact_free(packet);
	}
}

TEST(packet, is_refused_or_in_order_with_any_byte_replaced, "")
{
	for_each_sample(s)
	{
		struct span packet = notation_bytes(s->packet);
		struct span bent = exact_copy(packet);
		uint8_t *at = (uint8_t *)(uintptr_t)bent.at;

		for (size_t i = 0; i < packet.size; i++) {
			for (unsigned value = 0; value < 256; value++) {
				at[i] = (uint8_t)value;
				echo_in_all_versions(bent);
			}
			at[i] = packet.at[i];
		}
		exact_free(bent);
		exact_free(packet);
	}
}

/* Encodes into so much room, and returns how much of it was used. */
static size_t encode_into(size_t size, const struct mqtt_any *any, bool *ret_is_full)
{
	uint8_t *room = malloc(size), scratch_room[512];
	struct writer w = writer_of(room, size);
	struct writer scratch = writer_of(scratch_room, sizeof(scratch_room));

	any_encode(&w, any, &scratch);
	free(room);
	*ret_is_full = w.is_full;
	return (size_t)(w.at - w.start);
}

TEST(packet, is_encoded_whole_or_the_writer_is_full, "")
{
	for_each_sample(s)
	{
		struct span packet = notation_bytes(s->packet);
		struct mqtt_frame f = frame_of(packet, s->version);
		struct mqtt_any any;
		bool is_full;
		size_t size;

		cr_assert_eq(any_decode(&f, s->version, &any), 0);
		size = encode_into(packet.size, &any, &is_full);
		cr_expect_not(is_full, "%s", s->name);
		for (size_t room = 0; room < size; room++) {
			encode_into(room, &any, &is_full);
			cr_expect(is_full, "%s", s->name);
		}
		exact_free(packet);
	}
}
