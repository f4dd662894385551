/* apps_sniff_packet.c - each layer is a function that takes its header off the front.
 *
 * A layer that is cut short, or contradicts itself, leaves the packet at the layer below it: a
 * function writes only when it has the whole of its header. */
#include "apps/apps_sniff_packet.h"

#include "base/base_reader.h"

enum {
	MAC_BYTES = 6,
	TYPE_VLAN = 0x8100,
	TYPE_SERVICE_VLAN = 0x88a8,
	PROTOCOL_HOP_BY_HOP = 0, /* of IPv6, as the next four */
	PROTOCOL_ROUTING = 43,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_AUTHENTICATION = 51,
	PROTOCOL_DESTINATION = 60,
	PROTOCOL_ICMP = 1,
	PROTOCOL_TCP = 6,
	PROTOCOL_UDP = 17,
	PROTOCOL_ICMPV6 = 58,
	ECHO_REPLY = 0,
	ECHO_REQUEST = 8,
	ECHO_REQUEST_V6 = 128,
	ECHO_REPLY_V6 = 129,
};

/* What follows a header. */
static void set_payload(
	struct sniff_packet *p, enum sniff_layer layer, struct reader r, uint32_t bytes)
{
	struct span rest = reader_rest(&r);

	p->layer = layer;
	p->payload = span_of(rest.at, rest.size < bytes ? rest.size : bytes);
	p->payload_bytes = bytes;
}

/* [RFC9293-3.1] */
static void decode_tcp(struct sniff_packet *p)
{
	struct reader r = reader_of(p->payload);
	uint16_t from_port = reader_u16(&r), to_port = reader_u16(&r);
	uint32_t seq = reader_u32(&r), ack = reader_u32(&r);
	uint32_t header_bytes = 4u * (reader_u8(&r) >> 4);
	uint8_t flags = reader_u8(&r);
	uint16_t window = reader_u16(&r);

	(void)reader_u32(&r); /* checksum, urgent pointer */
	if (r.is_short || header_bytes < 20 || header_bytes > p->payload_bytes)
		return;
	(void)reader_bytes(&r, header_bytes - 20);
	p->from_port = from_port;
	p->to_port = to_port;
	p->seq = seq;
	p->ack = ack;
	p->flags = flags;
	p->window = window;
	set_payload(p, SNIFF_TCP, r, p->payload_bytes - header_bytes);
}

/* [RFC768] */
static void decode_udp(struct sniff_packet *p)
{
	struct reader r = reader_of(p->payload);
	uint16_t from_port = reader_u16(&r), to_port = reader_u16(&r);
	uint16_t bytes = reader_u16(&r);

	(void)reader_u16(&r); /* checksum */
	if (r.is_short || bytes < 8)
		return;
	p->from_port = from_port;
	p->to_port = to_port;
	set_payload(p, SNIFF_UDP, r, bytes - 8u);
}

/* [RFC792], [RFC4443] */
static void decode_icmp(struct sniff_packet *p)
{
	struct reader r = reader_of(p->payload);
	uint8_t type = reader_u8(&r), code = reader_u8(&r);
	uint16_t checksum = reader_u16(&r), id = reader_u16(&r), seq = reader_u16(&r);

	(void)checksum;
	if (r.is_short)
		return;
	p->icmp_type = type;
	p->icmp_code = code;
	p->icmp_id = id;
	p->icmp_seq = seq;
	set_payload(p, SNIFF_ICMP, r, p->payload_bytes - 8);
}

static void decode_transport(struct sniff_packet *p)
{
	if (p->fragment_bytes > 0)
		return; /* the header was in the first fragment */
	if (p->protocol == PROTOCOL_TCP)
		decode_tcp(p);
	else if (p->protocol == PROTOCOL_UDP)
		decode_udp(p);
	else if (p->protocol == (p->version == 4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6))
		decode_icmp(p);
}

/* [RFC791-3.1] */
static void decode_ipv4(struct sniff_packet *p, struct reader r)
{
	uint8_t first = reader_u8(&r);
	uint32_t header_bytes = 4u * (first & 15), bytes;
	uint16_t fragment;
	struct span from, to;

	(void)reader_u8(&r); /* type of service */
	bytes = reader_u16(&r);
	(void)reader_u16(&r); /* identification */
	fragment = reader_u16(&r);
	(void)reader_u8(&r); /* time to live */
	p->protocol = reader_u8(&r);
	(void)reader_u16(&r); /* checksum */
	from = reader_bytes(&r, 4);
	to = reader_bytes(&r, 4);
	if (r.is_short || first >> 4 != 4 || header_bytes < 20 || bytes < header_bytes)
		return;
	(void)reader_bytes(&r, header_bytes - 20); /* options */
	p->version = 4;
	memcpy(p->from, from.at, 4);
	memcpy(p->to, to.at, 4);
	p->fragment_bytes = (uint16_t)((fragment & 0x1fff) * 8);
	p->has_more_fragments = fragment & 0x2000;
	set_payload(p, SNIFF_NETWORK, r, bytes - header_bytes);
}

/* Takes one extension header of IPv6 off the payload.  False: there is none, or not all of it.
 * [RFC8200-4] */
static bool skip_extension(struct sniff_packet *p)
{
	struct reader r = reader_of(p->payload);
	uint8_t next = reader_u8(&r), length = reader_u8(&r);
	uint16_t fragment = reader_u16(&r);
	uint32_t bytes;

	switch (p->protocol) {
	case PROTOCOL_HOP_BY_HOP:
	case PROTOCOL_ROUTING:
	case PROTOCOL_DESTINATION:
		bytes = 8u * length + 8;
		break;
	case PROTOCOL_AUTHENTICATION:
		bytes = 4u * length + 8; /* [RFC4302-2.2] */
		break;
	case PROTOCOL_FRAGMENT:
		bytes = 8;
		break;
	default:
		return false;
	}
	if (p->payload.size < bytes || p->payload_bytes < bytes || p->fragment_bytes > 0)
		return false;
	if (p->protocol == PROTOCOL_FRAGMENT) {
		p->fragment_bytes = fragment & 0xfff8;
		p->has_more_fragments = fragment & 1;
	}
	p->protocol = next;
	p->payload = span_skip(p->payload, bytes);
	p->payload_bytes -= bytes;
	return true;
}

/* [RFC8200-3] */
static void decode_ipv6(struct sniff_packet *p, struct reader r)
{
	uint8_t first = (uint8_t)(reader_u32(&r) >> 28);
	uint16_t bytes = reader_u16(&r);
	struct span from, to;

	p->protocol = reader_u8(&r);
	(void)reader_u8(&r); /* hop limit */
	from = reader_bytes(&r, 16);
	to = reader_bytes(&r, 16);
	if (r.is_short || first != 6)
		return;
	p->version = 6;
	memcpy(p->from, from.at, 16);
	memcpy(p->to, to.at, 16);
	set_payload(p, SNIFF_NETWORK, r, bytes);
	while (skip_extension(p))
		;
}

/* The type of what the frame carries, behind the tags of virtual networks. */
static uint16_t take_ethernet(struct reader *r)
{
	uint16_t type;

	(void)reader_bytes(r, 2 * MAC_BYTES);
	type = reader_u16(r);
	while ((type == TYPE_VLAN || type == TYPE_SERVICE_VLAN) && !r->is_short) {
		(void)reader_u16(r);
		type = reader_u16(r);
	}
	return r->is_short ? 0 : type;
}

void sniff_packet_decode(struct sniff_packet *ret, enum sniff_link link, struct span frame)
{
	struct reader r = reader_of(frame);

	*ret = (struct sniff_packet){0};
	if (link == SNIFF_ETHERNET)
		ret->type = take_ethernet(&r);
	else if (frame.size)
		ret->type = frame.at[0] >> 4 == 6 ? SNIFF_TYPE_IPV6 : SNIFF_TYPE_IPV4;
	set_payload(ret, SNIFF_OTHER, r, (uint32_t)reader_left(&r));
	if (ret->type == SNIFF_TYPE_IPV4)
		decode_ipv4(ret, r);
	else if (ret->type == SNIFF_TYPE_IPV6)
		decode_ipv6(ret, r);
	if (ret->layer == SNIFF_NETWORK)
		decode_transport(ret);
}
