/* broker_input.h - from a connection's bytes to its packets.
 *
 * Packets are handled where the driver read them.  Only what cannot be handled yet is copied: the
 * front of a packet that is not whole, and packets that wait. */
#ifndef TING_BROKER_INPUT_H
#define TING_BROKER_INPUT_H

#include "base/base_span.h"
#include "broker/broker_conn.h"

/* Handles a packet, or answers false: it stays at the front of the input, and the connection is
 * blocked. */
typedef bool (*broker_packet_fn)(
	struct broker *b, struct broker_conn *c, const struct mqtt_frame *f);

/* Drops what waits. */
void broker_input_free(struct broker *b, struct broker_conn *c);

bool broker_connect_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f);
bool broker_auth_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f);
bool broker_disconnect_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f);
bool broker_publish_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f);
bool broker_pubrel_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f);
bool broker_ack_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f);
bool broker_subscribe_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f);
bool broker_unsubscribe_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f);

#endif
