/* apps_sub.c - subscribes, prints, and comes back when the connection breaks.
 *
 * What is over is decided in tell(), while the core speaks; what follows from it is done in act(),
 * between two turns. */
#include "apps/apps_sub.h"

#include "apps/apps_format.h"
#include "apps/apps_print.h"
#include "apps/apps_reconnect.h"
#include "apps/apps_request.h"
#include "apps/apps_sink.h"
#include "apps/apps_talk_stop.h"
#include "base/base_alloc.h"
#include "base/base_prng.h"
#include "loop/loop_clock.h"
#include "topic/topic_filter.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	SLOTS = 256, /* retained messages that are being cleared at a time */
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
	struct reconnect reconnect;
	struct sink sink;          /* of --to */
	bool has_sink, is_hurried; /* what is not written yet is left to the session */
	int status;
};

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

static bool is_drawn(struct sub *s)
{
	return s->options.random_tenths == FORMAT_RANDOM_ALL ||
		prng_below(&s->prng, FORMAT_RANDOM_ALL) < (uint64_t)s->options.random_tenths;
}

/* Prints the message, or gives it to the device. */
static void show(struct sub *s, const struct mqtt_publish *p, uint64_t receipt)
{
	if (s->has_sink)
		sink_add(&s->sink, p, receipt);
	else
		print_message(stdout, &s->options, p);
}

/* False: no more messages are wanted, this one included. */
static bool tell_message(struct sub *s, const struct mqtt_publish *p, uint64_t receipt)
{
	const struct options *o = &s->options;
	bool is_out = is_filtered_out(s, p->topic);

	if (!s->is_over && o->wants_retained_only && !p->is_retained)
		finish(s, EXIT_DONE);
	if (s->is_over)
		return s->has_sink; /* what is written later is still to be acknowledged */
	if (!is_out && o->removes_retained && p->is_retained)
		texts_add(&s->to_clear,
			options_keep(&s->options, (const char *)p->topic.at, p->topic.size));
	is_out |= o->drops_retained && p->is_retained;
	if (!is_out && is_drawn(s))
		show(s, p, receipt);
	else if (s->has_sink)
		sink_skip(&s->sink, receipt);
	if (!is_out && o->messages_max && ++s->messages == o->messages_max)
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
		reconnect_connected(&s->reconnect);
		if (s->has_sink && effect->connack.is_session_present)
			sink_resumed(&s->sink);
		return true;
	case CLIENT_MESSAGE:
		return tell_message(s, &effect->message, effect->receipt);
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

static bool is_writing(const struct sub *s)
{
	return s->has_sink && !s->is_hurried && !sink_is_empty(&s->sink);
}

static void leave(struct sub *s)
{
	s->is_leaving = true;
	link_leave(&s->link);
}

/* A reader that went away is no news to whoever runs us; a full disk is. */
static void act_on_output(struct sub *s)
{
	bool is_unread = !s->has_sink && s->link.watched_count && s->link.watched[0].revents;
	int err = print_flush();

	if (!err && !is_unread)
		return;
	if (!s->is_over && !is_unread && err != -EPIPE)
		options_report(&s->options, "standard output: %s", strerror(-err));
	finish(s, EXIT_USAGE);
	s->link.watched_count = 0;
}

/* Writes, and acknowledges what is written. */
static void act_on_sink(struct sub *s)
{
	struct client_event event = {.type = CLIENT_ACKNOWLEDGE};

	sink_advance(&s->sink, s->link.watched, s->link.watched_count);
	while (!s->is_leaving && sink_take_receipt(&s->sink, &event.acknowledge.receipt))
		(void)link_request(&s->link, event); /* one of an old connection is ignored */
	if (s->sink.device.state == DEVICE_OVER) {
		finish(s, EXIT_USAGE);
		s->is_hurried = true;
	}
}

/* What the last turn calls for. */
static void act(struct sub *s)
{
	const struct options *o = &s->options;

	act_on_output(s);
	if (s->has_sink)
		act_on_sink(s);
	if (stop_status()) {
		finish(s, EXIT_DONE);
		s->is_hurried = true;
	}
	if (loop_clock_ms() >= s->timeout_ms && !s->is_over) {
		options_report(o, "time is up");
		finish(s, EXIT_TIMEOUT);
		s->is_hurried = true;
	}
	if (s->is_subscribing && !s->is_over) {
		s->is_subscribing = false;
		ask(s, CLIENT_SUBSCRIBE, &o->topics);
		if (o->unsubscribe.count && !s->is_over)
			ask(s, CLIENT_UNSUBSCRIBE, &o->unsubscribe);
	}
	clear_retained(s);
	if (s->is_over && !s->is_leaving && !is_clearing(s) && !is_writing(s))
		leave(s);
}

/* Standard output is watched for its reader; a device for its coming and going. */
static msec watch(struct sub *s)
{
	struct link *l = &s->link;
	msec due = s->timeout_ms;

	if (!s->has_sink)
		return due;
	l->watched_count = device_watch(&s->sink.device, !sink_is_empty(&s->sink), l->watched);
	return device_due(&s->sink.device) < due ? device_due(&s->sink.device) : due;
}

/* A server that has forgotten the session sends anew all that a link may hold, beside what waits
 * from before. */
static bool is_link_wanted(const struct sub *s)
{
	return !s->is_over && (!s->has_sink || outbox_has_room(&s->sink.outbox, LINK_HELD_MAX));
}

/* Connects, and stays connected until it is over.  A device is joined to a server that may come
 * later; a person is told that there is none. */
static int run(struct sub *s)
{
	int status = s->has_sink ? 0 : link_open(&s->link);

	while (status == 0 && !(s->is_over && s->link.state == LINK_DOWN)) {
		status = reconnect_turn(&s->reconnect, watch(s), is_link_wanted(s));
		act(s);
		if (s->has_been_online || s->has_sink)
			status = 0;
	}
	return status ? status : s->status;
}

static int start(struct sub *s)
{
	const struct options *o = &s->options;
	uint64_t seed = reconnect_seed();
	int status;

	prng_init(&s->prng, seed); /* it draws which messages to show */
	stop_catch();
	link_init(&s->link, o, SLOTS, tell, s);
	s->link.signals = stop_mask();
	s->link.watched[0] = (struct pollfd){.fd = STDOUT_FILENO};
	s->link.watched_count = 1;
	reconnect_init(&s->reconnect, &s->link, seed);
	s->has_sink = o->device.endpoint;
	if (s->has_sink)
		sink_init(&s->sink, o, seed);
	s->timeout_ms = o->timeout_s ? loop_clock_ms() + (msec)o->timeout_s * 1000 : MSEC_NEVER;
	status = run(s);
	if (s->has_sink)
		sink_done(&s->sink);
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
