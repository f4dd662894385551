/* broker_will.h - what a client wanted said if it went without a word. */
#ifndef TING_BROKER_WILL_H
#define TING_BROKER_WILL_H

#include "base/base_ids.h"
#include "base/base_list.h"
#include "mqtt/mqtt_connect.h"

struct broker;
struct broker_conn;
struct broker_session;

struct broker_will {
	struct list link; /* among those that are due */
	struct broker_message *message;
	uint32_t delay_s, expiry_s; /* expiry: UINT32_MAX: none.  It counts from the publication */
	msec due_ms;                /* once the connection is gone */
};

/* Gives the session the will of a CONNECT.  0 or ERR_MEMORY. */
int broker_will_set(struct broker *b, struct broker_session *s, const struct mqtt_connect *p);

/* Forgets the session's will, if it has one. */
void broker_will_drop(struct broker *b, struct broker_session *s);

/* The session's will is now to be published, as soon as the router is free. */
void broker_will_release(struct broker *b, struct broker_session *s);

/* Publishes the first that is due; the router is free.  False when there is none. */
bool broker_will_publish_one(struct broker *b);

/* For broker_free(). */
void broker_will_free_all(struct broker *b);

#endif
