/* broker_inflow.h - the QoS 2 packet ids that a client has not released yet.
 *
 * A PUBLISH whose id is here was seen before: it is acknowledged again and not forwarded again.
 * [MQTT-4.3.3-10] */
#ifndef TING_BROKER_INFLOW_H
#define TING_BROKER_INFLOW_H

#include "base/base_list.h"
#include "base/base_map.h"

#include <stdbool.h>
#include <stdint.h>

struct broker;
struct broker_conn;
struct broker_session;

struct broker_inflow {
	struct list ids;
};

/* The memory of all sessions' ids. */
void broker_inflow_pool_init(struct broker *b);

void broker_inflow_init(struct broker_inflow *in);

bool broker_inflow_has(const struct broker *b, const struct broker_session *s, uint16_t packet_id);

/* One that came on this connection, online, and is not there yet.  0 or ERR_MEMORY. */
int broker_inflow_add(struct broker *b, struct broker_conn *c, uint16_t packet_id);

/* False when it was not there. */
bool broker_inflow_remove(struct broker *b, struct broker_session *s, uint16_t packet_id);

/* Forgets one id of a session that ended.  False when there are no more. */
bool broker_inflow_drop_one(struct broker *b, struct broker_session *s);

#endif
