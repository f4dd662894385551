/* broker_connect.h - from CONNECT to CONNACK. */
#ifndef TING_BROKER_CONNECT_H
#define TING_BROKER_CONNECT_H

#include "broker/broker_conn.h"
#include "mqtt/mqtt_connect.h"

/* The client may not come in: a CONNACK as its version knows it, if one fits, and the end.  `text`
 * explains. */
void broker_connect_refuse(
	struct broker *b, struct broker_conn *c, enum mqtt_reason reason, const char *text);

/* Asks about the will of a client that has logged in, then accepts or refuses it.  False: a
 * decision is awaited. */
bool broker_connect_finish(struct broker *b, struct broker_conn *c, const struct mqtt_connect *p,
	struct span auth_data);

/* The client is to go on with enhanced authentication: sends AUTH and keeps the CONNECT. */
void broker_auth_start(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f,
	struct span method, struct span auth_data);

/* Forgets what was kept for it. */
void broker_auth_free(struct broker *b, struct broker_conn *c);

#endif
