/* broker_route.h - hands one publication to everyone whose subscription matches.
 *
 * One publication at a time, first matched, then delivered; each may take several steps.  All
 * memory is had before the first delivery, so that it is all or nothing, and the publisher hears
 * only at the end. */
#ifndef TING_BROKER_ROUTE_H
#define TING_BROKER_ROUTE_H

#include "base/base_ids.h"
#include "base/base_list.h"
#include "mqtt/mqtt_types.h"
#include "topic/topic_tree.h"

struct broker;
struct broker_conn;
struct broker_message;
struct broker_session;
struct broker_subscription;

struct broker_route {
	struct broker_message *message; /* NULL: free */
	bool is_matching;
	struct topic_match match;
	struct list deliveries;
	size_t matched;
	conn_id publisher; /* 0: nobody waits for an answer */
	struct broker_session
		*session;      /* the publisher's; it is not freed while the router is busy */
	enum mqtt_type answer; /* MQTT_PUBACK, MQTT_PUBREC, or 0 */
	uint16_t packet_id;
	struct list waiting; /* connections that have a PUBLISH at hand */
};

static inline bool broker_route_is_free(const struct broker_route *r)
{
	return !r->message;
}

void broker_route_init(struct broker *b);

/* Takes the reference.  The router is free.  `answer`: MQTT_PUBACK, MQTT_PUBREC or 0 for none. */
void broker_route_start(struct broker *b, struct broker_message *m, struct broker_conn *publisher,
	enum mqtt_type answer, uint16_t packet_id);

/* The connection has a PUBLISH at hand that must wait until the router is free. */
void broker_route_wait(struct broker *b, struct broker_conn *c);

/* The member of a group that is to get the next message, rather one that keeps up; NULL when the
 * group has no members left. */
struct broker_subscription *broker_route_pick(struct broker *b, struct topic_group *g);

/* Goes on; free again when it is done, or when the step's work is used up, still busy. */
void broker_route_run(struct broker *b);

/* Lets the first of those that wait go on; the router is free.  False when nobody waits. */
bool broker_route_admit_one(struct broker *b);

/* For broker_free(). */
void broker_route_done(struct broker *b);

#endif
