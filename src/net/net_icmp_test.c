#include "net/net_icmp.h"

#include "base/base_test.h"

#include <string.h>

enum { SIZE = NET_ICMP_HEADER + 3 };

static const struct net_icmp inet = {.id = 0x1234}, inet6 = {.is_inet6 = true, .id = 0x1234},
			     raw = {.has_ip = true, .id = 0x1234}, kernel = {.id = -1};

TEST(net_icmp, a_request_has_the_header_that_the_rfc_draws, "RFC 792")
{
	uint8_t packet[SIZE] = "________abc";

	net_icmp_request(&inet, 7, packet, SIZE);
	cr_expect_eq(memcmp(packet,
			     "\x08\x00\x21\x62\x12\x34\x00\x07"
			     "abc",
			     SIZE),
		0, "%02x %02x", packet[2], packet[3]);
	net_icmp_request(&inet6, 7, packet, SIZE);
	cr_expect_eq(memcmp(packet,
			     "\x80\x00\x00\x00\x12\x34\x00\x07"
			     "abc",
			     SIZE),
		0);
}

TEST(net_icmp, only_a_reply_to_us_is_one, "RFC 792")
{
	const uint8_t ours[] = "\x00\x00__\x12\x34\x00\x07"
			       "abc";
	const uint8_t ours6[] = "\x81\x00__\x12\x34\x00\x07"
				"abc";

	cr_expect_eq(net_icmp_reply(&inet, ours, SIZE), NET_ICMP_HEADER);
	cr_expect_eq(net_icmp_reply(&inet6, ours6, SIZE), NET_ICMP_HEADER);
	cr_expect_eq(net_icmp_reply(&inet6, ours, SIZE), -1);
	cr_expect_eq(net_icmp_reply(&kernel, (const uint8_t *)"\0\0__XX\0\7", 8), 8);
	cr_expect_eq(net_icmp_reply(&inet, (const uint8_t *)"\0\0__XX\0\7", 8), -1);
	cr_expect_eq(net_icmp_reply(&inet, (const uint8_t *)"\x08\0__\x12\x34\0\7", 8), -1);
	cr_expect_eq(net_icmp_reply(&inet, (const uint8_t *)"\0\1__\x12\x34\0\7", 8), -1);
}

TEST(net_icmp, every_prefix_and_every_flipped_bit_of_a_raw_packet_stays_inside_of_it, "")
{
	uint8_t packet[24 + SIZE] = "\x46"; /* six words of IPv4 */
	size_t bits = sizeof packet * 8;

	memcpy(packet + 24, "\x00\x00__\x12\x34\x00\x07_bc", SIZE);
	cr_expect_eq(net_icmp_reply(&raw, packet, sizeof packet), 24 + NET_ICMP_HEADER);
	for (size_t size = 0; size < 24 + NET_ICMP_HEADER; size++)
		cr_expect_eq(net_icmp_reply(&raw, packet, size), -1);
	for (size_t bit = 0; bit < bits; bit++) {
		uint8_t flipped[sizeof packet];

		memcpy(flipped, packet, sizeof packet);
		flipped[bit / 8] ^= (uint8_t)(1 << bit % 8);
		for (size_t size = 0; size <= sizeof packet; size++)
			cr_expect_leq(net_icmp_reply(&raw, flipped, size), (ssize_t)size);
	}
}
