/* broker_rig_test.h - a broker on a bench: connections that speak through the codec, memory that is
 * counted. */
#ifndef TING_BROKER_RIG_TEST_H
#define TING_BROKER_RIG_TEST_H

#include "base/base_test.h"
#include "broker/broker.h"
#include "mqtt/mqtt_connect.h"
#include "mqtt/mqtt_publish.h"
#include "mqtt/mqtt_subscribe.h"

struct rig {
	struct allocator alloc; /* counts, and fails on demand */
	size_t live_bytes, live_blocks, calls;
	size_t calls_until_failure; /* SIZE_MAX: never */
	struct broker_config config;
	struct broker *broker;
	struct broker_effects effects;
	struct times now;

	/* Of the steps since rig_forget(). */
	size_t steps, sends, publishes, closes, notes[BROKER_NOTES];
	size_t sends_max; /* of one step */
};

/* Change r->config between the two. */
void rig_init(struct rig *r);
void rig_start(struct rig *r);

/* Ends the broker and asserts that no memory is left. */
void rig_done(struct rig *r);

void rig_forget(struct rig *r);

/* One event, and BROKER_TIME for as long as work is left.  What is sent counts as written at once.
 */
void rig_event(struct rig *r, const struct broker_event *event);

void rig_open(struct rig *r, conn_id conn);
void rig_bytes(struct rig *r, conn_id conn, struct span bytes);
void rig_connect(struct rig *r, conn_id conn, const char *client_id, bool is_clean_start);
void rig_subscribe(struct rig *r, conn_id conn, const char *filter, uint8_t qos);
void rig_publish(struct rig *r, conn_id conn, const char *topic, uint8_t qos, uint16_t id);
void rig_lose(struct rig *r, conn_id conn);

#endif
