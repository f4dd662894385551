/* bench_worker.c - one epoll loop.  What comes to a client is answered before the next client is
 * looked at, and so are the publishers that may go on because of it: as if each were a program of
 * its own.  Nothing is allocated for a message.
 *
 * Packets are taken apart by the codec and not by the client core, which keeps what it sends until
 * it is acknowledged and tells everything through effects: right for an application, but the broker
 * would wait for the generator. */
#include "bench/bench_worker.h"

#include "bench/bench_payload.h"
#include "bench/bench_state.h"
#include "loop/loop_clock.h"
#include "mqtt/mqtt_disconnect.h"
#include "mqtt/mqtt_publish.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum {
	EVENTS = 256,
	OPENING_MAX =
		64, /* clients on their way at once: no more than a queue of connections has */
	PACKET_SPARE = 4096, /* a packet may be larger than a payload by so much */
	TURN_MS = 50,        /* the longest wait of a turn */
	SILENCE_MS = 10000,  /* then a broker that should answer is dead */
	PATIENCE_MS = 2000,  /* then what is missing is lost */
};

static const uint32_t waker = UINT32_MAX; /* its index among the events */

void bench_worker_fail(struct bench_worker *w, const char *format, ...)
{
	va_list arguments;

	if (w->is_failed)
		return;
	w->is_failed = true;
	va_start(arguments, format);
	(void)vsnprintf(w->process->reason, sizeof w->process->reason, format, arguments);
	va_end(arguments);
}

const char *bench_client_role(
	const struct bench_worker *w, const struct bench_client *c, char ret[BENCH_ROLE_MAX])
{
	const struct bench_plan *p = w->plan;

	if (c->publisher)
		(void)snprintf(ret, BENCH_ROLE_MAX, "publisher %" PRIu32, c->number);
	else if (c->listener)
		(void)snprintf(
			ret, BENCH_ROLE_MAX, "subscriber %" PRIu32, c->number - p->publishers);
	else
		(void)snprintf(ret, BENCH_ROLE_MAX, "connection %" PRIu32,
			c->number - p->publishers - p->subscribers);
	return ret;
}

struct writer bench_client_room(struct bench_worker *w, struct bench_client *c, size_t size)
{
	uint8_t *at = bench_link_take(&w->links, &c->link, size);

	return writer_of(at, at ? size : 0);
}

void bench_client_written(struct bench_worker *w, const struct writer *room)
{
	w->links.out_size -= writer_left(room);
}

void bench_client_acknowledge(
	struct bench_worker *w, struct bench_client *c, enum mqtt_type type, uint16_t packet_id)
{
	struct mqtt_ack m = {.packet_id = packet_id};
	struct writer to = bench_client_room(w, c, 4);

	mqtt_props_init(&m.props);
	mqtt_ack_encode(&to, type, w->plan->version, &m);
}

static void take_disconnect(
	struct bench_worker *w, struct bench_client *c, const struct mqtt_frame *f)
{
	char role[BENCH_ROLE_MAX];
	struct mqtt_disconnect m;

	if (w->plan->version == MQTT_5 && mqtt_disconnect_decode(f, MQTT_5, &m) == 0)
		bench_worker_fail(w, "the broker disconnected %s: %s",
			bench_client_role(w, c, role), mqtt_reason_name(m.reason));
	else
		bench_worker_fail(w, "the broker disconnected %s", bench_client_role(w, c, role));
}

static void take(struct bench_worker *w, struct bench_client *c, const struct mqtt_frame *f)
{
	char role[BENCH_ROLE_MAX];

	if (f->type == MQTT_DISCONNECT)
		take_disconnect(w, c, f);
	else if (c->state != BENCH_READY)
		bench_greet_take(w, c, f);
	else if (f->type == MQTT_PUBLISH || f->type == MQTT_PUBREL)
		bench_hear_take(w, c, f);
	else if (f->type == MQTT_PUBACK || f->type == MQTT_PUBREC || f->type == MQTT_PUBCOMP)
		bench_publish_take(w, c, f);
	else
		bench_worker_fail(w, "the broker sent %s a %s that it never asked for",
			bench_client_role(w, c, role), mqtt_type_name(f->type));
}

static void read_client(struct bench_worker *w, struct bench_client *c)
{
	char role[BENCH_ROLE_MAX];
	struct mqtt_frame f;
	struct span in;
	int size, result = bench_link_receive(&w->links, &c->link, &in);

	if (result == -EAGAIN)
		return;
	if (result) {
		bench_worker_fail(w, "the broker closed the connection of %s%s%s",
			bench_client_role(w, c, role), result == -ECONNRESET ? "" : ": ",
			result == -ECONNRESET ? "" : strerror(-result));
		return;
	}
	w->now_ns = w->news_ns = loop_clock_ns(CLOCK_MONOTONIC);
	while (!w->is_failed &&
		(size = mqtt_frame_decode(in, w->plan->version, w->links.packet_bytes_max, &f)) !=
			0) {
		if (size < 0) {
			bench_worker_fail(w, "the broker sent %s what is no MQTT: %s",
				bench_client_role(w, c, role),
				mqtt_reason_name(mqtt_reason_of(size)));
			break;
		}
		take(w, c, &f);
		in = span_skip(in, (size_t)size);
	}
	if (w->is_failed)
		return;
	bench_link_keep(&w->links, &c->link, in);
	(void)bench_link_flush(&w->links, &c->link); /* an error is told by the next read */
	bench_publish_pump_marked(w);
}

static void serve_client(struct bench_worker *w, struct bench_client *c, uint32_t events)
{
	if (c->state == BENCH_CONNECTING) {
		bench_greet_connected(w, c);
		return;
	}
	if (events & EPOLLOUT && bench_link_flush(&w->links, &c->link) == 0 && c->publisher)
		bench_publish_pump(w, c->publisher);
	if (events & ~(uint32_t)EPOLLOUT)
		read_client(w, c);
}

static void woken(struct bench_worker *w)
{
	eventfd_t count;

	(void)eventfd_read(w->process->wake, &count);
	w->news_ns = w->now_ns;
	if (atomic_load(&w->shared->phase) != BENCH_OPENING)
		for (uint32_t i = 0; i < w->publisher_count; i++)
			bench_publish_pump(w, &w->publishers[i]);
}

static void turn(struct bench_worker *w, uint64_t until_ns)
{
	uint64_t longest_ns = (uint64_t)TURN_MS * NS_PER_MS;
	uint64_t wait_ns = until_ns > w->now_ns ? until_ns - w->now_ns : 0;
	struct timespec timeout = {.tv_nsec = (long)(wait_ns < longest_ns ? wait_ns : longest_ns)};
	struct epoll_event events[EVENTS];
	int count = epoll_pwait2(w->links.epoll, events, EVENTS, &timeout, NULL);

	w->now_ns = loop_clock_ns(CLOCK_MONOTONIC);
	for (int i = 0; i < count && !w->is_failed; i++) {
		if (events[i].data.u32 == waker)
			woken(w);
		else
			serve_client(w, &w->clients[events[i].data.u32], events[i].events);
	}
	atomic_store_explicit(&w->process->sent, w->sent, memory_order_relaxed);
	atomic_store_explicit(&w->process->delivered, w->delivered, memory_order_relaxed);
}

static bool is_silent(const struct bench_worker *w, uint64_t ms)
{
	return w->now_ns > w->news_ns + ms * NS_PER_MS;
}

static enum bench_phase phase_of(const struct bench_worker *w)
{
	return (enum bench_phase)atomic_load(&w->shared->phase);
}

static void open_all(struct bench_worker *w)
{
	w->now_ns = w->news_ns = loop_clock_ns(CLOCK_MONOTONIC);
	while (w->opened < w->client_count && !w->is_failed && phase_of(w) == BENCH_OPENING) {
		while (w->begun < w->client_count && w->begun - w->opened < OPENING_MAX &&
			!w->is_failed)
			bench_greet_begin(w, &w->clients[w->begun++]);
		if (!w->is_failed)
			turn(w, UINT64_MAX);
		atomic_store_explicit(&w->process->opened, w->opened, memory_order_relaxed);
		if (is_silent(w, SILENCE_MS))
			bench_worker_fail(
				w, "the broker has not answered for %d seconds", SILENCE_MS / 1000);
	}
}

static void wait_for(struct bench_worker *w, enum bench_phase phase)
{
	while (!w->is_failed && phase_of(w) < phase)
		turn(w, UINT64_MAX);
}

/* Is there nothing more to publish? */
static bool has_published(const struct bench_worker *w, uint64_t next_ns)
{
	uint64_t end_ns = atomic_load_explicit(&w->shared->end_ns, memory_order_relaxed);
	bool is_over = end_ns && w->now_ns >= end_ns;

	if (w->unfinished == 0 || phase_of(w) >= BENCH_ENDING)
		return true;
	if (!w->plan->rate)
		return is_over;
	for (uint32_t i = 0; i < w->publisher_count; i++)
		if (w->publishers[i].sent < w->publishers[i].due)
			return false;
	return next_ns == UINT64_MAX;
}

static void publish_all(struct bench_worker *w)
{
	uint64_t next_ns = UINT64_MAX;

	w->now_ns = w->news_ns = loop_clock_ns(CLOCK_MONOTONIC);
	for (uint32_t i = 0; i < w->publisher_count && !w->plan->rate; i++)
		bench_publish_pump(w, &w->publishers[i]);
	if (w->plan->rate)
		next_ns = bench_publish_pump_due(w);
	while (!w->is_failed && !has_published(w, next_ns)) {
		turn(w, next_ns);
		if (w->plan->rate)
			next_ns = bench_publish_pump_due(w);
		if (is_silent(w, PATIENCE_MS) && w->plan->rate && next_ns == UINT64_MAX)
			break;
		if (is_silent(w, PATIENCE_MS)) {
			w->news_ns = w->now_ns;
			bench_publish_forgive(w);
		}
	}
}

/* Waits for what is under way. */
static void finish(struct bench_worker *w)
{
	uint64_t expected = UINT64_MAX;

	if (atomic_fetch_add(&w->shared->published, 1) + 1 == w->plan->processes)
		for (uint32_t i = 0; i < w->plan->processes; i++)
			bench_shared_wake(w->shared, i);
	w->news_ns = loop_clock_ns(CLOCK_MONOTONIC);
	while (!w->is_failed && phase_of(w) < BENCH_CLOSING) {
		if (expected == UINT64_MAX &&
			atomic_load(&w->shared->published) == w->plan->processes) {
			expected = bench_hear_expected(w);
			w->news_ns = w->now_ns; /* the last message may just have left */
		}
		if (w->delivered >= expected && w->unacknowledged == 0 && w->unreleased == 0)
			break;
		if (expected != UINT64_MAX && is_silent(w, PATIENCE_MS))
			break;
		turn(w, UINT64_MAX);
	}
}

/* What is left to be read is left. */
static void wait_for_closing(const struct bench_worker *w)
{
	struct pollfd news = {.fd = w->process->wake, .events = POLLIN};
	eventfd_t count;

	while (phase_of(w) < BENCH_CLOSING) {
		(void)poll(&news, 1, TURN_MS);
		(void)eventfd_read(w->process->wake, &count);
	}
}

static void close_all(struct bench_worker *w)
{
	struct mqtt_disconnect m = {.reason = MQTT_SUCCESS};

	mqtt_props_init(&m.props);
	for (uint32_t i = 0; i < w->client_count; i++) {
		struct bench_client *c = &w->clients[i];

		if (c->state == BENCH_READY && !c->link.unsent_size) {
			struct writer to = bench_client_room(w, c, 2);

			mqtt_disconnect_encode(&to, MQTT_DISCONNECT, w->plan->version, &m);
			(void)bench_link_flush(&w->links, &c->link);
		}
		bench_link_close(&c->link);
	}
}

static void *zeroes(size_t count, size_t size)
{
	void *at = calloc(count ? count : 1, size);

	if (!at)
		abort();
	return at;
}

static void add_client(struct bench_worker *w, uint32_t number)
{
	struct bench_client *c = &w->clients[w->client_count];

	*c = (struct bench_client){.number = number, .link = {.fd = -1, .index = w->client_count}};
	w->client_count++;
	if (number < w->plan->publishers) {
		c->publisher = &w->publishers[w->publisher_count++];
		*c->publisher = (struct bench_publisher){
			.client = c, .number = number, .receive_max = UINT16_MAX};
	} else if (number < w->plan->publishers + w->plan->subscribers) {
		c->listener = &w->listeners[w->listener_count++];
	}
}

static int init(struct bench_worker *w)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = waker};
	uint32_t count = bench_plan_clients(w->plan);
	int result = bench_links_init(&w->links, w->plan->size + PACKET_SPARE);

	if (result)
		return result;
	w->clients = zeroes(count, sizeof w->clients[0]);
	w->publishers = zeroes(w->plan->publishers, sizeof w->publishers[0]);
	w->dirty = zeroes(w->plan->publishers, sizeof(void *));
	w->listeners = zeroes(w->plan->subscribers, sizeof w->listeners[0]);
	w->payload = zeroes(w->plan->size, 1);
	bench_payload_fill(w->payload, w->plan->size);
	for (uint32_t i = 0; i < count; i++)
		if (bench_plan_process(w->plan, i) == w->index)
			add_client(w, i);
	bench_publish_init(w);
	bench_hear_init(w);
	(void)prctl(PR_SET_TIMERSLACK, 1);
	return epoll_ctl(w->links.epoll, EPOLL_CTL_ADD, w->process->wake, &event) ? -errno : 0;
}

static void done(struct bench_worker *w)
{
	bench_publish_done(w);
	bench_hear_done(w);
	free(w->clients);
	free(w->publishers);
	free((void *)w->dirty);
	free(w->listeners);
	free(w->payload);
	bench_links_done(&w->links);
}

static void report(int fd, char what)
{
	(void)!write(fd, &what, 1); /* a parent that is gone needs none */
}

void bench_worker_run(struct bench_shared *shared, uint32_t index, const struct bench_plan *p,
	const struct net_address *broker, int report_fd)
{
	struct bench_worker w = {.plan = p,
		.broker = broker,
		.shared = shared,
		.process = &shared->processes[index],
		.index = index};
	int result = init(&w);

	if (result) {
		bench_worker_fail(&w, "cannot begin: %s", strerror(-result));
		report(report_fd, BENCH_IS_DONE);
		return;
	}
	open_all(&w);
	if (!w.is_failed)
		report(report_fd, BENCH_IS_OPEN);
	wait_for(&w, BENCH_RUNNING);
	publish_all(&w);
	finish(&w);
	bench_hear_conclude(&w);
	report(report_fd, BENCH_IS_DONE);
	wait_for_closing(&w);
	close_all(&w);
	done(&w);
}
