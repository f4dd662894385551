/* ting_core_test.c - a connection from its wish to its end, and the next one. */
#include "base/base_test.h"
#include "mqtt/mqtt_notation_test.h"
#include "ting/ting_core_fake_test.h"

#include <errno.h>

static struct fake f;

TEST(core, connects_and_says_goodbye, "")
{
	fake_init(&f);
	cr_expect_eq(ting_core_deadline(f.core), 0);
	fake_tick(&f, 0);
	fake_expect(&f, "OPEN\n");
	cr_expect_eq(ting_core_deadline(f.core), TING_NEVER);
	fake_opened(&f);
	fake_expect(&f, FAKE_CONNECT);
	cr_expect_eq(ting_core_deadline(f.core), 10000);
	cr_expect(!ting_core_is_connected(f.core));
	fake_hears(&f, "20 [ 00 00 [ ] ]");
	fake_expect(&f, "CONNECTED\n");
	cr_expect(ting_core_is_connected(f.core));
	cr_expect_eq(ting_core_deadline(f.core), 60000);
	cr_assert_eq(ting_core_disconnect(f.core, 5, false), 0);
	fake_take(&f);
	fake_expect(&f, "> DISCONNECT 00\nCLOSE\nDISCONNECTED asked 00\n");
	cr_expect_eq(ting_core_deadline(f.core), TING_NEVER);
	cr_expect_eq(ting_core_disconnect(f.core, 5, false), -ENOTCONN);
	cr_assert_eq(ting_core_connect(f.core, 6), 0);
	fake_take(&f);
	fake_expect(&f, "OPEN\n");
	fake_done(&f);
}

TEST(core, publishes_with_each_qos, "")
{
	fake_init(&f);
	fake_online(&f, false);
	cr_expect_eq(fake_publish(&f, 0, 7, "a"), 0);
	fake_expect(&f, "> PUBLISH a=hi q0\n");
	cr_expect_eq(fake_publish(&f, 1, 8, "a"), 0);
	cr_expect_eq(fake_publish(&f, 2, 9, "b"), 0);
	fake_expect(&f, "> PUBLISH a=hi q1 #1\n> PUBLISH b=hi q2 #2\n");
	cr_expect_eq(ting_core_unfinished(f.core), 2);
	fake_hears(&f, "40 [ 0001 ] 50 [ 0002 ]");
	fake_expect(&f, "PUBLISHED 8 answered\n> PUBREL #2\n");
	fake_hears(&f, "70 [ 0002 ]");
	fake_expect(&f, "PUBLISHED 9 answered\n");
	cr_expect_eq(ting_core_unfinished(f.core), 0);
	fake_done(&f);
}

TEST(core, subscribes_and_hears_messages, "")
{
	struct ting_text filter;

	fake_init(&f);
	fake_online(&f, false);
	cr_expect_eq(fake_subscribe(&f, 3, "a/#"), 0);
	fake_hears(&f, "90 [ 0001 [ ] 01 ]");
	fake_expect(&f, "> SUBSCRIBE #1 1\nSUBSCRIBED 3 answered 01\n");
	fake_hears(&f, "32 [ 'a' 0009 [ ] <hi> ] 34 [ 'b' 000a [ ] <ho> ] 62 [ 000a ]");
	fake_expect(
		&f, "MESSAGE a=hi q1\n> PUBACK #9\nMESSAGE b=ho q2\n> PUBREC #10\n> PUBCOMP #10\n");
	filter = ting_text("a/#");
	cr_expect_eq(ting_core_unsubscribe(f.core, f.now, &filter, 1, 4), 0);
	fake_take(&f);
	fake_hears(&f, "b0 [ 0002 [ ] 00 ]");
	fake_expect(&f, "> UNSUBSCRIBE #2 1\nUNSUBSCRIBED 4 answered 00\n");
	fake_done(&f);
}

TEST(core, sends_again_what_the_session_still_holds, "MQTT-4.4.0-1")
{
	f.options.session_expiry_s = 60;
	fake_init(&f);
	fake_online(&f, false);
	(void)fake_publish(&f, 1, 8, "a");
	fake_closed(&f);
	fake_expect(&f, "> PUBLISH a=hi q1 #1\nDISCONNECTED broken 00\n");
	fake_tick(&f, ting_core_deadline(f.core));
	fake_opened(&f);
	fake_expect(&f, "OPEN\n> CONNECT 5" FAKE_LIMITS);
	fake_hears(&f, "20 [ 01 00 [ ] ]");
	fake_expect(&f, "CONNECTED present\n> PUBLISH a=hi q1 #1 dup\n");
	fake_done(&f);
}

TEST(core, tells_what_went_with_the_session, "")
{
	fake_init(&f);
	fake_online(&f, false);
	(void)fake_publish(&f, 1, 8, "a");
	fake_closed(&f);
	fake_tick(&f, ting_core_deadline(f.core));
	fake_opened(&f);
	fake_expect(&f,
		"> PUBLISH a=hi q1 #1\nDISCONNECTED broken 00\nOPEN\n" FAKE_CONNECT
		"PUBLISHED 8 lost\n");
	fake_done(&f);
}

TEST(core, wants_its_events_taken_before_the_next_call, "")
{
	struct ting_message m = {.topic = ting_text("a")};
	struct ting_filter filter = {.filter = ting_text("a")};
	struct ting_event event;

	fake_init(&f);
	cr_assert_eq(ting_core_tick(f.core, 0), 0);
	cr_expect_eq(ting_core_tick(f.core, 0), -EBUSY);
	cr_expect_eq(ting_core_opened(f.core, 0), -EBUSY);
	cr_expect_eq(ting_core_closed(f.core, 0), -EBUSY);
	cr_expect_eq(ting_core_received(f.core, 0, "", 1), -EBUSY);
	cr_expect_eq(ting_core_connect(f.core, 0), -EBUSY);
	cr_expect_eq(ting_core_disconnect(f.core, 0, false), -EBUSY);
	cr_expect_eq(ting_core_publish(f.core, 0, &m, 0), -EBUSY);
	cr_expect_eq(ting_core_subscribe(f.core, 0, &filter, 1, 0), -EBUSY);
	cr_expect_eq(ting_core_unsubscribe(f.core, 0, &filter.filter, 1, 0), -EBUSY);
	cr_expect_eq(ting_core_acknowledge(f.core, 0, 1, 0), -EBUSY);
	cr_expect_eq(ting_core_authenticate(f.core, 0, filter.filter), -EBUSY);
	cr_expect(ting_core_next(f.core, &event));
	cr_expect(!ting_core_next(f.core, &event));
	cr_expect(!ting_core_next(f.core, &event));
	cr_expect_eq(ting_core_opened(f.core, 0), 0);
	fake_take(&f);
	fake_done(&f);
}

TEST(core, waits_longer_each_time_before_it_connects_again, "")
{
	static const int64_t bounds[] = {100, 200, 400, 500, 500};

	f.options.retry_min_ms = 100;
	f.options.retry_max_ms = 500;
	fake_init(&f);
	for (size_t i = 0; i < sizeof(bounds) / sizeof(*bounds); i++) {
		fake_tick(&f, f.now);
		fake_closed(&f);
		fake_expect(&f, "OPEN\n");
		cr_expect_geq(ting_core_deadline(f.core), f.now + bounds[i] / 2);
		cr_expect_leq(ting_core_deadline(f.core), f.now + bounds[i]);
		fake_tick(&f, ting_core_deadline(f.core) - 1);
		fake_expect(&f, "");
		f.now = ting_core_deadline(f.core);
	}
	cr_assert_eq(ting_core_connect(f.core, f.now), 0);
	fake_take(&f);
	cr_assert_eq(ting_core_connect(f.core, f.now), 0, "and then it does not matter");
	fake_take(&f);
	fake_expect(&f, "OPEN\n");
	fake_done(&f);
}

TEST(core, does_not_connect_again_where_it_should_not, "")
{
	f.options.retry_min_ms = -1;
	fake_init(&f);
	fake_online(&f, false);
	fake_closed(&f);
	cr_expect_eq(ting_core_deadline(f.core), TING_NEVER);
	fake_tick(&f, 1000000);
	fake_expect(&f, "DISCONNECTED broken 00\n");
	cr_assert_eq(ting_core_connect(f.core, f.now), 0);
	fake_take(&f);
	fake_expect(&f, "OPEN\n");
	fake_done(&f);
}

TEST(core, gives_up_connecting, "")
{
	fake_init(&f);
	cr_expect_eq(ting_core_opened(f.core, 0), -EINVAL);
	cr_expect_eq(ting_core_disconnect(f.core, 0, false), 0);
	fake_take(&f);
	fake_tick(&f, 1000);
	fake_expect(&f, "");
	cr_expect_eq(ting_core_connect(f.core, f.now), 0);
	fake_take(&f);
	cr_expect_eq(ting_core_disconnect(f.core, f.now, false), 0);
	fake_take(&f);
	fake_expect(&f, "OPEN\nCLOSE\n");
	cr_expect_eq(ting_core_opened(f.core, f.now), -EINVAL);
	cr_expect_eq(ting_core_closed(f.core, f.now), 0);
	fake_take(&f);
	cr_expect_eq(ting_core_deadline(f.core), TING_NEVER);
	fake_done(&f);
}

TEST(core, leaves_its_will_to_the_server, "MQTT-3.14.2-1")
{
	f.options.will.message.topic = ting_text("gone");
	fake_init(&f);
	fake_online(&f, false);
	cr_expect_eq(ting_core_disconnect(f.core, f.now, true), 0);
	fake_take(&f);
	fake_expect(&f, "> DISCONNECT 04\nCLOSE\nDISCONNECTED asked 04\n");
	fake_done(&f);
	f.options.version = TING_MQTT_3_1_1;
	fake_init(&f);
	fake_online(&f, false);
	cr_expect_eq(ting_core_disconnect(f.core, f.now, true), 0);
	fake_take(&f);
	fake_expect(&f, "DISCONNECTED asked 00\nCLOSE\n");
	cr_expect_eq(ting_core_deadline(f.core), TING_NEVER);
	fake_done(&f);
}

TEST(core, has_no_word_for_a_server_that_takes_none, "MQTT-3.2.2-15")
{
	fake_init(&f);
	fake_tick(&f, 0);
	fake_opened(&f);
	fake_hears(&f, "20 [ 00 00 [ 27 00000001 ] ]");
	fake_expect(&f, "OPEN\n" FAKE_CONNECT "CONNECTED\n");
	cr_expect_eq(ting_core_disconnect(f.core, f.now, false), 0);
	fake_take(&f);
	fake_expect(&f, "DISCONNECTED asked 00\nCLOSE\n");
	fake_done(&f);
}

TEST(core, tells_why_the_server_refused, "")
{
	fake_init(&f);
	fake_tick(&f, 0);
	fake_opened(&f);
	fake_hears(&f, "20 [ 00 87 [ 1f 'no' ] ]");
	fake_expect(&f, "OPEN\n" FAKE_CONNECT "CLOSE\nDISCONNECTED refused 87\n");
	cr_expect_leq(ting_core_deadline(f.core), 1000, "it tries again");
	fake_hears(&f, "20 [ 00 00 [ ] ]");
	cr_expect_eq(f.in.size, 0, "nobody listens any more");
	fake_expect(&f, "");
	fake_done(&f);
}

TEST(core, gives_up_on_a_server_that_is_silent, "")
{
	fake_init(&f);
	fake_online(&f, false);
	fake_tick(&f, 60000);
	fake_tick(&f, ting_core_deadline(f.core));
	fake_expect(&f, "> PINGREQ\nCLOSE\nDISCONNECTED silent 00\n");
	fake_done(&f);
}

TEST(core, keeps_the_name_that_the_server_gives_it, "MQTT-3.1.3-6")
{
	f.options.id = (struct ting_text){"", 0};
	f.options.session_expiry_s = 9;
	fake_init(&f);
	fake_tick(&f, 0);
	fake_opened(&f);
	cr_expect_eq(f.sent.connect.client_id.size, 0);
	fake_hears(&f, "20 [ 00 00 [ 12 'you' ] ]");
	fake_closed(&f);
	fake_tick(&f, ting_core_deadline(f.core));
	fake_opened(&f);
	expect_span(f.sent.connect.client_id, "you");
	cr_expect(!f.sent.connect.is_clean_start);
	fake_done(&f);
}

TEST(core, makes_up_a_name_where_there_must_be_one, "")
{
	f.options.id = (struct ting_text){"", 0};
	f.options.version = TING_MQTT_3_1;
	f.options.seed = 1;
	fake_init(&f);
	fake_tick(&f, 0);
	fake_opened(&f);
	cr_expect_eq(f.sent.connect.client_id.size, 21);
	cr_expect(span_starts(f.sent.connect.client_id, SPAN_LITERAL("ting-")));
	fake_done(&f);
}

TEST(core, says_what_it_was_told_to_say_of_itself, "")
{
	static const struct ting_pair pairs[] = {{{"k", 1}, {"v", 1}}};
	const struct mqtt_connect *p = &f.sent.connect;

	f.options = (struct ting_client_options){
		.id = ting_text("i"),
		.user = ting_text("u"),
		.password = ting_text("p"),
		.will = {.message = {.topic = ting_text("w"),
				 .payload = ting_text("x"),
				 .qos = 2,
				 .is_retained = true,
				 .properties = {.user = pairs, .user_count = 1, .is_text = true}},
			.delay_s = 5},
		.keepalive_s = -1,
		.resumes_session = true,
		.session_expiry_s = 7,
		.receive_max = 8,
		.packet_bytes_max = 999,
		.aliases_max = 3,
		.alias_topic_max = UINT16_MAX,
		.wants_response_information = true,
		.wants_no_problem_information = true,
		.auth_method = ting_text("m"),
		.auth_data = ting_text("d"),
		.user_properties = pairs,
		.user_properties_count = 1,
	};
	fake_init(&f);
	fake_tick(&f, 0);
	fake_opened(&f);
	fake_expect(&f, "OPEN\n> CONNECT 5 receive=8 packet=999 aliases=3\n");
	expect_span(p->client_id, "i");
	expect_span(p->user_name, "u");
	expect_span(p->password, "p");
	cr_expect(p->has_will && p->will.qos == 2 && p->will.is_retained);
	expect_span(p->will.topic, "w");
	expect_span(p->will.payload, "x");
	cr_expect(p->will.props.will_delay_s == 5 && p->will.props.payload_format == 1);
	cr_expect(p->will.props.present & MQTT_PROPERTY_BIT(MQTT_USER_PROPERTY));
	cr_expect_eq(p->keepalive_s, 0);
	cr_expect_eq(p->props.session_expiry_s, 7);
	cr_expect_eq(p->props.receive_max, 8);
	cr_expect_eq(p->props.packet_bytes_max, 999);
	cr_expect_eq(p->props.topic_alias_max, 3);
	cr_expect(p->props.request_response == 1 && p->props.request_problem == 0);
	expect_span(p->props.auth_method, "m");
	expect_span(p->props.auth_data, "d");
	cr_expect(p->props.present & MQTT_PROPERTY_BIT(MQTT_USER_PROPERTY));
	fake_done(&f);
}

TEST(core, tells_what_the_server_said_of_itself, "")
{
	const char *connack = "20 [ 01 00 [ 11 00000005 12 'a' 13 0007 1a 'r' 1c 's' 1f 'why' "
			      "21 0003 22 0004 24 01 25 00 26 'k' 'v' 27 00001000 28 00 29 00 2a "
			      "00 ] ]";
	struct span bytes;
	struct ting_event event;
	struct ting_pair pair;
	size_t place = 0;

	f.options.resumes_session = true;
	fake_init(&f);
	fake_tick(&f, 0);
	fake_opened(&f);
	bytes = notation_bytes(connack);
	cr_assert_eq(ting_core_received(f.core, 0, bytes.at, bytes.size), 0);
	cr_assert(ting_core_next(f.core, &event) && event.type == TING_CONNECTED);
	cr_expect(event.welcome.is_session_present);
	cr_expect_eq(event.welcome.session_expiry_s, 5);
	cr_expect_eq(event.welcome.keepalive_s, 7);
	cr_expect_eq(event.welcome.receive_max, 3);
	cr_expect_eq(event.welcome.aliases_max, 4);
	cr_expect_eq(event.welcome.qos_max, 1);
	cr_expect_eq(event.welcome.packet_bytes_max, 0x1000);
	cr_expect(!event.welcome.has_retain && !event.welcome.has_wildcards &&
		!event.welcome.has_subscription_ids && !event.welcome.has_shared);
	cr_expect_eq(*event.welcome.assigned_id.at, 'a');
	cr_expect_eq(*event.welcome.response_information.at, 'r');
	cr_expect_eq(*event.welcome.server_reference.at, 's');
	cr_expect_eq(*event.welcome.reason_string.at, 'w');
	cr_expect(ting_user_property(&event.welcome.properties, &place, &pair));
	cr_expect_eq(*pair.value.at, 'v');
	cr_expect(!ting_user_property(&event.welcome.properties, &place, &pair));
	fake_take(&f);
	exact_free(bytes);
	fake_done(&f);
}

TEST(core, takes_whole_packets_and_says_how_large_the_next_is, "")
{
	fake_init(&f);
	fake_online(&f, false);
	fake_hears(&f, "30 04 0001 61 00 30");
	fake_expect(&f, "MESSAGE a= q0\n");
	cr_expect_eq(f.in.size, 1);
	cr_expect_eq(ting_core_wanted(f.core), 0);
	fake_hears(&f, "06 0001");
	cr_expect_eq(ting_core_wanted(f.core), 8);
	cr_expect_eq(f.in.size, 4);
	fake_hears(&f, "62 00 6869");
	fake_expect(&f, "MESSAGE b=hi q0\n");
	cr_expect_eq(f.in.size, 0);
	cr_expect_eq(ting_core_received(f.core, 0, NULL, 3), -EINVAL);
	fake_done(&f);
}

TEST(core, hears_any_number_of_messages_at_once_and_answers_them_together, "")
{
	enum { MESSAGES = 100 };
	static uint8_t in[MESSAGES * 10];
	struct writer w = writer_of(in, sizeof(in));
	struct ting_event event;
	int heard = 0;

	f.options.receive_max = 200;
	fake_init(&f);
	fake_online(&f, false);
	for (uint16_t i = 1; i <= MESSAGES; i++) {
		struct mqtt_publish p = {
			.qos = 1, .packet_id = i, .topic = SPAN_LITERAL("t"), .payload = {0}};

		mqtt_props_init(&p.props);
		mqtt_publish_encode(&w, MQTT_5, &p);
	}
	cr_assert_eq(ting_core_received(f.core, 0, in, writer_span(&w).size), 0);
	while (ting_core_next(f.core, &event))
		heard += event.type == TING_MESSAGE;
	cr_expect_eq(heard, MESSAGES);
	cr_expect_eq(ting_core_taken(f.core), writer_span(&w).size);
	/* What belongs together goes together. */
	f.sends = 0;
	fake_hears(&f, "34 [ 'b' 000a [ ] ] 62 [ 000a ] 62 [ 000b ] 62 [ 000c ]");
	cr_expect_eq(f.sends, 1);
	fake_done(&f);
}

TEST(core, takes_no_alias_for_which_a_topic_may_be_too_long, "MQTT-3.1.2-27")
{
	f.options.aliases_max = 3;
	fake_init(&f);
	fake_tick(&f, 0);
	fake_opened(&f);
	cr_expect_eq(f.sent.connect.props.topic_alias_max, 0);
	fake_done(&f);
}
