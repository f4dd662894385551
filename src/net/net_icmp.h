/* net_icmp.h - echo requests and their replies as bytes (RFC 792, RFC 4443). */
#ifndef TING_NET_ICMP_H
#define TING_NET_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { NET_ICMP_HEADER = 8 };

struct net_icmp {
	bool is_inet6;
	bool has_ip; /* what comes begins with the header of IPv4, as raw sockets bring it */
	int id;      /* of our requests; -1: the kernel sets and compares it */
};

/* Writes the header of a request before its payload, which is in its place after it.  The checksum
 * of IPv6 is the kernel's to add. */
void net_icmp_request(const struct net_icmp *i, uint16_t sequence, uint8_t *packet, size_t size);

/* Is the packet a reply to one of our requests?  Where its payload begins, or -1. */
ssize_t net_icmp_reply(const struct net_icmp *i, const uint8_t *packet, size_t size);

#endif
