/* broker_note_test.c - each note makes a line that a person can act on, and no byte of a peer
 * breaks it. */
#include "broker/broker_note.h"

#include "base/base_test.h"
#include "mqtt/mqtt_types.h"

static struct span line(const struct broker_note *n, uint8_t *bytes, size_t size)
{
	struct writer w = writer_of(bytes, size);

	broker_note_write(n, SPAN_LITERAL("tcp://[::1]:5"), &w);
	cr_assert_not(w.is_full);
	return writer_span(&w);
}

TEST(note, says_who_what_and_why, "")
{
	uint8_t bytes[256];
	struct broker_note n = {.code = BROKER_NOTE_FAULT,
		.client_id = SPAN_LITERAL("c1"),
		.topic = SPAN_LITERAL("PUBLISH"),
		.reason = MQTT_TOPIC_ALIAS_INVALID};
	struct span got = line(&n, bytes, sizeof bytes);
	struct span wanted = SPAN_LITERAL("tcp://[::1]:5 c1: client disconnected for breaking the "
					  "protocol: topic alias invalid: PUBLISH");

	cr_assert(span_equal(got, wanted), "%.*s", (int)got.size, (const char *)got.at);
}

TEST(note, escapes_what_could_forge_a_line, "")
{
	uint8_t bytes[256];
	struct broker_note n = {
		.code = BROKER_NOTE_CLOSED, .client_id = SPAN_LITERAL("a\n2: \\ \x1b\xc3\xa9")};
	struct span got = line(&n, bytes, sizeof bytes);

	cr_assert_null(memchr(got.at, '\n', got.size));
	cr_assert_null(memchr(got.at, '\x1b', got.size));
	cr_assert(
		span_starts(span_skip(got, 14), SPAN_LITERAL("a\\x0a2: \\x5c \\x1b\\xc3\\xa9: ")));
}

TEST(note, has_a_row_and_a_line_for_each_code, "")
{
	uint8_t bytes[256];

	for (int code = 0; code < BROKER_NOTES; code++) {
		struct broker_note n = {.code = (enum broker_note_code)code};

		cr_assert_not_null(broker_note_row(n.code)->name);
		cr_assert_gt(line(&n, bytes, sizeof bytes).size, 20);
	}
}
