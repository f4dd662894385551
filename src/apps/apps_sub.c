/* apps_sub.c - subscribes, prints, and comes back when the connection breaks.
 *
 * What is over is decided in tell(), while the core speaks; what follows from it is done in act(),
 * between two turns. */
#include "apps/apps_sub.h"

#include "apps/apps_format.h"
#include "apps/apps_link.h"
#include "apps/apps_print.h"
#include "apps/apps_request.h"
#include "base/base_alloc.h"
#include "base/base_prng.h"
#include "client/client_retry.h"
#include "loop/loop_clock.h"
#include "topic/topic_filter.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

enum {
	SLOTS = 256,          /* retained messages that are being cleared at a time */
	RETRY_MIN_MS = 1000,  /* at most, until the first attempt to connect again */
	RETRY_MAX_MS = 30000, /* the bound doubles up to that */
};

struct sub {
	struct options options;
	struct link link;
	struct prng prng;
	int64_t messages;
	bool is_subscribing;   /* CONNACK came: SUBSCRIBE is to go */
	bool is_over;          /* no more messages are wanted */
	bool is_leaving;       /* and the server knows */
	bool has_been_online;  /* a connection that breaks is made again */
	struct texts to_clear; /* topics whose retained message is to go */
	size_t cleared;        /* of them: the clearing is under way */
	msec timeout_ms;       /* of -W, as a moment */
	struct client_retry retry;
	msec retry_ms; /* when to connect again */
	int status;
};

/* The signal that asks to stop; the only thing a handler may touch. */
static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
	stop_signal = number;
}

static void finish(struct sub *s, int status)
{
	if (!s->is_over)
		s->status = status;
	s->is_over = true;
}

static bool is_filtered_out(const struct sub *s, struct span topic)
{
	const struct texts *filters = &s->options.filters_out;

	for (size_t i = 0; i < filters->count; i++)
		if (topic_filter_matches(span_of_text(filters->list[i]), topic))
			return true;
	return false;
}

static void print(struct sub *s, const struct mqtt_publish *p)
{
	const struct options *o = &s->options;

	if (o->random_tenths < FORMAT_RANDOM_ALL &&
		prng_below(&s->prng, FORMAT_RANDOM_ALL) >= (uint64_t)o->random_tenths)
		return;
	print_message(stdout, o, p);
}

/* False: no more messages are wanted, this one included. */
static bool tell_message(struct sub *s, const struct mqtt_publish *p)
{
	const struct options *o = &s->options;

	if (s->is_over)
		return false;
	if (o->wants_retained_only && !p->is_retained) {
		finish(s, EXIT_DONE);
		return false;
	}
	if (is_filtered_out(s, p->topic))
		return true;
	if (o->removes_retained && p->is_retained)
		texts_add(&s->to_clear,
			options_keep(&s->options, (const char *)p->topic.at, p->topic.size));
	if (o->drops_retained && p->is_retained)
		return true;
	print(s, p);
	if (o->messages_max && ++s->messages == o->messages_max)
		finish(s, EXIT_DONE);
	return true;
}

static void tell_subscribed(struct sub *s, const struct client_done *done)
{
	bool is_any_granted = false;

	if (done->outcome != CLIENT_DONE)
		return;
	for (size_t i = 0; i < done->reasons.size; i++) {
		if (s->options.is_debug)
			(void)printf("Subscribed to %s: %d\n", s->options.topics.list[i],
				done->reasons.at[i]);
		is_any_granted |= done->reasons.at[i] < MQTT_UNSPECIFIED_ERROR;
	}
	if (!is_any_granted)
		options_report(&s->options, "the server refused every subscription");
	if (!is_any_granted || s->options.is_leaving_after_suback)
		finish(s, EXIT_DONE);
}

static void tell_disconnected(struct sub *s, const struct client_end *end)
{
	int status = s->is_over ? EXIT_DONE : link_explain_end(&s->link, end);

	s->is_subscribing = false;
	if (end->cause == CLIENT_REFUSED)
		finish(s, status);
}

static bool tell(void *self, const struct client_effect *effect)
{
	struct sub *s = self;

	switch (effect->type) {
	case CLIENT_CONNECTED:
		s->is_subscribing = s->has_been_online = true;
		client_retry_connected(&s->retry, loop_clock_ms());
		return true;
	case CLIENT_MESSAGE:
		return tell_message(s, &effect->message);
	case CLIENT_SUBSCRIBED:
		tell_subscribed(s, &effect->done);
		return true;
	case CLIENT_DISCONNECTED:
		tell_disconnected(s, &effect->end);
		return true;
	case CLIENT_SEND:
	case CLIENT_CLOSE:
	case CLIENT_CHALLENGED:
	case CLIENT_AUTHENTICATED:
	case CLIENT_PUBLISHED:
	case CLIENT_UNSUBSCRIBED:
		break;
	}
	return true;
}

static void ask(struct sub *s, enum client_event_type type, const struct texts *filters)
{
	int status = request_filters(&s->link, type, filters);

	if (status)
		finish(s, status);
}

/* Asks the server to forget what --remove-retained met. */
static void clear_retained(struct sub *s)
{
	while (s->cleared < s->to_clear.count && client_is_online(&s->link.client)) {
		struct mqtt_publish p = {
			.qos = 1,
			.is_retained = true,
			.topic = span_of_text(s->to_clear.list[s->cleared]),
		};

		mqtt_props_init(&p.props);
		if (link_request(
			    &s->link, (struct client_event){.type = CLIENT_PUBLISH, .publish = &p}))
			return; /* all slots are taken: when one is free again */
		s->cleared++;
	}
}

static bool is_clearing(const struct sub *s)
{
	return client_is_online(&s->link.client) &&
		(s->cleared < s->to_clear.count || client_unfinished(&s->link.client));
}

static void leave(struct sub *s)
{
	s->is_leaving = true;
	link_leave(&s->link);
}

/* What the last turn calls for. */
static void act(struct sub *s)
{
	const struct options *o = &s->options;

	int err = print_flush();

	/* A reader that went away is no news to whoever runs us; a full disk is. */
	if (err || s->link.is_watched_ready) {
		if (!s->is_over && !s->link.is_watched_ready && err != -EPIPE)
			options_report(o, "standard output: %s", strerror(-err));
		finish(s, EXIT_USAGE);
		s->link.watched = -1;
	}
	if (stop_signal)
		finish(s, EXIT_DONE);
	if (loop_clock_ms() >= s->timeout_ms && !s->is_over) {
		options_report(o, "time is up");
		finish(s, EXIT_TIMEOUT);
	}
	if (s->is_subscribing && !s->is_over) {
		s->is_subscribing = false;
		ask(s, CLIENT_SUBSCRIBE, &o->topics);
		if (o->unsubscribe.count && !s->is_over)
			ask(s, CLIENT_UNSUBSCRIBE, &o->unsubscribe);
	}
	clear_retained(s);
	if (s->is_over && !s->is_leaving && !is_clearing(s))
		leave(s);
}

/* The connection broke, or did not come about: again, a little later each time. */
static void retry_later(struct sub *s)
{
	msec now = loop_clock_ms();

	s->retry_ms = now + client_retry_wait(&s->retry, now);
}

/* Connects, and stays connected until it is over. */
static int run(struct sub *s)
{
	enum link_state before;
	int status = link_open(&s->link);

	while (status == 0 && !(s->is_over && s->link.state == LINK_DOWN)) {
		msec due = s->timeout_ms;

		before = s->link.state;
		if (before == LINK_DOWN && s->retry_ms < due)
			due = s->retry_ms;
		status = link_turn(&s->link, due);
		act(s);
		if (before != LINK_DOWN && s->link.state == LINK_DOWN) {
			retry_later(s);
			if (s->has_been_online)
				status = 0;
		}
		if (before == LINK_DOWN && loop_clock_ms() >= s->retry_ms && !s->is_over &&
			link_open(&s->link))
			retry_later(s);
	}
	return status ? status : s->status;
}

/* SIGINT and SIGTERM end the program in order; they come through only while it waits. */
static void signals_catch(sigset_t *ret_waiting)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t blocked;

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGINT);
	(void)sigaddset(&blocked, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &blocked, ret_waiting);
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, NULL);
}

static int start(struct sub *s)
{
	const struct options *o = &s->options;
	uint64_t seed;
	sigset_t waiting;
	int status;

	if (getrandom(&seed, sizeof seed, 0) < 0)
		seed = 0; /* any will do: it draws waits, and which messages to show */
	prng_init(&s->prng, seed);
	signals_catch(&waiting);
	link_init(&s->link, o, SLOTS, tell, s);
	s->link.signals = &waiting;
	s->link.watched = STDOUT_FILENO;
	client_retry_init(&s->retry, RETRY_MIN_MS, RETRY_MAX_MS, seed);
	s->timeout_ms = o->timeout_s ? loop_clock_ms() + (msec)o->timeout_s * 1000 : MSEC_NEVER;
	status = run(s);
	link_done(&s->link);
	return status;
}

int apps_sub(int argc, char **argv)
{
	struct sub *s = alloc_sure(&alloc_libc, sizeof *s);
	enum options_verdict verdict = options_parse(&s->options, PROGRAM_SUB, argc, argv);
	int status = EXIT_USAGE;

	if (verdict == OPTIONS_RUN && s->options.format && format_check(s->options.format) < 0)
		verdict = OPTIONS_WRONG;
	if (verdict == OPTIONS_WRONG)
		(void)options_complain("ting sub --help tells more");
	if (verdict == OPTIONS_RUN)
		status = start(s);
	free((void *)s->to_clear.list);
	options_done(&s->options);
	free(s);
	return status;
}
