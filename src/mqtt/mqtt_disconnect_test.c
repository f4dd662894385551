#include "base/base_test.h"
#include "mqtt/mqtt_any_test.h"
#include "mqtt/mqtt_notation_test.h"

TEST(disconnect, has_its_fields, "")
{
	struct span bytes = notation_bytes("e0 [ 04 [ 11 0000003c ] ]");
	struct mqtt_frame f;
	struct mqtt_disconnect p;

	cr_assert_gt(mqtt_frame_decode(bytes, MQTT_5, MQTT_PACKET_MAX, &f), 0);
	cr_assert_eq(mqtt_disconnect_decode(&f, MQTT_5, &p), 0);
	cr_expect_eq(p.reason, MQTT_DISCONNECT_WITH_WILL);
	cr_expect_eq(p.props.session_expiry_s, 60);
	exact_free(bytes);
}

TEST(disconnect, may_leave_out_its_properties_and_its_reason, "")
{
	expect_verdict(MQTT_5, 0, "e0 [ ]");
	expect_verdict(MQTT_5, 0, "e0 [ 04 ]");
	expect_verdict(MQTT_5, 0, "e0 [ 00 [ ] ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "e0 [ 00 [ ] 00 ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "e0 [ 00 01 ]");
}

TEST(disconnect, has_no_body_before_version_5, "")
{
	expect_verdict(MQTT_3_1_1, 0, "e0 [ ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "e0 [ 00 ]");
	expect_verdict(MQTT_3_1, MQTT_MALFORMED_PACKET, "e0 [ 00 ]");
}

TEST(disconnect, has_a_reason_of_its_table, "MQTT-3.14.2-1")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "e0 [ 01 ]");
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "e0 [ 84 ]");
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "e0 [ ff ]");
}

TEST(auth, names_its_method, "U50-3.15.2.2.2-1")
{
	expect_verdict(MQTT_5, 0, "f0 [ 18 [ 15 'SCRAM' ] ]");
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "f0 [ 18 [ ] ]");
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "f0 [ 18 [ 16 'data' ] ]");
}

TEST(auth, may_leave_out_its_body_but_not_a_part_of_it, "")
{
	expect_verdict(MQTT_5, 0, "f0 [ ]");
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "f0 [ 18 ]");
}

TEST(auth, has_a_reason_of_its_table, "MQTT-3.15.2-1")
{
	expect_verdict(MQTT_5, MQTT_PROTOCOL_ERROR, "f0 [ 80 [ 15 'SCRAM' ] ]");
	expect_verdict(MQTT_5, 0, "f0 [ 19 [ 15 'SCRAM' ] ]");
}

TEST(ping, has_no_body, "")
{
	expect_verdict(MQTT_5, MQTT_MALFORMED_PACKET, "c0 [ 00 ]");
	expect_verdict(MQTT_3_1_1, MQTT_MALFORMED_PACKET, "d0 [ 00 ]");
}
