/* service_time.c - the time for machines: 32 bits of seconds since 1900, in network order.
 *
 * They last until 2036; then they begin again at 0. */
#include "service/service.h"

#include "base/base_writer.h"

#define SECONDS_1900_TO_1970 2208988800U /* 70 years and 17 leap days */

static void opened(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	uint32_t seconds = (uint32_t)(net_now(s).wall / 1000) + SECONDS_1900_TO_1970;
	uint8_t bytes[4];
	struct writer w = writer_of(bytes, sizeof bytes);

	(void)self;
	(void)peer;
	(void)listener;
	writer_u32(&w, seconds);
	net_send(s, conn, writer_span(&w), span_of(NULL, 0), NULL);
	net_close(s, conn, true);
}

static const struct net_protocol protocol = {
	.name = "time",
	.datagrams = NET_DATAGRAMS_ALONE,
	.opened = opened,
	.received = service_ignore,
};

const struct service service_time = {
	.protocol = &protocol,
	.help = "says the seconds since 1900 in 4 bytes, and closes (RFC 868)",
	.standard = "tcp://127.0.0.1:7037",
};
