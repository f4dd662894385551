/* broker_subscribe.c - SUBSCRIBE and UNSUBSCRIBE, a filter at a time.
 *
 * A packet may hold many filters and each may have to wait for a decision: what is
 * pending counts those that are done and holds their codes until the answer goes out. */
#include "base/base_err.h"
#include "broker/broker_input.h"
#include "broker/broker_state.h"
#include "broker/broker_subscription.h"

#include <assert.h>

enum {
	ANSWER_HEAD_BYTES_MAX = 16,
	FILTERS_MAX = 10000, /* of one packet, which is read again whenever one had to wait */
};

/* A reason code as the client's version says it.  [MQTT-3.9.3-2] */
static uint8_t as_told(const struct broker_conn *c, enum mqtt_reason reason)
{
	return c->version == MQTT_5 || reason < MQTT_UNSPECIFIED_ERROR ? (uint8_t)reason
								       : MQTT_SUBACK_FAILURE;
}

static enum mqtt_reason refusal_of(struct broker *b, int err)
{
	if (err == ERR_MEMORY)
		b->stats.alloc_failures++;
	return err == ERR_LIMIT ? MQTT_QUOTA_EXCEEDED : MQTT_UNSPECIFIED_ERROR;
}

/* The QoS that is granted, or why not. */
static enum mqtt_reason subscribe(struct broker *b, struct broker_conn *c,
	const struct topic_filter *f, struct mqtt_filter *options, uint32_t id)
{
	struct broker_subscription *subscription;
	bool is_new;
	int err;

	if (options->qos > b->config.qos_max) /* [MQTT-3.2.2-10] */
		options->qos = b->config.qos_max;
	if (c->is_bridge)
		options->is_no_local = options->is_retain_as_published = true;
	err = broker_subscription_put(b, c->session, f, &subscription, &is_new);
	if (err)
		return refusal_of(b, err);
	if (f->group.size == 0 && b->config.is_retain_available &&
		(options->retain_handling == 0 || (options->retain_handling == 1 && is_new)))
		err = broker_retain_replay(b, subscription, f->filter); /* [MQTT-3.3.1-9] */
	if (err && is_new)
		broker_subscription_remove(b, subscription);
	if (err) /* what was there before stays as it was */
		return refusal_of(b, err);
	broker_subscription_set(subscription, options, id);
	return (enum mqtt_reason)options->qos;
}

/* False: the filter waits for a decision. */
static bool subscribe_one(struct broker *b, struct broker_conn *c, struct mqtt_filter *options,
	uint32_t id, uint8_t *ret_reason)
{
	struct broker_question q = {.type = BROKER_ASK_SUBSCRIBE,
		.client_id = broker_session_client_id(c->session),
		.qos = options->qos};
	enum mqtt_reason reason = MQTT_TOPIC_FILTER_INVALID;
	struct broker_answer answer;
	struct topic_filter f;

	if (topic_filter_parse(options->filter, &f) == 0) {
		q.topic = f.filter;
		answer = broker_conn_ask(b, c, &q);
		if (answer.verdict == BROKER_LATER)
			return false;
		if (answer.verdict == BROKER_YES)
			reason = subscribe(b, c, &f, options, id);
		else
			reason = answer.reason ? answer.reason : MQTT_NOT_AUTHORIZED;
	}
	broker_tell(b,
		reason < MQTT_UNSPECIFIED_ERROR ? BROKER_NOTE_SUBSCRIBED
						: BROKER_NOTE_SUBSCRIBE_REFUSED,
		c, &(struct broker_note){.topic = options->filter, .reason = reason});
	*ret_reason = as_told(c, reason);
	return true;
}

static uint8_t unsubscribe_one(struct broker *b, struct broker_conn *c, struct span filter)
{
	struct topic_filter f;
	struct topic_sub *found;

	if (topic_filter_parse(filter, &f))
		return MQTT_TOPIC_FILTER_INVALID;
	found = topic_tree_find(b->tree, &f, c->session->serial);
	if (!found)
		return MQTT_NO_SUBSCRIPTION_EXISTED;
	broker_subscription_remove(b, LIST_ENTRY(found, struct broker_subscription, sub));
	broker_tell(b, BROKER_NOTE_UNSUBSCRIBED, c, &(struct broker_note){.topic = filter});
	return MQTT_SUCCESS;
}

/* Works on the filters that are left.  False: some must wait. */
static bool go_through(struct broker *b, struct broker_conn *c, enum mqtt_type type,
	const struct mqtt_subscribe *p)
{
	struct broker_pending *pending = c->pending;
	struct reader r = reader_of(p->filters);
	struct mqtt_filter filter;
	size_t i;

	for (i = 0; mqtt_filter_next(&r, type, c->version, &filter); i++) {
		uint8_t *reason = &pending->reasons[i];

		if (i < pending->filters_done)
			continue;
		if (b->work == 0) {
			broker_conn_block(b, c, BLOCK_WORK);
			return false;
		}
		broker_spend(b, 1);
		if (type == MQTT_UNSUBSCRIBE)
			*reason = unsubscribe_one(b, c, filter.filter);
		else if (!subscribe_one(b, c, &filter, p->props.subscription_id, reason))
			return false;
		pending->filters_done++;
	}
	assert(i == p->filters_count);
	return true;
}

static void answer(struct broker *b, struct broker_conn *c, enum mqtt_type type,
	const struct mqtt_subscribe *p)
{
	struct mqtt_suback suback = {.packet_id = p->packet_id};
	struct writer w = broker_conn_packet(b, ANSWER_HEAD_BYTES_MAX + p->filters_count);

	mqtt_props_init(&suback.props);
	if (type == MQTT_SUBACK || c->version == MQTT_5)
		suback.reasons = span_of(c->pending->reasons, p->filters_count);
	mqtt_suback_encode(&w, type, c->version, &suback);
	if (writer_span(&w).size > c->packet_bytes_max) /* [MQTT-3.1.2-24] */
		broker_conn_fault(b, c, MQTT_QUOTA_EXCEEDED,
			"the answer is above the client's maximum packet size");
	broker_conn_send(b, c, &w, NULL);
}

static bool handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f,
	enum mqtt_type answer_type)
{
	struct mqtt_subscribe p;
	int err = mqtt_subscribe_decode(f, c->version, &p);

	if (!err && p.filters_count > FILTERS_MAX)
		err = -MQTT_QUOTA_EXCEEDED;
	if (err) {
		broker_conn_fault(b, c, mqtt_reason_of(err), mqtt_type_name(f->type));
		return true;
	}
	if (!broker_conn_remember(b, c, p.filters_count)) {
		broker_conn_starve(b, c);
		return true;
	}
	if (!go_through(b, c, f->type, &p))
		return false;
	answer(b, c, answer_type, &p);
	if (c->session)
		broker_session_set_hungry(b, c->session);
	return true;
}

bool broker_subscribe_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f)
{
	return handle(b, c, f, MQTT_SUBACK);
}

bool broker_unsubscribe_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f)
{
	return handle(b, c, f, MQTT_UNSUBACK);
}
