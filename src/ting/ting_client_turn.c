/* ting_client_turn.c - one turn: hand over, write, wait, read, do what the core says.
 *
 * The application may have been away for long.  So before the core is told how late it is, it is
 * told what came meanwhile: an answer that lies in the socket is not late. */
#include "ting/ting_client_state.h"

#include "loop/loop_clock.h"
#include "net/net_error.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

enum {
	WAITING_MAX = 256 << 10, /* bytes of output beyond which no request is handed over */
	/* And beyond which nothing is read, so that what the server makes us answer has a bound
	 * too: all that the application may have under way, and a little. */
	ANSWERS_MAX = TING_QUEUE_BYTES_MAX + (1 << 20),
	/* Reads for what came while the application was away: more than a socket holds, and no
	 * more, because a server may send without end. */
	READS_MAX = 256,
};

static void connection_lost(struct ting_client *c)
{
	if (c->broken == -ENOMEM)
		(void)net_error_set(&c->error, 0, "no memory for what arrives or has to go");
	else
		(void)net_error_set(&c->error, 0, "the connection to %s was lost: %s", c->endpoint,
			c->broken ? strerror(-c->broken) : "the server closed it");
	c->ended = c->broken ? c->broken : -ECONNRESET;
	c->broken = 0;
	carrier_close(&c->carrier);
	outbox_rewind(&c->outbox);
	(void)ting_core_closed(c->core, c->now);
}

/* No connection came about. */
static void open_failed(struct ting_client *c, int err)
{
	c->ended = err;
	c->is_over |= c->options.retry_min_ms < 0;
	(void)ting_core_closed(c->core, c->now);
}

static void open_begin(struct ting_client *c)
{
	int err = carrier_open(&c->carrier, c->endpoint, &c->error);

	c->open_by = c->now + c->options.reply_timeout_ms;
	if (err)
		open_failed(c, err);
}

/* What an event asked for and could not be done among the events.  False: nothing. */
static bool do_errand(struct ting_client *c)
{
	if (c->broken) {
		connection_lost(c);
	} else if (c->wants_stop) {
		c->wants_stop = c->wants_open = false;
		(void)ting_core_disconnect(c->core, c->now, false);
	} else if (c->has_proof) {
		c->has_proof = false;
		if (ting_core_authenticate(c->core, c->now, c->proof) < 0)
			c->broken = -EPROTO;
	} else if (c->wants_open) {
		c->wants_open = false;
		open_begin(c);
	} else {
		return false;
	}
	return true;
}

void turn_drain(struct ting_client *c)
{
	struct ting_event e;

	do {
		while (ting_core_next(c->core, &e))
			event_take(c, &e);
	} while (do_errand(c));
}

static bool listens(const struct ting_client *c)
{
	if (carrier_waiting(&c->carrier) > ANSWERS_MAX)
		return false;
	return !inbox_is_full(&c->inbox) || !ting_core_is_connected(c->core);
}

static bool is_up(const struct ting_client *c)
{
	return c->carrier.end && !c->carrier.is_opening;
}

/* Gives the core what is in the input. */
static void feed(struct ting_client *c)
{
	struct ting_text input = carrier_input(&c->carrier);

	if (ting_core_received(c->core, c->now, input.at, input.size) < 0)
		return;
	turn_drain(c);
	if (is_up(c) &&
		carrier_take(&c->carrier, ting_core_taken(c->core), ting_core_wanted(c->core)) < 0)
		c->broken = -ENOMEM;
	turn_drain(c);
}

/* Reads once.  False: nothing came. */
static bool read_once(struct ting_client *c)
{
	ssize_t count = carrier_read(&c->carrier);

	if (count == -EAGAIN || count == -ENOBUFS)
		return false;
	if (count > 0) {
		feed(c);
		return true;
	}
	c->broken = count < 0 ? (int)count : -ECONNRESET;
	turn_drain(c);
	return false;
}

/* The core's word for it. */
static int hand_over(struct ting_client *c, struct request *r)
{
	uint64_t ticket = (uintptr_t)r;
	struct ting_text name;

	switch (r->type) {
	case REQUEST_PUBLISH:
		return ting_core_publish(c->core, c->now, &r->message, ticket);
	case REQUEST_SUBSCRIBE:
		return ting_core_subscribe(c->core, c->now, r->filters, r->filters_count, ticket);
	case REQUEST_UNSUBSCRIBE:
		name = r->filters[0].filter;
		return ting_core_unsubscribe(c->core, c->now, &name, 1, ticket);
	}
	return -EINVAL;
}

static const char *complaint(int err)
{
	switch (err) {
	case -EINVAL:
		return "the topic, the filter, the QoS or a property is not allowed";
	case -EMSGSIZE:
		return "larger than the server, or send_bytes_max, allows";
	case -EOPNOTSUPP:
		return "the server has no such thing (a QoS, retained messages, shared "
		       "subscriptions, subscription ids or wildcards)";
	default:
		return strerror(-err);
	}
}

static void refuse(struct ting_client *c, struct request *r, int err)
{
	struct ting_text name = request_name(r);

	(void)net_error_set(&c->error, 0, "%.*s: %s", (int)name.size, name.at, complaint(err));
	request_end(c, r, err);
}

/* Hands over the first that waits.  False: not now. */
static bool hand_over_first(struct ting_client *c)
{
	struct request *r = outbox_first(&c->outbox, REQUEST_WAITING);
	bool has_answer = r && (r->type != REQUEST_PUBLISH || r->message.qos > 0);
	int err;

	if (!r || carrier_waiting(&c->carrier) > WAITING_MAX)
		return false;
	if (r->message.qos > 0 && c->asked >= c->welcome.receive_max)
		return false;
	err = hand_over(c, r);
	/* Requests that are open make room when they are over; what still does not fit then never
	 * will. */
	if (err == -ENOTCONN ||
		(err == -ENOBUFS && has_answer && outbox_first(&c->outbox, REQUEST_ASKED)))
		return false;
	if (err)
		refuse(c, r, err == -ENOBUFS ? -EMSGSIZE : err);
	else
		outbox_move(&c->outbox, r, has_answer ? REQUEST_ASKED : REQUEST_WRITTEN);
	c->asked += !err && r->message.qos > 0;
	turn_drain(c);
	if (!err && !has_answer && r->state == REQUEST_WRITTEN)
		r->mark = carrier_mark(&c->carrier);
	return true;
}

static void push(struct ting_client *c)
{
	struct request *r;

	while (ting_core_is_connected(c->core) && hand_over_first(c))
		continue;
	if (!is_up(c))
		return;
	c->broken = carrier_flush(&c->carrier);
	while ((r = outbox_first(&c->outbox, REQUEST_WRITTEN)) && r->mark <= c->carrier.written)
		request_end(c, r, 0);
	turn_drain(c);
}

/* The descriptor is ready. */
static void open_finish(struct ting_client *c)
{
	int err = carrier_finish(&c->carrier, &c->error);

	if (err == -EAGAIN)
		return;
	if (err)
		open_failed(c, err);
	else
		(void)ting_core_opened(c->core, c->now);
	turn_drain(c);
}

void turn_settle(struct ting_client *c)
{
	c->now = loop_clock_ms();
	if (c->carrier.is_opening && c->now >= c->open_by) {
		carrier_close(&c->carrier);
		open_failed(c,
			net_error_set(&c->error, -ETIMEDOUT,
				"cannot connect to %s: no answer within %d ms", c->endpoint,
				c->options.reply_timeout_ms));
		turn_drain(c);
	}
	if (c->now >= ting_core_deadline(c->core)) {
		for (int i = 0; i < READS_MAX && is_up(c) && listens(c) && read_once(c); i++)
			respond_sort(c); /* a response that nobody awaits is in nobody's way */
		(void)ting_core_tick(c->core, c->now);
		turn_drain(c);
	}
	push(c);
}

static void ready(struct ting_client *c, short events)
{
	if (c->carrier.is_opening) {
		open_finish(c);
	} else if (events & (POLLHUP | POLLERR) && !(carrier_events(&c->carrier, true) & POLLIN)) {
		c->broken = -ECONNRESET; /* and what the server still said, it will say again */
		turn_drain(c);
	} else if (events & (POLLIN | POLLHUP | POLLERR) && listens(c)) {
		(void)read_once(c);
	}
}

static int milliseconds(msec from, msec until)
{
	if (until <= from)
		return 0;
	return until - from > INT_MAX ? INT_MAX : (int)(until - from);
}

/* Takes one, which waits until `due`. */
static void turn(struct ting_client *c, msec due)
{
	struct pollfd wait;
	msec next;
	int count;

	turn_settle(c);
	next = ting_core_deadline(c->core);
	if (c->carrier.is_opening && c->open_by < next)
		next = c->open_by;
	if (due < next)
		next = due;
	wait.fd = carrier_descriptor(&c->carrier);
	wait.events = carrier_events(&c->carrier, listens(c));
	count = poll(&wait, 1, next == TING_NEVER ? -1 : milliseconds(c->now, next));
	c->is_interrupted |= count < 0 && errno == EINTR;
	c->now = loop_clock_ms();
	if (count > 0)
		ready(c, wait.revents);
	respond_sort(c);
	push(c);
}

void turn_once(struct ting_client *c)
{
	turn(c, 0);
}

int turn_until(struct ting_client *c,
	bool (*is_there)(const struct ting_client *c, const void *what), const void *what, msec due)
{
	bool is_last = false;

	turn_settle(c);
	while (!is_there(c, what)) {
		if (c->is_over)
			return -ENOTCONN;
		if (is_last)
			return -ETIMEDOUT;
		if (inbox_is_full(&c->inbox) && ting_core_is_connected(c->core))
			return net_error_set(&c->error, -EINPROGRESS,
				"received messages wait, and no more fit: take them with "
				"ting_client_next()");
		is_last = c->now >= due;
		turn(c, due);
	}
	return 0;
}

msec turn_due(struct ting_client *c, int timeout_ms)
{
	c->now = loop_clock_ms();
	return timeout_ms < 0 ? TING_NEVER : c->now + timeout_ms;
}

int turn_acknowledge(struct ting_client *c, uint64_t receipt, uint8_t reason)
{
	int err = receipt ? ting_core_acknowledge(c->core, c->now, receipt, reason) : 0;

	turn_drain(c);
	if (is_up(c) && c->carrier.in.size) /* what had to wait for that */
		feed(c);
	return err;
}

int ting_client_descriptor(const struct ting_client *c, short *ret, int *ret_timeout)
{
	msec now = loop_clock_ms(), next = ting_core_deadline(c->core);

	if (c->carrier.is_opening && c->open_by < next)
		next = c->open_by;
	*ret = carrier_events(&c->carrier, listens(c));
	*ret_timeout = next == TING_NEVER ? -1 : milliseconds(now, next);
	if (!list_is_empty(&c->inbox.messages))
		*ret_timeout = 0;
	return carrier_descriptor(&c->carrier);
}
