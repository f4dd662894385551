/* broker_conn.h - one network connection as the broker sees it: bytes in, packets out.
 *
 * A connection that is over stays in memory until the end of the step, so that whoever works on it
 * may finish. */
#ifndef TING_BROKER_CONN_H
#define TING_BROKER_CONN_H

#include "base/base_heap.h"
#include "base/base_ids.h"
#include "base/base_list.h"
#include "base/base_writer.h"
#include "broker/broker_access.h"
#include "broker/broker_alias.h"
#include "mqtt/mqtt_frame.h"

struct broker;
struct broker_auth;
struct broker_input;
struct broker_message;
struct broker_session;

enum broker_conn_state {
	CONN_OPENED,         /* waits for a CONNECT */
	CONN_AUTHENTICATING, /* CONNECT is here, the exchange of AUTH goes on */
	CONN_ONLINE,         /* CONNACK is out */
	CONN_OVER,
};

/* Why the packets of a connection wait. */
enum broker_conn_block {
	BLOCK_ACCESS = 1, /* a decision is awaited */
	BLOCK_ROUTE = 2,  /* its publication is still being handed out, or another one is */
	BLOCK_WORK = 4,   /* its turn is over: it is in the list of those that are ready */
	BLOCK_OUTPUT = 8, /* it does not read the answers it asks for */
};

/* How far the packet at hand came.  Made only for one that asks and must wait, or that has filters.
 */
struct broker_pending {
	uint64_t ticket; /* of the question of access that it put; 0: none */
	struct broker_answer answer;
	bool is_answered;
	uint8_t *auth_data; /* for the CONNACK, while the will's question is open; ours */
	size_t auth_data_bytes;
	size_t filters_done, filters_count;
	uint8_t reasons[]; /* of the filters done with */
};

/* Most connections are idle: what only some need, and that for a while, is behind a pointer. */
struct broker_conn {
	conn_id id;
	struct broker_session *session; /* while online */
	struct list link; /* BLOCK_WORK, waiting for the router, or over: never two of them */
	struct heap_node timer;
	msec last_received_ms;          /* a packet; before CONNACK: when it was opened */
	size_t owed_bytes;              /* sent, not yet gone from the output */
	struct broker_pending *pending; /* of the packet at hand; NULL: nothing to remember */
	struct broker_input *input;     /* not handled yet; NULL: nothing */
	struct broker_auth *auth;       /* enhanced authentication; NULL: none */
	struct broker_alias_in alias_in;
	struct broker_alias_out alias_out;
	uint32_t packet_bytes_max;   /* that the client takes */
	uint32_t progress_bytes;     /* of packets since last_received_ms, whole or not */
	uint32_t answers_held;       /* PUBACKs and PUBRECs that wait for a batch to be durable */
	uint32_t pubacks_held;       /* of them; a PUBREC is among ids_taken already */
	uint16_t ids_taken;          /* of QoS 2, on this connection, and not released */
	uint16_t receive_max, quota; /* of the client: unacknowledged messages at most, and left */
	uint16_t keepalive_s;
	unsigned blocked; /* enum broker_conn_block */
	uint8_t state;    /* enum broker_conn_state */
	uint8_t version;  /* enum mqtt_version: MQTT_5 until CONNECT says another */
	bool is_reading : 1;
	bool is_bridge : 1; /* another broker: never gets back what it sent, keeps RETAIN */
	bool wants_problem_information : 1;
	bool may_expire_later : 1; /* CONNECT asked for an expiry, which DISCONNECT may change */
	bool is_let_in : 1; /* the packet at hand: the client logged in, its will is in question */
};

/* The memory of all connections. */
void broker_conn_pool_init(struct broker *b);

/* 0, ERR_LIMIT (connections_max) or ERR_MEMORY. */
int broker_conn_open(struct broker *b, conn_id id);

/* NULL when it is unknown or over. */
struct broker_conn *broker_conn_find(const struct broker *b, conn_id id);

void broker_conn_received(struct broker *b, struct broker_conn *c, struct span bytes);

/* Goes on with the packets that waited. */
void broker_conn_resume(struct broker *b, struct broker_conn *c);

/* Packets wait from now on, or do no longer: resuming is left to broker_conn_resume(). */
void broker_conn_block(struct broker *b, struct broker_conn *c, unsigned why);
void broker_conn_unblock(struct broker *b, struct broker_conn *c, unsigned why);

void broker_conn_written(struct broker *b, struct broker_conn *c, size_t count);

/* The deadline of CONNECT or of the keep alive. */
void broker_conn_timer(struct broker *b, struct heap_node *timer);
void broker_conn_set_timer(struct broker *b, struct broker_conn *c);

/* Memory for a packet of at most that many bytes, good until the step's effects are reset. */
struct writer broker_conn_packet(struct broker *b, size_t bytes_max);

/* Sends what was written, and the payload of `body` behind it, which may be NULL.  Nothing when the
 * connection is over. */
void broker_conn_send(struct broker *b, struct broker_conn *c, const struct writer *head,
	struct broker_message *body);

/* The output is so far behind that the session's messages must wait. */
bool broker_conn_is_congested(const struct broker *b, const struct broker_conn *c);

/* Yes or no; or LATER: then the packet at hand stays at the front of the input and is handled again
 * when the answer came, which is then found here; or the connection is over, for want of memory. */
struct broker_answer broker_conn_ask(
	struct broker *b, struct broker_conn *c, struct broker_question *q);

/* What is remembered of the packet at hand, with room for the reasons of so many filters when it is
 * the first call for it.  NULL when there is no memory. */
struct broker_pending *broker_conn_remember(
	struct broker *b, struct broker_conn *c, size_t filters_count);

/* The packet at hand is done with: forgets its questions. */
void broker_conn_next_packet(struct broker *b, struct broker_conn *c);

/* Ends the connection.  MQTT_SUCCESS: the client said goodbye, its will is dropped; any other
 * reason lets the will go out.  Tells an MQTT 5 client that is online a `reason` of 0x80 or more,
 * with `text` (NULL: none) as Reason String if the client wants it and it fits. */
void broker_conn_end(
	struct broker *b, struct broker_conn *c, enum mqtt_reason reason, const char *text);

/* The same, for a client that broke the protocol, with a note. */
void broker_conn_fault(
	struct broker *b, struct broker_conn *c, enum mqtt_reason reason, const char *text);

/* Ends it for want of memory, with a note: the client repeats what was not answered. */
void broker_conn_starve(struct broker *b, struct broker_conn *c);

/* The network is gone. */
void broker_conn_lost(struct broker *b, struct broker_conn *c);

/* Frees those that are over: the end of a step. */
void broker_conn_reap(struct broker *b);

#endif
