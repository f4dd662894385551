/* client_receive_test.c - what comes from the server. */
#include "base/base_err.h"
#include "base/base_test.h"
#include "client/client_fake_test.h"

static struct fake f;

TEST(receive, acknowledges_each_message_by_its_qos, "MQTT-3.3.4-1")
{
	for (enum mqtt_version version = MQTT_3_1; version <= MQTT_5; version++) {
		fake_init(&f, version);
		fake_online(&f, false);
		fake_message(&f, 0, 0, "a", 0);
		fake_message(&f, 1, 5, "b", 0);
		fake_message(&f, 2, 6, "c", 0);
		fake_ack(&f, MQTT_PUBREL, 6, 0);
		fake_expect(&f,
			"MESSAGE a q0\nMESSAGE b q1\n> PUBACK #5\n"
			"MESSAGE c q2\n> PUBREC #6\n> PUBCOMP #6\n");
	}
}

TEST(receive, tells_a_qos_2_message_once, "MQTT-4.3.3-10")
{
	fake_init(&f, MQTT_5);
	f.connect.is_clean_start = false;
	fake_online(&f, false);
	fake_message(&f, 2, 6, "c", 0);
	fake_message(&f, 2, 6, "c", 0);
	fake_close(&f);
	fake_online(&f, true);
	fake_again(&f, 2, 6);
	fake_expect(&f, "> PUBREC #6\n");
	fake_ack(&f, MQTT_PUBREL, 6, 0);
	fake_message(&f, 2, 6, "new", 0); /* MQTT-4.3.3-12 */
	fake_expect(&f, "> PUBCOMP #6\nMESSAGE new q2\n> PUBREC #6\n");
}

TEST(receive, releases_one_id_and_keeps_the_others, "MQTT-4.3.3-12")
{
	fake_init(&f, MQTT_3_1_1);
	fake_online(&f, false);
	for (uint16_t id = 1; id <= 3; id++)
		fake_message(&f, 2, id, "t", 0);
	fake_ack(&f, MQTT_PUBREL, 2, 0);
	say_init(&f.log);
	fake_message(&f, 2, 1, "t", 0);
	fake_message(&f, 2, 3, "t", 0);
	fake_message(&f, 2, 2, "t", 0);
	fake_expect(&f, "> PUBREC #1\n> PUBREC #3\nMESSAGE t q2\n> PUBREC #2\n");
	fake_ack(&f, MQTT_PUBREL, 1, 0);
	fake_message(&f, 2, 3, "t", 0);
	fake_expect(&f, "> PUBCOMP #1\n> PUBREC #3\n");
}

TEST(receive, takes_an_id_for_new_when_the_session_is, "MQTT-3.2.2-5")
{
	fake_init(&f, MQTT_5);
	f.connect.is_clean_start = false;
	fake_online(&f, false);
	fake_message(&f, 2, 6, "old", 0);
	fake_close(&f);
	fake_online(&f, false);
	fake_message(&f, 2, 6, "new", 0);
	fake_expect(&f, "MESSAGE new q2\n> PUBREC #6\n");
}

TEST(receive, completes_a_release_that_it_does_not_know, "MQTT-4.3.3-11")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	fake_ack(&f, MQTT_PUBREL, 9, 0);
	fake_expect(&f, "> PUBCOMP #9 92\n");
	fake_init(&f, MQTT_3_1_1);
	fake_online(&f, false);
	fake_ack(&f, MQTT_PUBREL, 9, 0);
	fake_expect(&f, "> PUBCOMP #9\n");
}

TEST(receive, ends_when_the_server_passes_the_receive_maximum, "MQTT-3.3.4-9")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	for (int id = 1; id <= FAKE_RECEIVED; id++)
		fake_message(&f, 2, (uint16_t)id, "t", 0);
	fake_message(&f, 1, 8, "t", 0); /* acknowledged at once, it never counts */
	say_init(&f.log);
	fake_message(&f, 2, 9, "t", 0);
	fake_expect(&f, "> DISCONNECT 93\nCLOSE\nDISCONNECTED fault 93\n");
}

TEST(receive, resolves_topic_aliases, "MQTT-3.3.2-10")
{
	fake_init(&f, MQTT_5);
	f.connect.props.topic_alias_max = FAKE_ALIASES;
	f.connect.props.present = MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS_MAXIMUM);
	fake_online(&f, false);
	fake_message(&f, 0, 0, "one", 1);
	fake_message(&f, 0, 0, "two", 2);
	fake_message(&f, 0, 0, "", 1);
	fake_message(&f, 0, 0, "three", 1);
	fake_message(&f, 0, 0, "", 1);
	fake_message(&f, 0, 0, "", 2);
	fake_expect(&f,
		"MESSAGE one q0\nMESSAGE two q0\nMESSAGE one q0\n"
		"MESSAGE three q0\nMESSAGE three q0\nMESSAGE two q0\n");
	fake_close(&f);
	fake_online(&f, false);
	fake_message(&f, 0, 0, "", 1); /* MQTT-3.3.2-7 */
	fake_expect(&f, "> DISCONNECT 82\nCLOSE\nDISCONNECTED fault 82\n");
}

TEST(receive, ends_with_an_alias_that_it_did_not_offer, "MQTT-3.3.2-9")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	fake_message(&f, 0, 0, "t", 1);
	fake_expect(&f, "> DISCONNECT 94\nCLOSE\nDISCONNECTED fault 94\n");
}

TEST(receive, ends_with_an_alias_for_more_than_it_can_keep, "")
{
	fake_init(&f, MQTT_5);
	f.connect.props.topic_alias_max = FAKE_ALIASES;
	f.connect.props.present = MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS_MAXIMUM);
	fake_online(&f, false);
	fake_message(&f, 0, 0, "nine byte", 1);
	fake_expect(&f, "> DISCONNECT 97\nCLOSE\nDISCONNECTED fault 97\n");
}

TEST(receive, ends_with_a_packet_above_its_maximum, "U50-3.1.2.11.4-2")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	fake_hex(&f, "30 c8 01"); /* 203 bytes are to come */
	fake_expect(&f, "> DISCONNECT 95\nCLOSE\nDISCONNECTED fault 95\n");
}

TEST(receive, says_how_much_a_packet_wants, "")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	fake_hex(&f, "");
	cr_expect_eq(f.effects.wanted, 0);
	fake_hex(&f, "30");
	cr_expect_eq(f.effects.wanted, 0);
	fake_hex(&f, "05 00 01");
	cr_expect_eq(f.effects.wanted, 7);
	cr_expect_eq(f.effects.taken, 0);
	fake_hex(&f, "74 00 78 30 06");
	cr_expect_eq(f.effects.wanted, 8);
	cr_expect_eq(f.effects.taken, 7);
	fake_expect(&f, "MESSAGE t q0\n");
}

TEST(receive, stops_when_the_effects_are_full_and_goes_on, "")
{
	static const uint8_t one[] = {0x30, 4, 0, 1, 't', 'x'};
	uint8_t many[100 * sizeof(one)];

	for (size_t i = 0; i < sizeof(many); i += sizeof(one))
		memcpy(many + i, one, sizeof(one));
	fake_init(&f, MQTT_3_1_1);
	fake_online(&f, false);
	fake_hears(&f, span_of(many, sizeof(many)));
	cr_expect_eq((size_t)(f.log.lines.at - f.log.lines.start), 100 * strlen("MESSAGE t q0\n"));
}

TEST(receive, ends_on_garbage_without_a_word_before_version_5, "MQTT-4.8.0-1 of 3.1.1")
{
	fake_init(&f, MQTT_3_1_1);
	fake_online(&f, false);
	fake_hex(&f, "00 00");
	fake_expect(&f, "CLOSE\nDISCONNECTED fault 81\n");
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	fake_hex(&f, "31 00"); /* no topic */
	fake_expect(&f, "> DISCONNECT 81\nCLOSE\nDISCONNECTED fault 81\n");
}

TEST(receive, ends_with_packets_that_only_clients_send, "")
{
	static const char *const packets[] = {"c0 00", "82 06 0001 0001 61 00",
		"a2 05 0001 0001 61", "10 0c 0004 4d515454 04 02 0000 0000"};

	for (size_t i = 0; i < sizeof(packets) / sizeof(*packets); i++) {
		fake_init(&f, MQTT_3_1_1);
		fake_online(&f, false);
		fake_hex(&f, packets[i]);
		fake_expect(&f, "CLOSE\nDISCONNECTED fault 82\n");
	}
}

TEST(receive, tells_why_the_server_disconnects, "MQTT-4.13.2-1")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	fake_subscribe(&f, CLIENT_SUBSCRIBE, 4, "t");
	fake_hex(&f, "e0 01 8b");
	fake_expect(&f, "> SUBSCRIBE #1 1\nCLOSE\nDISCONNECTED sent-off 8b\nSUBSCRIBED 4 lost\n");
	fake_init(&f, MQTT_3_1_1); /* where only clients do that */
	fake_online(&f, false);
	fake_hex(&f, "e0 00");
	fake_expect(&f, "CLOSE\nDISCONNECTED fault 82\n");
}

TEST(receive, hears_nothing_after_the_end, "")
{
	fake_init(&f, MQTT_3_1_1);
	fake_online(&f, false);
	fake_disconnect(&f, 0);
	fake_expect(&f, "> DISCONNECT 00\nCLOSE\nDISCONNECTED asked 00\n");
	fake_message(&f, 1, 1, "t", 0);
	cr_expect_eq(f.effects.taken, 7);
	fake_close(&f);
	fake_time(&f, 99999);
	fake_expect(&f, "");
}
