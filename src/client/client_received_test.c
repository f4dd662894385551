/* client_received_test.c - messages that the application acknowledges itself. */
#include "client/client_fake_test.h"

#include "base/base_test.h"

static struct fake f;

/* Online, with a session that may go on. */
static void begin(enum mqtt_version version)
{
	fake_init(&f, version);
	f.client.config.acknowledges_later = true;
	f.connect.is_clean_start = false;
	fake_online(&f, false);
}

/* So many messages with that QoS. */
static void fill(uint8_t qos, uint16_t count)
{
	for (uint16_t id = 1; id <= count; id++)
		fake_message(&f, qos, id, "t", 0);
}

/* The connection breaks, and the next one goes on with the session, or does not. */
static void reconnect(bool is_session_present)
{
	fake_close(&f);
	fake_online(&f, is_session_present);
}

TEST(receipt, keeps_a_message_unacknowledged_until_it_is_given_back, "MQTT-4.3.2-4 MQTT-4.3.3-8")
{
	begin(MQTT_5);
	fake_message(&f, 0, 0, "t", 0);
	fake_message(&f, 1, 7, "t", 0);
	fake_message(&f, 2, 8, "t", 0);
	fake_expect(&f, "MESSAGE t q0\nMESSAGE t q1 receipt=1\nMESSAGE t q2 receipt=2\n");
	cr_assert_eq(fake_acknowledge(&f, 1, 0), 0);
	cr_assert_eq(fake_acknowledge(&f, 2, 0), 0);
	fake_ack(&f, MQTT_PUBREL, 8, 0);
	fake_expect(&f, "> PUBACK #7\n> PUBREC #8\n> PUBCOMP #8\n");
}

TEST(receipt, is_answered_in_the_order_of_the_messages, "MQTT-4.6.0-2 MQTT-4.6.0-3")
{
	begin(MQTT_5);
	fake_message(&f, 1, 1, "t", 0);
	fake_message(&f, 2, 2, "t", 0);
	fake_message(&f, 1, 3, "t", 0);
	say_init(&f.log);
	fake_acknowledge(&f, 3, 0);
	fake_acknowledge(&f, 2, 0);
	fake_expect(&f, "");
	fake_acknowledge(&f, 1, 0);
	fake_expect(&f, "> PUBACK #1\n> PUBREC #2\n> PUBACK #3\n");
}

TEST(receipt, may_be_refused, "MQTT-4.3.3-9")
{
	begin(MQTT_5);
	fake_message(&f, 1, 1, "t", 0);
	fake_message(&f, 2, 2, "t", 0);
	fake_acknowledge(&f, 1, MQTT_QUOTA_EXCEEDED);
	fake_acknowledge(&f, 2, MQTT_NOT_AUTHORIZED);
	fake_message(&f, 2, 2, "t", 0); /* the id is free: this is another message */
	fake_expect(&f,
		"MESSAGE t q1 receipt=1\nMESSAGE t q2 receipt=2\n"
		"> PUBACK #1 97\n> PUBREC #2 87\nMESSAGE t q2 receipt=3\n");
}

TEST(receipt, cannot_be_refused_before_mqtt_5, "")
{
	begin(MQTT_3_1_1);
	fake_message(&f, 2, 2, "t", 0);
	fake_acknowledge(&f, 1, MQTT_NOT_AUTHORIZED);
	fake_ack(&f, MQTT_PUBREL, 2, 0);
	fake_expect(&f, "MESSAGE t q2 receipt=1\n> PUBREC #2\n> PUBCOMP #2\n");
}

TEST(receipt, takes_only_reasons_that_an_acknowledgement_may_have, "MQTT-3.4.2-1 MQTT-3.5.2-1")
{
	begin(MQTT_5);
	fake_message(&f, 1, 1, "t", 0);
	say_init(&f.log);
	cr_assert_eq(fake_acknowledge(&f, 1, MQTT_SERVER_BUSY), -MQTT_PROTOCOL_ERROR);
	cr_assert_eq(fake_acknowledge(&f, 1, MQTT_NO_MATCHING_SUBSCRIBERS), 0);
	fake_expect(&f, "> PUBACK #1 10\n");
}

TEST(receipt, counts_once, "")
{
	begin(MQTT_5);
	fake_message(&f, 1, 1, "t", 0);
	fake_message(&f, 2, 2, "t", 0);
	say_init(&f.log);
	fake_acknowledge(&f, 2, MQTT_QUOTA_EXCEEDED);
	fake_acknowledge(&f, 2, 0); /* too late to think again */
	fake_acknowledge(&f, 1, 0);
	fake_acknowledge(&f, 1, 0);
	cr_assert_eq(fake_acknowledge(&f, 0, 0), 0);
	cr_assert_eq(fake_acknowledge(&f, 99, 0), 0);
	fake_expect(&f, "> PUBACK #1\n> PUBREC #2 97\n");
}

TEST(receipt, of_qos_1_ends_with_its_connection, "MQTT-4.4.0-1")
{
	begin(MQTT_5);
	fake_message(&f, 1, 1, "t", 0);
	reconnect(true);
	cr_assert_eq(fake_acknowledge(&f, 1, 0), 0);
	fake_again(&f, 1, 1);
	fake_acknowledge(&f, 1, 0);
	fake_expect(&f, "MESSAGE t q1 receipt=2 dup\n");
	fake_acknowledge(&f, 2, 0);
	fake_expect(&f, "> PUBACK #1\n");
}

TEST(receipt, of_qos_2_lasts_as_long_as_the_session, "MQTT-4.3.3-10")
{
	begin(MQTT_5);
	fake_message(&f, 2, 1, "t", 0);
	fake_message(&f, 2, 2, "t", 0);
	fake_acknowledge(&f, 2, 0);
	fake_expect(&f, "MESSAGE t q2 receipt=1\nMESSAGE t q2 receipt=2\n");
	reconnect(true);
	fake_again(&f, 2, 1); /* not told again */
	fake_again(&f, 2, 2);
	fake_expect(&f, "");
	fake_acknowledge(&f, 1, 0);
	fake_expect(&f, "> PUBREC #1\n> PUBREC #2\n");
}

TEST(receipt, is_not_answered_before_the_server_has_sent_the_message_again, "MQTT-4.4.0-1")
{
	begin(MQTT_5);
	fake_message(&f, 2, 1, "t", 0);
	fake_message(&f, 2, 2, "t", 0);
	fake_close(&f);
	fake_acknowledge(&f, 1, 0); /* nobody is there to hear it */
	fake_online(&f, true);
	fake_acknowledge(&f, 2, MQTT_QUOTA_EXCEEDED);
	fake_message(&f, 1, 3, "t", 0);
	fake_acknowledge(&f, 3, 0); /* what this connection has not seen does not hold it up */
	fake_expect(&f, "MESSAGE t q1 receipt=3\n> PUBACK #3\n");
	fake_again(&f, 2, 2);
	fake_again(&f, 2, 1);
	fake_expect(&f, "> PUBREC #2 97\n> PUBREC #1\n");
}

TEST(receipt, of_a_lost_session_is_void, "MQTT-3.2.2-5")
{
	begin(MQTT_5);
	fake_message(&f, 2, 1, "t", 0);
	say_init(&f.log);
	reconnect(false);
	fake_message(&f, 2, 1, "t", 0);
	fake_acknowledge(&f, 1, 0);
	fake_expect(&f, "MESSAGE t q2 receipt=2\n");
	fake_acknowledge(&f, 2, 0);
	fake_expect(&f, "> PUBREC #1\n");
}

TEST(receipt, answers_again_what_was_answered_before, "MQTT-4.3.3-10")
{
	begin(MQTT_5);
	fake_message(&f, 2, 1, "t", 0);
	fake_acknowledge(&f, 1, 0);
	say_init(&f.log);
	reconnect(true);
	fake_message(&f, 1, 2, "t", 0);
	fake_again(&f, 2, 1);
	fake_expect(&f, "MESSAGE t q1 receipt=2\n"); /* but in its turn */
	fake_acknowledge(&f, 2, 0);
	fake_expect(&f, "> PUBACK #2\n> PUBREC #1\n");
}

TEST(receipt, is_void_when_the_server_lets_the_message_go, "MQTT-4.3.3-11")
{
	begin(MQTT_5);
	fake_message(&f, 2, 1, "t", 0);
	fake_ack(&f, MQTT_PUBREL, 1, 0);
	fake_acknowledge(&f, 1, 0);
	fake_expect(&f, "MESSAGE t q2 receipt=1\n> PUBCOMP #1\n");
}

TEST(receipt, waits_for_room_in_the_effects, "")
{
	struct client_event event = {CLIENT_ACKNOWLEDGE, .acknowledge = {1, 0}};

	begin(MQTT_5);
	fill(1, FAKE_RECEIVED);
	fake_acknowledge(&f, 3, 0);
	fake_acknowledge(&f, 2, 0);
	client_effects_reset(&f.effects);
	f.effects.room = 5; /* a packet may need four */
	cr_assert_eq(client_step(&f.client, &event, &f.effects), 0);
	cr_assert_eq(f.effects.count, 2);
	cr_assert(f.effects.is_pending);
	client_effects_reset(&f.effects);
	event = (struct client_event){.type = CLIENT_TIME};
	cr_assert_eq(client_step(&f.client, &event, &f.effects), 0);
	cr_assert_eq(f.effects.count, 1);
	cr_assert_not(f.effects.is_pending);
}

TEST(received, more_than_was_announced_is_a_fault, "MQTT-3.3.4-9")
{
	begin(MQTT_5);
	fill(1, FAKE_RECEIVED);
	say_init(&f.log);
	fake_message(&f, 0, 0, "t", 0);
	fake_message(&f, 1, 9, "t", 0);
	fake_expect(&f, "MESSAGE t q0\n> DISCONNECT 93\nCLOSE\nDISCONNECTED fault 93\n");
}

TEST(received, gives_way_when_the_server_has_forgotten_it, "MQTT-3.3.1-1")
{
	begin(MQTT_5);
	fill(2, FAKE_RECEIVED);
	reconnect(true);
	fake_message(&f, 2, 1, "new", 0); /* not the old one: it would be marked as repeated */
	fake_again(&f, 2, 3);
	fake_message(&f, 1, 9, "more", 0); /* no room, but for 2, which would have come by now */
	fake_again(&f, 2, 2);
	fake_expect(&f,
		"MESSAGE new q2 receipt=4\nMESSAGE more q1 receipt=5\n"
		"> DISCONNECT 93\nCLOSE\nDISCONNECTED fault 93\n");
}

/* The server began another session, in a connection whose CONNACK never came. */
TEST(received, ends_with_a_session_that_had_no_expiry, "MQTT-3.1.2-23")
{
	fake_init(&f, MQTT_5);
	f.connect.is_clean_start = false;
	f.connect.props.session_expiry_s = 0;
	fake_online(&f, false);
	fake_message(&f, 2, 1, "old", 0);
	say_init(&f.log);
	f.connect.props.session_expiry_s = 5;
	reconnect(true);
	fake_again(&f, 2, 1); /* its first PUBLISH was lost */
	fake_expect(&f, "MESSAGE t q2\n> PUBREC #1\n");
}

/* The server has more to say of it than we. */
TEST(received, outlasts_the_connection_if_the_server_says_so, "MQTT-3.1.2-23")
{
	fake_init(&f, MQTT_5);
	f.connect.is_clean_start = false;
	f.connect.props.session_expiry_s = 0;
	fake_open(&f);
	fake_connack(&f, false, 0, "11 00 00 00 05");
	fake_message(&f, 2, 1, "t", 0);
	say_init(&f.log);
	reconnect(true);
	fake_again(&f, 2, 1);
	fake_expect(&f, "> PUBREC #1\n");
}

TEST(received, counts_against_what_this_connection_announced, "MQTT-3.3.4-9")
{
	begin(MQTT_5);
	fill(2, FAKE_RECEIVED);
	f.connect.props.receive_max = 2;
	f.connect.props.present |= MQTT_PROPERTY_BIT(MQTT_RECEIVE_MAXIMUM);
	reconnect(true);
	fill(1, 3);
	fake_expect(&f,
		"MESSAGE t q1 receipt=4\nMESSAGE t q1 receipt=5\n"
		"> DISCONNECT 93\nCLOSE\nDISCONNECTED fault 93\n");
}

TEST(held, is_what_has_no_room_before_mqtt_5, "")
{
	begin(MQTT_3_1_1);
	fill(1, FAKE_RECEIVED);
	say_init(&f.log);
	fake_message(&f, 1, 4, "u", 0);
	cr_assert_eq(f.effects.taken, 0);
	cr_assert_eq(f.effects.wanted, f.input.size);
	fake_message(&f, 0, 0, "v", 0);
	fake_expect(&f, "");
	fake_acknowledge(&f, 2, 0); /* not its turn: no room yet */
	fake_expect(&f, "");
	fake_acknowledge(&f, 1, 0);
	fake_expect(&f, "> PUBACK #1\n> PUBACK #2\nMESSAGE u q1 receipt=4\nMESSAGE v q0\n");
	cr_assert_eq(f.input.size, 0);
}

/* One message more than there is room for, on a connection that pings every 10 s. */
static void overfill(void)
{
	fake_init(&f, MQTT_3_1_1);
	f.client.config.acknowledges_later = true;
	f.connect.keepalive_s = 10;
	fake_online(&f, false);
	fill(1, FAKE_RECEIVED + 1);
	say_init(&f.log);
}

TEST(held, says_nothing_of_a_server_that_cannot_be_heard, "MQTT-3.1.2-20")
{
	overfill();
	fake_time(&f, 10000);
	fake_expect(&f, "> PINGREQ\n"); /* the server shall know that we are there */
	fake_hex(&f, "d0 00");
	fake_time(&f, 19999);
	fake_expect(&f, "");
	fake_time(&f, 20000);
	fake_expect(&f, "> PINGREQ\n");
	fake_acknowledge(&f, 1, 0);
	fake_expect(&f, "> PUBACK #1\nMESSAGE t q1 receipt=4\n");
	cr_assert_eq(f.effects.wake_ms, 30000); /* the answer came with the rest */
}

TEST(held, lets_a_silent_server_be_found_out_afterwards, "MQTT-3.1.2-20")
{
	overfill();
	fake_time(&f, 10000);
	fake_time(&f, 15000);
	say_init(&f.log);
	fake_acknowledge(&f, 1, 0);
	fake_time(&f, 15999);
	fake_expect(&f, "> PUBACK #1\nMESSAGE t q1 receipt=4\n");
	fake_time(&f, 16000);
	fake_expect(&f, "CLOSE\nDISCONNECTED silent 00\n");
}

/* Waiting does not help when what makes room, PUBREL, stands behind what has no room. */
TEST(held, ends_when_only_the_server_could_make_room, "")
{
	begin(MQTT_3_1_1);
	fill(2, FAKE_RECEIVED); /* the last place belongs to QoS 1 */
	say_init(&f.log);
	fake_acknowledge(&f, 1, 0);
	fake_expect(&f, "> PUBREC #1\n");
	fake_acknowledge(&f, 2, 0);
	fake_expect(&f, "> PUBREC #2\nCLOSE\nDISCONNECTED fault 93\n");
	fake_online(&f, true);
	fake_ack(&f, MQTT_PUBREL, 1, 0);
	fake_ack(&f, MQTT_PUBREL, 2, 0);
	fake_again(&f, 2, FAKE_RECEIVED);
	fake_expect(&f, "> PUBCOMP #1\n> PUBCOMP #2\nMESSAGE t q2 receipt=3 dup\n");
}

/* The PUBACKs were lost: QoS 1 comes again, and the table is full of QoS 2 that comes after it. */
TEST(held, is_qos_1_and_does_not_make_qos_2_forgotten, "MQTT-4.3.3-10")
{
	begin(MQTT_3_1_1);
	fake_message(&f, 1, 1, "t", 0);
	fake_message(&f, 1, 2, "t", 0);
	fake_acknowledge(&f, 1, 0);
	fake_acknowledge(&f, 2, 0);
	fake_message(&f, 2, 3, "t", 0);
	fake_message(&f, 2, 4, "t", 0);
	say_init(&f.log);
	reconnect(true);
	fake_again(&f, 1, 1);
	fake_again(&f, 1, 2);
	fake_again(&f, 2, 3);
	fake_again(&f, 2, 4);
	fake_expect(&f, "MESSAGE t q1 receipt=5 dup\n");
	fake_acknowledge(&f, 5, 0);
	fake_expect(&f, "> PUBACK #1\nMESSAGE t q1 receipt=6 dup\n");
	fake_acknowledge(&f, 6, 0);
	fake_acknowledge(&f, 4, 0);
	fake_acknowledge(&f, 3, 0);
	fake_expect(&f, "> PUBACK #2\n> PUBREC #3\n> PUBREC #4\n");
}

TEST(held, ends_with_its_connection, "")
{
	begin(MQTT_3_1_1);
	fill(1, FAKE_RECEIVED + 1);
	say_init(&f.log);
	fake_close(&f);
	fake_acknowledge(&f, 1, 0);
	cr_assert_not(f.effects.is_pending);
	fake_expect(&f, "DISCONNECTED broken 00\n");
}
