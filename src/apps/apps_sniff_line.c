/* apps_sniff_line.c - prints layer after layer, from the left to the right. */
#include "apps/apps_sniff_line.h"

#include "apps/apps_sniff_mqtt.h"

#include <arpa/inet.h>
#include <inttypes.h>

enum { DUMP_WIDTH = 16 };

static void print_time(const struct timespec *when, FILE *out)
{
	struct tm parts;

	(void)localtime_r(&when->tv_sec, &parts);
	(void)fprintf(out, "%02d:%02d:%02d.%06ld ", parts.tm_hour, parts.tm_min, parts.tm_sec,
		when->tv_nsec / 1000);
}

static void print_end(
	const struct sniff_packet *p, const uint8_t address[16], uint16_t port, FILE *out)
{
	bool has_port = p->layer == SNIFF_TCP || p->layer == SNIFF_UDP;
	bool has_brackets = has_port && p->version == 6;
	char text[INET6_ADDRSTRLEN] = "?";

	(void)inet_ntop(p->version == 6 ? AF_INET6 : AF_INET, address, text, sizeof text);
	(void)fprintf(out, "%s%s%s", has_brackets ? "[" : "", text, has_brackets ? "]" : "");
	if (has_port)
		(void)fprintf(out, ":%u", (unsigned)port);
}

static void print_flags(uint8_t flags, FILE *out)
{
	static const char letters[] = "FSRPAUEC"; /* from the lowest bit */

	for (size_t i = 0; i < sizeof letters - 1; i++)
		if (flags & 1u << i)
			(void)fputc(letters[i], out);
	if (flags == 0)
		(void)fputc('-', out);
}

static void print_tcp(const struct sniff_packet *p, struct sniff_flows *flows, FILE *out)
{
	size_t half;
	struct sniff_flow *f = sniff_flows_find(flows, p, &half);
	const struct sniff_half *back = &f->halves[!half];
	struct span bytes = sniff_flow_take(&f->halves[half], p);

	(void)fprintf(out, " TCP ");
	print_flags(p->flags, out);
	(void)fprintf(out, " seq %" PRIu32, p->seq - f->halves[half].first);
	if (p->flags & SNIFF_ACK)
		(void)fprintf(out, " ack %" PRIu32, p->ack - back->first);
	(void)fprintf(out, " win %u len %" PRIu32, (unsigned)p->window, p->payload_bytes);
	sniff_mqtt_print(f, &f->halves[half], bytes, out);
}

static void print_icmp(const struct sniff_packet *p, FILE *out)
{
	static const struct {
		uint8_t version, type;
		const char *name;
		bool is_echo;
	} rows[] = {
		{4, 0, "echo reply", true},
		{4, 3, "destination unreachable", false},
		{4, 5, "redirect", false},
		{4, 8, "echo request", true},
		{4, 11, "time exceeded", false},
		{6, 1, "destination unreachable", false},
		{6, 2, "packet too big", false},
		{6, 3, "time exceeded", false},
		{6, 128, "echo request", true},
		{6, 129, "echo reply", true},
		{6, 133, "router solicitation", false},
		{6, 134, "router advertisement", false},
		{6, 135, "neighbor solicitation", false},
		{6, 136, "neighbor advertisement", false},
	};
	size_t i = 0;

	while (i < sizeof rows / sizeof rows[0] &&
		(rows[i].version != p->version || rows[i].type != p->icmp_type))
		i++;
	(void)fprintf(out, " ICMP ");
	if (i == sizeof rows / sizeof rows[0])
		(void)fprintf(
			out, "type %u code %u", (unsigned)p->icmp_type, (unsigned)p->icmp_code);
	else if (rows[i].is_echo)
		(void)fprintf(out, "%s id %u seq %u", rows[i].name, (unsigned)p->icmp_id,
			(unsigned)p->icmp_seq);
	else
		(void)fprintf(out, "%s code %u", rows[i].name, (unsigned)p->icmp_code);
	(void)fprintf(out, " len %" PRIu32, p->payload_bytes);
}

/* IP, and no more than that is known. */
static void print_network(const struct sniff_packet *p, FILE *out)
{
	(void)fprintf(out, " IP protocol %u", (unsigned)p->protocol);
	if (p->fragment_bytes || p->has_more_fragments)
		(void)fprintf(out, " fragment at %u", (unsigned)p->fragment_bytes);
	(void)fprintf(out, " len %" PRIu32, p->payload_bytes);
}

/* What the IP packet says behind its addresses. */
static void print_layer(const struct sniff_packet *p, struct sniff_flows *flows, FILE *out)
{
	switch (p->layer) {
	case SNIFF_TCP:
		print_tcp(p, flows, out);
		break;
	case SNIFF_UDP:
		(void)fprintf(out, " UDP len %" PRIu32, p->payload_bytes);
		break;
	case SNIFF_ICMP:
		print_icmp(p, out);
		break;
	case SNIFF_NETWORK:
	case SNIFF_OTHER:
		print_network(p, out);
		break;
	}
}

void sniff_line_print(
	const struct timespec *when, const struct sniff_packet *p, struct sniff_flows *f, FILE *out)
{
	print_time(when, out);
	if (p->layer == SNIFF_OTHER) {
		(void)fprintf(out, "%s type 0x%04x len %" PRIu32 "\n",
			p->type == SNIFF_TYPE_ARP ? "ARP" : "frame", (unsigned)p->type,
			p->payload_bytes);
		return;
	}
	print_end(p, p->from, p->from_port, out);
	(void)fprintf(out, " > ");
	print_end(p, p->to, p->to_port, out);
	print_layer(p, f, out);
	(void)fputc('\n', out);
}

void sniff_line_dump(struct span payload, FILE *out)
{
	for (size_t at = 0; at < payload.size; at += DUMP_WIDTH) {
		struct span row = span_skip(payload, at);
		size_t width = row.size < DUMP_WIDTH ? row.size : DUMP_WIDTH;

		(void)fprintf(out, "  %04zx ", at);
		for (size_t i = 0; i < DUMP_WIDTH; i++)
			if (i < width)
				(void)fprintf(out, " %02x", row.at[i]);
			else
				(void)fprintf(out, "   ");
		(void)fprintf(out, "  ");
		for (size_t i = 0; i < width; i++)
			(void)fputc(row.at[i] >= ' ' && row.at[i] <= '~' ? row.at[i] : '.', out);
		(void)fputc('\n', out);
	}
}
