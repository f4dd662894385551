/* ting_core_event.c - effects of the client, one at a time and in the public words.
 *
 * A step's effects are handed out before the next step is made; when they are used up and work is
 * left, that step is made here, with the bytes that were not yet taken. */
#include "ting/ting_core_state.h"
#include "ting/ting_words.h"

#include <errno.h>

/* Later moments are taken for mistakes: what is added to one of these has room. */
static const msec clock_max = MSEC_NEVER / 2;

int core_step(struct ting_core *c, struct client_event event)
{
	int err;

	event.now = c->now;
	client_effects_reset(&c->effects);
	c->at = 0;
	c->input = event.type == CLIENT_RECEIVED ? event.bytes : span_of(NULL, 0);
	err = client_step(&c->client, &event, &c->effects);
	c->input = span_skip(c->input, c->effects.taken);
	c->taken += c->effects.taken;
	if (event.type == CLIENT_RECEIVED && event.bytes.size)
		c->wanted = c->effects.wanted;
	return err;
}

int core_begin(struct ting_core *c, int64_t now)
{
	if (c->at < c->effects.count || c->effects.is_pending || c->errand)
		return -EBUSY;
	if (now > c->now && now <= clock_max) /* whatever the caller's clock does */
		c->now = now;
	return 0;
}

/* What follows in memory and in order goes as one: acknowledgements mostly. */
static void make_send(
	struct ting_core *c, const struct client_effect *effect, struct ting_event *ret)
{
	struct span bytes = effect->send.head;

	if (c->is_body) {
		ret->bytes = words_text(effect->send.body);
		c->is_body = false;
		return;
	}
	while (!(c->is_body = effect->send.body.size) && c->at + 1 < c->effects.count &&
		effect[1].type == CLIENT_SEND && effect[1].send.head.at == bytes.at + bytes.size) {
		effect++;
		c->at++;
		bytes.size += effect->send.head.size;
	}
	ret->bytes = words_text(bytes);
}

static void make_connected(
	struct ting_core *c, const struct client_effect *effect, struct ting_event *ret)
{
	const struct mqtt_connack *p = &effect->connack;
	const struct mqtt_props *props = &p->props;

	core_welcomed(c, p);
	ret->welcome = (struct ting_welcome){
		.is_session_present = p->is_session_present,
		.assigned_id = words_text(props->assigned_client_id),
		.response_information = words_text(props->response_information),
		.server_reference = words_text(props->server_reference),
		.reason_string = words_text(props->reason_string),
		.qos_max = props->qos_max,
		.has_retain = props->retain_available,
		.has_wildcards = props->wildcard_available,
		.has_subscription_ids = props->subscription_id_available,
		.has_shared = props->shared_available,
		.receive_max = props->receive_max,
		.keepalive_s = props->present & MQTT_PROPERTY_BIT(MQTT_SERVER_KEEP_ALIVE)
			? props->server_keepalive_s
			: c->connect.keepalive_s,
		.aliases_max = props->topic_alias_max,
		.packet_bytes_max = props->packet_bytes_max,
		.session_expiry_s = props->present & MQTT_PROPERTY_BIT(MQTT_SESSION_EXPIRY_INTERVAL)
			? props->session_expiry_s
			: c->options.session_expiry_s,
		.properties = {.encoded = words_text(props->raw)},
	};
}

static void make_message(
	struct ting_core *c, const struct client_effect *effect, struct ting_event *ret)
{
	(void)c;
	words_of_message(&effect->message, &ret->message);
	ret->message.receipt = effect->receipt;
}

static void make_data(
	struct ting_core *c, const struct client_effect *effect, struct ting_event *ret)
{
	(void)c;
	ret->data = words_text(effect->auth.auth_data);
}

static void make_answer(
	struct ting_core *c, const struct client_effect *effect, struct ting_event *ret)
{
	static const enum ting_outcome outcomes[] = {
		[CLIENT_DONE] = TING_ANSWERED,
		[CLIENT_OVER_LIMIT] = TING_FORBIDDEN,
		[CLIENT_LOST] = TING_LOST,
	};

	(void)c;
	ret->answer = (struct ting_answer){
		.outcome = outcomes[effect->done.outcome],
		.ticket = effect->done.ticket,
		.reason = effect->done.reason,
		.reasons = words_text(effect->done.reasons),
		.reason_string = words_text(effect->done.props.reason_string),
	};
}

static void make_disconnected(
	struct ting_core *c, const struct client_effect *effect, struct ting_event *ret)
{
	static const enum ting_cause causes[] = {
		[CLIENT_ASKED] = TING_ASKED,
		[CLIENT_REFUSED] = TING_REFUSED,
		[CLIENT_SENT_OFF] = TING_SENT_OFF,
		[CLIENT_BROKEN] = TING_BROKEN,
		[CLIENT_FAULT] = TING_FAULT,
		[CLIENT_SILENT] = TING_SILENT,
	};

	ret->farewell = (struct ting_farewell){
		.cause = c->is_leaving ? TING_ASKED : causes[effect->end.cause],
		.reason = effect->end.reason,
		.reason_string = words_text(effect->end.props.reason_string),
		.server_reference = words_text(effect->end.props.server_reference),
	};
	core_lost(c);
}

static const struct {
	enum ting_event_type type;
	void (*make)(
		struct ting_core *c, const struct client_effect *effect, struct ting_event *ret);
} rows[] = {
	[CLIENT_SEND] = {TING_SEND, make_send},
	[CLIENT_CLOSE] = {TING_CLOSE, NULL},
	[CLIENT_CONNECTED] = {TING_CONNECTED, make_connected},
	[CLIENT_MESSAGE] = {TING_MESSAGE, make_message},
	[CLIENT_CHALLENGED] = {TING_CHALLENGED, make_data},
	[CLIENT_AUTHENTICATED] = {TING_AUTHENTICATED, make_data},
	[CLIENT_PUBLISHED] = {TING_PUBLISHED, make_answer},
	[CLIENT_SUBSCRIBED] = {TING_SUBSCRIBED, make_answer},
	[CLIENT_UNSUBSCRIBED] = {TING_UNSUBSCRIBED, make_answer},
	[CLIENT_DISCONNECTED] = {TING_DISCONNECTED, make_disconnected},
};

bool ting_core_next(struct ting_core *c, struct ting_event *ret)
{
	while (c->at == c->effects.count && c->effects.is_pending)
		(void)core_step(c, (struct client_event){CLIENT_RECEIVED, .bytes = c->input});
	*ret = (struct ting_event){0};
	if (c->at < c->effects.count) {
		const struct client_effect *effect = &c->effects.list[c->at];

		ret->type = rows[effect->type].type;
		if (rows[effect->type].make)
			rows[effect->type].make(c, effect, ret);
		if (!c->is_body)
			c->at++;
		return true;
	}
	if (c->errand == ERRAND_NONE)
		return false;
	ret->type = c->errand == ERRAND_OPEN ? TING_OPEN : TING_CLOSE;
	c->errand = ERRAND_NONE;
	return true;
}
