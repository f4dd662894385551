/* apps_rr.c - subscribes to the topic of the answer, publishes the request, and prints the first
 * message that comes. */
#include "apps/apps_rr.h"

#include "apps/apps_format.h"
#include "apps/apps_print.h"
#include "apps/apps_request.h"
#include "base/base_alloc.h"
#include "base/base_err.h"
#include "loop/loop_clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 2 }; /* the subscription and the request */

struct rr {
	struct options options;
	struct link link;
	struct shared forever; /* counts the payload, which lives as long as the program */
	struct span payload;
	uint8_t *loaded;    /* its memory, when it came from a file */
	bool is_connected;  /* CONNACK came: SUBSCRIBE is to go */
	bool is_subscribed; /* SUBACK came: the next message is the answer */
	bool is_requested;
	bool is_over, is_leaving;
	msec timeout_ms; /* of -W, as a moment */
	int status;
};

static void keep_forever(struct shared *s)
{
	(void)s;
}

static void finish(struct rr *r, int status)
{
	if (!r->is_over)
		r->status = status;
	r->is_over = true;
}

static void tell_subscribed(struct rr *r, const struct client_done *done)
{
	if (done->outcome != CLIENT_DONE)
		return;
	r->is_subscribed = true;
	if (done->reasons.at[0] < MQTT_UNSPECIFIED_ERROR)
		return;
	options_report(&r->options, "the server refused the subscription: %s",
		mqtt_reason_name(done->reasons.at[0]));
	finish(r, done->reasons.at[0]);
}

/* A request that nobody gets is not waited for. */
static void tell_published(struct rr *r, const struct client_done *done)
{
	if (done->outcome == CLIENT_LOST || done->reason < MQTT_UNSPECIFIED_ERROR)
		return;
	options_report(&r->options, "the server did not take the request: %s",
		mqtt_reason_name(done->reason));
	finish(r, done->outcome == CLIENT_OVER_LIMIT ? request_status(done->reason) : done->reason);
}

/* What comes before the subscription is an answer to an earlier request of the session's.  False:
 * the answer is there, and this is another message. */
static bool tell_message(struct rr *r, const struct mqtt_publish *p)
{
	if (r->is_over)
		return false;
	if (!r->is_subscribed || (r->options.drops_retained && p->is_retained))
		return true;
	print_message(stdout, &r->options, p);
	finish(r, EXIT_DONE);
	return true;
}

static bool tell(void *self, const struct client_effect *effect)
{
	struct rr *r = self;

	if (effect->type == CLIENT_MESSAGE)
		return tell_message(r, &effect->message);
	if (effect->type == CLIENT_CONNECTED)
		r->is_connected = true;
	else if (effect->type == CLIENT_SUBSCRIBED)
		tell_subscribed(r, &effect->done);
	else if (effect->type == CLIENT_PUBLISHED)
		tell_published(r, &effect->done);
	else if (effect->type == CLIENT_DISCONNECTED && !r->is_over)
		finish(r, link_explain_end(&r->link, &effect->end));
	return true;
}

static void subscribe(struct rr *r)
{
	struct texts filters = {.list = &r->options.response_topic, .count = 1};
	int status = request_filters(&r->link, CLIENT_SUBSCRIBE, &filters);

	if (status)
		finish(r, status);
}

static void publish(struct rr *r)
{
	int err = request_publish(&r->link, r->payload, 0);
	unsigned reason = err == ERR_LIMIT ? MQTT_PACKET_TOO_LARGE : (unsigned)-err;

	if (err == 0)
		return;
	options_report(&r->options, "not published: %s", mqtt_reason_name(reason));
	finish(r, request_status(reason));
}

/* What the last turn calls for. */
static void act(struct rr *r)
{
	int err = print_flush();

	if (err) {
		options_report(&r->options, "standard output: %s", strerror(-err));
		r->status = EXIT_USAGE;
		r->is_over = true;
	}
	if (loop_clock_ms() >= r->timeout_ms && !r->is_over) {
		options_report(&r->options, "time is up");
		finish(r, EXIT_TIMEOUT);
	}
	if (r->is_connected && !r->is_over) {
		r->is_connected = false;
		subscribe(r);
	}
	if (r->is_subscribed && !r->is_requested && !r->is_over) {
		r->is_requested = true;
		publish(r);
	}
	if (r->is_over && !r->is_leaving) {
		r->is_leaving = true;
		link_leave(&r->link);
	}
}

static int run(struct rr *r)
{
	struct options *o = &r->options;
	int status = request_load(o, &r->payload, &r->loaded);

	if (status)
		return status;
	shared_init(&r->forever, keep_forever);
	link_init(&r->link, o, SLOTS, tell, r);
	r->link.owner = &r->forever;
	r->timeout_ms = o->timeout_s ? loop_clock_ms() + (msec)o->timeout_s * 1000 : MSEC_NEVER;
	status = link_open(&r->link);
	while (status == 0 && r->link.state != LINK_DOWN) {
		status = link_turn(&r->link, r->is_over ? MSEC_NEVER : r->timeout_ms);
		if (status == 0)
			act(r);
	}
	link_done(&r->link);
	free(r->loaded);
	return status ? status : r->status;
}

int apps_rr(int argc, char **argv)
{
	struct rr *r = alloc_sure(&alloc_libc, sizeof *r);
	enum options_verdict verdict = options_parse(&r->options, PROGRAM_RR, argc, argv);
	int status = EXIT_USAGE;

	if (verdict == OPTIONS_RUN && r->options.format && format_check(r->options.format) < 0)
		verdict = OPTIONS_WRONG;
	if (verdict == OPTIONS_WRONG)
		(void)options_complain("ting rr --help tells more");
	if (verdict == OPTIONS_RUN)
		status = run(r);
	options_done(&r->options);
	free(r);
	return status;
}
