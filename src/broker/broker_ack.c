/* broker_ack.c - what a client says of the deliveries in flight: PUBACK, PUBREC, PUBCOMP. */
#include "broker/broker_input.h"
#include "broker/broker_send.h"
#include "broker/broker_state.h"
#include "mqtt/mqtt_publish.h"

/* Does the acknowledgement fit the delivery?  A repeated PUBREC fits one that was received. */
static bool fits(const struct broker_delivery *d, enum mqtt_type type)
{
	if (d->state == OUT_QUEUED)
		return false;
	if (type == MQTT_PUBACK)
		return d->qos == 1;
	return d->qos == 2 && (type == MQTT_PUBREC || d->state == OUT_RECEIVED);
}

/* A unit of the window is free again; never more of them than the client allowed. */
static void give_quota(struct broker_conn *c)
{
	if (c->quota < c->receive_max)
		c->quota++;
}

bool broker_ack_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f)
{
	struct broker_delivery *d;
	struct mqtt_ack p;
	int err = mqtt_ack_decode(f, c->version, &p);

	if (err) {
		broker_conn_fault(b, c, mqtt_reason_of(err), mqtt_type_name(f->type));
		return true;
	}
	d = broker_delivery_find(b, c->session, p.packet_id);
	if (!d && f->type == MQTT_PUBREC) /* the client may forget it, too */
		broker_send_ack(b, c, MQTT_PUBREL, p.packet_id, MQTT_PACKET_ID_NOT_FOUND);
	if (!d) /* answered twice, or from an earlier session: harmless */
		return true;
	if (!fits(d, f->type)) {
		broker_conn_fault(b, c, MQTT_PROTOCOL_ERROR, mqtt_type_name(f->type));
		return true;
	}
	if (f->type == MQTT_PUBREC && p.reason < MQTT_UNSPECIFIED_ERROR) {
		broker_outflow_received(b, c->session, d);
		broker_send_ack(b, c, MQTT_PUBREL, p.packet_id, MQTT_SUCCESS); /* [MQTT-4.3.3-4] */
		return true;
	}
	if (!d->is_repeated) /* it took one on this connection */
		give_quota(c);
	broker_outflow_finish(b, c->session, d); /* [MQTT-4.4.0-2] for a reason that refuses */
	broker_session_set_hungry(b, c->session);
	return true;
}
