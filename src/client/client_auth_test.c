/* client_auth_test.c - enhanced authentication: whose turn is it?
 *
 * The server's packets are written out: AUTH is f0, its method "x" is 15 0001 78 and its data "c"
 * 16 0001 63. */
#include "client/client_fake_test.h"

#include "base/base_err.h"
#include "base/base_test.h"

#define CHALLENGE "f0 0a 18 08 15 0001 78 16 0001 63"
#define ACCEPTED  "f0 0a 00 08 15 0001 78 16 0001 64"
#define METHOD    "15 0001 78"

static struct fake f;

/* Opens with the method "x". */
static void greet(void)
{
	fake_init(&f, MQTT_5);
	f.connect.props.auth_method = SPAN_LITERAL("x");
	f.connect.props.present = MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_METHOD);
	cr_assert_eq(fake_open(&f), 0);
	fake_expect(&f, "> CONNECT 5 clean receive=3 packet=200 aliases=0\n");
}

static void greet_and_enter(void)
{
	greet();
	fake_connack(&f, false, 0, METHOD);
	fake_expect(&f, "CONNECTED\n");
}

TEST(auth, is_a_question_and_an_answer_until_connack, "MQTT-4.12.0-3 MQTT-4.12.0-5")
{
	greet();
	for (int i = 0; i < 2; i++) {
		fake_hex(&f, CHALLENGE);
		cr_assert_eq(fake_authenticate(&f, "r"), 0);
		fake_expect(&f, "CHALLENGED c\n> AUTH 18 x r\n");
	}
	fake_connack(&f, false, 0, METHOD);
	fake_expect(&f, "CONNECTED\n");
}

TEST(auth, happens_again_when_the_application_wants_it, "MQTT-4.12.1-1")
{
	greet_and_enter();
	cr_assert_eq(fake_authenticate(&f, "1"), 0);
	fake_hex(&f, CHALLENGE);
	cr_assert_eq(fake_publish(&f, 0, 1, "t"), 0); /* business goes on */
	cr_assert_eq(fake_authenticate(&f, "2"), 0);
	fake_hex(&f, ACCEPTED);
	fake_expect(&f,
		"> AUTH 19 x 1\nCHALLENGED c\n> PUBLISH t q0\n> AUTH 18 x 2\nAUTHENTICATED d\n");
	cr_assert_eq(fake_authenticate(&f, "3"), 0);
	fake_hex(&f, "f0 00");
	fake_expect(&f, "> AUTH 19 x 3\nAUTHENTICATED \n");
}

TEST(auth, waits_for_its_turn, "")
{
	greet();
	cr_assert_eq(fake_authenticate(&f, "r"), ERR_EXISTS);
	fake_hex(&f, CHALLENGE);
	cr_assert_eq(fake_authenticate(&f, "r"), 0);
	cr_assert_eq(fake_authenticate(&f, "r"), ERR_EXISTS);
	fake_close(&f);
	cr_assert_eq(fake_authenticate(&f, "r"), ERR_ABSENT);
	fake_expect(&f, "CHALLENGED c\n> AUTH 18 x r\nDISCONNECTED broken 00\n");
}

TEST(auth, is_not_sent_without_a_method, "MQTT-4.12.0-7")
{
	fake_init(&f, MQTT_5);
	fake_online(&f, false);
	cr_assert_eq(fake_authenticate(&f, "r"), -MQTT_PROTOCOL_ERROR);
	fake_init(&f, MQTT_3_1_1);
	fake_online(&f, false);
	cr_assert_eq(fake_authenticate(&f, "r"), -MQTT_PROTOCOL_ERROR);
	fake_expect(&f, "");
}

TEST(auth, carries_only_what_belongs_there, "")
{
	struct mqtt_props p;

	greet();
	fake_hex(&f, CHALLENGE);
	mqtt_props_init(&p);
	p.present = MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS);
	cr_assert_eq(fake_step(&f, (struct client_event){CLIENT_AUTHENTICATE, .auth = &p}),
		-MQTT_PROTOCOL_ERROR);
	p.present = MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_DATA);
	p.auth_data = span_of(f.log.text, sizeof(f.log.text));
	cr_assert_eq(
		fake_step(&f, (struct client_event){CLIENT_AUTHENTICATE, .auth = &p}), ERR_LIMIT);
	fake_expect(&f, "CHALLENGED c\n");
}

TEST(auth, out_of_turn_is_a_fault_of_the_server, "MQTT-4.12.0-6")
{
	static const char *const bad[] = {
		CHALLENGE,                /* nobody authenticates */
		ACCEPTED,                 /* likewise */
		"f0 06 19 04 15 0001 78", /* only clients begin again */
		"f0 06 18 04 15 0001 79", /* another method */
		"f0 06 18 04 16 0001 63", /* none */
		CHALLENGE CHALLENGE,      /* while it is our turn */
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		greet_and_enter();
		if (i >= 2)
			fake_authenticate(&f, "r");
		say_init(&f.log);
		fake_hex(&f, bad[i]);
		fake_expect(&f,
			i == 5 ? "CHALLENGED c\n> DISCONNECT 82\nCLOSE\nDISCONNECTED fault 82\n"
			       : "> DISCONNECT 82\nCLOSE\nDISCONNECTED fault 82\n");
	}
	greet();
	fake_hex(&f, ACCEPTED); /* CONNACK would say that */
	fake_expect(&f, "> DISCONNECT 82\nCLOSE\nDISCONNECTED fault 82\n");
	fake_init(&f, MQTT_5);
	fake_open(&f);
	say_init(&f.log);
	fake_hex(&f, CHALLENGE);
	fake_expect(&f, "> DISCONNECT 82\nCLOSE\nDISCONNECTED fault 82\n");
}

TEST(auth, is_not_over_without_the_method, "MQTT-4.12.0-5 MQTT-4.12.0-6")
{
	greet();
	fake_connack(&f, false, 0, "");
	fake_expect(&f, "> DISCONNECT 82\nCLOSE\nDISCONNECTED fault 82\n");
	fake_init(&f, MQTT_5);
	fake_open(&f);
	say_init(&f.log);
	fake_connack(&f, false, 0, METHOD);
	fake_expect(&f, "> DISCONNECT 82\nCLOSE\nDISCONNECTED fault 82\n");
	greet();
	fake_connack(&f, false, MQTT_NOT_AUTHORIZED, "");
	fake_expect(&f, "CLOSE\nDISCONNECTED refused 87\n");
}

TEST(auth, leaves_the_application_its_time, "")
{
	greet();
	fake_hex(&f, CHALLENGE);
	fake_time(&f, 5000);
	fake_authenticate(&f, "r");
	cr_assert_eq(f.effects.wake_ms, 6000);
	fake_expect(&f, "CHALLENGED c\n> AUTH 18 x r\n");
	fake_time(&f, 6000);
	fake_expect(&f, "CLOSE\nDISCONNECTED silent 00\n");
}
