#include "base/base_test.h"
#include "mqtt/mqtt_any_test.h"
#include "mqtt/mqtt_notation_test.h"

TEST(subscribe, has_its_filters_in_their_order, "")
{
	struct span bytes = notation_bytes("82 [ 000a [ 0b 2a ] 'a/+' 2d 'b/#' 12 'c' 00 ]");
	struct mqtt_subscribe p;
	struct mqtt_filter filter;
	struct mqtt_frame f;
	struct reader r;

	cr_assert_gt(mqtt_frame_decode(bytes, MQTT_5, MQTT_PACKET_MAX, &f), 0);
	cr_assert_eq(mqtt_subscribe_decode(&f, MQTT_5, &p), 0);
	cr_expect_eq(p.packet_id, 10);
	cr_expect_eq(p.props.subscription_id, 42);
	cr_expect_eq(p.filters_count, 3);
	r = reader_of(p.filters);
	cr_assert(mqtt_filter_next(&r, MQTT_SUBSCRIBE, MQTT_5, &filter));
	expect_span(filter.filter, "a/+");
	cr_expect_eq(filter.qos, 1);
	cr_expect(filter.is_no_local && filter.is_retain_as_published);
	cr_expect_eq(filter.retain_handling, 2);
	cr_assert(mqtt_filter_next(&r, MQTT_SUBSCRIBE, MQTT_5, &filter));
	expect_span(filter.filter, "b/#");
	cr_expect_eq(filter.qos, 2);
	cr_expect_not(filter.is_no_local || filter.is_retain_as_published);
	cr_expect_eq(filter.retain_handling, 1);
	cr_assert(mqtt_filter_next(&r, MQTT_SUBSCRIBE, MQTT_5, &filter));
	expect_span(filter.filter, "c");
	cr_expect_not(mqtt_filter_next(&r, MQTT_SUBSCRIBE, MQTT_5, &filter));
	exact_free(bytes);
}

TEST(subscribe, has_a_packet_id_that_is_not_0, "MQTT-2.2.1-3")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "82 [ 0000 [ ] 'a' 00 ]");
	expect_verdict(MQTT_3_1_1, MQTT_PROTOCOL_ERROR, "82 [ 0000 'a' 00 ]");
	expect_verdict(MQTT_3_1_1, MQTT_PROTOCOL_ERROR, "a2 [ 0000 'a' ]");
}

TEST(subscribe, has_at_least_one_filter, "MQTT-3.8.3-2 U50-3.8.3-1")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "82 [ 0001 [ ] ]");
	expect_verdict(MQTT_3_1_1, MQTT_PROTOCOL_ERROR, "82 [ 0001 ]");
}

TEST(subscribe, has_options_behind_each_filter, "MQTT-3.8.3-2")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "82 [ 0001 [ ] 'a' 00 'b' ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "82 [ 0001 'a' 00 'b' ]");
}

TEST(subscribe, has_filters_of_utf8, "MQTT-3.8.3-1")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "82 [ 0001 [ ] 'a' 00 0001 ff 00 ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "82 [ 0001 0001 00 00 ]");
}

TEST(subscribe, with_a_reserved_option_is_malformed, "MQTT-3.8.3-5")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "82 [ 0001 [ ] 'a' 40 ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "82 [ 0001 [ ] 'a' 80 ]");
}

TEST(subscribe, with_anything_but_a_qos_is_malformed_before_version_5, "MQTT-3.8.3-4 of 3.1.1")
{
	for (unsigned option = 0; option < 256; option++) {
		uint8_t packet[] = {0x82, 6, 0, 1, 0, 1, 'a', (uint8_t)option};
		int expected = option <= 2 ? (int)sizeof(packet) : -MQTT_MALFORMED_PACKET;
		struct span s = span_of(packet, sizeof(packet));

		cr_expect_eq(any_echo_bytes(s, MQTT_3_1_1), expected, "%#x", option);
		cr_expect_eq(any_echo_bytes(s, MQTT_3_1), expected, "%#x", option);
	}
}

TEST(subscribe, with_qos_3_is_a_protocol_error, "U50-3.8.3.1-1")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "82 [ 0001 [ ] 'a' 03 ]");
}

TEST(subscribe, with_retain_handling_3_is_a_protocol_error, "U50-3.8.3.1-2")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "82 [ 0001 [ ] 'a' 30 ]");
}

TEST(subscribe, has_no_local_on_no_shared_subscription, "MQTT-3.8.3-4")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "82 [ 0001 [ ] '$share/g/a' 04 ]");
	expect_verdict(MQTT_5, 0, "82 [ 0001 [ ] '$share/g/a' 00 '$shared' 04 ]");
}

TEST(subscribe, leaves_the_places_of_wildcards_to_others, "")
{
	expect_verdict(MQTT_5, 0, "82 [ 0001 [ ] 'a#/+b' 00 ]");
}

TEST(unsubscribe, has_at_least_one_filter, "MQTT-3.10.3-2 U50-3.10.3-1")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "a2 [ 0001 [ ] ]");
	expect_verdict(MQTT_3_1_1, MQTT_PROTOCOL_ERROR, "a2 [ 0001 ]");
}

TEST(unsubscribe, has_filters_of_utf8, "MQTT-3.10.3-1")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "a2 [ 0001 [ ] 'a' 0001 ff ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "a2 [ 0001 0002 <a> ]");
}

TEST(suback, has_its_fields, "MQTT-3.9.3-1")
{
	struct span bytes = notation_bytes("90 [ 000a [ 1f 'partly' ] 00 87 02 ]");
	struct mqtt_frame f;
	struct mqtt_suback p;

	cr_assert_gt(mqtt_frame_decode(bytes, MQTT_5, MQTT_PACKET_MAX, &f), 0);
	cr_assert_eq(mqtt_suback_decode(&f, MQTT_5, &p), 0);
	cr_expect_eq(p.packet_id, 10);
	expect_span(p.props.reason_string, "partly");
	expect_span(p.reasons, "\x00\x87\x02");
	exact_free(bytes);
}

TEST(suback, has_reasons_of_its_table, "MQTT-3.9.3-2")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "90 [ 0001 [ ] 00 03 ]");
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "90 [ 0001 [ ] 11 ]");
	expect_verdict(MQTT_3_1_1, MQTT_PROTOCOL_ERROR, "90 [ 0001 03 ]");
	expect_verdict(MQTT_3_1_1, MQTT_PROTOCOL_ERROR, "90 [ 0001 87 ]");
}

TEST(suback, has_at_least_one_reason, "MQTT-3.8.4-6")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "90 [ 0001 [ ] ]");
	expect_verdict(MQTT_3_1_1, MQTT_PROTOCOL_ERROR, "90 [ 0001 ]");
}

TEST(suback, has_a_packet_id_that_is_not_0, "MQTT-2.2.1-6")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "90 [ 0000 [ ] 00 ]");
	expect_verdict(MQTT_3_1_1, MQTT_PROTOCOL_ERROR, "b0 [ 0000 ]");
}

TEST(unsuback, has_reasons_of_its_table, "MQTT-3.11.3-2")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "b0 [ 0001 [ ] 01 ]");
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "b0 [ 0001 [ ] ]");
}

TEST(unsuback, is_its_packet_id_alone_before_version_5, "")
{
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "b0 [ 0001 00 ]");
	expect_verdict(MQTT_3_1, MQTT_MALFORMED_PACKET, "b0 [ 00 ]");
}
