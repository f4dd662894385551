/* apps_sniff_flow.c - a table in which each connection has one place. */
#include "apps/apps_sniff_flow.h"

#include "base/base_alloc.h"

#include <stdlib.h>

enum { PLACES = 1 << 12, MQTT_PORT = 1883 };

struct sniff_flows {
	struct sniff_flow places[PLACES];
};

struct sniff_flows *sniff_flows_new(void)
{
	return alloc_sure(&alloc_libc, sizeof(struct sniff_flows));
}

void sniff_flows_free(struct sniff_flows *f)
{
	free(f);
}

/* Does the segment go from the lower end to the higher? */
static bool is_upwards(const struct sniff_packet *p)
{
	int order = memcmp(p->from, p->to, sizeof p->from);

	return order < 0 || (order == 0 && p->from_port < p->to_port);
}

/* The ends of the connection, and nothing else. */
static struct sniff_flow flow_of(const struct sniff_packet *p)
{
	bool up = is_upwards(p);
	struct sniff_flow f = {
		.low_port = up ? p->from_port : p->to_port,
		.high_port = up ? p->to_port : p->from_port,
		.ip_version = p->version,
		.is_mqtt = p->from_port == MQTT_PORT || p->to_port == MQTT_PORT,
		.version = MQTT_3_1_1,
	};

	memcpy(f.low, up ? p->from : p->to, sizeof f.low);
	memcpy(f.high, up ? p->to : p->from, sizeof f.high);
	return f;
}

/* FNV-1a of the ends; who wants to can make two fall on one place, and gains nothing by it. */
static size_t place_of(const struct sniff_flow *f)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < sizeof f->low; i++)
		hash = ((hash ^ f->low[i]) * 16777619u ^ f->high[i]) * 16777619u;
	hash = ((hash ^ f->low_port) * 16777619u ^ f->high_port) * 16777619u;
	return (hash ^ hash >> 16) % PLACES;
}

static bool is_same(const struct sniff_flow *a, const struct sniff_flow *b)
{
	return a->ip_version == b->ip_version && a->low_port == b->low_port &&
		a->high_port == b->high_port && memcmp(a->low, b->low, sizeof a->low) == 0 &&
		memcmp(a->high, b->high, sizeof a->high) == 0;
}

static void begin(struct sniff_half *h, uint32_t first)
{
	if (!h->is_known)
		*h = (struct sniff_half){.is_known = true, .first = first, .next = first + 1};
}

struct sniff_flow *sniff_flows_find(
	struct sniff_flows *f, const struct sniff_packet *p, size_t *ret_half)
{
	struct sniff_flow wanted = flow_of(p), *found = &f->places[place_of(&wanted)];
	bool is_syn = p->flags & SNIFF_SYN, has_ack = p->flags & SNIFF_ACK;

	*ret_half = !is_upwards(p);
	if (!is_same(found, &wanted) || (is_syn && !has_ack))
		*found = wanted;
	begin(&found->halves[*ret_half], is_syn ? p->seq : p->seq - 1);
	if (has_ack)
		begin(&found->halves[!*ret_half], p->ack - 1);
	return found;
}

struct span sniff_flow_take(struct sniff_half *h, const struct sniff_packet *p)
{
	uint32_t skip = p->seq == h->next ? h->skip_bytes : 0;

	if (p->payload_bytes == 0)
		return span_of(NULL, 0);
	h->next = p->seq + p->payload_bytes;
	h->skip_bytes = skip > p->payload_bytes ? skip - p->payload_bytes : 0;
	return span_skip(p->payload, skip);
}
