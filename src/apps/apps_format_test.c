/* apps_format_test.c - the formats of ting sub, one specifier after the other.
 *
 * What mosquitto_sub prints for the same messages is compared in test/e2e. */
#include "apps/apps_format.h"
#include "base/base_test.h"

#include <stdlib.h>

static uint8_t raw[256];

static void message_init(struct mqtt_publish *p)
{
	struct writer w = writer_of(raw, sizeof raw);
	struct mqtt_props props;
	struct reader r;

	mqtt_props_init(&props);
	props.content_type = SPAN_LITERAL("text/plain");
	props.topic_alias = 3;
	props.message_expiry_s = 60;
	props.present = MQTT_PROPERTY_BIT(MQTT_CONTENT_TYPE) | MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS) |
		MQTT_PROPERTY_BIT(MQTT_MESSAGE_EXPIRY_INTERVAL);
	mqtt_props_encode(&w, &props);
	mqtt_props_encode_user(&w, SPAN_LITERAL("k"), SPAN_LITERAL("v"));
	mqtt_props_encode_user(&w, SPAN_LITERAL("k"), SPAN_LITERAL("w"));
	raw[0] = (uint8_t)(writer_span(&w).size - 1); /* the user properties are in the list too */
	*p = (struct mqtt_publish){.qos = 1,
		.packet_id = 7,
		.is_retained = true,
		.topic = SPAN_LITERAL("a/b"),
		.payload = SPAN_LITERAL("hi\xff")};
	r = reader_of(writer_span(&w));
	cr_assert_eq(mqtt_props_decode(&r, MQTT_PUBLISH, &p->props), 0);
}

static void expect(const char *format, const char *expected)
{
	struct mqtt_publish p;
	struct format_message m = {.publish = &p, .at = {1470818943, 786368637}};
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	message_init(&p);
	setenv("TZ", "UTC-1", 1);
	cr_assert_eq(format_check(format), 0);
	cr_expect(format_write(out, format, &m, false));
	fclose(out);
	cr_expect_str_eq(text, expected, "%s: %s", format, text);
	free(text);
}

TEST(format, shows_each_part_of_a_message, "")
{
	expect("%t|%q|%r|%l|%m", "a/b|1|1|3|7");
	expect("%p|%x|%X", "hi\xff|6869ff|6869FF");
	expect("%A|%C|%D|%E|%F|%P|%R|%S", "3|text/plain||60||k:v k:w||");
	expect("100%%", "100%");
}

TEST(format, pads_and_cuts, "")
{
	expect("%5t|%-5t|%05t", "  a/b|a/b  |  a/b");
	expect("%5l|%-5l|%05l|%-05l", "    3|3    |00003|3    ");
	expect("%.1t|%5.1t|%.t|%.20t", "a|    a||a/b");
	expect("%8x|%-8x|%08X", "  6869ff|6869ff  |006869FF");
	expect("%5F|%05F|%-5F|", "     |00000|     |");
	expect("%1p", "hi\xff");
	expect("%9q%9r%9%%9D", "11%");
}

TEST(format, tells_the_time_where_we_are, "")
{
	expect("%I", "2016-08-10T09:49:03+0100");
	expect("%U", "1470818943.786368637");
	expect("@Y-@m-@d @H:@M:@S.@N @@", "2016-08-10 09:49:03.786368637 @");
	expect("%.4I", "2016");
}

TEST(format, knows_its_escapes, "")
{
	expect("\\\\\\a\\e\\n\\r\\t\\v", "\\\a\033\n\r\t\v");
}

TEST(format, writes_json, "")
{
	expect("%j",
		"{\"tst\":\"2016-08-10T09:49:03.786368Z+0100\",\"topic\":\"a/b\",\"qos\":1,"
		"\"retain\":1,\"payloadlen\":3,\"mid\":7,\"properties\":{"
		"\"message-expiry-interval\":60,\"content-type\":\"text/plain\",\"topic-alias\":3,"
		"\"user-properties\":{\"k\":\"v\",\"k\":\"w\"}},\"payload\":\"hi\xff\"}");
}

TEST(format, writes_no_json_around_what_is_none, "")
{
	struct mqtt_publish p;
	struct format_message m = {.publish = &p};
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	message_init(&p);
	cr_expect(!format_write(out, "%t %J", &m, true));
	fclose(out);
	cr_expect_str_eq(text, "a/b ");
	free(text);
}

TEST(format, refuses_what_it_does_not_know, "")
{
	static const char *const bad[] = {
		"%", "%5", "%-", "%5.", "%Z", "%5.3", "@", "\\", "\\z", "a%", "%%%"};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_expect_eq(format_check(bad[i]), -1, "%s", bad[i]);
}
