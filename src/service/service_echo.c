/* service_echo.c - the parrot: what comes goes back, as it came.
 *
 * It can be told to compute before each answer, so that models can be compared for servers that
 * have something to do. */
#include "base/base_alloc.h"
#include "service/service.h"
#include "service/service_flow.h"

#include <time.h>

struct echo {
	uint32_t work_us;
};

static int make(void **ret, const struct service_options *options, struct ting_error *err)
{
	struct echo *e = alloc_sure(&alloc_libc, sizeof *e);

	(void)err;
	e->work_us = options->work_us;
	*ret = e;
	return 0;
}

static void free_echo(void *self)
{
	alloc_free(&alloc_libc, self, sizeof(struct echo));
}

/* Of the processor, not of the day: two threads on one processor need twice as long. */
static int64_t spent_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void work(uint32_t us)
{
	int64_t end = us ? spent_us() + us : 0;

	while (us && spent_us() < end)
		;
}

static void received(void *self, struct net_server *s, conn_id conn, struct span bytes)
{
	const struct echo *e = self;

	work(e->work_us);
	net_send(s, conn, bytes, span_of(NULL, 0), NULL);
	service_flow_sent(net_state(s, conn), s, conn, bytes.size);
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
	.make = make,
	.free = free_echo,
};
