/* mqtt_disconnect.h - DISCONNECT, AUTH and the two PINGs. */
#ifndef TING_MQTT_DISCONNECT_H
#define TING_MQTT_DISCONNECT_H

#include "mqtt/mqtt_frame.h"
#include "mqtt/mqtt_property.h"

/* DISCONNECT and AUTH. */
struct mqtt_disconnect {
	uint8_t reason;
	struct mqtt_props props;
};

/* f->type is MQTT_DISCONNECT or MQTT_AUTH.  0 or a negative reason. */
int mqtt_disconnect_decode(
	const struct mqtt_frame *f, enum mqtt_version version, struct mqtt_disconnect *ret);
void mqtt_disconnect_encode(struct writer *w, enum mqtt_type type, enum mqtt_version version,
	const struct mqtt_disconnect *p);

/* PINGREQ and PINGRESP have no body.  0 or a negative reason. */
int mqtt_ping_decode(const struct mqtt_frame *f);
void mqtt_ping_encode(struct writer *w, enum mqtt_type type);

#endif
