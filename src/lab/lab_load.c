/* lab_load.c - the phases of a measurement, and the turn of an epoll loop that they share.
 *
 * A client thinks, or waits for its answer, or is gone.  All think for the same time, so those that
 * think stand in a queue in the order in which they will be done.  The clock is read once for each
 * message, as it leaves and as it comes; nothing is allocated once the clients are connected. */
#include "lab/lab_load.h"

#include "lab/lab_client.h"
#include "lab/lab_histogram.h"
#include "lab/lab_process.h"
#include "loop/loop_clock.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
	EVENTS = 256,
	WARM_UP_MIN_MS = 100, /* for caches and new processes */
	SILENCE_MS = 500,     /* then nobody else will be served */
	PATIENCE_MS = 2000,   /* then an answer counts as missing */
	OVERTIME_MS = 10000,  /* for who is slow, but not dead */
	LOOK_MS = 20,         /* between looks for datagrams that were lost */
};

struct generator {
	const struct lab_load *load;
	struct lab_result *result;
	struct lab_clients *clients;
	struct lab_histogram latencies;
	uint32_t *thinking; /* a ring of clients */
	uint32_t first, count;
	int epoll;
	bool is_ending;    /* no new requests */
	uint64_t start_ns; /* of the window; 0 until then */
	uint64_t news_ns;  /* when a client was served for the first time, or, at the end, at all */
	uint64_t look_ns;  /* when to look for what was lost */
};

static uint64_t ns_of(unsigned ms)
{
	return (uint64_t)ms * NS_PER_MS;
}

static void fail(struct generator *g, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The first thing that goes wrong is the reason. */
static void fail(struct generator *g, const char *format, ...)
{
	va_list arguments;

	if (g->result->verdict == LAB_FAILED)
		return;
	g->result->verdict = LAB_FAILED;
	va_start(arguments, format);
	(void)vsnprintf(g->result->reason, sizeof g->result->reason, format, arguments);
	va_end(arguments);
}

static void ask(struct generator *g, uint32_t index)
{
	int result = lab_client_ask(g->clients, index);

	if (result)
		fail(g, "client %u cannot send request %u: %s", index,
			lab_client_at(g->clients, index)->request, strerror(-result));
}

static void think(struct generator *g, uint32_t index)
{
	g->thinking[(g->first + g->count++) % g->load->clients] = index;
}

static void answered(struct generator *g, uint32_t index, uint64_t now_ns)
{
	struct lab_client *c = lab_client_at(g->clients, index);

	g->result->answers_all++;
	g->news_ns = c->is_served && !g->is_ending ? g->news_ns : now_ns;
	g->result->served += !c->is_served;
	c->is_served = true;
	if (g->start_ns && !g->is_ending) {
		g->result->answers++;
		if (c->asked_ns >= g->start_ns)
			lab_histogram_add(&g->latencies, now_ns - c->asked_ns);
	}
	c->due_ns = now_ns + g->load->think_ns;
	if (g->is_ending)
		return;
	if (g->load->think_ns)
		think(g, index);
	else
		ask(g, index);
}

/* A server that turns clients away may do so; one that ends a conversation may not. */
static void gone(struct generator *g, uint32_t index)
{
	struct lab_client *c = lab_client_at(g->clients, index);

	if (c->is_served)
		g->result->cut++;
	else
		g->result->refused++;
	if (c->is_served && !g->is_ending)
		fail(g, "the server left client %u after %u answers", index, c->request - 1);
	lab_client_close(g->clients, index);
	g->news_ns = loop_clock_ns(CLOCK_MONOTONIC);
}

static void happened(struct generator *g, const struct epoll_event *event)
{
	uint32_t index = event->data.u32;
	struct lab_answer answer;

	if (event->events & EPOLLOUT)
		ask(g, index);
	if (!(event->events & ~(uint32_t)EPOLLOUT))
		return;
	answer = lab_client_receive(g->clients, index);
	switch (answer.kind) {
	case LAB_ANSWER_PART:
		break;
	case LAB_ANSWER_RIGHT:
		answered(g, index, loop_clock_ns(CLOCK_MONOTONIC));
		break;
	case LAB_ANSWER_LATE:
		g->result->late++;
		break;
	case LAB_ANSWER_WRONG:
		fail(g, "wrong answer to request %u of client %u: %s",
			lab_client_at(g->clients, index)->request, index, answer.text);
		break;
	case LAB_ANSWER_END:
		gone(g, index);
		break;
	}
}

/* Those that have thought enough ask; not all at once, for no socket has room for the datagrams of
 * a thousand. */
static void wake(struct generator *g, uint64_t now_ns)
{
	for (int i = 0; i < LAB_BURST && g->count &&
		lab_client_at(g->clients, g->thinking[g->first])->due_ns <= now_ns;
		i++) {
		uint32_t index = g->thinking[g->first];

		g->first = g->first + 1 < g->load->clients ? g->first + 1 : 0;
		g->count--;
		if (!g->is_ending && lab_client_at(g->clients, index)->fd >= 0)
			ask(g, index);
	}
}

static void turn(struct generator *g)
{
	struct epoll_event events[EVENTS];
	uint64_t now_ns = loop_clock_ns(CLOCK_MONOTONIC), due_ns = now_ns + ns_of(LOOK_MS);
	struct timespec wait = {0};
	int count;

	if (g->count && lab_client_at(g->clients, g->thinking[g->first])->due_ns < due_ns)
		due_ns = lab_client_at(g->clients, g->thinking[g->first])->due_ns;
	if (due_ns > now_ns)
		wait.tv_nsec = (long)(due_ns - now_ns);
	count = epoll_pwait2(g->epoll, events, EVENTS, &wait, NULL);
	for (int i = 0; i < count; i++)
		happened(g, &events[i]);
	if (g->count)
		wake(g, loop_clock_ns(CLOCK_MONOTONIC));
	if (g->load->transport->loses && now_ns >= g->look_ns) {
		g->result->lost += lab_clients_repeat(g->clients, now_ns);
		g->look_ns = now_ns + ns_of(LOOK_MS);
	}
}

static void show(const struct generator *g, uint64_t done_ns)
{
	uint64_t per_mille = done_ns * 1000 / g->load->duration_ns;

	atomic_store_explicit(g->load->per_mille, (uint32_t)(per_mille < 1000 ? per_mille : 1000),
		memory_order_relaxed);
}

static bool is_failed(const struct generator *g)
{
	return g->result->verdict == LAB_FAILED;
}

/* Until all had an answer, or nobody new has had one for a while: a server that serves few at a
 * time leaves the others waiting, and who was not heard asks again later and later. */
static bool is_warming(const struct generator *g, uint64_t passed_ns)
{
	bool is_patient = g->load->transport->loses || !g->result->served;
	uint64_t silence_ns =
		g->load->think_ns + (is_patient ? ns_of(PATIENCE_MS) : ns_of(SILENCE_MS));

	return passed_ns < ns_of(WARM_UP_MIN_MS) ||
		(g->result->served + g->result->refused < g->load->clients &&
			loop_clock_ns(CLOCK_MONOTONIC) < g->news_ns + silence_ns);
}

/* Everybody asks, at first spread over the time to think. */
static void warm_up(struct generator *g)
{
	uint64_t begin_ns = loop_clock_ns(CLOCK_MONOTONIC), now_ns = begin_ns;

	g->news_ns = begin_ns;
	for (uint32_t i = 0; i < g->load->clients; i++) {
		lab_client_at(g->clients, i)->due_ns =
			begin_ns + g->load->think_ns * i / g->load->clients;
		think(g, i);
	}
	while (!is_failed(g) && is_warming(g, now_ns - begin_ns)) {
		turn(g);
		now_ns = loop_clock_ns(CLOCK_MONOTONIC);
	}
}

/* What is under way at the start is answered in the window and what is under way at its end is not,
 * so that answers and processor time are of the same requests but for that exchange. */
static void measure(struct generator *g)
{
	uint64_t server_ns = g->load->server ? lab_process_cpu_ns(g->load->server) : 0;
	uint64_t own_ns = loop_clock_ns(CLOCK_PROCESS_CPUTIME_ID),
		 now_ns = loop_clock_ns(CLOCK_MONOTONIC);

	g->start_ns = now_ns;
	while (!is_failed(g) &&
		now_ns < g->start_ns + g->load->duration_ns +
				(g->result->answers ? 0 : ns_of(OVERTIME_MS))) {
		turn(g);
		now_ns = loop_clock_ns(CLOCK_MONOTONIC);
		show(g, now_ns - g->start_ns);
	}
	g->result->window_ns = now_ns - g->start_ns;
	g->result->generator_cpu_ns = loop_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - own_ns;
	if (g->load->server)
		g->result->server_cpu_ns = lab_process_cpu_ns(g->load->server) - server_ns;
	g->result->knows_server = g->load->server != 0;
}

static void drain(struct generator *g)
{
	uint64_t begin_ns = loop_clock_ns(CLOCK_MONOTONIC), now_ns;

	g->is_ending = true;
	g->news_ns = begin_ns;
	do {
		turn(g);
		now_ns = loop_clock_ns(CLOCK_MONOTONIC);
		g->result->missing = lab_clients_waiting(g->clients);
	} while (!is_failed(g) && g->result->missing && now_ns < g->news_ns + ns_of(PATIENCE_MS) &&
		now_ns < begin_ns + ns_of(OVERTIME_MS));
}

static void judge(struct generator *g)
{
	struct lab_result *r = g->result;

	r->latency_p50_ns = lab_histogram_at(&g->latencies, 500);
	r->latency_p99_ns = lab_histogram_at(&g->latencies, 990);
	r->latency_max_ns = g->latencies.max;
	if (r->served == 0)
		fail(g,
			r->refused ? "the server closed all %u connections"
				   : "no answer to any of %u clients",
			g->load->clients);
	else if (r->missing && !g->load->transport->loses)
		fail(g, "%" PRIu64 " requests were never answered", r->missing);
	else if (r->answers == 0)
		fail(g, "no answer came in %" PRIu64 " ms", r->window_ns / NS_PER_MS);
	if (!is_failed(g))
		r->verdict = LAB_MEASURED;
}

static void run(struct generator *g)
{
	warm_up(g);
	if (!is_failed(g) && g->result->served)
		measure(g);
	if (!is_failed(g) && g->result->served)
		drain(g);
	if (g->load->server)
		g->result->memory_bytes = lab_process_memory_bytes(g->load->server);
	judge(g);
}

void lab_load_run(struct lab_result *ret, const struct lab_load *load)
{
	struct generator *g = calloc(1, sizeof *g);
	struct ting_error err;

	assert(load->clients > 0 && load->size > 0);
	*ret = (struct lab_result){0};
	if (!g)
		abort();
	*g = (struct generator){.load = load, .result = ret};
	g->epoll = epoll_create1(EPOLL_CLOEXEC);
	g->thinking = calloc(load->clients, sizeof *g->thinking);
	if (!g->thinking)
		abort();
	if (g->epoll < 0)
		fail(g, "cannot wait for answers: %s", strerror(errno));
	else if (lab_clients_new(&g->clients, load, g->epoll, &err))
		fail(g, "%s", err.text);
	else
		run(g);
	lab_clients_free(g->clients);
	if (g->epoll >= 0)
		(void)close(g->epoll);
	free(g->thinking);
	free(g);
}
