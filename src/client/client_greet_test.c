/* client_greet_test.c - from the transport to CONNACK. */
#include "base/base_err.h"
#include "base/base_test.h"
#include "client/client_fake_test.h"

static struct fake f;

TEST(greet, begins_with_connect, "MQTT-3.1.0-1")
{
	fake_init(&f, MQTT_3_1_1);
	cr_assert_eq(fake_open(&f), 0);
	fake_expect(&f, "> CONNECT 4 clean\n");
	fake_connack(&f, false, 0, "");
	fake_expect(&f, "CONNECTED\n");
}

TEST(greet, announces_its_own_limits_in_version_5, "MQTT-3.1.2.11.3")
{
	fake_init(&f, MQTT_5);
	f.connect.props.topic_alias_max = 9;
	f.connect.props.present = MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS_MAXIMUM);
	fake_open(&f);
	fake_expect(&f, "> CONNECT 5 clean receive=3 packet=200 aliases=2\n");
}

TEST(greet, keeps_tighter_limits_of_the_application, "")
{
	fake_init(&f, MQTT_5);
	f.connect.props.receive_max = 1;
	f.connect.props.packet_bytes_max = 100;
	f.connect.props.present = MQTT_PROPERTY_BIT(MQTT_RECEIVE_MAXIMUM) |
		MQTT_PROPERTY_BIT(MQTT_MAXIMUM_PACKET_SIZE);
	fake_open(&f);
	fake_expect(&f, "> CONNECT 5 clean receive=1 packet=100 aliases=0\n");
}

TEST(greet, speaks_every_version, "")
{
	for (enum mqtt_version version = MQTT_3_1; version <= MQTT_5; version++) {
		fake_init(&f, version);
		fake_online(&f, false);
	}
}

TEST(greet, refuses_a_connect_that_no_server_may_take, "MQTT-3.1.3-4")
{
	fake_init(&f, MQTT_5);
	f.connect.client_id = SPAN_LITERAL("\xff");
	cr_expect_eq(fake_open(&f), -MQTT_CLIENT_ID_NOT_VALID);

	fake_init(&f, MQTT_3_1_1); /* 3.1.1: MQTT-3.1.3-7 */
	f.connect.client_id = span_of(NULL, 0);
	f.connect.is_clean_start = false;
	cr_expect_eq(fake_open(&f), -MQTT_CLIENT_ID_NOT_VALID);

	fake_init(&f, MQTT_3_1_1); /* 3.1.1: MQTT-3.1.2-22 */
	f.connect.has_password = true;
	cr_expect_eq(fake_open(&f), -MQTT_BAD_USER_NAME_OR_PASSWORD);

	fake_init(&f, MQTT_5);
	f.connect.has_will = true;
	f.connect.will.topic = SPAN_LITERAL("a/#");
	cr_expect_eq(fake_open(&f), -MQTT_TOPIC_NAME_INVALID);

	fake_init(&f, MQTT_5); /* U50-3.1.2.11.3-1 */
	f.connect.props.receive_max = 0;
	cr_expect_eq(fake_open(&f), -MQTT_PROTOCOL_ERROR);

	fake_init(&f, MQTT_5); /* U50-2.2.2.2-1 */
	f.connect.props.present = MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS);
	cr_expect_eq(fake_open(&f), -MQTT_PROTOCOL_ERROR);
	fake_expect(&f, "");
}

TEST(greet, says_when_connect_does_not_fit, "")
{
	static uint8_t name[600];

	memset(name, 'n', sizeof(name));
	fake_init(&f, MQTT_5);
	f.connect.client_id = span_of(name, sizeof(name));
	cr_expect_eq(fake_open(&f), ERR_LIMIT);
	f.connect.client_id.size = 10;
	cr_expect_eq(fake_open(&f), 0);
}

TEST(greet, tells_a_refusal_and_closes, "")
{
	fake_init(&f, MQTT_3_1_1);
	fake_open(&f);
	fake_connack(&f, false, MQTT_REFUSED_NOT_AUTHORIZED, "");
	fake_expect(&f, "> CONNECT 4 clean\nCLOSE\nDISCONNECTED refused 05\n");
	fake_init(&f, MQTT_5);
	fake_open(&f);
	fake_connack(&f, false, MQTT_BANNED, "");
	fake_expect(&f,
		"> CONNECT 5 clean receive=3 packet=200 aliases=0\n"
		"CLOSE\nDISCONNECTED refused 8a\n");
}

TEST(greet, gives_up_on_a_server_that_does_not_answer, "")
{
	fake_init(&f, MQTT_3_1_1);
	fake_open(&f);
	cr_assert_eq(f.effects.wake_ms, 1000);
	fake_time(&f, 999);
	fake_expect(&f, "> CONNECT 4 clean\n");
	fake_time(&f, 1000);
	fake_expect(&f, "CLOSE\nDISCONNECTED silent 00\n");
	cr_assert_eq(f.effects.wake_ms, MSEC_NEVER);
}

TEST(greet, wants_connack_first, "MQTT-3.2.0-1")
{
	fake_init(&f, MQTT_3_1_1);
	fake_open(&f);
	fake_message(&f, 0, 0, "t", 0);
	fake_expect(&f, "> CONNECT 4 clean\nCLOSE\nDISCONNECTED fault 82\n");
}

TEST(greet, takes_connack_once, "")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	fake_connack(&f, false, 0, "");
	fake_expect(&f, "> DISCONNECT 82\nCLOSE\nDISCONNECTED fault 82\n");
}

TEST(greet, trusts_no_session_where_it_asked_for_none, "MQTT-3.2.2-4")
{
	fake_init(&f, MQTT_5);
	fake_open(&f);
	fake_connack(&f, true, 0, "");
	fake_expect(&f,
		"> CONNECT 5 clean receive=3 packet=200 aliases=0\n"
		"> DISCONNECT 82\nCLOSE\nDISCONNECTED fault 82\n");
}

TEST(greet, can_be_broken_off, "")
{
	fake_init(&f, MQTT_5);
	cr_expect_eq(fake_disconnect(&f, 0), ERR_ABSENT);
	fake_open(&f);
	cr_expect_eq(fake_disconnect(&f, 0), 0);
	fake_expect(&f,
		"> CONNECT 5 clean receive=3 packet=200 aliases=0\n"
		"> DISCONNECT 00\nCLOSE\nDISCONNECTED asked 00\n");
	fake_connack(&f, false, 0, "");
	fake_close(&f);
	fake_expect(&f, "");
}
