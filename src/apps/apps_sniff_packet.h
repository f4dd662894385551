/* apps_sniff_packet.h - what a captured frame says, layer by layer, as far as it is understood.
 *
 * Pure: borrows the bytes it is given, and reads none but those. */
#ifndef TING_APPS_SNIFF_PACKET_H
#define TING_APPS_SNIFF_PACKET_H

#include "base/base_span.h"

/* What a frame begins with: the header of Ethernet, which the loopback interface has too, or that
 * of IP, as with tunnels. */
enum sniff_link { SNIFF_ETHERNET, SNIFF_IP };

enum sniff_layer {
	SNIFF_OTHER,   /* no IP, or not all of its header */
	SNIFF_NETWORK, /* IP, and in it something else, or a later fragment, or too little */
	SNIFF_TCP,
	SNIFF_UDP,
	SNIFF_ICMP, /* of the same version as IP */
};

enum {
	SNIFF_FIN = 0x01,
	SNIFF_SYN = 0x02,
	SNIFF_RST = 0x04,
	SNIFF_PSH = 0x08,
	SNIFF_ACK = 0x10,
	SNIFF_URG = 0x20,
	SNIFF_ECE = 0x40,
	SNIFF_CWR = 0x80,
};

enum { SNIFF_TYPE_ARP = 0x0806, SNIFF_TYPE_IPV4 = 0x0800, SNIFF_TYPE_IPV6 = 0x86dd };

struct sniff_packet {
	enum sniff_layer layer; /* the highest that was understood */
	uint16_t type;          /* Ethernet's number of what it carries; 0 if that is not there */

	/* From SNIFF_NETWORK on. */
	uint8_t version;          /* 4 or 6 */
	uint8_t from[16], to[16]; /* the first 4 bytes with version 4 */
	uint8_t protocol;         /* IP's number of what it carries */
	uint16_t fragment_bytes;  /* where in the whole this fragment stands; 0: it is the first */
	bool has_more_fragments;

	/* TCP and UDP. */
	uint16_t from_port, to_port;
	uint32_t seq, ack; /* TCP */
	uint8_t flags;     /* TCP */
	uint16_t window;   /* TCP, as it stands there */

	/* ICMP. */
	uint8_t icmp_type, icmp_code;
	uint16_t icmp_id, icmp_seq; /* of an echo */

	struct span payload;    /* of the highest layer, as much as was captured */
	uint32_t payload_bytes; /* as much as there is of it, by the headers */
};

/* Always fills *ret, with as much as can be said. */
void sniff_packet_decode(struct sniff_packet *ret, enum sniff_link link, struct span frame);

#endif
