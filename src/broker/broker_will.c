/* broker_will.c - a will is a message made at CONNECT that waits in the session, then in the list
 * of those that are due until the router is free. */
#include "broker/broker_will.h"

#include "base/base_err.h"
#include "broker/broker_state.h"

int broker_will_set(struct broker *b, struct broker_session *s, const struct mqtt_connect *p)
{
	const struct mqtt_props *props = &p->will.props;
	struct broker_message *m;
	struct broker_will *w = alloc_try(b->alloc, sizeof *w);

	if (!w)
		return ERR_MEMORY;
	m = broker_message_new(b->ledger, p->will.topic,
		p->version == MQTT_5 ? props->raw : span_of(NULL, 0), p->will.payload);
	if (!m) {
		alloc_free(b->alloc, w, sizeof *w);
		return ERR_MEMORY;
	}
	m->qos = p->will.qos;
	m->is_retained = p->will.is_retained;
	m->publisher = s->by_client_id.hash;
	list_init(&w->link);
	w->message = m;
	w->expiry_s = UINT32_MAX;
	if (p->version == MQTT_5) {
		w->delay_s = props->will_delay_s;
		if (props->present & MQTT_PROPERTY_BIT(MQTT_MESSAGE_EXPIRY_INTERVAL))
			w->expiry_s = props->message_expiry_s;
	}
	s->will = w;
	return 0;
}

static void will_free(struct broker *b, struct broker_will *w)
{
	list_remove(&w->link);
	broker_message_unref(w->message);
	alloc_free(b->alloc, w, sizeof *w);
}

void broker_will_drop(struct broker *b, struct broker_session *s)
{
	if (s->will)
		will_free(b, s->will);
	s->will = NULL;
}

void broker_will_release(struct broker *b, struct broker_session *s)
{
	struct broker_will *w = s->will;

	if (!w)
		return;
	s->will = NULL; /* [MQTT-3.1.2-10] */
	if (w->expiry_s != UINT32_MAX)
		w->message->expires_ms = b->now.mono + (msec)w->expiry_s * 1000;
	list_append(&b->wills_due, &w->link);
	broker_tell(b, BROKER_NOTE_WILL_SENT, NULL,
		&(struct broker_note){
			.client_id = broker_session_client_id(s), .topic = w->message->topic});
}

bool broker_will_publish_one(struct broker *b)
{
	struct list *l = list_first(&b->wills_due);
	struct broker_will *w;
	struct broker_message *m;

	if (!l)
		return false;
	w = LIST_ENTRY(l, struct broker_will, link);
	m = broker_message_ref(w->message);
	will_free(b, w);
	broker_retain_keep_own(b, m);
	broker_route_start(b, m, NULL, 0, 0);
	return true;
}

void broker_will_free_all(struct broker *b)
{
	struct list *l;

	while ((l = list_first(&b->wills_due)))
		will_free(b, LIST_ENTRY(l, struct broker_will, link));
}
