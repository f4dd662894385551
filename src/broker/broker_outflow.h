/* broker_outflow.h - what a session's client is still to be sent, or to acknowledge.
 *
 * Each message for a session is one delivery: queued, then, for QoS 1 and 2, in flight until the
 * client has it.  When the connection goes, what is in flight returns to the front of the queue and
 * is sent again, in order and with the same packet ids, to the next connection. */
#ifndef TING_BROKER_OUTFLOW_H
#define TING_BROKER_OUTFLOW_H

#include "base/base_list.h"
#include "broker/broker_delivery.h"
#include "mqtt/mqtt_types.h"

struct broker_answer;

struct broker_outflow {
	struct list queued_qos0; /* waits for the output only */
	struct list queued;      /* QoS 1 and 2: waits for the window, too */
	struct list inflight;
	size_t queued_bytes, inflight_bytes;
	struct broker_delivery *asked; /* waits for a decision, first of a queue; NULL: none */
	uint32_t queued_count;         /* never sent, of both queues */
	uint16_t inflight_count;       /* sent at least once */
	uint16_t packet_id_last;
	bool is_dropping;    /* told of a drop since the queues were empty: one line is enough */
	bool is_window_full; /* waits for acknowledgements */
};

void broker_outflow_init(struct broker_outflow *o);

/* Takes the delivery: sends it, queues it, or drops it when the queue is at its bound (the newest
 * goes, with a note and a count). */
void broker_outflow_offer(struct broker *b, struct broker_session *s, struct broker_delivery *d);

/* May a retained message follow?  Only when nothing waits: no bound of the queue makes it drop one.
 */
bool broker_outflow_has_room(const struct broker *b, const struct broker_session *s);

/* Would a message be sent at once? */
bool broker_outflow_is_idle(const struct broker *b, const struct broker_session *s);

/* Sends what can be sent now.  Stops when the work of the step is used up. */
void broker_outflow_drain(struct broker *b, struct broker_session *s);

/* The decision about a delivery that was put off. */
void broker_outflow_answered(struct broker *b, struct broker_session *s, uint64_t ticket,
	const struct broker_answer *answer);

/* QoS 2: the message is the client's; only its packet id is still ours. */
void broker_outflow_received(struct broker *b, struct broker_session *s, struct broker_delivery *d);

/* The client has it, or will never want it: frees a delivery that is queued or in flight. */
void broker_outflow_finish(struct broker *b, struct broker_session *s, struct broker_delivery *d);

/* The connection is gone: what was in flight will be sent again. */
void broker_outflow_rewind(struct broker_session *s);

/* Drops one delivery of a session that ended; a shared one goes to another member.  False when
 * there are no more. */
bool broker_outflow_drop_one(struct broker *b, struct broker_session *s);

#endif
