/* broker_durable.h - what must be on disk before anybody hears of it.
 *
 * Each step that takes a QoS 1 or 2 publication puts it into a batch.  Its acknowledgement, and its
 * deliveries, wait until the driver says that the batch is durable. */
#ifndef TING_BROKER_DURABLE_H
#define TING_BROKER_DURABLE_H

#include "base/base_ids.h"
#include "base/base_list.h"
#include "mqtt/mqtt_types.h"

#include <stdbool.h>

struct broker;
struct broker_conn;

void broker_durable_init(struct broker *b);

/* Sends a PUBACK or PUBREC.  If it is a promise it waits until all that was taken so far is
 * durable; and it never overtakes an answer of its connection that waits.  [MQTT-4.6.0-2]
 * [MQTT-4.6.0-3] */
void broker_durable_answer(struct broker *b, struct broker_conn *c, enum mqtt_type type,
	uint16_t packet_id, enum mqtt_reason reason);

/* All batches up to `batch` are durable. */
void broker_durable_done(struct broker *b, uint64_t batch);

/* The end of a step: asks for its batch if something is in it. */
void broker_durable_close_batch(struct broker *b);

#endif
