/* mqtt_publish.h - PUBLISH and its acknowledgements: PUBACK, PUBREC, PUBREL and PUBCOMP. */
#ifndef TING_MQTT_PUBLISH_H
#define TING_MQTT_PUBLISH_H

#include "mqtt/mqtt_frame.h"
#include "mqtt/mqtt_property.h"

struct mqtt_publish {
	uint8_t qos;
	bool is_dup, is_retained;
	uint16_t packet_id; /* 0 exactly when qos is 0 */
	struct span topic;  /* may be empty with a topic alias (MQTT 5) */
	struct mqtt_props props;
	struct span payload;
};

struct mqtt_ack {
	uint16_t packet_id;
	uint8_t reason; /* MQTT 5; 0 when it was left out */
	struct mqtt_props props;
};

/* 0 or a negative reason: QoS 3, DUP with QoS 0, packet id 0, bad UTF-8 or a wildcard in the topic
 * or the response topic, an empty topic without alias, topic alias 0. */
int mqtt_publish_decode(
	const struct mqtt_frame *f, enum mqtt_version version, struct mqtt_publish *ret);

/* Everything in front of the payload; the fixed header counts `p->payload.size`.  The payload's
 * bytes follow by another way. */
void mqtt_publish_encode_head(
	struct writer *w, enum mqtt_version version, const struct mqtt_publish *p);

/* The whole packet. */
void mqtt_publish_encode(struct writer *w, enum mqtt_version version, const struct mqtt_publish *p);

/* PUBACK, PUBREC, PUBREL or PUBCOMP; f->type says which.  A reason that is not in that packet's
 * table is a protocol error. */
int mqtt_ack_decode(const struct mqtt_frame *f, enum mqtt_version version, struct mqtt_ack *ret);

/* Leaves out the reason and the properties where MQTT 5 allows it. */
void mqtt_ack_encode(
	struct writer *w, enum mqtt_type type, enum mqtt_version version, const struct mqtt_ack *p);

#endif
