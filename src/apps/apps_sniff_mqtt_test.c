/* MQTT in TCP segments, as they follow each other. */
#include "apps/apps_sniff_mqtt.h"

#include "base/base_test.h"

#include <stdlib.h>

static struct sniff_flows *flows;
static uint32_t seq;

static void begin(void)
{
	flows = sniff_flows_new();
	seq = 100;
}

/* What is said about the next segment from the client. */
static void expect_at(uint32_t from, struct span bytes, const char *expected)
{
	struct sniff_packet p = {
		.layer = SNIFF_TCP,
		.version = 4,
		.from = {127, 0, 0, 1},
		.to = {127, 0, 0, 1},
		.from_port = 40000,
		.to_port = 4000,
		.seq = from,
		.flags = SNIFF_ACK,
		.payload = bytes,
		.payload_bytes = (uint32_t)bytes.size,
	};
	size_t half, size;
	struct sniff_flow *f = sniff_flows_find(flows, &p, &half);
	char *text;
	FILE *out = open_memstream(&text, &size);

	sniff_mqtt_print(f, &f->halves[half], sniff_flow_take(&f->halves[half], &p), out);
	(void)fclose(out);
	cr_expect_str_eq(text, expected);
	free(text);
}

static void expect(struct span bytes, const char *expected)
{
	expect_at(seq, bytes, expected);
	seq += (uint32_t)bytes.size;
}

#define CONNECT SPAN_LITERAL("\x10\x0d\0\4MQTT\4\2\0\x3c\0\1a")

TEST(sniff_mqtt, tells_the_main_fields_of_each_packet, "")
{
	const struct {
		struct span bytes;
		const char *said;
	} rows[] = {
		{CONNECT, "  MQTT CONNECT client \"a\" level 4 keepalive 60 clean"},
		{SPAN_LITERAL("\x20\2\0\0"), "  MQTT CONNACK 0"},
		{SPAN_LITERAL("\x32\7\0\3a/b\0\7"), "  MQTT PUBLISH \"a/b\" qos 1 id 7, 0 bytes"},
		{SPAN_LITERAL("\x31\7\0\3a/bhi"), "  MQTT PUBLISH \"a/b\" qos 0 retained, 2 bytes"},
		{SPAN_LITERAL("\x40\2\0\7"), "  MQTT PUBACK id 7"},
		{SPAN_LITERAL("\x82\6\0\1\0\1#\2"), "  MQTT SUBSCRIBE id 1 \"#\" qos 2"},
		{SPAN_LITERAL("\x90\3\0\1\2"), "  MQTT SUBACK id 1 2"},
		{SPAN_LITERAL("\xa2\5\0\2\0\1#"), "  MQTT UNSUBSCRIBE id 2 \"#\""},
		{SPAN_LITERAL("\xb0\2\0\2"), "  MQTT UNSUBACK id 2"},
		{SPAN_LITERAL("\xc0\0\xd0\0"), "  MQTT PINGREQ; PINGRESP"},
		{SPAN_LITERAL("\x32\2\0\0"), "  MQTT PUBLISH (malformed)"},
		{SPAN_LITERAL("\xe0\0"), "  MQTT DISCONNECT"},
	};

	begin();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect(rows[i].bytes, rows[i].said);
	sniff_flows_free(flows);
}

TEST(sniff_mqtt, finds_the_next_packet_behind_one_that_goes_on, "")
{
	begin();
	expect(CONNECT, "  MQTT CONNECT client \"a\" level 4 keepalive 60 clean");
	expect(SPAN_LITERAL("\x30\x0a\0\1a\xc0"), "  MQTT PUBLISH (goes on)");
	expect(SPAN_LITERAL("\0\xc0\0"), "");
	expect(SPAN_LITERAL("\xc0\0\xc0\xc0\0"), "  MQTT PINGREQ");
	sniff_flows_free(flows);
}

TEST(sniff_mqtt, begins_anew_where_a_segment_is_missing, "")
{
	begin();
	expect(CONNECT, "  MQTT CONNECT client \"a\" level 4 keepalive 60 clean");
	expect(SPAN_LITERAL("\x30\x7f\0\1a"), "  MQTT PUBLISH (goes on)");
	expect_at(seq + 122, SPAN_LITERAL("\xc0\0"), "  MQTT PINGREQ");
	sniff_flows_free(flows);
}

TEST(sniff_mqtt, says_nothing_of_what_is_not_mqtt, "")
{
	begin();
	expect(SPAN_LITERAL("\xc0\0"), "");
	expect(SPAN_LITERAL("GET / HTTP/1.1\r\n"), "");
	expect(SPAN_LITERAL("\x10\2\0\4"), "");
	expect(SPAN_LITERAL("\0"), "");
	sniff_flows_free(flows);
}

TEST(sniff_mqtt, cuts_and_escapes_what_comes_from_the_net, "")
{
	begin();
	expect(SPAN_LITERAL("\x10\x0f\0\4MQTT\4\2\0\x3c\0\3a\033\""),
		"  MQTT CONNECT client \"a\\x1b\"\" level 4 keepalive 60 clean");
	sniff_flows_free(flows);
}
