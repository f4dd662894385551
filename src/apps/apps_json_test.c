/* apps_json_test.c - JSON out, and JSON through. */
#include "apps/apps_json.h"
#include "base/base_test.h"

#include <stdlib.h>

static char *text;
static size_t text_size;

static struct json json_to_memory(bool is_pretty)
{
	struct json j;

	json_init(&j, open_memstream(&text, &text_size), is_pretty);
	return j;
}

static void expect(struct json *j, const char *expected)
{
	fclose(j->out);
	cr_expect_str_eq(text, expected);
	free(text);
}

static void sample(struct json *j)
{
	json_open(j, false);
	json_key(j, SPAN_LITERAL("a"));
	json_number(j, -5);
	json_key(j, SPAN_LITERAL("b"));
	json_open(j, true);
	json_number(j, 1);
	json_token(j, SPAN_LITERAL("null"));
	json_close(j);
	json_key(j, SPAN_LITERAL("c"));
	json_open(j, false);
	json_close(j);
	json_close(j);
}

TEST(json, is_minimal, "")
{
	struct json j = json_to_memory(false);

	sample(&j);
	expect(&j, "{\"a\":-5,\"b\":[1,null],\"c\":{}}");
}

TEST(json, is_pretty_as_mosquitto_subs, "")
{
	struct json j = json_to_memory(true);

	sample(&j);
	expect(&j, "{\n\t\"a\":\t-5,\n\t\"b\":\t[1, null],\n\t\"c\":\t{\n\t}\n}");
}

TEST(json, escapes_what_it_must, "RFC8259-7")
{
	struct json j = json_to_memory(false);

	json_text(&j, SPAN_LITERAL("\"\\/\b\f\n\r\t\0\x1f\x7f\xc3\xa9\xff"));
	expect(&j, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\xc3\xa9\xff\"");
}

static bool copies(const char *in, const char *out)
{
	struct json j = json_to_memory(false);
	bool is_good = json_copy(&j, span_of_text(in));

	fclose(j.out);
	if (is_good && out)
		cr_expect_str_eq(text, out);
	free(text);
	return is_good;
}

TEST(json, copies_every_kind_of_value, "RFC8259-3")
{
	cr_expect(copies(" { \"a\" : [ 1 , -0.5e+3, true ] , \"b\" : { } } ",
		"{\"a\":[1,-0.5e+3,true],\"b\":{}}"));
	cr_expect(copies("[[],[{}],{\"x\":[]}]", "[[],[{}],{\"x\":[]}]"));
	cr_expect(copies("\"\\u00e9\\n\"", "\"\\u00e9\\n\""));
	cr_expect(copies("0", "0"));
	cr_expect(copies("12345678901234567890.00", "12345678901234567890.00"));
	cr_expect(copies("false", "false"));
}

TEST(json, refuses_what_is_none, "RFC8259-2")
{
	static const char *const bad[] = {"", " ", "{", "[", "]", "{]", "[}", "[1,]", "[,1]",
		"{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "01", "-", "1.", ".5", "1e",
		"+1", "0x1", "tru", "nulll", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\n\"", "1 2",
		"[1 2]", "{\"a\":1 \"b\":2}", "[1]]", "NaN", "'a'"};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_expect(!copies(bad[i], NULL), "%s", bad[i]);
}

TEST(json, bounds_the_depth, "")
{
	char deep[2 * JSON_DEPTH_MAX + 3] = {0};

	memset(deep, '[', JSON_DEPTH_MAX);
	memset(deep + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	cr_expect(copies(deep, deep));
	memset(deep, '[', JSON_DEPTH_MAX + 1);
	memset(deep + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	cr_expect(!copies(deep, NULL));
}

TEST(json, survives_every_prefix_and_every_flipped_byte, "")
{
	static const char good[] = "{\"a\":[1,-0.5e+3,true,null,\"\\u00e9\"],\"b\":{\"c\":{}}}";

	for (size_t i = 0; i < sizeof good - 1; i++) {
		char bent[sizeof good];

		memcpy(bent, good, sizeof good);
		bent[i] = 0;
		cr_expect(!copies(bent, NULL));
		for (int value = 1; value < 256; value++) {
			bent[i] = (char)value;
			(void)copies(bent, NULL);
		}
	}
}
