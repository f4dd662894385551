/* net_icmp.c - type, code, checksum, id and sequence number: 8 bytes. */
#include "net/net_icmp.h"

#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <string.h>

enum { AT_CODE = 1, AT_CHECKSUM = 2, AT_ID = 4, AT_SEQUENCE = 6 };

static void put(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

/* RFC 1071. */
static uint16_t checksum(const uint8_t *bytes, size_t size)
{
	uint32_t sum = 0; /* of 65,535 bytes: it cannot overflow */

	for (size_t i = 0; i < size; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t) ~(sum + (sum >> 16));
}

void net_icmp_request(const struct net_icmp *i, uint16_t sequence, uint8_t *packet, size_t size)
{
	memset(packet, 0, NET_ICMP_HEADER);
	packet[0] = i->is_inet6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
	put(packet + AT_ID, (uint16_t)i->id);
	put(packet + AT_SEQUENCE, sequence);
	if (!i->is_inet6)
		put(packet + AT_CHECKSUM, checksum(packet, size));
}

ssize_t net_icmp_reply(const struct net_icmp *i, const uint8_t *packet, size_t size)
{
	uint8_t type = i->is_inet6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY;
	size_t at = 0;

	if (i->has_ip) { /* the low half of its first byte counts words */
		at = size > 0 ? (packet[0] & 15U) * 4U : 0;
		if (at < sizeof(struct ip))
			return -1;
	}
	if (size < at + NET_ICMP_HEADER || packet[at] != type || packet[at + AT_CODE] != 0)
		return -1;
	if (i->id >= 0 && (packet[at + AT_ID] << 8 | packet[at + AT_ID + 1]) != i->id)
		return -1;
	return (ssize_t)(at + NET_ICMP_HEADER);
}
