/* service_daytime.c - the time for people: one line, in UTC, whoever asks. */
#include "service/service.h"

#include <assert.h>
#include <time.h>

static void opened(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	time_t now = (time_t)(net_now(s).wall / 1000);
	struct tm parts;
	char line[64];
	size_t size;

	(void)self;
	(void)peer;
	(void)listener;
	size = strftime(
		line, sizeof line, "%A, %B %e, %Y %H:%M:%S-UTC\r\n", gmtime_r(&now, &parts));
	assert(size > 0 && "in the C locale the longest is 46 bytes");
	net_send(s, conn, span_of(line, size), span_of(NULL, 0), NULL);
	net_close(s, conn, true);
}

static const struct net_protocol protocol = {
	.name = "daytime",
	.datagrams = NET_DATAGRAMS_ALONE,
	.opened = opened,
	.received = service_ignore,
};

const struct service service_daytime = {
	.protocol = &protocol,
	.help = "says the date and the time, and closes (RFC 867)",
	.standard = "tcp://127.0.0.1:7013",
};
