/* service_echo.c - the parrot: what comes goes back, as it came. */
#include "service/service.h"
#include "service/service_flow.h"

static void received(void *self, struct net_server *s, conn_id conn, struct span bytes)
{
	size_t waiting = net_send(s, conn, bytes, span_of(NULL, 0), NULL);

	(void)self;
	service_flow_sent(net_state(s, conn), s, conn, waiting);
}

static void written(void *self, struct net_server *s, conn_id conn, size_t bytes)
{
	(void)self;
	service_flow_written(net_state(s, conn), s, conn, bytes);
}

static const struct net_protocol protocol = {
	.name = "echo",
	.datagrams = NET_DATAGRAMS_ALONE,
	.state_bytes = sizeof(struct service_flow),
	.received = received,
	.written = written,
};

const struct service service_echo = {
	.protocol = &protocol,
	.help = "sends back what it gets (RFC 862)",
	.standard = "tcp://127.0.0.1:7007",
};
