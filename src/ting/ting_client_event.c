/* ting_client_event.c - what the core says, and what becomes of it.
 *
 * Nothing here may call the core, whose events are not yet all taken: what has to be done with it
 * is left as an errand. */
#include "ting/ting_client_state.h"

#include "net/net_error.h"

#include <errno.h>
#include <stdio.h>

enum { TAKEN_OVER = 0x8E, QOS_1 = 1 };

/* "the server refused home/door: not authorized (no such room)" */
static void complain(struct ting_client *c, const char *what, struct ting_text name,
	const char *reason, struct ting_text reason_string)
{
	bool has_string = reason_string.size;

	(void)net_error_set(&c->error, 0, "%s%.*s%s%s%s%.*s%s", what, (int)name.size, name.at,
		reason ? ": " : "", reason ? reason : "", has_string ? " (" : "",
		(int)reason_string.size, has_string ? reason_string.at : "", has_string ? ")" : "");
}

static void take_farewell(struct ting_client *c, const struct ting_farewell *f)
{
	static const struct {
		const char *sentence;
		int err;
		bool has_reason;
	} rows[] = {
		[TING_ASKED] = {"the connection was closed", -ENOTCONN, false},
		[TING_REFUSED] = {"the server refused the connection", -EACCES, true},
		[TING_SENT_OFF] = {"the server ended the connection", -ECONNRESET, true},
		[TING_BROKEN] = {NULL, -ECONNRESET, false}, /* said where it was noticed */
		[TING_FAULT] = {"the server broke the protocol", -EPROTO, true},
		[TING_SILENT] = {"the server does not answer", -ETIMEDOUT, false},
	};
	bool has_code = f->cause == TING_REFUSED && c->options.version < TING_MQTT_5;
	const char *name =
		has_code ? ting_return_code_name(f->reason) : ting_reason_name(f->reason);
	struct ting_text none = {"", 0};
	bool has_reference = f->server_reference.size && !f->reason_string.size;

	if (rows[f->cause].sentence) {
		complain(c, rows[f->cause].sentence, none, rows[f->cause].has_reason ? name : NULL,
			has_reference ? f->server_reference : f->reason_string);
		c->ended = rows[f->cause].err;
	}
	/* Two clients of one name that connect again would take each other's place for ever. */
	c->wants_stop = f->cause == TING_SENT_OFF && f->reason == TAKEN_OVER;
	c->is_over = c->wants_stop || c->options.retry_min_ms < 0;
	outbox_rewind(&c->outbox);
}

static void take_welcome(struct ting_client *c, const struct ting_welcome *w)
{
	arena_reset(&c->welcomed);
	c->welcome = keep_welcome(&c->welcomed, w);
	if (c->options.id.size == 0)
		c->options.id = keep_text(&c->kept, w->assigned_id);
	if (w->is_session_present) {
		inbox_resume(&c->inbox);
	} else {
		inbox_outlive(&c->inbox);
		grant_renew(c);
	}
}

static void take_message(struct ting_client *c, const struct ting_message *m)
{
	struct inbox *i = &c->inbox;
	bool is_response = respond_is_response(c, m);

	if (inbox_add(i, is_response ? &i->responses : &i->messages, m) < 0)
		c->broken = -ENOMEM;
}

/* The first filter that was refused; all of them: none was. */
static size_t refusal_find(const struct request *r, const struct ting_answer *a)
{
	size_t i = 0;

	while (i < r->filters_count && (i >= a->reasons.size || (uint8_t)a->reasons.at[i] < 0x80))
		i++;
	return i;
}

/* The server has answered: what the application is told. */
static int result_of(struct ting_client *c, const struct request *r, const struct ting_answer *a)
{
	size_t refused = refusal_find(r, a);
	struct ting_text name = request_name(r);
	uint8_t reason = a->reason;

	if (refused < r->filters_count) {
		name = r->filters[refused].filter;
		reason = (uint8_t)a->reasons.at[refused];
	}
	if (reason >= 0x80) {
		complain(
			c, "the server refused ", name, ting_reason_name(reason), a->reason_string);
		return -EACCES;
	}
	if (r->type == REQUEST_SUBSCRIBE && a->reasons.size)
		return (uint8_t)a->reasons.at[a->reasons.size - 1];
	return 0;
}

static int forbidden(struct ting_client *c, const struct request *r, uint8_t reason)
{
	enum { PACKET_TOO_LARGE = 0x95 };
	struct ting_text none = {"", 0};

	complain(c, "the server does not take ", request_name(r), ting_reason_name(reason), none);
	return reason == PACKET_TOO_LARGE ? -EMSGSIZE : -EOPNOTSUPP;
}

/* What the server may not have seen is asked of it again, unless it must not come twice. */
static void take_loss(struct ting_client *c, struct request *r)
{
	struct ting_text none = {"", 0};

	if (r->message.qos <= QOS_1) {
		outbox_move(&c->outbox, r, REQUEST_WAITING);
		return;
	}
	complain(c, "the server lost the session: it may have got the message or not: ",
		request_name(r), NULL, none);
	request_end(c, r, -ECONNRESET);
}

static void take_answer(struct ting_client *c, const struct ting_answer *a)
{
	struct request *r = (struct request *)(uintptr_t)a->ticket;

	c->asked -= r->message.qos > 0;
	switch (a->outcome) {
	case TING_ANSWERED:
		if (r->type != REQUEST_PUBLISH)
			grant_keep(c, r, a->reasons);
		request_end(c, r, result_of(c, r, a));
		break;
	case TING_FORBIDDEN:
		request_end(c, r, forbidden(c, r, a->reason));
		break;
	case TING_LOST:
		take_loss(c, r);
		break;
	}
}

static void take_challenge(struct ting_client *c, struct ting_text challenge)
{
	const struct ting_client_options *o = &c->options;

	c->proof = (struct ting_text){NULL, 0};
	c->has_proof = true;
	if (o->authenticate && o->authenticate(o->authenticate_context, challenge, &c->proof) == 0)
		return;
	c->has_proof = false;
	c->broken = -EACCES;
}

static void take_close(struct ting_client *c)
{
	if (c->is_leaving)
		return;
	(void)carrier_flush(&c->carrier); /* DISCONNECT says why, if it can */
	carrier_close(&c->carrier);
}

void event_take(struct ting_client *c, const struct ting_event *e)
{
	switch (e->type) {
	case TING_OPEN:
		c->wants_open = true;
		break;
	case TING_SEND:
		if (c->carrier.end && !c->broken)
			c->broken = carrier_send(&c->carrier, e->bytes);
		break;
	case TING_CLOSE:
		if (c->carrier.end)
			take_close(c);
		break;
	case TING_CONNECTED:
		take_welcome(c, &e->welcome);
		break;
	case TING_MESSAGE:
		take_message(c, &e->message);
		break;
	case TING_PUBLISHED:
	case TING_SUBSCRIBED:
	case TING_UNSUBSCRIBED:
		take_answer(c, &e->answer);
		break;
	case TING_CHALLENGED:
		take_challenge(c, e->data);
		break;
	case TING_AUTHENTICATED:
		break;
	case TING_DISCONNECTED:
		take_farewell(c, &e->farewell);
		break;
	}
}
