#include "base/base_test.h"
#include "mqtt/mqtt_any_test.h"
#include "mqtt/mqtt_notation_test.h"

static struct span publish_decode(
	enum mqtt_version version, const char *packet, struct mqtt_publish *ret)
{
	struct span bytes = notation_bytes(packet);
	struct mqtt_frame f;

	cr_assert_gt(mqtt_frame_decode(bytes, version, MQTT_PACKET_MAX, &f), 0);
	cr_assert_eq(mqtt_publish_decode(&f, version, ret), 0);
	return bytes;
}

static bool encodes_as(struct writer *w, const char *packet)
{
	struct span bytes = notation_bytes(packet);
	bool is_equal = !w->is_full && span_equal(writer_span(w), bytes);

	exact_free(bytes);
	return is_equal;
}

TEST(publish, has_its_fields, "MQTT-3.3.2-1")
{
	struct mqtt_publish p;
	struct span bytes = publish_decode(MQTT_5, "3d [ 'a/b' 1234 [ 23 0007 ] <hello> ]", &p);

	cr_expect_eq(p.qos, 2);
	cr_expect(p.is_dup && p.is_retained);
	expect_span(p.topic, "a/b");
	cr_expect_eq(p.packet_id, 0x1234);
	cr_expect_eq(p.props.topic_alias, 7);
	expect_span(p.payload, "hello");
	exact_free(bytes);
}

TEST(publish, is_encoded_from_its_fields, "")
{
	struct mqtt_publish p = {.qos = 1, .packet_id = 5, .topic = SPAN_LITERAL("t")};
	uint8_t room[64];
	struct writer w = writer_of(room, sizeof(room));

	mqtt_props_init(&p.props);
	p.payload = SPAN_LITERAL("xyz");
	mqtt_publish_encode(&w, MQTT_3_1_1, &p);
	cr_expect(encodes_as(&w, "32 [ 't' 0005 <xyz> ]"));
	w = writer_of(room, sizeof(room));
	p.props.present = MQTT_PROPERTY_BIT(MQTT_MESSAGE_EXPIRY_INTERVAL);
	p.props.message_expiry_s = 60;
	mqtt_publish_encode(&w, MQTT_5, &p);
	cr_expect(encodes_as(&w, "32 [ 't' 0005 [ 02 0000003c ] <xyz> ]"));
}

TEST(publish, has_a_head_that_counts_the_payload, "")
{
	struct mqtt_publish p = {.topic = SPAN_LITERAL("t"), .payload = SPAN_LITERAL("xyz")};
	uint8_t room[64];
	struct writer w = writer_of(room, sizeof(room));

	mqtt_publish_encode_head(&w, MQTT_3_1_1, &p);
	cr_expect(encodes_as(&w, "30 06 't'"));
}

TEST(publish, of_qos_0_has_no_packet_id, "MQTT-2.2.1-2")
{
	struct mqtt_publish p;
	struct span bytes = publish_decode(MQTT_3_1_1, "30 [ 'a' 0001 ]", &p);

	cr_expect_eq(p.packet_id, 0);
	cr_expect_eq(p.payload.size, 2);
	exact_free(bytes);
}

TEST(publish, of_qos_0_with_dup_is_malformed, "MQTT-3.3.1-2")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "38 [ 'a' [ ] ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "38 [ 'a' ]");
}

TEST(publish, of_qos_3_is_malformed, "MQTT-3.3.1-4 U50-3.3.1.2-1")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "36 [ 'a' 0001 [ ] ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "36 [ 'a' 0001 ]");
	expect_verdict(MQTT_3_1, MQTT_MALFORMED_PACKET, "3e [ 'a' 0001 ]");
}

TEST(publish, of_qos_1_or_2_has_a_packet_id_that_is_not_0, "MQTT-2.2.1-3 MQTT-2.2.1-4")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "32 [ 'a' 0000 [ ] ]");
	expect_verdict(MQTT_3_1_1, MQTT_PROTOCOL_ERROR, "34 [ 'a' 0000 ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "34 [ 'a' 00 ]");
}

TEST(publish, has_a_topic_of_utf8_without_u_0000, "MQTT-3.3.2-1 MQTT-1.5.4-1 MQTT-1.5.4-2")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "30 [ 0001 ff [ ] ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "30 [ 0003 eda080 [ ] ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "30 [ 0003 <a> 00 <b> [ ] ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "30 [ 0003 <a> 00 <b> ]");
}

TEST(publish, has_no_wildcard_in_its_topic, "MQTT-3.3.2-2 MQTT-4.7.0-1")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "30 [ 'a/+' [ ] ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "30 [ '#' [ ] ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "30 [ 'a#b' ]");
}

TEST(publish, has_a_topic_or_an_alias, "MQTT-4.7.3-1 U50-3.3.2.1-1")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "30 [ '' [ ] <x> ]");
	expect_verdict(MQTT_3_1_1, MQTT_PROTOCOL_ERROR, "30 [ '' <x> ]");
	expect_verdict(MQTT_5, 0, "30 [ '' [ 23 0001 ] <x> ]");
}

TEST(publish, has_no_alias_0, "MQTT-3.3.2-8 U50-3.3.4-2")
{
	expect_verdict(MQTT_5, MQTT_TOPIC_ALIAS_INVALID, "30 [ 'a' [ 23 0000 ] ]");
}

TEST(publish, has_a_response_topic_that_is_a_topic_name, "MQTT-3.3.2-13 MQTT-3.3.2-14 MQTT-4.7.3-1")
{
	expect_verdict(MQTT_5, 0, "30 [ 'a' [ 08 'r' ] ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "30 [ 'a' [ 08 0001 ff ] ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "30 [ 'a' [ 08 'r/+' ] ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "30 [ 'a' [ 08 '#' ] ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "30 [ 'a' [ 08 '' ] ]");
}

TEST(publish, has_a_content_type_of_utf8, "MQTT-3.3.2-19")
{
	expect_verdict(MQTT_5, 0, "30 [ 'a' [ 03 'text' ] ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "30 [ 'a' [ 03 0001 ff ] ]");
}

TEST(publish, has_correlation_data_and_payload_of_any_bytes, "")
{
	expect_verdict(MQTT_5, 0, "30 [ 'a' [ 09 0003 00ff80 ] 00ff80 ]");
}

TEST(publish, has_a_property_list_exactly_in_version_5, "MQTT-2.2.2-1")
{
	struct mqtt_publish p;
	struct span bytes = publish_decode(MQTT_3_1_1, "30 [ 'a' [ 23 0001 ] ]", &p);

	cr_expect_eq(p.props.present, 0);
	cr_expect_eq(p.payload.size, 4);
	exact_free(bytes);
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "30 [ 'a' ]");
}

TEST(ack, has_its_fields, "")
{
	struct span bytes = notation_bytes("50 [ 1234 97 [ 1f 'full' ] ]");
	struct mqtt_frame f;
	struct mqtt_ack p;

	cr_assert_gt(mqtt_frame_decode(bytes, MQTT_5, MQTT_PACKET_MAX, &f), 0);
	cr_assert_eq(mqtt_ack_decode(&f, MQTT_5, &p), 0);
	cr_expect_eq(p.packet_id, 0x1234);
	cr_expect_eq(p.reason, MQTT_QUOTA_EXCEEDED);
	expect_span(p.props.reason_string, "full");
	exact_free(bytes);
}

TEST(ack, is_encoded_as_short_as_its_version_allows, "")
{
	struct mqtt_ack p = {.packet_id = 1};
	uint8_t room[64];
	struct writer w = writer_of(room, sizeof(room));

	mqtt_props_init(&p.props);
	mqtt_ack_encode(&w, MQTT_PUBREL, MQTT_5, &p);
	cr_expect(encodes_as(&w, "62 [ 0001 ]"));
	w = writer_of(room, sizeof(room));
	p.reason = MQTT_NO_MATCHING_SUBSCRIBERS;
	mqtt_ack_encode(&w, MQTT_PUBACK, MQTT_5, &p);
	cr_expect(encodes_as(&w, "40 [ 0001 10 ]"));
	w = writer_of(room, sizeof(room));
	mqtt_ack_encode(&w, MQTT_PUBACK, MQTT_3_1_1, &p);
	cr_expect(encodes_as(&w, "40 [ 0001 ]"));
	w = writer_of(room, sizeof(room));
	p.reason = MQTT_SUCCESS;
	p.props.present = MQTT_PROPERTY_BIT(MQTT_REASON_STRING);
	p.props.reason_string = SPAN_LITERAL("ok");
	mqtt_ack_encode(&w, MQTT_PUBACK, MQTT_5, &p);
	cr_expect(encodes_as(&w, "40 [ 0001 00 [ 1f 'ok' ] ]"));
}

TEST(ack, may_leave_out_its_properties_and_its_reason, "")
{
	expect_verdict(MQTT_5, 0, "40 [ 0001 ]");
	expect_verdict(MQTT_5, 0, "50 [ 0001 10 ]");
	expect_verdict(MQTT_5, 0, "62 [ 0001 92 [ ] ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "40 [ 0001 00 [ ] 00 ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "40 [ 00 ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "40 [ ]");
}

TEST(ack, is_its_packet_id_alone_before_version_5, "")
{
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "40 [ 0001 00 ]");
	expect_verdict(MQTT_3_1, MQTT_MALFORMED_PACKET, "50 [ 0001 00 ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "70 [ 00 ]");
}

TEST(ack, has_a_packet_id_that_is_not_0, "")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "40 [ 0000 ]");
	expect_verdict(MQTT_3_1_1, MQTT_PROTOCOL_ERROR, "62 [ 0000 ]");
}

TEST(ack, has_a_reason_of_its_table, "MQTT-3.4.2-1 MQTT-3.5.2-1 MQTT-3.6.2-1 MQTT-3.7.2-1")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "40 [ 0001 92 ]");
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "50 [ 0001 01 ]");
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "62 [ 0001 80 ]");
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "70 [ 0001 10 ]");
}
