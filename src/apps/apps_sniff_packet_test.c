/* Frames as bytes, whole, cut and bent.  The bytes lie in memory of just their size, so that the
 * address sanitizer sees a step outside. */
#include "apps/apps_sniff_packet.h"

#include "apps/apps_sniff_line.h"
#include "base/base_test.h"

#include <stdlib.h>

#define ETHERNET(type) 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, (type) >> 8, (type)&255
#define IPV4(bytes, protocol)                                                                      \
	0x45, 0, (bytes) >> 8, (bytes)&255, 0, 1, 0, 0, 64, protocol, 0, 0, 127, 0, 0, 1, 10, 0,   \
		0, 2
#define IPV6(bytes, protocol)                                                                      \
	0x60, 0, 0, 0, (bytes) >> 8, (bytes)&255, protocol, 64, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0,   \
		0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define TCP(seq, ack, flags)                                                                       \
	0x9d, 0x78, 0x07, 0x5b, 0, 0, 0, seq, 0, 0, 0, ack, 0x50, flags, 1, 0, 0, 0, 0, 0
#define UDP(bytes) 0x9d, 0x78, 0, 7, 0, bytes, 0, 0

struct sample {
	const char *line; /* without the time */
	size_t size;
	uint8_t bytes[128];
};

#define SAMPLE(line, ...)                                                                          \
	{                                                                                          \
		line, sizeof((uint8_t[]){__VA_ARGS__}),                                            \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}

/* clang-format off */
static const struct sample samples[] = {
	SAMPLE("127.0.0.1:40312 > 10.0.0.2:1883 TCP PA seq 1 ack 1 win 256 len 2  MQTT PINGREQ",
		ETHERNET(0x0800), IPV4(42, 6), TCP(9, 5, 0x18), 0xc0, 0),
	SAMPLE("127.0.0.1:40312 > 10.0.0.2:1883 TCP S seq 0 win 256 len 0",
		ETHERNET(0x0800), IPV4(40, 6), TCP(9, 0, 0x02)),
	SAMPLE("127.0.0.1:40312 > 10.0.0.2:1883 TCP - seq 1 win 256 len 0",
		ETHERNET(0x0800), IPV4(40, 6), TCP(9, 0, 0), 0, 0, 0, 0, 0, 0), /* padding */
	SAMPLE("127.0.0.1:40312 > 10.0.0.2:7 UDP len 5",
		ETHERNET(0x0800), IPV4(33, 17), UDP(13), 'h', 'e', 'l', 'l', 'o'),
	SAMPLE("[2001:db8::1]:40312 > [::1]:7 UDP len 2",
		ETHERNET(0x86dd), IPV6(10, 17), UDP(10), 'h', 'i'),
	SAMPLE("[2001:db8::1]:40312 > [::1]:7 UDP len 0", /* behind two extension headers */
		ETHERNET(0x86dd), IPV6(24, 0), 60, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4, 0, 0, 0, 0, UDP(8)),
	SAMPLE("2001:db8::1 > ::1 IP protocol 17 fragment at 8 len 4",
		ETHERNET(0x86dd), IPV6(12, 44), 17, 0, 0, 9, 0, 0, 0, 1, 1, 2, 3, 4),
	SAMPLE("127.0.0.1 > 10.0.0.2 ICMP echo request id 258 seq 772 len 1",
		ETHERNET(0x0800), IPV4(29, 1), 8, 0, 0, 0, 1, 2, 3, 4, 'x'),
	SAMPLE("2001:db8::1 > ::1 ICMP neighbor solicitation code 0 len 0",
		ETHERNET(0x86dd), IPV6(8, 58), 135, 0, 0, 0, 0, 0, 0, 0),
	SAMPLE("127.0.0.1 > 10.0.0.2 ICMP type 42 code 1 len 0",
		ETHERNET(0x0800), IPV4(28, 1), 42, 1, 0, 0, 0, 0, 0, 0),
	SAMPLE("127.0.0.1 > 10.0.0.2 IP protocol 89 len 3",
		ETHERNET(0x0800), IPV4(23, 89), 1, 2, 3),
	SAMPLE("127.0.0.1:40312 > 10.0.0.2:7 UDP len 0", /* in a virtual network */
		ETHERNET(0x8100), 0, 5, 8, 0, IPV4(28, 17), UDP(8)),
	SAMPLE("ARP type 0x0806 len 4", ETHERNET(0x0806), 0, 1, 8, 0),
	SAMPLE("frame type 0x0000 len 0", 1, 2, 3),
};
/* clang-format on */

/* The line of a frame, in memory that the caller frees. */
static char *line_of(struct span frame, enum sniff_link link, struct sniff_flows *flows)
{
	const struct timespec when = {0};
	uint8_t *copy = malloc(frame.size ? frame.size : 1);
	struct sniff_packet p;
	size_t size;
	char *line;
	FILE *out = open_memstream(&line, &size);

	cr_assert(copy && out);
	if (frame.size)
		memcpy(copy, frame.at, frame.size);
	sniff_packet_decode(&p, link, span_of(copy, frame.size));
	cr_expect(p.payload.size <= frame.size);
	cr_expect(p.payload.size <= p.payload_bytes && p.payload_bytes <= UINT16_MAX);
	sniff_line_print(&when, &p, flows, out);
	sniff_line_dump(p.payload, out);
	(void)fclose(out);
	free(copy);
	return line;
}

TEST(sniff_packet, says_what_each_layer_says, "")
{
	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
		struct sniff_flows *flows = sniff_flows_new();
		char *line =
			line_of(span_of(samples[i].bytes, samples[i].size), SNIFF_ETHERNET, flows);
		char *end = strchr(line, '\n');

		cr_assert(end);
		*end = '\0';
		cr_expect_str_eq(line + strlen("00:00:00.000000 "), samples[i].line);
		free(line);
		sniff_flows_free(flows);
	}
}

TEST(sniff_packet, reads_an_ip_packet_without_a_link_header, "")
{
	struct sniff_packet p;

	sniff_packet_decode(&p, SNIFF_IP, span_of(samples[3].bytes + 14, samples[3].size - 14));
	cr_expect_eq(p.layer, SNIFF_UDP);
	cr_expect_eq(p.to_port, 7);
	sniff_packet_decode(&p, SNIFF_IP, span_of(samples[4].bytes + 14, samples[4].size - 14));
	cr_expect_eq(p.layer, SNIFF_UDP);
	cr_expect_eq(p.version, 6);
}

TEST(sniff_packet, tells_what_there_is_from_what_was_captured, "")
{
	struct sniff_packet p;

	sniff_packet_decode(&p, SNIFF_ETHERNET, span_of(samples[3].bytes, samples[3].size - 2));
	cr_expect_eq(p.layer, SNIFF_UDP);
	cr_expect_eq(p.payload.size, 3);
	cr_expect_eq(p.payload_bytes, 5);
}

TEST(sniff_packet, guesses_no_header_of_which_a_part_is_missing, "")
{
	static const struct {
		size_t sample, size; /* without its last byte */
		enum sniff_layer layer, cut_layer;
	} rows[] = {
		{0, 14 + 20 + 20, SNIFF_TCP, SNIFF_NETWORK},
		{3, 14 + 20 + 8, SNIFF_UDP, SNIFF_NETWORK},
		{7, 14 + 20 + 8, SNIFF_ICMP, SNIFF_NETWORK},
		{5, 14 + 40 + 16, SNIFF_NETWORK, SNIFF_NETWORK},
		{3, 14 + 20, SNIFF_NETWORK, SNIFF_OTHER},
		{4, 14 + 40, SNIFF_NETWORK, SNIFF_OTHER},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sniff_packet p;

		sniff_packet_decode(
			&p, SNIFF_ETHERNET, span_of(samples[rows[i].sample].bytes, rows[i].size));
		cr_expect_eq(p.layer, rows[i].layer, "%zu", i);
		sniff_packet_decode(&p, SNIFF_ETHERNET,
			span_of(samples[rows[i].sample].bytes, rows[i].size - 1));
		cr_expect_eq(p.layer, rows[i].cut_layer, "%zu", i);
	}
}

TEST(sniff_packet, stays_inside_every_prefix_and_with_every_bit_flipped, "")
{
	struct sniff_flows *flows = sniff_flows_new();

	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
		uint8_t bent[sizeof samples[i].bytes];

		for (size_t size = 0; size <= samples[i].size; size++)
			for (int link = SNIFF_ETHERNET; link <= SNIFF_IP; link++)
				free(line_of(span_of(samples[i].bytes, size), (enum sniff_link)link,
					flows));
		for (size_t bit = 0; bit < 8 * samples[i].size; bit++) {
			memcpy(bent, samples[i].bytes, sizeof bent);
			bent[bit / 8] ^= (uint8_t)(1 << bit % 8);
			free(line_of(span_of(bent, samples[i].size), SNIFF_ETHERNET, flows));
		}
	}
	sniff_flows_free(flows);
}
