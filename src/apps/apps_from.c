/* apps_from.c - what a device sends waits in an outbox until the server has it.
 *
 * Neither the device nor the server need be there.  A message leaves the outbox when the server has
 * acknowledged it, with QoS 0 when it was given to the connection; while the outbox is full, the
 * device is not read. */
#include "apps/apps_from.h"

#include "apps/apps_feed.h"
#include "apps/apps_outbox.h"
#include "apps/apps_reconnect.h"
#include "apps/apps_request.h"
#include "apps/apps_talk_stop.h"
#include "base/base_alloc.h"
#include "base/base_err.h"
#include "loop/loop_clock.h"

enum {
	OUTPUT_MAX = 1 << 20, /* bytes that wait for the connection before no more are added */
	STOP_MS = 2000,       /* for the server to take what was read, after a signal */
	READS_MAX = 64,       /* of the device in one turn: it may send without end */
};

struct from {
	const struct options *options;
	struct link link;
	struct reconnect reconnect;
	struct feed feed;
	struct outbox outbox;
	bool is_over, is_leaving;
	msec stop_ms; /* MSEC_NEVER: no signal came */
	int status;
};

static void finish(struct from *f, int status)
{
	if (!f->is_over)
		f->status = status;
	f->is_over = true;
}

static void tell_published(struct from *f, const struct client_done *done)
{
	if (done->outcome == CLIENT_LOST) {
		outbox_again(&f->outbox, done->ticket);
		return;
	}
	if (done->reason >= MQTT_UNSPECIFIED_ERROR)
		options_report(f->options, "a message is lost, the server does not take it: %s",
			mqtt_reason_name(done->reason));
	(void)outbox_over(&f->outbox, done->ticket);
}

static void tell_disconnected(struct from *f, const struct client_end *end)
{
	int status = f->is_over ? EXIT_DONE : link_explain_end(&f->link, end);

	if (end->cause == CLIENT_REFUSED)
		finish(f, status);
}

static bool tell(void *self, const struct client_effect *effect)
{
	struct from *f = self;

	if (effect->type == CLIENT_CONNECTED)
		reconnect_connected(&f->reconnect);
	else if (effect->type == CLIENT_PUBLISHED)
		tell_published(f, &effect->done);
	else if (effect->type == CLIENT_DISCONNECTED)
		tell_disconnected(f, &effect->end);
	return true;
}

/* Publishes a message of the outbox.  False: not now. */
static bool publish(struct from *f, struct span payload, uint64_t ticket)
{
	int err;

	outbox_sent(&f->outbox, ticket);
	err = request_publish(&f->link, payload, ticket);
	if (err == ERR_ABSENT || (err == ERR_LIMIT && client_unfinished(&f->link.client) > 0)) {
		outbox_again(&f->outbox, ticket);
		return false;
	}
	if (err)
		options_report(f->options, "a message is lost, it cannot be published: %s",
			mqtt_reason_name(
				err == ERR_LIMIT ? MQTT_PACKET_TOO_LARGE : (unsigned)-err));
	if (err || f->options->qos == 0)
		(void)outbox_over(&f->outbox, ticket);
	return true;
}

static void send_waiting(struct from *f)
{
	struct span payload;
	uint64_t ticket;

	while (client_is_online(&f->link.client) && f->link.out.size < OUTPUT_MAX &&
		outbox_next(&f->outbox, &payload, &ticket) && publish(f, payload, ticket))
		;
}

/* Reads while there is something to read, and room for it. */
static void fill(struct from *f)
{
	struct span message;
	int reads = 0;

	do {
		while (outbox_has_room(&f->outbox, 0) && feed_next(&f->feed, &message))
			outbox_add(&f->outbox, message, 0);
	} while (reads++ < READS_MAX && outbox_has_room(&f->outbox, 0) && feed_read(&f->feed));
}

/* What the last turn calls for. */
static void act(struct from *f)
{
	bool is_stopping = stop_status() != 0;
	msec now = loop_clock_ms();

	if (is_stopping && f->stop_ms == MSEC_NEVER)
		f->stop_ms = now + STOP_MS;
	if (!is_stopping && !f->is_over) {
		device_advance(&f->feed.device);
		fill(f);
	}
	send_waiting(f);
	if (is_stopping && (!client_is_online(&f->link.client) || now >= f->stop_ms))
		finish(f, EXIT_DONE);
	if (outbox_is_empty(&f->outbox) && (is_stopping || f->feed.device.state == DEVICE_OVER))
		finish(f, EXIT_DONE);
	if (f->is_over && !f->is_leaving) {
		f->is_leaving = true;
		link_leave(&f->link);
	}
}

/* Waits, and does what comes. */
static void turn(struct from *f)
{
	const struct device *d = &f->feed.device;
	bool is_wanted = f->stop_ms == MSEC_NEVER && !f->is_over;
	msec due = is_wanted ? device_due(d) : f->stop_ms;

	f->link.watched_count =
		is_wanted ? device_watch(d, outbox_has_room(&f->outbox, 0), f->link.watched) : 0;
	if (f->is_over)
		due = MSEC_NEVER;
	(void)reconnect_turn(&f->reconnect, due, !f->is_over);
	act(f);
}

int from_run(const struct options *o)
{
	struct from *f = alloc_sure(&alloc_libc, sizeof *f);
	uint64_t seed = reconnect_seed();
	size_t left;
	int status;

	*f = (struct from){.options = o, .stop_ms = MSEC_NEVER};
	stop_catch();
	link_init(&f->link, o, (uint16_t)o->inflight_max, tell, f);
	f->link.signals = stop_mask();
	reconnect_init(&f->reconnect, &f->link, seed);
	feed_init(&f->feed, o, seed);
	outbox_init(&f->outbox);
	while (!f->is_over || f->link.state != LINK_DOWN)
		turn(f);
	left = outbox_count(&f->outbox);
	if (left)
		options_report(o, "%zu messages did not reach the server", left);
	status = f->status == EXIT_DONE && left ? EXIT_LOST : f->status;
	outbox_done(&f->outbox);
	feed_done(&f->feed);
	link_done(&f->link);
	alloc_free(&alloc_libc, f, sizeof *f);
	return status;
}
