/* broker_send.h - publications and their acknowledgements as packets. */
#ifndef TING_BROKER_SEND_H
#define TING_BROKER_SEND_H

#include "mqtt/mqtt_types.h"

#include <stdbool.h>
#include <stdint.h>

struct broker;
struct broker_conn;
struct broker_delivery;

/* Sends the PUBLISH.  False, and nothing sent, when it is above what the client takes. */
bool broker_send_publish(struct broker *b, struct broker_conn *c, const struct broker_delivery *d);

/* PUBACK, PUBREC, PUBREL or PUBCOMP. */
void broker_send_ack(struct broker *b, struct broker_conn *c, enum mqtt_type type,
	uint16_t packet_id, enum mqtt_reason reason);

#endif
