/* service_chargen.c - lines of 72 characters without end: how fast can somebody read?
 *
 * Each line begins one character later in the ring of printable ones, as in the example of RFC 864.
 * What the client says is thrown away.  A datagram asks for one of at most 512 bytes. */
#include "service/service.h"

enum {
	PRINTABLE = 95, /* from ' ' to '~' */
	LINE_CHARS = 72,
	LINE_BYTES = LINE_CHARS + 2,
	DATAGRAM_LINES = 512 / LINE_BYTES,
	WAITING_MAX = 64 * LINE_BYTES, /* sent and not yet written */
};

struct chargen {
	unsigned line;
	size_t waiting;
};

static void make_line(uint8_t ret[static LINE_BYTES], unsigned number)
{
	for (unsigned i = 0; i < LINE_CHARS; i++)
		ret[i] = (uint8_t)(' ' + (number + i) % PRINTABLE);
	ret[LINE_CHARS] = '\r';
	ret[LINE_CHARS + 1] = '\n';
}

static void send_datagram(struct net_server *s, conn_id conn)
{
	uint8_t lines[DATAGRAM_LINES * LINE_BYTES];

	for (unsigned i = 0; i < DATAGRAM_LINES; i++)
		make_line(lines + (size_t)i * LINE_BYTES, i);
	net_send(s, conn, span_of(lines, sizeof lines), span_of(NULL, 0), NULL);
	net_close(s, conn, true);
}

static void fill(struct net_server *s, conn_id conn, struct chargen *c)
{
	uint8_t line[LINE_BYTES];

	while (c->waiting < WAITING_MAX) {
		make_line(line, c->line);
		c->line = (c->line + 1) % PRINTABLE;
		c->waiting += sizeof line;
		net_send(s, conn, span_of(line, sizeof line), span_of(NULL, 0), NULL);
	}
}

static void opened(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	(void)self;
	(void)listener;
	if (peer)
		fill(s, conn, net_state(s, conn));
	else
		send_datagram(s, conn);
}

static void written(void *self, struct net_server *s, conn_id conn, size_t bytes)
{
	struct chargen *c = net_state(s, conn);

	(void)self;
	c->waiting -= bytes;
	fill(s, conn, c);
}

static const struct net_protocol protocol = {
	.name = "chargen",
	.datagrams = NET_DATAGRAMS_ALONE,
	.state_bytes = sizeof(struct chargen),
	.opened = opened,
	.received = service_ignore,
	.written = written,
};

const struct service service_chargen = {
	.protocol = &protocol,
	.help = "sends lines of characters without end (RFC 864)",
	.standard = "tcp://127.0.0.1:7019",
};
