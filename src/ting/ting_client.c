/* ting_client.c - from the first connection to the last word. */
#include "ting/ting_client_state.h"
#include "ting/ting_client_url.h"

#include "net/net_error.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

enum {
	REQUESTS = 64, /* the defaults of ting/mqtt.h that count here too */
	REPLY_MS = 10000,
	LEAVE_MS = 1000,
};

/* What the application left to us is ours: every received message waits to be acknowledged until
 * the next is asked for. */
static void options_make(
	struct ting_client *c, const struct ting_client_options *given, const struct url *u)
{
	struct ting_client_options o = given ? *given : (struct ting_client_options){0};

	if (!o.user.at)
		o.user = u->user_text;
	if (!o.password.at)
		o.password = u->password_text;
	if (!o.version)
		o.version = TING_MQTT_5;
	if (!o.requests_max)
		o.requests_max = REQUESTS;
	if (!o.reply_timeout_ms)
		o.reply_timeout_ms = REPLY_MS;
	while (!o.seed && getrandom(&o.seed, sizeof o.seed, 0) < 0)
		continue; /* a signal came */
	c->options = keep_options(&c->kept, &o);
}

static int core_make(struct ting_client *c)
{
	struct ting_client_options o = c->options;
	size_t size;

	o.acknowledges_later = true;
	size = ting_core_size(&o);
	c->memory = malloc(size);
	if (!c->memory)
		return net_error_set(&c->error, -ENOMEM, "no memory for %zu bytes", size);
	return ting_core_init(&c->core, c->memory, size, &o, &c->error);
}

static struct ting_client *client_new(
	const struct ting_client_options *options, const struct url *u)
{
	struct ting_client *c = alloc_sure(&alloc_libc, sizeof *c);

	arena_init(&c->kept, &alloc_libc);
	arena_init(&c->welcomed, &alloc_libc);
	memcpy(c->endpoint, u->endpoint, sizeof c->endpoint);
	options_make(c, options, u);
	carrier_init(&c->carrier);
	outbox_init(&c->outbox, c->options.requests_max, TING_QUEUE_BYTES_MAX);
	inbox_init(&c->inbox, TING_INBOX_BYTES_MAX);
	list_init(&c->grants);
	c->correlation = c->options.seed;
	c->timeout_ms = -1;
	return c;
}

static void client_free(struct ting_client *c)
{
	carrier_done(&c->carrier);
	outbox_done(&c->outbox);
	inbox_done(&c->inbox);
	grant_done(c);
	received_free(c->lent);
	received_free(c->response);
	arena_done(&c->kept);
	arena_done(&c->welcomed);
	free(c->memory);
	alloc_free(&alloc_libc, c, sizeof *c);
}

static bool is_decided(const struct ting_client *c, const void *nothing)
{
	(void)nothing;
	return ting_core_is_connected(c->core) || c->ended;
}

int ting_client_open(struct ting_client **ret, const char *server,
	const struct ting_client_options *options, struct ting_error *err)
{
	struct ting_client *c;
	struct url u;
	int failed = url_parse(&u, server, err);

	if (failed)
		return failed;
	c = client_new(options, &u);
	failed = core_make(c);
	if (!failed)
		failed = turn_until(c, is_decided, NULL, TING_NEVER);
	if (!failed)
		failed = c->ended;
	if (failed) {
		(void)net_error_set(err, 0, "%s", c->error.text);
		client_free(c);
		return failed;
	}
	*ret = c;
	return 0;
}

void ting_client_set_timeout(struct ting_client *c, int timeout_ms)
{
	c->timeout_ms = timeout_ms;
}

const char *ting_client_error(const struct ting_client *c)
{
	return c->error.text;
}

bool ting_client_is_connected(const struct ting_client *c)
{
	return ting_core_is_connected(c->core);
}

const struct ting_welcome *ting_client_welcome(const struct ting_client *c)
{
	return &c->welcome;
}

void ting_client_close(struct ting_client *c)
{
	if (!c)
		return;
	turn_settle(c);
	c->is_leaving = true;
	if (ting_core_is_connected(c->core)) {
		(void)ting_core_disconnect(c->core, c->now, false);
		turn_drain(c);
		carrier_leave(&c->carrier, LEAVE_MS);
	}
	client_free(c);
}

static bool has_message(const struct ting_client *c, const void *nothing)
{
	(void)nothing;
	return !list_is_empty(&c->inbox.messages) || c->ungranted || c->is_interrupted;
}

/* 1: a message is there; 0: none in time; or -errno. */
static int wait_for_message(struct ting_client *c, msec due)
{
	int err;

	c->is_interrupted = false;
	err = turn_until(c, has_message, NULL, due);
	if (!list_is_empty(&c->inbox.messages))
		return 1;
	if (c->ungranted) {
		err = c->ungranted;
		c->ungranted = 0;
	} else if (c->is_interrupted) {
		err = net_error_set(&c->error, -EINTR, "a signal came");
	}
	return err == -ETIMEDOUT ? 0 : err;
}

int ting_client_next(struct ting_client *c, struct ting_message *ret, int timeout_ms)
{
	msec due = turn_due(c, timeout_ms);
	int count;

	if (c->lent && !c->options.acknowledges_later)
		(void)turn_acknowledge(c, c->lent->message.receipt, 0);
	received_free(c->lent);
	c->lent = NULL;
	count = wait_for_message(c, due);
	if (count <= 0)
		return count;
	c->lent = inbox_take(&c->inbox, &c->inbox.messages);
	*ret = c->lent->message;
	return 1;
}

int ting_client_acknowledge(struct ting_client *c, uint64_t receipt, uint8_t reason)
{
	int err = turn_acknowledge(c, receipt, reason);

	turn_once(c);
	return err;
}
