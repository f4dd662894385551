/* client_publish_test.c - messages to the server: acknowledged, held back, sent again. */
#include "base/base_err.h"
#include "base/base_test.h"
#include "client/client_fake_test.h"

static struct fake f;

TEST(publish, sends_qos_0_at_once_and_forgets_it, "MQTT-4.3.1-1")
{
	fake_init(&f, MQTT_5);
	cr_expect_eq(fake_publish(&f, 0, 1, "t"), ERR_ABSENT);
	fake_online(&f, false);
	cr_expect_eq(fake_publish(&f, 0, 1, "t"), 0);
	fake_expect(&f, "> PUBLISH t q0\n");
	cr_expect_eq(client_unfinished(&f.client), 0);
}

TEST(publish, counts_qos_1_unfinished_until_puback, "MQTT-4.3.2-3")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	fake_publish(&f, 1, 7, "t");
	fake_expect(&f, "> PUBLISH t q1 #1\n");
	cr_expect_eq(client_unfinished(&f.client), 1);
	fake_ack(&f, MQTT_PUBACK, 1, MQTT_NO_MATCHING_SUBSCRIBERS);
	fake_expect(&f, "PUBLISHED 7 done 10\n");
	cr_expect_eq(client_unfinished(&f.client), 0);
}

TEST(publish, takes_qos_2_through_its_four_packets, "MQTT-4.3.3-4")
{
	for (enum mqtt_version version = MQTT_3_1; version <= MQTT_5; version++) {
		fake_init(&f, version);
		fake_online(&f, false);
		fake_publish(&f, 2, 7, "t");
		fake_ack(&f, MQTT_PUBREC, 1, 0);
		cr_expect_eq(client_unfinished(&f.client), 1);
		fake_ack(&f, MQTT_PUBCOMP, 1, 0);
		fake_expect(&f, "> PUBLISH t q2 #1\n> PUBREL #1\nPUBLISHED 7 done\n");
	}
}

TEST(publish, ends_with_a_pubrec_that_refuses, "MQTT-4.4.0-2")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	fake_publish(&f, 2, 7, "t");
	fake_ack(&f, MQTT_PUBREC, 1, MQTT_QUOTA_EXCEEDED);
	fake_expect(&f, "> PUBLISH t q2 #1\nPUBLISHED 7 done 97\n");
}

TEST(publish, uses_an_id_again_as_late_as_it_can, "MQTT-2.2.1-3")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	for (int i = 0; i < 3 * FAKE_SLOTS; i++) {
		fake_publish(&f, 1, (uint64_t)i, "t");
		fake_ack(&f, MQTT_PUBACK, (uint16_t)(i % FAKE_SLOTS + 1), 0);
	}
	cr_expect_eq(client_unfinished(&f.client), 0);
}

TEST(publish, says_when_every_slot_is_taken, "")
{
	fake_init(&f, MQTT_5);
	for (uint64_t i = 0; i < FAKE_SLOTS; i++)
		cr_expect_eq(fake_publish(&f, 1, i, "t"), 0);
	cr_expect_eq(fake_publish(&f, 1, 9, "t"), ERR_LIMIT);
	fake_expect(&f, "");
	cr_expect_eq(client_unfinished(&f.client), FAKE_SLOTS);
}

TEST(publish, waits_for_the_connection, "")
{
	fake_init(&f, MQTT_5);
	fake_publish(&f, 1, 1, "a");
	fake_open(&f);
	fake_publish(&f, 2, 2, "b");
	fake_connack(&f, false, 0, "");
	fake_expect(&f,
		"> CONNECT 5 clean receive=3 packet=200 aliases=0\nCONNECTED\n"
		"> PUBLISH a q1 #1\n> PUBLISH b q2 #2\n");
}

TEST(publish, keeps_within_the_servers_receive_maximum, "MQTT-3.3.4-7")
{
	fake_init(&f, MQTT_5);
	fake_open(&f);
	fake_connack(&f, false, 0, "21 0002");
	say_init(&f.log);
	fake_publish(&f, 1, 1, "a");
	fake_publish(&f, 2, 2, "b");
	fake_publish(&f, 1, 3, "c");
	fake_publish(&f, 1, 4, "d");
	fake_expect(&f, "> PUBLISH a q1 #1\n> PUBLISH b q2 #2\n");
	fake_ack(&f, MQTT_PUBREC, 2, 0); /* still one of the two */
	fake_expect(&f, "> PUBREL #2\n");
	fake_ack(&f, MQTT_PUBACK, 1, 0);
	fake_expect(&f, "PUBLISHED 1 done\n> PUBLISH c q1 #3\n");
	fake_ack(&f, MQTT_PUBCOMP, 2, 0);
	fake_expect(&f, "PUBLISHED 2 done\n> PUBLISH d q1 #4\n");
}

TEST(publish, answers_all_else_while_its_quota_is_spent, "MQTT-4.9.0-3")
{
	fake_init(&f, MQTT_5);
	fake_open(&f);
	fake_connack(&f, false, 0, "21 0001");
	fake_publish(&f, 1, 1, "a");
	fake_publish(&f, 1, 2, "b");
	say_init(&f.log);
	fake_message(&f, 1, 9, "in", 0);
	fake_publish(&f, 0, 0, "c");
	fake_subscribe(&f, CLIENT_SUBSCRIBE, 3, "x");
	fake_expect(&f, "MESSAGE in q1\n> PUBACK #9\n> PUBLISH c q0\n> SUBSCRIBE #3 1\n");
}

TEST(publish, sends_again_what_was_not_acknowledged, "MQTT-4.4.0-1")
{
	fake_init(&f, MQTT_5);
	f.connect.is_clean_start = false;
	fake_online(&f, false);
	fake_publish(&f, 1, 1, "a");
	fake_publish(&f, 2, 2, "b");
	fake_publish(&f, 2, 3, "c");
	fake_publish(&f, 1, 4, "d");
	fake_ack(&f, MQTT_PUBREC, 3, 0);
	fake_ack(&f, MQTT_PUBACK, 4, 0);
	fake_close(&f);
	say_init(&f.log);
	fake_open(&f);
	fake_connack(&f, true, 0, "");
	fake_expect(&f,
		"> CONNECT 5 receive=3 packet=200 aliases=0\nCONNECTED present\n"
		"> PUBREL #3\n> PUBLISH a q1 #1 dup\n> PUBLISH b q2 #2 dup\n");
	fake_ack(&f, MQTT_PUBACK, 1, 0);
	fake_ack(&f, MQTT_PUBREC, 2, 0);
	fake_ack(&f, MQTT_PUBCOMP, 3, 0);
	fake_ack(&f, MQTT_PUBCOMP, 2, 0);
	fake_expect(&f, "PUBLISHED 1 done\n> PUBREL #2\nPUBLISHED 3 done\nPUBLISHED 2 done\n");
}

TEST(publish, sends_nothing_again_while_connected, "MQTT-4.4.0-1")
{
	fake_init(&f, MQTT_3_1_1);
	fake_online(&f, false);
	fake_publish(&f, 1, 1, "a");
	fake_time(&f, 1000000);
	fake_publish(&f, 1, 2, "b");
	fake_expect(&f, "> PUBLISH a q1 #1\n> PUBLISH b q1 #2\n");
}

TEST(publish, sends_pubrels_in_the_order_of_their_pubrecs, "MQTT-4.6.0-4")
{
	fake_init(&f, MQTT_3_1_1);
	f.connect.is_clean_start = false;
	fake_online(&f, false);
	for (uint64_t i = 1; i <= 4; i++)
		fake_publish(&f, 2, i, "t");
	fake_ack(&f, MQTT_PUBREC, 3, 0);
	fake_ack(&f, MQTT_PUBREC, 1, 0);
	fake_ack(&f, MQTT_PUBREC, 4, 0);
	fake_close(&f);
	say_init(&f.log);
	fake_open(&f);
	fake_connack(&f, true, 0, "");
	fake_expect(&f,
		"> CONNECT 4\nCONNECTED present\n"
		"> PUBREL #3\n> PUBREL #1\n> PUBREL #4\n> PUBLISH t q2 #2 dup\n");
}

TEST(publish, keeps_within_the_quota_when_it_sends_again, "MQTT-4.9.0-2")
{
	fake_init(&f, MQTT_5);
	f.connect.is_clean_start = false;
	fake_online(&f, false);
	fake_publish(&f, 1, 1, "a");
	fake_publish(&f, 1, 2, "b");
	fake_close(&f);
	fake_publish(&f, 1, 3, "c");
	say_init(&f.log);
	fake_open(&f);
	fake_connack(&f, true, 0, "21 0001");
	fake_expect(&f,
		"> CONNECT 5 receive=3 packet=200 aliases=0\nCONNECTED present\n"
		"> PUBLISH a q1 #1 dup\n");
	fake_ack(&f, MQTT_PUBACK, 1, 0);
	fake_ack(&f, MQTT_PUBACK, 2, 0);
	fake_expect(&f,
		"PUBLISHED 1 done\n> PUBLISH b q1 #2 dup\nPUBLISHED 2 done\n> PUBLISH c q1 #3\n");
}

TEST(publish, takes_a_pubrec_that_comes_before_it_sent_again, "")
{
	fake_init(&f, MQTT_5);
	f.connect.is_clean_start = false;
	fake_online(&f, false);
	for (uint64_t i = 1; i <= 3; i++)
		fake_publish(&f, 2, i, "t");
	fake_close(&f);
	fake_open(&f);
	fake_connack(&f, true, 0, "21 0001");
	say_init(&f.log);
	fake_ack(&f, MQTT_PUBREC, 3, 0);
	fake_expect(&f, "> PUBREL #3\n");
	fake_ack(&f, MQTT_PUBREC, 1, 0);
	fake_ack(&f, MQTT_PUBCOMP, 1, 0);
	fake_ack(&f, MQTT_PUBCOMP, 3, 0);
	fake_expect(&f, "> PUBREL #1\nPUBLISHED 1 done\nPUBLISHED 3 done\n> PUBLISH t q2 #2 dup\n");
}

TEST(publish, sends_old_pubrels_before_new_ones, "MQTT-4.6.0-4")
{
	fake_init(&f, MQTT_3_1_1);
	f.connect.is_clean_start = false;
	fake_online(&f, false);
	for (int i = 1; i <= 4; i++)
		fake_publish(&f, 2, (uint64_t)i, "t");
	for (int i = 1; i <= 3; i++)
		fake_ack(&f, MQTT_PUBREC, (uint16_t)i, 0);
	fake_close(&f);
	fake_open(&f);
	say_init(&f.log);
	fake_hex(&f, "20 02 01 00 50 02 0004 50 02 0003");
	fake_expect(&f,
		"CONNECTED present\n> PUBREL #1\n> PUBREL #2\n> PUBREL #3\n"
		"> PUBLISH t q2 #4 dup\n> PUBREL #4\n> PUBREL #3\n");
	cr_expect_eq(f.client.inflight, 4);
}

TEST(publish, tells_what_is_lost_with_the_session, "MQTT-3.2.2-5")
{
	fake_init(&f, MQTT_5);
	f.connect.is_clean_start = false;
	fake_online(&f, false);
	fake_publish(&f, 1, 1, "a");
	fake_publish(&f, 2, 2, "b");
	fake_ack(&f, MQTT_PUBREC, 2, 0);
	fake_close(&f);
	fake_publish(&f, 1, 3, "c");
	say_init(&f.log);
	fake_open(&f);
	fake_connack(&f, false, 0, "");
	fake_expect(&f,
		"> CONNECT 5 receive=3 packet=200 aliases=0\nCONNECTED\n"
		"PUBLISHED 2 lost\nPUBLISHED 1 lost\n> PUBLISH c q1 #3\n");
}

TEST(publish, loses_its_session_to_a_clean_start, "MQTT-3.1.2-4")
{
	fake_init(&f, MQTT_3_1);
	fake_online(&f, false);
	fake_publish(&f, 1, 1, "a");
	fake_close(&f);
	say_init(&f.log);
	fake_open(&f);
	fake_expect(&f, "> CONNECT 3 clean\nPUBLISHED 1 lost\n");
}

TEST(publish, takes_a_session_of_version_3_1_to_go_on, "")
{
	fake_init(&f, MQTT_3_1);
	f.connect.is_clean_start = false;
	fake_online(&f, false);
	fake_publish(&f, 1, 1, "a");
	fake_close(&f);
	say_init(&f.log);
	fake_open(&f);
	fake_connack(&f, false, 0, "");
	fake_expect(&f, "> CONNECT 3\nCONNECTED\n> PUBLISH a q1 #1 dup\n");
}

TEST(publish, takes_the_word_of_the_server_for_its_limits, "MQTT-3.2.2-11")
{
	struct mqtt_publish p = {.topic = SPAN_LITERAL("t"), .is_retained = true};
	uint8_t big[40] = {0};

	mqtt_props_init(&p.props);
	fake_init(&f, MQTT_5);
	fake_publish(&f, 2, 1, "a");
	fake_open(&f);
	cr_expect_eq(client_limits(&f.client)->qos_max, 2);
	fake_connack(&f, false, 0, "24 00 25 00 27 00000020"); /* QoS 0, no retain, 32 bytes */
	cr_expect_eq(client_limits(&f.client)->qos_max, 0);
	cr_expect_eq(client_limits(&f.client)->packet_bytes_max, 32);
	fake_expect(&f,
		"> CONNECT 5 clean receive=3 packet=200 aliases=0\nCONNECTED\n"
		"PUBLISHED 1 over-limit 9b\n");
	cr_expect_eq(fake_step(&f, (struct client_event){CLIENT_PUBLISH, .publish = &p}),
		-MQTT_RETAIN_NOT_SUPPORTED); /* MQTT-3.2.2-14 */
	p.is_retained = false;
	p.payload = span_of(big, sizeof(big));
	cr_expect_eq(fake_step(&f, (struct client_event){CLIENT_PUBLISH, .publish = &p}),
		-MQTT_PACKET_TOO_LARGE); /* MQTT-3.2.2-15 */
	p.payload.size = 26;             /* and 6 more */
	cr_expect_eq(fake_step(&f, (struct client_event){CLIENT_PUBLISH, .publish = &p}), 0);
	fake_expect(&f, "> PUBLISH t= q0\n");
}

TEST(publish, refuses_what_no_server_may_take, "MQTT-3.3.2-2")
{
	struct mqtt_publish p = {.topic = SPAN_LITERAL("t")};
	struct client_event event = {CLIENT_PUBLISH, .publish = &p};

	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	cr_expect_eq(fake_publish(&f, 1, 0, "a/+"), -MQTT_TOPIC_NAME_INVALID);
	cr_expect_eq(fake_publish(&f, 1, 0, ""), -MQTT_TOPIC_NAME_INVALID); /* MQTT-4.7.3-1 */
	mqtt_props_init(&p.props);
	p.props.present = MQTT_PROPERTY_BIT(MQTT_SUBSCRIPTION_IDENTIFIER); /* MQTT-3.3.4-6 */
	cr_expect_eq(fake_step(&f, event), -MQTT_PROTOCOL_ERROR);
	p.props.present = MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS); /* MQTT-3.3.2-8 */
	cr_expect_eq(fake_step(&f, event), -MQTT_PROTOCOL_ERROR);
	p.props.present = MQTT_PROPERTY_BIT(MQTT_RESPONSE_TOPIC); /* MQTT-3.3.2-14 */
	p.props.response_topic = SPAN_LITERAL("r/#");
	cr_expect_eq(fake_step(&f, event), -MQTT_TOPIC_NAME_INVALID);
	p.props.present = MQTT_PROPERTY_BIT(MQTT_CONTENT_TYPE); /* MQTT-3.3.2-19 */
	p.props.content_type = SPAN_LITERAL("\xc0\x80");
	cr_expect_eq(fake_step(&f, event), -MQTT_PROTOCOL_ERROR);
	fake_expect(&f, "");
}

static void publish_with_alias(uint8_t qos, const char *topic, uint16_t alias)
{
	struct mqtt_publish p = {.qos = qos, .topic = span_of_text(topic)};

	mqtt_props_init(&p.props);
	p.props.topic_alias = alias;
	p.props.present = MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS);
	cr_expect_eq(fake_step(&f, (struct client_event){CLIENT_PUBLISH, .publish = &p}), 0);
}

TEST(publish, uses_a_topic_alias_where_the_server_allows_it, "MQTT-3.3.2-9")
{
	fake_init(&f, MQTT_5);
	f.connect.is_clean_start = false;
	fake_open(&f);
	fake_connack(&f, false, 0, "22 0003");
	say_init(&f.log);
	publish_with_alias(0, "a", 1);
	publish_with_alias(0, "a", 1);
	publish_with_alias(0, "b", 1);
	publish_with_alias(1, "b", 1);
	publish_with_alias(0, "c", 4); /* above the maximum */
	publish_with_alias(0, "d", 3); /* we have no room to remember */
	publish_with_alias(0, "d", 3);
	publish_with_alias(0, "long topic", 1);
	publish_with_alias(0, "b", 1);
	fake_expect(&f,
		"> PUBLISH a q0 alias=1\n> PUBLISH  q0 alias=1\n> PUBLISH b q0 alias=1\n"
		"> PUBLISH  q1 #1 alias=1\n> PUBLISH c q0\n> PUBLISH d q0 alias=3\n"
		"> PUBLISH d q0 alias=3\n> PUBLISH long topic q0 alias=1\n> PUBLISH b q0 "
		"alias=1\n");
	fake_close(&f); /* MQTT-3.3.2-7 */
	say_init(&f.log);
	fake_open(&f);
	fake_connack(&f, true, 0, "22 0003");
	fake_expect(&f,
		"> CONNECT 5 receive=3 packet=200 aliases=0\nCONNECTED present\n"
		"> PUBLISH b q1 #1 dup alias=1\n");
	fake_close(&f);
	fake_open(&f);
	say_init(&f.log);
	fake_connack(&f, true, 0, ""); /* MQTT-3.2.2-18 */
	fake_expect(&f, "CONNECTED present\n> PUBLISH b q1 #1 dup\n");
}

TEST(publish, forgives_acknowledgements_that_belong_to_nothing, "")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	fake_ack(&f, MQTT_PUBACK, 5, 0);
	fake_ack(&f, MQTT_PUBACK, 500, 0);
	fake_ack(&f, MQTT_PUBCOMP, 5, 0);
	fake_ack(&f, MQTT_PUBREC, 5, 0x80);
	fake_ack(&f, MQTT_PUBREC, 5, 0);
	fake_expect(&f, "> PUBREL #5 92\n");
}

TEST(publish, ends_with_a_server_that_acknowledges_the_wrong_way, "MQTT-4.3.3-3")
{
	static const struct {
		uint8_t qos;
		enum mqtt_type type;
	} wrong[] = {{1, MQTT_PUBREC}, {1, MQTT_PUBCOMP}, {2, MQTT_PUBACK}, {2, MQTT_PUBCOMP}};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		fake_init(&f, MQTT_5);
		fake_online(&f, false);
		fake_publish(&f, wrong[i].qos, 1, "t");
		say_init(&f.log);
		fake_ack(&f, wrong[i].type, 1, 0);
		fake_expect(&f, "> DISCONNECT 82\nCLOSE\nDISCONNECTED fault 82\n");
	}
}

TEST(publish, repeats_pubrel_when_pubrec_comes_again, "")
{
	fake_init(&f, MQTT_3_1_1);
	fake_online(&f, false);
	fake_publish(&f, 2, 1, "t");
	fake_ack(&f, MQTT_PUBREC, 1, 0);
	fake_ack(&f, MQTT_PUBREC, 1, 0);
	fake_expect(&f, "> PUBLISH t q2 #1\n> PUBREL #1\n> PUBREL #1\n");
}

TEST(publish, splits_what_does_not_fit_one_step, "")
{
	static const char topic[] = "a topic of some length, so that few of these fit the bytes of "
				    "one step, and the client has to say that there is more to do";

	fake_init(&f, MQTT_3_1_1);
	f.connect.is_clean_start = false;
	fake_online(&f, false);
	for (uint64_t i = 1; i <= FAKE_SLOTS; i++)
		fake_publish(&f, 1, i, topic);
	fake_close(&f);
	fake_open(&f);
	say_init(&f.log);
	fake_connack(&f, true, 0, "");
	for (int i = 1; i <= FAKE_SLOTS; i++)
		fake_ack(&f, MQTT_PUBACK, (uint16_t)i, 0);
	cr_expect_eq(client_unfinished(&f.client), 0);
}

TEST(publish, says_when_a_head_can_never_fit, "")
{
	static char topic[600];

	memset(topic, 't', sizeof(topic) - 1);
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	cr_expect_eq(fake_publish(&f, 0, 1, topic), ERR_LIMIT);
	cr_expect_eq(fake_publish(&f, 1, 1, topic), ERR_LIMIT);
	fake_expect(&f, "");
}
