/* service_echo.c - the parrot: what comes goes back, as it came.
 *
 * It can be told to compute before each answer, so that models can be compared for servers that
 * have something to do. */
#include "base/base_alloc.h"
#include "loop/loop_clock.h"
#include "service/service.h"
#include "service/service_flow.h"

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
static uint64_t spent_ns(void)
{
	return loop_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

static void work(uint32_t us)
{
	uint64_t end_ns = us ? spent_ns() + (uint64_t)us * 1000 : 0;

	while (us && spent_ns() < end_ns)
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
