/* ting_core_request_test.c - wishes: which are granted, what they become, and how they end. */
#include "base/base_test.h"
#include "mqtt/mqtt_notation_test.h"
#include "ting/ting_core_fake_test.h"

#include <errno.h>

static struct fake f;
static const struct ting_pair pairs[] = {{{"k", 1}, {"v", 1}}, {{"k", 1}, {"", 0}}};

/* Let in, by a server that says this of itself. */
static void online_with(const char *connack)
{
	fake_init(&f);
	fake_tick(&f, 0);
	fake_opened(&f);
	fake_hears(&f, connack);
	cr_assert(ting_core_is_connected(f.core));
	say_init(&f.log);
}

static int publish(struct ting_message m)
{
	int err = ting_core_publish(f.core, f.now, &m, 1);

	fake_take(&f);
	return err;
}

static int subscribe(struct ting_filter filter)
{
	int err = ting_core_subscribe(f.core, f.now, &filter, 1, 2);

	fake_take(&f);
	return err;
}

/* All properties that a message can have. */
static struct ting_message message_full(void)
{
	return (struct ting_message){
		.topic = ting_text("t"),
		.payload = ting_text("hi"),
		.qos = 1,
		.properties =
			{
				.is_text = true,
				.has_expiry = true,
				.expiry_s = 9,
				.content_type = ting_text("c"),
				.response_topic = ting_text("r"),
				.correlation = {"\0\1", 2},
				.user = pairs,
				.user_count = 2,
			},
	};
}

static void expect_full(void)
{
	const struct mqtt_props *p = &f.sent.publish.props;
	struct reader r = reader_of(p->raw);
	struct span name, value;

	cr_assert_eq(f.sent.type, MQTT_PUBLISH);
	cr_expect_eq(p->payload_format, 1);
	cr_expect_eq(p->message_expiry_s, 9);
	expect_span(p->content_type, "c");
	expect_span(p->response_topic, "r");
	cr_expect(span_equal(p->correlation_data, SPAN_LITERAL("\0\1")));
	cr_expect(mqtt_props_next_user(&r, &name, &value));
	expect_span(value, "v");
	cr_expect(mqtt_props_next_user(&r, &name, &value));
	expect_span(name, "k");
	expect_span(value, "");
	cr_expect(!mqtt_props_next_user(&r, &name, &value));
}

TEST(request, keeps_a_messages_properties_where_the_application_has_them, "MQTT-3.3.2-17")
{
	f.options.session_expiry_s = 60;
	fake_init(&f);
	cr_expect_eq(publish(message_full()), 0, "it waits for a connection");
	fake_expect(&f, "");
	fake_tick(&f, 0);
	fake_opened(&f);
	fake_hears(&f, "20 [ 00 00 [ ] ]");
	fake_expect(&f, "OPEN\n" FAKE_CONNECT "CONNECTED\n> PUBLISH t=hi q1 #1\n");
	expect_full();
	memset(&f.sent, 0, sizeof(f.sent));
	fake_closed(&f);
	f.now = ting_core_deadline(f.core);
	fake_online(&f, true);
	expect_full();
	cr_expect(f.sent.publish.is_dup);
	fake_done(&f);
}

TEST(request, passes_on_what_was_received, "MQTT-3.3.2-18")
{
	struct span bytes =
		notation_bytes("30 [ 't' [ 26 'k' 'v' 0b 07 26 'k' '' 01 01 02 00000009 "
			       "03 'c' 08 'r' 09 0002 0001 ] <hi> ]");
	struct ting_message m;
	struct ting_event event;
	uint32_t id = 0;
	size_t place = 0;

	f.options.aliases_max = 4;
	f.options.alias_topic_max = UINT16_MAX;
	fake_init(&f);
	fake_online(&f, false);
	cr_assert_eq(ting_core_received(f.core, 0, bytes.at, bytes.size), 0);
	cr_assert(ting_core_next(f.core, &event) && event.type == TING_MESSAGE);
	m = event.message;
	cr_expect(m.properties.is_text && m.properties.has_expiry);
	cr_expect(ting_subscription_id(&m.properties, &place, &id) && id == 7);
	cr_expect(!ting_subscription_id(&m.properties, &place, &id));
	fake_take(&f);
	cr_expect_eq(publish(m), 0);
	expect_full();
	cr_expect_eq(
		f.sent.publish.props.present & MQTT_PROPERTY_BIT(MQTT_SUBSCRIPTION_IDENTIFIER), 0);
	m.properties.user = pairs;
	m.properties.user_count = 1;
	cr_expect_eq(publish(m), 0, "unless it is given others");
	expect_span(
		f.sent.publish.props.raw, "\1\1\2\0\0\0\11\3\0\1c\10\0\1r\11\0\2\0\1\46\0\1k\0\1v");
	exact_free(bytes);
	fake_done(&f);
}

TEST(request, leaves_properties_out_before_mqtt_5, "")
{
	f.options.version = TING_MQTT_3_1_1;
	fake_init(&f);
	fake_online(&f, false);
	cr_expect_eq(publish(message_full()), 0);
	cr_expect_eq(f.sent.publish.props.present, 0);
	cr_expect_eq(subscribe((struct ting_filter){
			     .filter = ting_text("#"), .is_no_local = true, .subscription_id = 3}),
		0);
	fake_expect(&f, "> PUBLISH t=hi q1 #1\n> SUBSCRIBE #2 1\n");
	fake_done(&f);
}

TEST(request, must_be_one_that_the_protocol_allows, "")
{
	static const struct ting_pair wrong[] = {{{"\xff", 1}, {"v", 1}}};
	static char longer[65536];
	struct ting_text text = {longer, sizeof(longer)}, none = {NULL, 3};
	struct ting_message m = {.topic = ting_text("t")};

	memset(longer, 'x', sizeof(longer));
	fake_init(&f);
	fake_online(&f, false);
	cr_expect_eq(publish((struct ting_message){.topic = ting_text("a/+")}), -EINVAL);
	cr_expect_eq(publish((struct ting_message){.qos = 0}), -EINVAL);
	cr_expect_eq(publish((struct ting_message){.topic = text}), -EINVAL);
	cr_expect_eq(publish((struct ting_message){.topic = m.topic, .qos = 3}), -EINVAL);
	cr_expect_eq(publish((struct ting_message){.topic = m.topic, .payload = none}), -EINVAL);
	m.properties = (struct ting_properties){.content_type = text};
	cr_expect_eq(publish(m), -EINVAL);
	m.properties = (struct ting_properties){.content_type = none};
	cr_expect_eq(publish(m), -EINVAL);
	m.properties = (struct ting_properties){.correlation = text};
	cr_expect_eq(publish(m), -EINVAL);
	m.properties = (struct ting_properties){.response_topic = ting_text("a/#")};
	cr_expect_eq(publish(m), -EINVAL);
	m.properties = (struct ting_properties){.user = wrong, .user_count = 1};
	cr_expect_eq(publish(m), -EINVAL);
	cr_expect_eq(subscribe((struct ting_filter){.filter = ting_text("a#")}), -EINVAL);
	cr_expect_eq(subscribe((struct ting_filter){.filter = ting_text("a"), .qos = 3}), -EINVAL);
	cr_expect_eq(
		subscribe((struct ting_filter){.filter = ting_text("a"), .retain_handling = 3}),
		-EINVAL);
	cr_expect_eq(subscribe((struct ting_filter){
			     .filter = ting_text("a"), .subscription_id = 268435456}),
		-EINVAL);
	cr_expect_eq(subscribe((struct ting_filter){
			     .filter = ting_text("$share/g/a"), .is_no_local = true}),
		-EINVAL);
	cr_expect_eq(ting_core_subscribe(f.core, 0, NULL, 0, 0), -EINVAL);
	cr_expect_eq(ting_core_unsubscribe(f.core, 0, NULL, 0, 0), -EINVAL);
	cr_expect_eq(ting_core_authenticate(f.core, 0, text), -EINVAL);
	cr_expect_eq(ting_core_authenticate(f.core, 0, ting_text("d")), -EINVAL, "without method");
	cr_expect_eq(ting_core_acknowledge(f.core, 0, 1, 1), -EINVAL);
	fake_expect(&f, "");
	fake_done(&f);
}

TEST(request, that_cannot_wait_needs_a_connection, "")
{
	struct ting_text filter = ting_text("a");

	fake_init(&f);
	cr_expect_eq(fake_publish(&f, 0, 1, "a"), -ENOTCONN);
	cr_expect_eq(fake_subscribe(&f, 1, "a"), -ENOTCONN);
	cr_expect_eq(ting_core_unsubscribe(f.core, 0, &filter, 1, 1), -ENOTCONN);
	cr_expect_eq(ting_core_authenticate(f.core, 0, filter), -ENOTCONN);
	fake_done(&f);
}

TEST(request, must_have_room, "")
{
	static char longer[200];

	memset(longer, 'x', sizeof(longer));
	f.options.requests_max = 2;
	f.options.send_bytes_max = 100;
	fake_init(&f);
	fake_online(&f, false);
	cr_expect_eq(publish((struct ting_message){.topic = {longer, 200}}), -ENOBUFS);
	cr_expect_eq(publish((struct ting_message){.topic = {longer, 200}, .qos = 1}), -ENOBUFS);
	cr_expect_eq(subscribe((struct ting_filter){.filter = {longer, 200}}), -ENOBUFS);
	cr_expect_eq(subscribe((struct ting_filter){.filter = {longer, 95}}), -ENOBUFS);
	cr_expect_eq(fake_publish(&f, 1, 1, "a"), 0);
	cr_expect_eq(fake_subscribe(&f, 2, "a"), 0);
	cr_expect_eq(fake_publish(&f, 2, 3, "a"), -ENOBUFS);
	cr_expect_eq(fake_subscribe(&f, 4, "a"), -ENOBUFS);
	fake_hears(&f, "40 [ 0002 ]");
	cr_expect_eq(fake_publish(&f, 2, 5, "b"), 0);
	fake_expect(&f,
		"> PUBLISH a=hi q1 #2\n> SUBSCRIBE #1 1\nPUBLISHED 1 answered\n"
		"> PUBLISH b=hi q2 #2\n");
	fake_done(&f);
}

TEST(request, must_be_within_the_limits_of_the_server, "MQTT-3.2.2-11 MQTT-3.2.2-14 MQTT-3.2.2-15")
{
	online_with("20 [ 00 00 [ 24 00 25 00 27 00000010 28 00 29 00 2a 00 ] ]");
	cr_expect_eq(fake_publish(&f, 0, 1, "0123456789"), -EMSGSIZE);
	cr_expect_eq(publish((struct ting_message){.topic = ting_text("a"), .is_retained = true}),
		-EOPNOTSUPP);
	cr_expect_eq(subscribe((struct ting_filter){.filter = ting_text("#")}), -EOPNOTSUPP);
	cr_expect_eq(
		subscribe((struct ting_filter){.filter = ting_text("$share/g/a")}), -EOPNOTSUPP);
	cr_expect_eq(
		subscribe((struct ting_filter){.filter = ting_text("a"), .subscription_id = 1}),
		-EOPNOTSUPP);
	cr_expect_eq(subscribe((struct ting_filter){.filter = ting_text("0123456789")}), -EMSGSIZE);
	fake_expect(&f, "");
	cr_expect_eq(fake_publish(&f, 1, 7, "a"), 0, "waits, and is then found to be forbidden");
	fake_expect(&f, "PUBLISHED 7 forbidden 9b\n");
	fake_done(&f);
}

TEST(request, subscribes_to_many_at_once, "")
{
	struct ting_filter filters[] = {
		{.filter = ting_text("a"), .qos = 2, .is_no_local = true, .subscription_id = 7},
		{.filter = ting_text("b/+"),
			.is_retain_as_published = true,
			.retain_handling = 2,
			.subscription_id = 7},
	};

	fake_init(&f);
	fake_online(&f, false);
	cr_expect_eq(ting_core_subscribe(f.core, 0, filters, 2, 5), 0);
	fake_take(&f);
	cr_expect_eq(f.sent.subscribe.props.subscription_id, 7);
	expect_span(f.sent.subscribe.filters, "\0\1a\6\0\3b/+\50");
	fake_hears(&f, "90 [ 0001 [ ] 02 87 ]");
	fake_expect(&f, "> SUBSCRIBE #1 2\nSUBSCRIBED 5 answered 02 87\n");
	filters[1].subscription_id = 8;
	cr_expect_eq(ting_core_subscribe(f.core, 0, filters, 2, 5), -EINVAL);
	fake_done(&f);
}

TEST(request, acknowledges_when_the_application_says_so, "MQTT-4.6.0-2")
{
	uint64_t receipts[3];
	size_t count = 0;
	struct span bytes =
		notation_bytes("32 [ 't' 0001 [ ] ] 34 [ 't' 0002 [ ] ] 30 [ 't' [ ] ]");
	struct ting_event event;

	f.options.acknowledges_later = true;
	fake_init(&f);
	fake_online(&f, false);
	cr_assert_eq(ting_core_received(f.core, 0, bytes.at, bytes.size), 0);
	while (ting_core_next(f.core, &event)) {
		cr_assert(event.type == TING_MESSAGE && count < 3);
		receipts[count++] = event.message.receipt;
	}
	cr_assert(count == 3 && receipts[0] && receipts[1] && receipts[2] == 0);
	cr_expect_eq(ting_core_acknowledge(f.core, 0, receipts[1], 0), 0);
	fake_take(&f);
	fake_expect(&f, "");
	cr_expect_eq(ting_core_acknowledge(f.core, 0, receipts[0], 0x87), 0);
	fake_take(&f);
	fake_expect(&f, "> PUBACK #1 87\n> PUBREC #2\n");
	cr_expect_eq(ting_core_acknowledge(f.core, 0, 12345, 0), 0);
	fake_take(&f);
	fake_expect(&f, "");
	exact_free(bytes);
	fake_done(&f);
}

TEST(request, holds_back_what_it_cannot_take_before_mqtt_5, "")
{
	f.options.version = TING_MQTT_3_1_1;
	f.options.receive_max = 1;
	f.options.acknowledges_later = true;
	fake_init(&f);
	fake_online(&f, false);
	fake_hears(&f, "32 [ 't' 0001 <a> ] 32 [ 't' 0002 <b> ]");
	fake_expect(&f, "MESSAGE t=a q1 receipt\n");
	cr_expect_eq(f.in.size, 8);
	cr_expect_eq(ting_core_acknowledge(f.core, 0, 1, 0), 0);
	fake_take(&f);
	fake_hears(&f, "");
	fake_expect(&f, "> PUBACK #1\nMESSAGE t=b q1 receipt\n");
	cr_expect_eq(f.in.size, 0);
	fake_done(&f);
}

TEST(request, authenticates_in_steps, "MQTT-4.12.0-3 MQTT-4.12.1-1")
{
	f.options.auth_method = ting_text("m");
	f.options.auth_data = ting_text("one");
	fake_init(&f);
	fake_tick(&f, 0);
	fake_opened(&f);
	cr_expect_eq(ting_core_authenticate(f.core, 0, ting_text("x")), -EALREADY);
	fake_hears(&f, "f0 [ 18 [ 15 'm' 16 'two' ] ]");
	fake_expect(&f, "OPEN\n" FAKE_CONNECT "CHALLENGED two\n");
	cr_expect_eq(ting_core_authenticate(f.core, 0, ting_text("three")), 0);
	fake_take(&f);
	expect_span(f.sent.disconnect.props.auth_data, "three");
	expect_span(f.sent.disconnect.props.auth_method, "m");
	fake_hears(&f, "20 [ 00 00 [ 15 'm' ] ]");
	fake_expect(&f, "> AUTH 18 m three\nCONNECTED\n");
	cr_expect_eq(ting_core_authenticate(f.core, 0, ting_text("four")), 0);
	fake_take(&f);
	fake_hears(&f, "f0 [ 00 [ 15 'm' 16 'five' ] ]");
	fake_expect(&f, "> AUTH 19 m four\nAUTHENTICATED five\n");
	fake_done(&f);
}

TEST(request, replaces_topics_by_numbers, "MQTT-3.3.2-7")
{
	f.options.aliases_max = 2;
	f.options.alias_topic_max = UINT16_MAX;
	online_with("20 [ 00 00 [ 22 0002 ] ]");
	(void)fake_publish(&f, 0, 0, "topic");
	(void)fake_publish(&f, 0, 0, "topic");
	fake_expect(&f, "> PUBLISH topic=hi q0 alias=1\n> PUBLISH =hi q0 alias=1\n");
	cr_expect_eq(f.sent.publish.props.topic_alias, 1);
	fake_hears(&f, "30 [ 'long' [ 23 0001 ] ] 30 [ '' [ 23 0001 ] ]");
	fake_expect(&f, "MESSAGE long= q0\nMESSAGE long= q0\n");
	fake_done(&f);
}

TEST(request, takes_along_what_was_added_to_it, "MQTT-3.14.2-2")
{
	struct ting_extra extra = {.user = pairs, .user_count = 1};
	struct ting_extra farewell = {
		.reason_string = ting_text("bye"), .has_session_expiry = true};

	f.options.session_expiry_s = 60;
	fake_init(&f);
	fake_online(&f, false);
	cr_expect_eq(ting_core_add(f.core, &extra), 0);
	cr_expect_eq(fake_subscribe(&f, 1, "a"), 0);
	expect_span(f.sent.subscribe.props.raw, "\46\0\1k\0\1v");
	cr_expect_eq(fake_subscribe(&f, 1, "a"), 0);
	cr_expect_eq(f.sent.subscribe.props.raw.size, 0, "once");
	cr_expect_eq(ting_core_add(f.core, &farewell), 0);
	cr_expect_eq(ting_core_disconnect(f.core, 0, false), 0);
	fake_take(&f);
	expect_span(f.sent.disconnect.props.reason_string, "bye");
	cr_expect(
		f.sent.disconnect.props.present & MQTT_PROPERTY_BIT(MQTT_SESSION_EXPIRY_INTERVAL));
	fake_done(&f);
}

TEST(request, takes_along_only_what_can_go, "")
{
	struct ting_extra expiry = {.has_session_expiry = true, .session_expiry_s = 5};
	struct ting_extra extra = {.reason_string = ting_text("too long for the server")};

	online_with("20 [ 00 00 [ 27 00000010 ] ]");
	cr_expect_eq(ting_core_add(f.core, &expiry), -EINVAL, "the session ends anyway");
	expiry.session_expiry_s = 0;
	extra.user = (struct ting_pair[]){{{"\xff", 1}, {"", 0}}};
	extra.user_count = 1;
	cr_expect_eq(ting_core_add(f.core, &extra), -EINVAL);
	extra.user_count = 0;
	cr_expect_eq(ting_core_add(f.core, &extra), 0);
	cr_expect_eq(ting_core_disconnect(f.core, 0, false), -EMSGSIZE);
	fake_expect(&f, "");
	cr_expect_eq(ting_core_disconnect(f.core, 0, false), 0);
	fake_take(&f);
	fake_expect(&f, "> DISCONNECT 00\nCLOSE\nDISCONNECTED asked 00\n");
	fake_done(&f);
}
