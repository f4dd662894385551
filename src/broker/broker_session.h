/* broker_session.h - what the broker keeps for a client id, online or not.
 *
 * A session that ended is out of the map at once, and its remains go a little at a time. */
#ifndef TING_BROKER_SESSION_H
#define TING_BROKER_SESSION_H

#include "base/base_heap.h"
#include "base/base_ids.h"
#include "base/base_list.h"
#include "base/base_map.h"
#include "broker/broker_inflow.h"
#include "broker/broker_outflow.h"
#include "topic/topic_store.h"
#include "topic/topic_tree.h"

struct broker_conn;
struct broker_replay;
struct broker_will;

enum broker_session_state { SESSION_ONLINE, SESSION_OFFLINE, SESSION_ENDED };

struct broker_session {
	/* Has something to send, but the step's work was used up; what it sends next is not durable
	 * yet; or it ended: never two of them. */
	struct list link;
	struct map_node by_client_id;
	uint64_t serial;
	struct broker_conn *conn; /* while online */
	msec expires_ms;          /* while offline */
	struct heap_node timer;   /* the earlier of the will's and the session's end */
	struct broker_will *will;
	struct broker_outflow out;
	struct broker_inflow in;
	struct list subscriptions;
	struct list replays;            /* retained messages that follow a SUBSCRIBE */
	struct broker_delivery *routed; /* in the router; NULL: its publication did not meet it */
	uint32_t subscriptions_count;
	uint32_t expiry_s; /* after the connection; UINT32_MAX: never */
	uint8_t state;     /* enum broker_session_state */
	uint16_t client_id_bytes;
	uint8_t client_id[];
};

struct broker_subscription {
	struct topic_sub sub;
	struct list link; /* among the session's */
	struct broker_session *session;
	struct broker_replay *replay; /* retained messages that it still owes; NULL: none */
	uint32_t id;                  /* 0: none */
	uint8_t qos;
	bool is_no_local, is_retain_as_published;
};

static inline struct span broker_session_client_id(const struct broker_session *s)
{
	return span_of(s->client_id, s->client_id_bytes);
}

/* NULL when there is none. */
struct broker_session *broker_session_find(const struct broker *b, struct span client_id);

/* A new session, offline, that the map knows.  0, ERR_LIMIT (sessions_max) or ERR_MEMORY. */
int broker_session_new(struct broker *b, struct span client_id, struct broker_session **ret);

/* The connection takes the session, whose deliveries begin after broker_session_wake(). */
void broker_session_attach(struct broker *b, struct broker_session *s, struct broker_conn *c);

/* The connection is gone.  With `is_will_due` the will goes out when its time comes; else it is
 * dropped. */
void broker_session_detach(struct broker *b, struct broker_session *s, bool is_will_due);

/* Ends it now; a will that waits goes out. */
void broker_session_end(struct broker *b, struct broker_session *s);

void broker_session_timer(struct broker *b, struct heap_node *timer);

/* Sends what can be sent, retained messages included. */
void broker_session_wake(struct broker *b, struct broker_session *s);

/* Puts it among those that broker_session_wake() is called for when there is work to spare. */
void broker_session_set_hungry(struct broker *b, struct broker_session *s);

/* Takes some of the remains of ended sessions away.  False when there are none. */
bool broker_session_bury(struct broker *b);

/* For broker_free(): everything at once, without a word to anybody. */
void broker_session_free_all(struct broker *b);

#endif
