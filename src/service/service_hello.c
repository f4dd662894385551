/* service_hello.c - the shortest conversation: greets, says where it sees the client, and closes.
 */
#include "service/service.h"

#include <stdio.h>

static void opened(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	char line[NET_NAME_MAX + 16];
	int size = snprintf(line, sizeof line, "hello, %s\r\n", peer ? peer : "datagram");

	(void)self;
	(void)listener;
	net_send(s, conn, span_of(line, (size_t)size), span_of(NULL, 0), NULL);
	net_close(s, conn, true);
}

static const struct net_protocol protocol = {
	.name = "hello",
	.datagrams = NET_DATAGRAMS_ALONE,
	.opened = opened,
	.received = service_ignore,
};

const struct service service_hello = {
	.protocol = &protocol,
	.help = "greets, says where the client is, and closes",
	.standard = "tcp://127.0.0.1:7001",
};
