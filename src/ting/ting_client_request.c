/* ting_client_request.c - what the application asks for: queued first, always, and then waited for
 * if it wants that. */
#include "ting/ting_client_state.h"

#include "net/net_error.h"

#include <errno.h>

void request_end(struct ting_client *c, struct request *r, int result)
{
	outbox_move(&c->outbox, r, REQUEST_OVER);
	r->result = result;
	if (r->is_awaited)
		return;
	if (result < 0 && r->is_renewal && !c->ungranted)
		c->ungranted = result;
	else if (result < 0 && !r->is_renewal && !c->failed)
		c->failed = result;
	outbox_remove(&c->outbox, r);
}

static int over(struct ting_client *c)
{
	return c->is_over ? -ENOTCONN : 0;
}

static bool has_room(const struct ting_client *c, const void *bytes)
{
	return outbox_has_room(&c->outbox, *(const size_t *)bytes);
}

/* Waits until there is room for `bytes` more. */
static int wait_for_room(struct ting_client *c, size_t bytes, msec due)
{
	int err = over(c);

	if (!err && !has_room(c, &bytes))
		err = turn_until(c, has_room, &bytes, due);
	if (err && err != -ENOTCONN)
		return net_error_set(&c->error, -ENOBUFS,
			"the queue is full: %zu requests of %zu bytes", c->outbox.count,
			c->outbox.bytes);
	return err;
}

static bool is_request_over(const struct ting_client *c, const void *request)
{
	const struct request *r = request;

	(void)c;
	return r->state == REQUEST_OVER;
}

/* Waits until the request, which was just queued, is over.  Its result; or it goes on alone. */
static int wait_for(struct ting_client *c, struct request *r, msec due)
{
	int result;

	r->is_awaited = true;
	result = turn_until(c, is_request_over, r, due);
	r->is_awaited = false;
	if (result == -ENOTCONN && r->state == REQUEST_ASKED)
		return -ECONNRESET;
	if (result == -ETIMEDOUT)
		(void)net_error_set(&c->error, 0, "the server has not answered in time");
	if (result)
		return result;
	result = r->result;
	outbox_remove(&c->outbox, r);
	return result;
}

static int message_check(struct ting_client *c, const struct ting_message *m)
{
	if (!ting_topic_is_valid(m->topic))
		return net_error_set(&c->error, -EINVAL, "\"%.*s\" cannot be published to",
			(int)m->topic.size, m->topic.at ? m->topic.at : "");
	if (m->qos > 2)
		return net_error_set(&c->error, -EINVAL, "there is QoS 0, 1 and 2");
	return over(c);
}

int ting_client_publish(struct ting_client *c, const struct ting_message *m)
{
	msec due = turn_due(c, c->timeout_ms);
	struct request *r;
	int err = message_check(c, m);

	if (!err)
		err = wait_for_room(c, keep_message_bytes(m), due);
	if (!err)
		err = outbox_add_message(&r, &c->outbox, m);
	return err ? err : wait_for(c, r, due);
}

int ting_client_say(struct ting_client *c, const char *topic, const char *text, uint8_t qos)
{
	struct ting_message m = {.topic = ting_text(topic), .payload = ting_text(text), .qos = qos};

	return ting_client_publish(c, &m);
}

int64_t ting_client_queue(struct ting_client *c, const struct ting_message *m)
{
	struct request *r;
	int64_t place;
	int err = message_check(c, m);

	if (!err)
		err = wait_for_room(c, keep_message_bytes(m), turn_due(c, 0));
	if (!err)
		err = outbox_add_message(&r, &c->outbox, m);
	if (err)
		return err;
	place = (int64_t)r->place;
	turn_once(c); /* it may be over then */
	return place;
}

static bool is_flushed(const struct ting_client *c, const void *nothing)
{
	(void)nothing;
	return c->outbox.count == 0 || c->failed;
}

int ting_client_flush(struct ting_client *c, int timeout_ms)
{
	int err = turn_until(c, is_flushed, NULL, turn_due(c, timeout_ms));

	if (c->failed)
		err = c->failed;
	c->failed = 0;
	return err && err != -ETIMEDOUT ? err : (int)c->outbox.count;
}

static int filters_check(struct ting_client *c, const struct ting_filter *filters, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct ting_text filter = filters[i].filter;

		if (!ting_filter_is_valid(filter))
			return net_error_set(&c->error, -EINVAL, "\"%.*s\" is no topic filter",
				(int)filter.size, filter.at ? filter.at : "");
		if (filters[i].qos > 2)
			return net_error_set(&c->error, -EINVAL, "there is QoS 0, 1 and 2");
	}
	if (count == 0)
		return net_error_set(&c->error, -EINVAL, "no topic filter");
	return over(c);
}

static int ask(struct ting_client *c, enum request_type type, const struct ting_filter *filters,
	size_t count)
{
	msec due = turn_due(c, c->timeout_ms);
	struct request *r;
	int err = filters_check(c, filters, count);

	if (!err)
		err = wait_for_room(c, 0, due);
	if (!err)
		err = outbox_add_filters(&r, &c->outbox, type, filters, count);
	return err ? err : wait_for(c, r, due);
}

int ting_client_subscribe_all(
	struct ting_client *c, const struct ting_filter *filters, size_t count)
{
	return ask(c, REQUEST_SUBSCRIBE, filters, count);
}

int ting_client_subscribe(struct ting_client *c, const char *filter, uint8_t qos)
{
	struct ting_filter one = {.filter = ting_text(filter), .qos = qos};

	return ask(c, REQUEST_SUBSCRIBE, &one, 1);
}

int ting_client_unsubscribe(struct ting_client *c, const char *filter)
{
	struct ting_filter one = {.filter = ting_text(filter)};

	return ask(c, REQUEST_UNSUBSCRIBE, &one, 1);
}
