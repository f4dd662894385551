/* apps_options_test.c - command lines of ting pub and ting sub, right and wrong ones. */
#include "apps/apps_options.h"
#include "base/base_test.h"

#include <string.h>

static struct options o;

/* Takes a command line apart at its blanks. */
static enum options_verdict parse_with(enum program program, const char *defaults, const char *line)
{
	static char words[1024], text[1024];
	char *argv[64] = {"ting"}, *rest;
	int argc = 1;

	(void)snprintf(words, sizeof words, "%s", line);
	if (defaults)
		(void)snprintf(text, sizeof text, "%s", defaults);
	for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = strcmp(word, "''") == 0 ? "" : word;
	return options_parse_with(&o, program, defaults ? text : NULL, argc, argv);
}

static void takes(enum program program, const char *line)
{
	cr_assert_eq(parse_with(program, NULL, line), OPTIONS_RUN, "%s", line);
}

static void refuses(enum program program, const char *line)
{
	cr_expect_eq(parse_with(program, NULL, line), OPTIONS_WRONG, "%s", line);
	options_done(&o);
}

TEST(options, have_mosquittos_defaults, "")
{
	takes(PROGRAM_PUB, "-t a -m x");
	cr_expect_str_eq(o.host, "localhost");
	cr_expect_eq(o.port, 1883);
	cr_expect_eq(o.version, MQTT_3_1_1);
	cr_expect_eq(o.keepalive_s, 60);
	cr_expect_eq(o.qos, 0);
	cr_expect_eq(o.inflight_max, 20);
	cr_expect_eq(o.repeat, 1);
	cr_expect(!o.is_retained && !o.is_persistent && !o.is_quiet);
	options_done(&o);
}

TEST(options, are_known_by_both_names, "")
{
	takes(PROGRAM_PUB,
		"--host h --port 5 --username u --pw p --id i --keepalive 9 --qos 2 --topic t "
		"--message m --retain --debug --protocol-version mqttv31 --disable-clean-session");
	cr_expect_str_eq(o.host, "h");
	cr_expect_eq(o.port, 5);
	cr_expect_str_eq(o.user, "u");
	cr_expect_str_eq(o.password, "p");
	cr_expect_str_eq(o.id, "i");
	cr_expect_eq(o.keepalive_s, 9);
	cr_expect_eq(o.qos, 2);
	cr_expect_str_eq(o.topics.list[0], "t");
	cr_expect_str_eq(o.message, "m");
	cr_expect_eq(o.version, MQTT_3_1);
	cr_expect(o.is_retained && o.is_debug && o.is_persistent);
	options_done(&o);
}

TEST(options, that_repeat_add_up_for_sub_and_replace_for_pub, "")
{
	takes(PROGRAM_SUB, "-t a -t b -T c -T d -U e -p 1 -p 2");
	cr_expect_eq(o.topics.count, 2);
	cr_expect_eq(o.filters_out.count, 2);
	cr_expect_eq(o.unsubscribe.count, 1);
	cr_expect_eq(o.port, 2);
	options_done(&o);
	takes(PROGRAM_PUB, "-t a -t b -n");
	cr_assert_eq(o.topics.count, 1);
	cr_expect_str_eq(o.topics.list[0], "b");
	options_done(&o);
}

TEST(options, take_a_url_apart, "")
{
	takes(PROGRAM_SUB, "-L mqtt://me:my:secret@example.org:99/a/b -t c");
	cr_expect_str_eq(o.user, "me");
	cr_expect_str_eq(o.password, "my:secret");
	cr_expect_str_eq(o.host, "example.org");
	cr_expect_eq(o.port, 99);
	cr_expect_str_eq(o.topics.list[0], "a/b");
	cr_expect_eq(o.topics.count, 2);
	options_done(&o);
	takes(PROGRAM_PUB, "-L mqtt://[::1]:99/t -n");
	cr_expect_str_eq(o.host, "::1");
	cr_expect_eq(o.port, 99);
	options_done(&o);
	takes(PROGRAM_PUB, "-L mqtt://[::1]/t -n");
	cr_expect_str_eq(o.host, "::1");
	cr_expect_eq(o.port, 1883);
	options_done(&o);
	refuses(PROGRAM_PUB, "-L mqtt://h -n");
	refuses(PROGRAM_PUB, "-L mqtt://h/ -n");
	refuses(PROGRAM_PUB, "-L mqtt://h:x/t -n");
	refuses(PROGRAM_PUB, "-L mqtts://h/t -n");
	refuses(PROGRAM_PUB, "-L http://h/t -n");
}

TEST(options, put_properties_into_their_packets, "")
{
	const struct property_list *list;
	struct span name, value;
	struct reader r;

	takes(PROGRAM_PUB,
		"-t a -n -D publish message-expiry-interval 5 -D PUBLISH user-property a b "
		"-D connect receive-maximum 7 -D will will-delay-interval 8 --will-topic w "
		"-D publish user-property a c");
	cr_expect_eq(o.version, MQTT_5);
	list = &o.properties.at[PROPERTY_PUBLISH];
	cr_expect_eq(list->props.message_expiry_s, 5);
	r = reader_of(list->props.raw);
	cr_expect(mqtt_props_next_user(&r, &name, &value));
	cr_expect(span_equal(value, SPAN_LITERAL("b")));
	cr_expect(mqtt_props_next_user(&r, &name, &value));
	cr_expect(span_equal(value, SPAN_LITERAL("c")));
	cr_expect(!mqtt_props_next_user(&r, &name, &value));
	cr_expect_eq(o.properties.at[PROPERTY_CONNECT].props.receive_max, 7);
	cr_expect_eq(o.properties.at[PROPERTY_WILL].props.will_delay_s, 8);
	options_done(&o);
}

TEST(options, refuse_properties_that_do_not_fit, "MQTT-3.3.4-6")
{
	static const char *const bad[] = {"publish content-type", "publish user-property a",
		"pub content-type x", "publish content-typo x", "connect content-type x",
		"publish subscription-identifier 1", "publish topic-alias 0",
		"publish topic-alias 65536", "publish message-expiry-interval -1",
		"publish message-expiry-interval x", "publish payload-format-indicator 2",
		"publish response-topic a/+", "connect receive-maximum 0",
		"publish topic-alias 1 -D publish topic-alias 2",
		"connect user-property a b -V 311", "auth user-property a b"};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char line[128];

		(void)snprintf(line, sizeof line, "-t a -n -D %s", bad[i]);
		refuses(PROGRAM_PUB, line);
	}
}

TEST(options, know_how_long_a_session_lasts, "")
{
	takes(PROGRAM_SUB, "-t a -V 5 -x 60");
	cr_expect(o.has_session_expiry && o.session_expiry_s == 60);
	options_done(&o);
	takes(PROGRAM_SUB, "-t a -V 5 -i me -x ∞");
	cr_expect_eq(o.session_expiry_s, UINT32_MAX);
	options_done(&o);
	refuses(PROGRAM_SUB, "-t a -V 5 -x -1");
	refuses(PROGRAM_SUB, "-t a -V 5 -c");
	refuses(PROGRAM_SUB, "-t a -c");
	refuses(PROGRAM_SUB, "-t a -x -2");
	refuses(PROGRAM_SUB, "-t a -x 4294967296");
	refuses(PROGRAM_SUB, "-t a -x y");
}

TEST(options, refuse_what_makes_no_sense, "")
{
	static const char *const pub[] = {"", "-t a", "-m x", "-t a/+ -n", "-t '' -n",
		"-t a -m x -n", "-t a -n -l", "-t a -n -q 3", "-t a -n -q", "-t a -n -q 1x",
		"-t a -n -p 0", "-t a -n -p 65536", "-t a -n -k 4", "-t a -n -V 4", "-t a -n -M 0",
		"-t a -n --repeat 0", "-t a -n --repeat-delay -1", "-t a -n --repeat-delay x",
		"-t a -n -C 1", "-t a -n -i a -I b", "-t a -n -P p", "-t a -n --will-payload x",
		"-t a -n --will-retain", "-t a -n --will-topic #", "-t a -n --cafile x",
		"-t a -n --proxy x", "-t a -n -S", "-t a -n more", "-t a -n --qos=1"};
	static const char *const sub[] = {"", "-U a", "-t a/#/b", "-t ''", "-t a -T b#",
		"-t a -C 0", "-t a -W 0", "-t a -R --retained-only", "-t a --random-filter 0.05",
		"-t a --random-filter 101", "-t a -m x", "-t $share/g"};

	for (size_t i = 0; i < sizeof pub / sizeof pub[0]; i++)
		refuses(PROGRAM_PUB, pub[i]);
	for (size_t i = 0; i < sizeof sub / sizeof sub[0]; i++)
		refuses(PROGRAM_SUB, sub[i]);
}

TEST(options, come_from_a_file_first, "")
{
	cr_assert_eq(parse_with(PROGRAM_SUB,
			     "# a comment\n\n-h example.org\n--port 99\n-t a\n-F %t %p\n-v\n"
			     "-D subscribe user-property a b c\n",
			     "-p 98 -t b"),
		OPTIONS_RUN);
	cr_expect_str_eq(o.host, "example.org");
	cr_expect_eq(o.port, 98);
	cr_expect_eq(o.topics.count, 2);
	cr_expect_str_eq(o.format, "%t %p");
	cr_expect(o.is_verbose);
	cr_expect(o.properties.at[PROPERTY_SUBSCRIBE].props.raw.size > 0);
	options_done(&o);
	cr_expect_eq(parse_with(PROGRAM_SUB, "-p x\n", "-t b"), OPTIONS_WRONG);
	options_done(&o);
	cr_expect_eq(parse_with(PROGRAM_SUB, "-v yes\n", "-t b"), OPTIONS_WRONG);
	options_done(&o);
}

TEST(options, have_fractions, "")
{
	takes(PROGRAM_PUB, "-t a -n --repeat 2 --repeat-delay 0.25");
	cr_expect_eq(o.repeat_delay_ms, 250);
	options_done(&o);
	takes(PROGRAM_SUB, "-t a --random-filter 0.3");
	cr_expect_eq(o.random_tenths, 3);
	options_done(&o);
}

TEST(options, of_a_request_are_a_version_of_5_and_three_words, "")
{
	takes(PROGRAM_RR, "-t ask -e answer -m x");
	cr_expect_eq(o.version, MQTT_5);
	cr_expect_str_eq(o.response_topic, "answer");
	options_done(&o);
	refuses(PROGRAM_RR, "-t ask -m x");
	refuses(PROGRAM_RR, "-t ask -e answer");
	refuses(PROGRAM_RR, "-e answer -m x");
	refuses(PROGRAM_RR, "-t ask -e answer/+ -m x");
	refuses(PROGRAM_RR, "-t ask/+ -e answer -m x");
	refuses(PROGRAM_RR, "-t ask -e answer -m x -D publish response-topic other");
	refuses(PROGRAM_PUB, "-t ask -e answer -m x");
}

TEST(options, name_a_device_and_how_its_messages_end, "")
{
	takes(PROGRAM_PUB, "-t a --from fifo:///tmp/x");
	cr_expect_eq(o.source, SOURCE_DEVICE);
	cr_expect_eq(o.device.framing, TING_LINES);
	cr_expect(o.device.is_listening);
	options_done(&o);
	takes(PROGRAM_SUB, "-t a --to framed:tcp://h:5");
	cr_expect_eq(o.device.framing, TING_FRAMED);
	cr_expect(!o.device.is_listening);
	cr_expect_str_eq(o.device.endpoint, "tcp://h:5");
	options_done(&o);
	takes(PROGRAM_PUB, "-t a --from listen:udp://*:5");
	options_done(&o);
	refuses(PROGRAM_PUB, "-t a --from udp://h:5");
	refuses(PROGRAM_PUB, "-t a --from -  -m x");
	refuses(PROGRAM_PUB, "-t a --to -");
	refuses(PROGRAM_SUB, "-t a --to listen:udp://*:5");
	refuses(PROGRAM_SUB, "-t a --to listen:fifo:///tmp/x");
	refuses(PROGRAM_SUB, "-t a --to icmp://h");
}
