/* client_alias_test.c - aliases that the client assigns by itself; two of them, for topics of at
 * most eight bytes. */
#include "client/client_fake_test.h"

#include "base/base_test.h"

static struct fake f;

/* Online with a server that knows aliases up to that of the property. */
static void begin(const char *topic_alias_max)
{
	fake_init(&f, MQTT_5);
	f.client.config.assigns_aliases = true;
	cr_assert_eq(fake_open(&f), 0);
	fake_connack(&f, false, 0, topic_alias_max);
	say_init(&f.log);
}

static void publish_all(const char *const *topics)
{
	for (; *topics; topics++)
		cr_assert_eq(fake_publish(&f, 0, 0, *topics), 0);
}

TEST(alias, stands_for_a_topic_that_repeats, "MQTT-3.3.2-7")
{
	begin("22 000a");
	publish_all((const char *const[]){"home", "home", "door", "home", "door", NULL});
	fake_expect(&f,
		"> PUBLISH home q0 alias=1\n> PUBLISH  q0 alias=1\n> PUBLISH door q0 alias=2\n"
		"> PUBLISH  q0 alias=1\n> PUBLISH  q0 alias=2\n");
}

TEST(alias, goes_to_another_topic_when_it_was_used_longest_ago, "")
{
	begin("22 000a");
	publish_all((const char *const[]){
		"home", "door", "home", "lamp", "home", "door", "lamp", NULL});
	fake_expect(&f,
		"> PUBLISH home q0 alias=1\n> PUBLISH door q0 alias=2\n> PUBLISH  q0 alias=1\n"
		"> PUBLISH lamp q0 alias=2\n> PUBLISH  q0 alias=1\n> PUBLISH door q0 alias=2\n"
		"> PUBLISH lamp q0 alias=1\n");
}

TEST(alias, is_none_that_the_server_does_not_know, "MQTT-3.2.2-17 MQTT-3.2.2-18")
{
	begin("22 0001");
	publish_all((const char *const[]){"home", "door", NULL});
	fake_expect(&f, "> PUBLISH home q0 alias=1\n> PUBLISH door q0 alias=1\n");
	begin("");
	publish_all((const char *const[]){"home", "home", NULL});
	fake_expect(&f, "> PUBLISH home q0\n> PUBLISH home q0\n");
	fake_init(&f, MQTT_3_1_1);
	f.client.config.assigns_aliases = true;
	fake_online(&f, false);
	publish_all((const char *const[]){"home", "home", NULL});
	fake_expect(&f, "> PUBLISH home q0\n> PUBLISH home q0\n");
}

TEST(alias, is_not_for_topics_that_gain_nothing_or_have_no_room, "")
{
	begin("22 000a");
	publish_all((const char *const[]){"abc", "abc", "ninebytes", "ninebytes", NULL});
	fake_expect(&f,
		"> PUBLISH abc q0\n> PUBLISH abc q0\n"
		"> PUBLISH ninebytes q0\n> PUBLISH ninebytes q0\n");
}

TEST(alias, ends_with_its_connection, "MQTT-3.3.2-7")
{
	begin("22 000a");
	f.connect.is_clean_start = false;
	cr_assert_eq(fake_publish(&f, 1, 5, "home"), 0);
	fake_close(&f);
	fake_open(&f);
	fake_connack(&f, true, 0, "22 000a");
	fake_expect(&f,
		"> PUBLISH home q1 #1 alias=1\nDISCONNECTED broken 00\n"
		"> CONNECT 5 receive=3 packet=200 aliases=0\nCONNECTED present\n"
		"> PUBLISH home q1 #1 dup alias=1\n");
}

TEST(alias, costs_no_message, "MQTT-3.2.2-15")
{
	begin("22 000a 27 0000000a"); /* ten bytes: two more than the message needs */
	publish_all((const char *const[]){"homes", NULL});
	fake_expect(&f, "> PUBLISH homes q0\n");
}

TEST(alias, of_the_application_goes_before_ours, "MQTT-3.3.2-7")
{
	struct mqtt_publish p = {.topic = SPAN_LITERAL("home")};

	begin("22 000a");
	mqtt_props_init(&p.props);
	p.props.topic_alias = 1;
	p.props.present = MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS);
	publish_all((const char *const[]){"door", NULL});
	cr_assert_eq(fake_step(&f, (struct client_event){CLIENT_PUBLISH, .publish = &p}), 0);
	publish_all((const char *const[]){"home", "door", "lamp", NULL});
	cr_assert_eq(fake_step(&f, (struct client_event){CLIENT_PUBLISH, .publish = &p}), 0);
	fake_expect(&f,
		"> PUBLISH door q0 alias=1\n> PUBLISH home q0 alias=1\n> PUBLISH  q0 alias=1\n"
		"> PUBLISH door q0 alias=2\n> PUBLISH lamp q0 alias=1\n"
		"> PUBLISH home q0 alias=1\n");
}
