/* mqtt_connect.h - CONNECT and CONNACK. */
#ifndef TING_MQTT_CONNECT_H
#define TING_MQTT_CONNECT_H

#include "mqtt/mqtt_frame.h"
#include "mqtt/mqtt_property.h"

struct mqtt_will {
	uint8_t qos;
	bool is_retained;
	struct span topic, payload;
	struct mqtt_props props; /* MQTT 5 */
};

struct mqtt_connect {
	enum mqtt_version version;
	bool is_bridge; /* bit 7 of the protocol level, as mosquitto's bridges set it before MQTT 5
			 */
	bool is_clean_start; /* Clean Session before MQTT 5 */
	bool has_will, has_user_name, has_password;
	uint16_t keepalive_s;
	struct span client_id, user_name, password;
	struct mqtt_will will;
	struct mqtt_props props; /* MQTT 5 */
};

struct mqtt_connack {
	bool is_session_present;
	uint8_t reason; /* before MQTT 5: enum mqtt_return_code */
	struct mqtt_props props;
};

/* 0 or a negative reason.  -0x84: another protocol name or level (ret->version is then untouched,
 * and the level asked for is in *ret_level, 0 when the name was not one of ours).  Topic names are
 * checked as UTF-8 strings only; whether a will's topic may be published to is the server's
 * question. */
int mqtt_connect_decode(const struct mqtt_frame *f, struct mqtt_connect *ret, uint8_t *ret_level);
void mqtt_connect_encode(struct writer *w, const struct mqtt_connect *p);

int mqtt_connack_decode(
	const struct mqtt_frame *f, enum mqtt_version version, struct mqtt_connack *ret);
void mqtt_connack_encode(struct writer *w, enum mqtt_version version, const struct mqtt_connack *p);

#endif
