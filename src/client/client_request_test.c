/* client_request_test.c - subscriptions, farewells and the keep alive. */
#include "base/base_err.h"
#include "base/base_test.h"
#include "client/client_fake_test.h"

static struct fake f;

TEST(subscribe, tells_one_reason_for_each_filter, "MQTT-3.8.4-6")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	fake_subscribe(&f, CLIENT_SUBSCRIBE, 7, "a/#");
	fake_hex(&f, "90 04 0001 00 87");
	fake_subscribe(&f, CLIENT_UNSUBSCRIBE, 8, "a/#");
	fake_hex(&f, "b0 04 0002 00 11");
	fake_expect(&f,
		"> SUBSCRIBE #1 1\nSUBSCRIBED 7 done 87\n"
		"> UNSUBSCRIBE #2 1\nUNSUBSCRIBED 8 done 11\n");
}

TEST(subscribe, has_no_reasons_for_unsubscribe_before_version_5, "")
{
	fake_init(&f, MQTT_3_1_1);
	fake_online(&f, false);
	fake_subscribe(&f, CLIENT_UNSUBSCRIBE, 8, "a");
	fake_hex(&f, "b0 02 0001");
	fake_expect(&f, "> UNSUBSCRIBE #1 1\nUNSUBSCRIBED 8 done\n");
}

TEST(subscribe, ends_with_an_answer_that_does_not_fit_the_question, "MQTT-3.8.4-6")
{
	static const char *const answers[] = {
		"90 05 0001 00 00 00", /* two reasons */
		"90 04 0002 00 00",    /* another id */
		"b0 04 0001 00 00",    /* to another question */
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		fake_init(&f, MQTT_5);
		fake_online(&f, false);
		fake_subscribe(&f, CLIENT_SUBSCRIBE, 7, "a");
		say_init(&f.log);
		fake_hex(&f, answers[i]);
		fake_expect(
			&f, "> DISCONNECT 82\nCLOSE\nDISCONNECTED fault 82\nSUBSCRIBED 7 lost\n");
	}
}

TEST(subscribe, shares_the_ids_with_messages, "MQTT-2.2.1-3")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	fake_publish(&f, 1, 1, "t");
	fake_subscribe(&f, CLIENT_SUBSCRIBE, 2, "t");
	fake_publish(&f, 1, 3, "t");
	fake_expect(&f, "> PUBLISH t q1 #1\n> SUBSCRIBE #2 1\n> PUBLISH t q1 #3\n");
}

TEST(subscribe, needs_a_connection, "")
{
	fake_init(&f, MQTT_5);
	cr_expect_eq(fake_subscribe(&f, CLIENT_SUBSCRIBE, 1, "t"), ERR_ABSENT);
	fake_open(&f);
	cr_expect_eq(fake_subscribe(&f, CLIENT_SUBSCRIBE, 1, "t"), ERR_ABSENT);
}

TEST(subscribe, is_lost_with_its_connection, "")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	for (uint64_t i = 0; i < FAKE_SLOTS; i++)
		cr_expect_eq(fake_subscribe(&f, CLIENT_SUBSCRIBE, i, "t"), 0);
	cr_expect_eq(fake_subscribe(&f, CLIENT_SUBSCRIBE, 9, "t"), ERR_LIMIT);
	say_init(&f.log);
	fake_close(&f);
	fake_expect(&f,
		"DISCONNECTED broken 00\nSUBSCRIBED 0 lost\nSUBSCRIBED 1 lost\nSUBSCRIBED 2 lost\n"
		"SUBSCRIBED 3 lost\nSUBSCRIBED 4 lost\nSUBSCRIBED 5 lost\n");
}

TEST(subscribe, refuses_filters_that_no_server_may_take, "MQTT-4.7.1-1")
{
	static const char *const bad[] = {
		"", "a#", "a/#/b", "a+", "$share/", "$share/g", "$share/+/a", "$share/g/"};

	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect_eq(fake_subscribe(&f, CLIENT_SUBSCRIBE, 1, bad[i]),
			-MQTT_TOPIC_FILTER_INVALID, "%s", bad[i]);
	fake_expect(&f, "");
}

TEST(subscribe, keeps_to_what_the_server_offers, "MQTT-3.2.2.3.11")
{
	struct mqtt_subscribe p = {.filters = SPAN_LITERAL("\0\1t\0"), .filters_count = 1};

	mqtt_props_init(&p.props);
	p.props.present = MQTT_PROPERTY_BIT(MQTT_SUBSCRIPTION_IDENTIFIER);
	p.props.subscription_id = 1;
	fake_init(&f, MQTT_5);
	fake_open(&f);
	fake_connack(&f, false, 0, "28 00 29 00 2a 00");
	say_init(&f.log);
	cr_expect_eq(fake_subscribe(&f, CLIENT_SUBSCRIBE, 1, "a/+"), -MQTT_WILDCARDS_NOT_SUPPORTED);
	cr_expect_eq(
		fake_subscribe(&f, CLIENT_SUBSCRIBE, 1, "$share/g/a"), -MQTT_SHARED_NOT_SUPPORTED);
	cr_expect_eq(fake_step(&f, (struct client_event){CLIENT_SUBSCRIBE, .subscribe = &p}),
		-MQTT_SUBSCRIPTION_IDS_NOT_SUPPORTED);
	fake_expect(&f, "");
	cr_expect_eq(fake_subscribe(&f, CLIENT_SUBSCRIBE, 1, "a"), 0);
}

TEST(subscribe, refuses_no_local_on_a_shared_filter, "MQTT-3.8.3-4")
{
	struct mqtt_subscribe p = {
		.filters = SPAN_LITERAL("\0\x0a$share/g/t\x04"), .filters_count = 1};

	mqtt_props_init(&p.props);
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	cr_expect_eq(fake_step(&f, (struct client_event){CLIENT_SUBSCRIBE, .subscribe = &p}),
		-MQTT_PROTOCOL_ERROR);
}

TEST(disconnect, says_goodbye_and_closes, "MQTT-3.14.4-2")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	fake_disconnect(&f, MQTT_DISCONNECT_WITH_WILL);
	fake_expect(&f, "> DISCONNECT 04\nCLOSE\nDISCONNECTED asked 04\n");
	cr_expect(!client_is_online(&f.client));
	fake_online(&f, false);
}

TEST(disconnect, cannot_keep_a_session_that_was_to_end, "MQTT-3.14.2.2.2")
{
	struct mqtt_disconnect p = {.reason = 0};

	mqtt_props_init(&p.props);
	p.props.present = MQTT_PROPERTY_BIT(MQTT_SESSION_EXPIRY_INTERVAL);
	p.props.session_expiry_s = 5;
	fake_init(&f, MQTT_5);
	f.connect.props.session_expiry_s = 0;
	fake_online(&f, false);
	cr_expect_eq(fake_step(&f, (struct client_event){CLIENT_DISCONNECT, .disconnect = &p}),
		-MQTT_PROTOCOL_ERROR);
	cr_expect(client_is_online(&f.client));
	cr_expect_eq(fake_disconnect(&f, 0x01), -MQTT_PROTOCOL_ERROR); /* MQTT-3.14.2-1 */
}

TEST(keepalive, pings_when_nothing_else_was_sent, "MQTT-3.1.2-20")
{
	fake_init(&f, MQTT_3_1_1);
	f.connect.keepalive_s = 10;
	fake_online(&f, false);
	cr_expect_eq(f.effects.wake_ms, 10000);
	f.now = 4000;
	fake_publish(&f, 0, 1, "t");
	fake_message(&f, 0, 0, "t", 0);
	say_init(&f.log);
	fake_time(&f, 13999);
	fake_expect(&f, "");
	fake_time(&f, 14000);
	fake_expect(&f, "> PINGREQ\n");
	cr_expect_eq(f.effects.wake_ms, 15000);
	fake_hex(&f, "d0 00");
	fake_expect(&f, "");
	cr_expect_eq(f.effects.wake_ms, 24000);
}

TEST(keepalive, ends_with_a_server_that_answers_no_ping, "")
{
	fake_init(&f, MQTT_5);
	f.connect.keepalive_s = 10;
	fake_online(&f, false);
	fake_time(&f, 10000);
	fake_time(&f, 10999);
	fake_expect(&f, "> PINGREQ\n");
	fake_time(&f, 11000);
	fake_expect(&f, "CLOSE\nDISCONNECTED silent 00\n");
}

TEST(keepalive, pings_a_server_that_only_listens, "")
{
	fake_init(&f, MQTT_5);
	f.connect.keepalive_s = 10;
	fake_online(&f, false);
	f.now = 9000;
	fake_publish(&f, 0, 1, "t");
	fake_time(&f, 10000); /* nothing was heard for ten seconds */
	fake_expect(&f, "> PUBLISH t q0\n> PINGREQ\n");
}

TEST(keepalive, is_the_servers_to_decide, "MQTT-3.2.2-21")
{
	fake_init(&f, MQTT_5);
	f.connect.keepalive_s = 10;
	fake_open(&f);
	fake_connack(&f, false, 0, "13 0002");
	cr_expect_eq(f.effects.wake_ms, 2000);
	fake_close(&f);
	fake_open(&f);
	fake_connack(&f, false, 0, "13 0000");
	cr_expect_eq(f.effects.wake_ms, MSEC_NEVER);
}
