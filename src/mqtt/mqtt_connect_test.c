#include "base/base_test.h"
#include "mqtt/mqtt_any_test.h"
#include "mqtt/mqtt_notation_test.h"

/* Decodes a CONNECT in notation; the block is for exact_free(). */
static struct span connect_decode(const char *packet, struct mqtt_connect *ret)
{
	struct span bytes = notation_bytes(packet);
	struct mqtt_frame f;
	uint8_t level;

	cr_assert_gt(mqtt_frame_decode(bytes, MQTT_5, MQTT_PACKET_MAX, &f), 0);
	cr_assert_eq(mqtt_connect_decode(&f, ret, &level), 0);
	return bytes;
}

/* The verdict on a CONNECT, and the level that it asked for. */
static int level_of(const char *packet, uint8_t *ret_level)
{
	struct span bytes = notation_bytes(packet);
	struct mqtt_connect p;
	struct mqtt_frame f;
	int err;

	cr_assert_gt(mqtt_frame_decode(bytes, MQTT_5, MQTT_PACKET_MAX, &f), 0);
	err = mqtt_connect_decode(&f, &p, ret_level);
	exact_free(bytes);
	return err;
}

TEST(connect, has_its_fields_in_their_order, "MQTT-3.1.3-1")
{
	struct mqtt_connect p;
	struct span bytes = connect_decode("10 [ 'MQTT' 05 ee 003c [ 21 0014 ] 'id' [ 18 00000005 "
					   "] 't' 'gone' 'user' 'pass' ]",
		&p);

	cr_expect_eq(p.version, MQTT_5);
	cr_expect(p.is_clean_start && p.has_will && p.has_user_name && p.has_password);
	cr_expect_not(p.is_bridge);
	cr_expect_eq(p.keepalive_s, 60);
	cr_expect_eq(p.props.receive_max, 20);
	cr_expect_eq(p.props.present, MQTT_PROPERTY_BIT(MQTT_RECEIVE_MAXIMUM));
	expect_span(p.client_id, "id");
	cr_expect_eq(p.will.qos, 1);
	cr_expect(p.will.is_retained);
	cr_expect_eq(p.will.props.will_delay_s, 5);
	expect_span(p.will.topic, "t");
	expect_span(p.will.payload, "gone");
	expect_span(p.user_name, "user");
	expect_span(p.password, "pass");
	exact_free(bytes);
}

TEST(connect, has_what_absence_means, "")
{
	struct mqtt_connect p;
	struct span bytes = connect_decode("10 [ 'MQTT' 04 00 0000 '' ]", &p);

	cr_expect_eq(p.version, MQTT_3_1_1);
	cr_expect_not(p.is_clean_start || p.has_will || p.has_user_name || p.has_password);
	cr_expect_eq(p.client_id.size, 0);
	cr_expect_eq(p.props.receive_max, 65535);
	cr_expect_eq(p.props.packet_bytes_max, MQTT_PACKET_MAX);
	cr_expect_eq(p.props.request_problem, 1);
	cr_expect_eq(p.will.props.message_expiry_s, 0);
	exact_free(bytes);
}

TEST(connect, of_a_bridge_has_the_high_bit_of_the_level, "")
{
	struct mqtt_connect p;
	struct span bytes = connect_decode("10 [ 'MQTT' 84 00 0000 'b' ]", &p);

	cr_expect_eq(p.version, MQTT_3_1_1);
	cr_expect(p.is_bridge);
	exact_free(bytes);
	bytes = connect_decode("10 [ 'MQIsdp' 83 00 0000 'b' ]", &p);
	cr_expect_eq(p.version, MQTT_3_1);
	cr_expect(p.is_bridge);
	exact_free(bytes);
}

TEST(connect, with_another_name_or_level_is_of_an_unsupported_version, "MQTT-3.1.2-1 MQTT-3.1.2-2")
{
	static const struct {
		uint8_t level;
		const char *packet;
	} rows[] = {
		{6, "10 [ 'MQTT' 06 02 0000 [ ] 'c' ]"},
		{0x85, "10 [ 'MQTT' 85 02 0000 [ ] 'c' ]"},
		{3, "10 [ 'MQTT' 03 02 0000 'c' ]"},
		{4, "10 [ 'MQIsdp' 04 02 0000 'c' ]"},
		{0, "10 [ 'MQTX' 04 02 0000 'c' ]"},
		{0, "10 [ 'mqtt' 04 02 0000 'c' ]"},
		{0, "10 [ '' 05 ]"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t level = 99;

		cr_expect_eq(level_of(rows[i].packet, &level), -MQTT_UNSUPPORTED_VERSION);
		cr_expect_eq(level, rows[i].level, "%s", rows[i].packet);
	}
}

TEST(connect, that_ends_in_its_head_is_malformed, "")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 02 00 ]");
}

TEST(connect, with_the_reserved_flag_is_malformed, "MQTT-3.1.2-3")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 03 0000 [ ] 'c' ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 04 03 0000 'c' ]");
	expect_verdict(MQTT_3_1, 0, "10 [ 'MQIsdp' 03 03 0000 'c' ]"); /* there, it is not used */
}

TEST(connect, has_all_that_a_will_flag_announces, "MQTT-3.1.2-9")
{
	expect_verdict(MQTT_5, 0, "10 [ 'MQTT' 05 06 0000 [ ] 'c' [ ] 't' '' ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 06 0000 [ ] 'c' [ ] 't' ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 06 0000 [ ] 'c' [ ] ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 06 0000 [ ] 'c' ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 04 06 0000 'c' 't' ]");
}

TEST(connect, without_will_has_no_will_qos, "MQTT-3.1.2-11")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 0a 0000 [ ] 'c' ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 04 12 0000 'c' ]");
}

TEST(connect, without_will_has_no_will_retain, "MQTT-3.1.2-13")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 22 0000 [ ] 'c' ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 04 22 0000 'c' ]");
}

TEST(connect, of_3_1_disregards_the_flags_of_a_will_that_is_not_there, "")
{
	struct mqtt_connect p;
	struct span bytes = connect_decode("10 [ 'MQIsdp' 03 3a 0000 'c' ]", &p);

	cr_expect_not(p.has_will || p.will.is_retained);
	cr_expect_eq(p.will.qos, 0);
	exact_free(bytes);
}

TEST(connect, with_will_qos_3_is_malformed, "MQTT-3.1.2-12")
{
	expect_verdict(
		MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 1e 0000 [ ] 'c' [ ] 't' 'p' ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 04 1e 0000 'c' 't' 'p' ]");
	expect_verdict(MQTT_3_1, MQTT_MALFORMED_PACKET, "10 [ 'MQIsdp' 03 1e 0000 'c' 't' 'p' ]");
}

TEST(connect, has_no_user_name_that_it_did_not_announce, "MQTT-3.1.2-16 MQTT-3.1.2-18")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 02 0000 [ ] 'c' 'user' ]");
	expect_verdict(
		MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 82 0000 [ ] 'c' 'user' 'pass' ]");
}

TEST(connect, has_the_user_name_and_password_that_it_announced, "MQTT-3.1.2-17 MQTT-3.1.2-19")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 82 0000 [ ] 'c' ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 c2 0000 [ ] 'c' 'user' ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 04 82 0000 'c' ]");
}

TEST(connect, of_3_1_may_lack_the_user_name_and_password_that_it_announced, "")
{
	struct mqtt_connect p;
	struct span bytes = connect_decode("10 [ 'MQIsdp' 03 c2 0000 'c' ]", &p);

	cr_expect_not(p.has_user_name || p.has_password);
	exact_free(bytes);
	bytes = connect_decode("10 [ 'MQIsdp' 03 c2 0000 'c' 'user' ]", &p);
	cr_expect(p.has_user_name && !p.has_password);
	exact_free(bytes);
}

TEST(connect, has_no_password_without_user_name_before_version_5, "MQTT-3.1.2-22 of 3.1.1")
{
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 04 42 0000 'c' 'pass' ]");
	expect_verdict(MQTT_3_1, MQTT_MALFORMED_PACKET, "10 [ 'MQIsdp' 03 42 0000 'c' 'pass' ]");
	expect_verdict(MQTT_5, 0, "10 [ 'MQTT' 05 42 0000 [ ] 'c' 'pass' ]");
}

TEST(connect, has_a_client_id, "MQTT-3.1.3-3")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 02 0000 [ ] ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 04 02 0000 ]");
}

TEST(connect, has_a_client_id_of_any_length, "MQTT-3.1.3-5")
{
	expect_verdict(MQTT_3_1, 0, "10 [ 'MQIsdp' 03 02 0000 'a-name-of-more-than-23-bytes' ]");
}

TEST(connect, has_texts_of_utf8, "MQTT-3.1.3-4 MQTT-3.1.3-11 MQTT-3.1.3-12 MQTT-1.5.4-1")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 02 0000 [ ] 0001 ff ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET,
		"10 [ 'MQTT' 05 06 0000 [ ] 'c' [ ] 0003 eda080 'p' ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 82 0000 [ ] 'c' 0001 80 ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 04 82 0000 'c' 0001 80 ]");
}

TEST(connect, has_texts_without_u_0000, "MQTT-1.5.4-2")
{
	expect_verdict(
		MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 02 0000 [ ] 0003 <a> 00 <b> ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 04 02 0000 0001 00 ]");
}

TEST(connect, keeps_an_order_mark_in_its_texts, "MQTT-1.5.4-3")
{
	struct mqtt_connect p;
	struct span bytes = connect_decode("10 [ 'MQTT' 04 02 0000 0004 efbbbf <a> ]", &p);

	expect_span(p.client_id,
		"\xef\xbb\xbf"
		"a");
	exact_free(bytes);
}

TEST(connect, has_a_will_payload_and_a_password_of_any_bytes, "")
{
	expect_verdict(MQTT_5, 0, "10 [ 'MQTT' 05 46 0000 [ ] 'c' [ ] 't' 0002 ff00 0001 80 ]");
}

TEST(connect, has_no_authentication_data_without_method, "U50-3.1.2.11.10-1")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "10 [ 'MQTT' 05 02 0000 [ 16 'data' ] 'c' ]");
	expect_verdict(MQTT_5, 0, "10 [ 'MQTT' 05 02 0000 [ 16 'data' 15 'SCRAM' ] 'c' ]");
}

TEST(connect, has_nothing_behind_its_end, "")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 05 02 0000 [ ] 'c' 00 ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "10 [ 'MQTT' 04 02 0000 'c' 00 ]");
	expect_verdict(MQTT_3_1, MQTT_MALFORMED_PACKET, "10 [ 'MQIsdp' 03 02 0000 'c' 00 ]");
}

TEST(connack, has_its_fields, "")
{
	struct span bytes = notation_bytes("20 [ 01 00 [ 13 001e 24 01 ] ]");
	struct mqtt_frame f;
	struct mqtt_connack p;

	cr_assert_gt(mqtt_frame_decode(bytes, MQTT_5, MQTT_PACKET_MAX, &f), 0);
	cr_assert_eq(mqtt_connack_decode(&f, MQTT_5, &p), 0);
	cr_expect(p.is_session_present);
	cr_expect_eq(p.reason, MQTT_SUCCESS);
	cr_expect_eq(p.props.server_keepalive_s, 30);
	cr_expect_eq(p.props.qos_max, 1);
	cr_expect_eq(p.props.retain_available, 1);
	exact_free(bytes);
}

TEST(connack, with_a_reserved_flag_is_malformed, "MQTT-3.2.2-1 U311-3.2.2.1-1")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "20 [ 02 00 [ ] ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "20 [ 80 00 ]");
	expect_verdict(MQTT_3_1, 0, "20 [ 80 00 ]"); /* there, it is not used */
}

TEST(connack, that_refuses_has_no_session, "MQTT-3.2.2-6")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "20 [ 01 80 [ ] ]");
	expect_verdict(MQTT_3_1_1, MQTT_PROTOCOL_ERROR, "20 [ 01 05 ]");
}

TEST(connack, has_a_reason_of_its_table, "MQTT-3.2.2-8")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "20 [ 00 01 [ ] ]");
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "20 [ 00 8b [ ] ]");
	expect_verdict(MQTT_3_1_1, MQTT_PROTOCOL_ERROR, "20 [ 00 06 ]");
}

TEST(connack, has_a_property_list_exactly_in_version_5, "MQTT-2.2.2-1")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "20 [ 00 00 ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "20 [ 00 00 [ ] ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "20 [ 00 ]");
}
