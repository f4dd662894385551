/* apps_sniff_flow.h - what is known of a TCP connection from its segments so far.
 *
 * For people: sequence numbers from 0, and where MQTT packets begin.  It is a guess.  Segments that
 * are not seen, or are seen twice, are not made up for, and a table of fixed size forgets a
 * connection when another one falls on its place. */
#ifndef TING_APPS_SNIFF_FLOW_H
#define TING_APPS_SNIFF_FLOW_H

#include "apps/apps_sniff_packet.h"
#include "mqtt/mqtt_types.h"

/* One direction. */
struct sniff_half {
	bool is_known;
	uint32_t first;      /* the sequence number that is shown as 0 */
	uint32_t next;       /* that the next segment should have */
	uint32_t skip_bytes; /* from there on, until the next MQTT packet begins */
};

struct sniff_flow {
	uint8_t low[16], high[16]; /* the two ends, in their order */
	uint16_t low_port, high_port;
	uint8_t ip_version; /* 0: this place is empty */
	bool is_mqtt;       /* a CONNECT was seen, or a port says so */
	enum mqtt_version version;
	struct sniff_half halves[2]; /* the first from low to high */
};

struct sniff_flows;

struct sniff_flows *sniff_flows_new(void); /* never NULL */
void sniff_flows_free(struct sniff_flows *f);

/* The connection of a TCP segment, and which of its halves the segment belongs to; at a SYN it
 * begins anew.  Both halves' `first` are then known, as far as they can be. */
struct sniff_flow *sniff_flows_find(
	struct sniff_flows *f, const struct sniff_packet *p, size_t *ret_half);

/* The bytes of the segment at whose beginning an MQTT packet should stand; empty if there are none.
 */
struct span sniff_flow_take(struct sniff_half *h, const struct sniff_packet *p);

#endif
