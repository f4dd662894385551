/* apps_talk_ping.c - each request carries its number and when it was sent, hence nothing about it
 * needs to be kept but whether it was answered. */
#include "apps/apps_talk_ping.h"

#include "apps/apps_print.h"
#include "apps/apps_talk_status.h"
#include "apps/apps_talk_stop.h"
#include "loop/loop_clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	PAYLOAD_SIZE = 56, /* what ping sends */
	LAST_MS = 1000,    /* that the last answer is waited for */
	SEEN_MAX = 1024,   /* requests of which is known that they were answered */
};

struct ping_payload {
	uint64_t number; /* from 1 */
	int64_t sent_ns;
	uint8_t filling[PAYLOAD_SIZE - 16];
};

struct ping {
	struct ting_end *end;
	const struct talk_options *options;
	uint64_t sent, received, doubled;
	uint64_t seen[SEEN_MAX]; /* the number that was answered, at its remainder */
	int64_t started_ns, next_ns;
	double min_ms, max_ms, sum_ms;
	int output_err; /* -errno of standard output */
};

static int64_t now(void)
{
	return (int64_t)loop_clock_ns(CLOCK_MONOTONIC);
}

/* It need not be understood by another machine: only its sender reads it. */
static int send_one(struct ping *p)
{
	struct ping_payload payload = {.number = ++p->sent, .sent_ns = now()};
	ssize_t sent;

	for (size_t i = 0; i < sizeof payload.filling; i++)
		payload.filling[i] = (uint8_t)i;
	p->next_ns = payload.sent_ns + p->options->interval_ms * NS_PER_MS;
	sent = ting_try_write(p->end, &payload, sizeof payload);
	return sent < 0 ? (int)sent : 0;
}

static void count(struct ping *p, double ms)
{
	p->min_ms = p->received == 0 || ms < p->min_ms ? ms : p->min_ms;
	p->max_ms = ms > p->max_ms ? ms : p->max_ms;
	p->sum_ms += ms;
	p->received++;
}

/* Tells of one answer. */
static void take(struct ping *p, const struct ping_payload *payload, size_t size)
{
	double ms = (double)(now() - payload->sent_ns) / 1e6;
	uint64_t *seen = &p->seen[payload->number % SEEN_MAX];
	bool is_doubled = *seen == payload->number;

	if (payload->number == 0 || payload->number > p->sent)
		return; /* nothing that we sent */
	if (is_doubled)
		p->doubled++;
	else
		count(p, ms);
	*seen = payload->number;
	(void)printf("%zu bytes from %s: icmp_seq=%" PRIu64 " time=%.3f ms%s\n", size,
		ting_remote_name(p->end), payload->number, ms, is_doubled ? " (doubled)" : "");
	p->output_err = print_flush();
}

static int receive(struct ping *p)
{
	for (;;) {
		struct ping_payload payload;
		ssize_t size = ting_try_read(p->end, &payload, sizeof payload);

		if (size == -EAGAIN)
			return 0;
		if (size < 0 && size != -EMSGSIZE)
			return (int)size;
		if (size == sizeof payload)
			take(p, &payload, (size_t)size);
	}
}

static bool is_all_sent(const struct ping *p)
{
	return p->options->count && p->sent == (uint64_t)p->options->count;
}

/* Sends, and hears, until all is answered, the last was waited for long enough, or a signal.  0 or
 * -errno. */
static int run(struct ping *p)
{
	struct pollfd watched = {.fd = ting_descriptor(p->end, TING_READ), .events = POLLIN};
	int err = 0;

	while (err >= 0 && !p->output_err) {
		int64_t due = p->next_ns, now_ns = now();

		if (is_all_sent(p) && p->options->interval_ms < LAST_MS)
			due += (LAST_MS - p->options->interval_ms) * 1000000;
		if (is_all_sent(p) && (p->received == p->sent || now_ns >= due))
			return 0;
		if (!is_all_sent(p) && now_ns >= due) {
			err = send_one(p);
			due = p->next_ns;
		}
		if (err >= 0)
			err = stop_poll(&watched, 1,
				(int)(due > now_ns ? (due - now_ns + NS_PER_MS - 1) / NS_PER_MS
						   : 0));
		if (err > 0)
			err = receive(p);
	}
	return err == -EINTR ? 0 : err;
}

static void print_summary(const struct ping *p)
{
	(void)printf("\n--- %s ---\n%" PRIu64 " sent, %" PRIu64 " received", p->options->endpoint,
		p->sent, p->received);
	if (p->doubled)
		(void)printf(", %" PRIu64 " doubled", p->doubled);
	(void)printf(", %.3g%% loss, %" PRId64 " ms\n",
		p->sent ? 100.0 * (double)(p->sent - p->received) / (double)p->sent : 0,
		(now() - p->started_ns) / NS_PER_MS);
	if (p->received)
		(void)printf("rtt min/avg/max = %.3f/%.3f/%.3f ms\n", p->min_ms,
			p->sum_ms / (double)p->received, p->max_ms);
}

int talk_ping(struct ting_end *end, const struct talk_options *o)
{
	static struct ping p;
	int err;

	p = (struct ping){.end = end, .options = o, .started_ns = now()};
	p.next_ns = p.started_ns;
	(void)printf("PING %s: %d bytes\n", ting_remote_name(end), PAYLOAD_SIZE);
	err = run(&p);
	print_summary(&p);
	if (!p.output_err)
		p.output_err = print_flush();
	if (err < 0)
		(void)fprintf(stderr, "ting: %s: %s\n", o->endpoint, strerror(-err));
	if (p.output_err) {
		(void)fprintf(stderr, "ting: standard output: %s\n", strerror(-p.output_err));
		return TALK_LOCAL;
	}
	return p.received ? TALK_DONE : TALK_UNREACHED;
}
