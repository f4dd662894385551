/* mqtt_subscribe.h - SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK. */
#ifndef TING_MQTT_SUBSCRIBE_H
#define TING_MQTT_SUBSCRIBE_H

#include "mqtt/mqtt_frame.h"
#include "mqtt/mqtt_property.h"

struct mqtt_filter {
	struct span filter;
	uint8_t qos;
	bool is_no_local, is_retain_as_published; /* MQTT 5 */
	uint8_t retain_handling;                  /* MQTT 5: 0, 1 or 2 */
};

/* SUBSCRIBE and UNSUBSCRIBE: at least one filter, all checked when decoded. */
struct mqtt_subscribe {
	uint16_t packet_id;
	struct mqtt_props props;
	struct span filters; /* encoded; walk them with mqtt_filter_next() */
	size_t filters_count;
};

/* SUBACK and UNSUBACK. */
struct mqtt_suback {
	uint16_t packet_id;
	struct mqtt_props props;
	struct span reasons; /* one byte a filter; empty in UNSUBACK before MQTT 5 */
};

/* f->type is MQTT_SUBSCRIBE or MQTT_UNSUBSCRIBE.  0 or a negative reason: packet id 0, no filter,
 * bad UTF-8, reserved option bits, QoS 3, retain handling 3.  Whether a filter's wildcards are in
 * their places is not looked at. */
int mqtt_subscribe_decode(
	const struct mqtt_frame *f, enum mqtt_version version, struct mqtt_subscribe *ret);

/* Start with reader_of(p->filters); false at the end. */
bool mqtt_filter_next(
	struct reader *r, enum mqtt_type type, enum mqtt_version version, struct mqtt_filter *ret);

/* Appends one filter to the bytes that become `filters`. */
void mqtt_filter_encode(struct writer *w, enum mqtt_type type, enum mqtt_version version,
	const struct mqtt_filter *filter);

void mqtt_subscribe_encode(struct writer *w, enum mqtt_type type, enum mqtt_version version,
	const struct mqtt_subscribe *p);

/* f->type is MQTT_SUBACK or MQTT_UNSUBACK. */
int mqtt_suback_decode(
	const struct mqtt_frame *f, enum mqtt_version version, struct mqtt_suback *ret);
void mqtt_suback_encode(struct writer *w, enum mqtt_type type, enum mqtt_version version,
	const struct mqtt_suback *p);

#endif
