/* sim_model.h - what a broker must and may do, written from the specification.
 *
 * The model stands where the network meets the broker: it is told of every byte that reaches the
 * broker and of every byte that the broker sends, and keeps what it learns as records with windows
 * of time.  What a packet asks for happens somewhere between the step in which it came and the step
 * in which the broker had nothing left to do; usually that is one and the same step.  A rule is
 * then checked strictly where the windows leave no doubt, and not at all where they do.  It knows
 * nothing of how the broker works. */
#ifndef TING_SIM_MODEL_H
#define TING_SIM_MODEL_H

#include "base/base_arena.h"
#include "base/base_ids.h"
#include "base/base_span.h"
#include "mqtt/mqtt_connect.h"
#include "mqtt/mqtt_disconnect.h"
#include "mqtt/mqtt_publish.h"
#include "mqtt/mqtt_subscribe.h"

#include <stdio.h>

typedef uint32_t sim_step; /* the number of a step of the broker */

#define SIM_NEVER UINT32_MAX

/* Something happened at one of these steps, both included.  `is_sure`: it did happen. */
struct sim_window {
	sim_step from, to; /* to: SIM_NEVER while it is not settled */
	bool is_sure;
	struct sim_window *next; /* of those that are not settled */
};

/* Why a broker may lose a message, as it told. */
enum sim_loss {
	SIM_LOST_QUEUE_FULL,
	SIM_LOST_OUTPUT_FULL,
	SIM_LOST_TOO_LARGE,
	SIM_LOST_EXPIRED,
	SIM_LOST_RETAIN_FULL,
	SIM_LOST_SHARE,
	SIM_LOST_MEMORY,
	SIM_LOSSES
};

/* What the model has to know of the world and of the broker's configuration. */
struct sim_rules {
	uint16_t inflight_messages_max;
	uint16_t receive_max, topic_alias_max, keepalive_max_s;
	uint32_t session_expiry_max_s;
	msec connect_timeout_ms;
	msec slack_ms; /* a deadline may be met that late */
	bool is_durable;
	bool has_denials;
	bool has_bounds; /* of queues and outputs */
	bool has_alloc_failures;
	bool queues_qos0;
	bool has_sys;
};

/* A client id. */
struct sim_peer {
	struct sim_peer *next;
	struct span id;
	struct sim_life *life; /* its latest session */
	unsigned losses[SIM_LOSSES];
	bool is_hostile;
};

struct sim_message {
	struct sim_message *next;         /* in the order in which they came */
	struct sim_message *chain_next;   /* of the bucket */
	struct sim_message *same, *first; /* further ones with the same topic and payload */
	struct sim_delivery *deliveries;  /* of the first: of all that are the same */
	struct sim_topic *topic;
	struct span payload, forwarded; /* forwarded: the properties that go on, encoded */
	struct sim_peer *publisher;
	uint64_t batch; /* a batch from this one on makes it durable */
	uint32_t number;
	uint32_t hash;
	uint32_t expiry_s;
	uint8_t qos;
	uint8_t ack_reason;
	bool is_retained, is_will, has_expiry, is_refused, is_hostile, is_acked, is_v5;
	bool is_repeated; /* came again: the answer to that need not be the first one */
	struct sim_window at;
	struct sim_message *set_next; /* retained messages of the topic, in their order */
};

struct sim_topic {
	struct sim_topic *next;
	struct span name;
	struct sim_message *sets, **sets_end;
	struct sim_sub **subs; /* the checker's: those that match, session by session */
	size_t subs_count;
	bool has_subs;
};

struct sim_sub {
	struct sim_sub *next;       /* of the session */
	struct sim_sub *group_next; /* of the group */
	struct sim_life *life;
	struct sim_group *group; /* NULL: not shared */
	struct span filter;      /* without $share */
	struct span text;        /* as asked for */
	uint8_t qos, retain_handling;
	bool is_no_local, is_retain_as_published, is_refused;
	bool may_replay, must_replay; /* retained messages are sent for it */
	uint32_t id;                  /* 0: none */
	struct sim_window begin, end;
	struct sim_sub *newer, *older; /* newer: took its place */
};

struct sim_group {
	struct sim_group *next;
	struct span name, filter;
	struct sim_sub *subs;
};

/* A message sent to a session; repeats of it count as the same. */
struct sim_delivery {
	struct sim_delivery *next; /* of the message */
	struct sim_message *message;
	struct sim_life *life;
	sim_step step;
	msec at_ms;
	uint8_t qos;
	bool is_retained, is_acked, is_told, is_forgotten;
	uint32_t remaining_s;
	bool has_remaining;
	uint32_t ids[8];
	unsigned ids_count;
};

/* A QoS 1 or 2 message on its way to a client. */
struct sim_flight {
	struct sim_flight *next;
	uint16_t id;
	bool is_received; /* PUBREC came, and PUBREL must follow */
	bool is_maybe;    /* over, unless the broker did not see the acknowledgement */
	struct sim_delivery *delivery;
	struct sim_conn *sent_on, *received_on, *released_on;
	sim_step received_step;
};

/* A QoS 2 message on its way from a client. */
struct sim_inflow {
	struct sim_inflow *next;
	uint16_t id;
	struct sim_message *message;
};

/* The latest message of one publisher, topic and quality. */
struct sim_order {
	struct sim_order *next;
	struct sim_peer *publisher;
	struct sim_topic *topic;
	uint8_t qos, sent_qos;
	uint32_t number;
};

/* One session, from its CONNECT to its end. */
struct sim_life {
	struct sim_life *next;
	struct sim_peer *peer;
	struct sim_conn *conn; /* NULL while offline */
	struct sim_conn *last_conn;
	struct sim_sub *subs, **subs_end;
	struct sim_flight *flights, **flights_end;
	struct sim_inflow *inflows;
	struct sim_order *order;
	msec ends_from_ms, ends_to_ms; /* while offline */
	struct sim_window begin, end;
	bool is_fuzzy; /* not even its being is sure (MQTT 3.1 has no Session Present) */
};

struct sim_will {
	struct sim_will *next;
	struct sim_message *message;
	struct sim_life *life;
	msec due_ms;
	bool is_open, is_over, is_unsure, is_immediate;
};

/* A request that the broker has to answer. */
struct sim_ask {
	struct sim_ask *next;
	enum mqtt_type answer;
	uint16_t id;
	struct sim_message *message; /* of PUBLISH */
	struct sim_sub **subs;       /* of SUBSCRIBE; of UNSUBSCRIBE: what it ends, or NULL */
	size_t count;
	bool is_doubtful; /* of UNSUBSCRIBE: whether it ends something */
	sim_step from;
};

struct sim_bytes {
	uint8_t *at;
	size_t size, room;
};

enum sim_conn_state { SIM_OPENED, SIM_CONNECTING, SIM_ONLINE, SIM_CLOSED };

struct sim_conn {
	conn_id id;
	enum sim_conn_state state;
	enum mqtt_version version;
	struct sim_conn *next; /* all of them */
	struct sim_bytes in, out;
	size_t under_way; /* bytes since the last sign of life by their number */
	struct sim_peer *peer;
	struct sim_life *life;
	bool is_hostile, is_broken; /* broken: the client broke the protocol */
	bool has_disconnected, was_sent_off, is_taken_over, is_clean_start;
	bool is_reading;
	bool wants_problem_information;
	unsigned waits; /* access decisions */
	uint8_t disconnect_reason, sent_off_reason;
	uint16_t keepalive_s, receive_max, quota, alias_max;
	uint32_t packet_bytes_max, expiry_s;
	struct span client_id;
	struct sim_message *will;
	uint32_t will_delay_s;
	sim_step from;
	msec from_ms, heard_ms, read_ms, opened_ms, closed_ms; /* read: that it is read since */
	sim_step online_step, closed_step;
	struct sim_topic *aliases_in[16], *aliases_out[16];
	struct sim_ask *asks, **asks_end;
	unsigned pings;
	sim_step settled_step;
	struct sim_window goodbye; /* when its DISCONNECT is taken */
	struct sim_window *unsettled;
	struct sim_flight *acked; /* acknowledgements that are not settled */
	struct sim_order *order;
};

enum {
	SIM_BUCKETS = 512,
	SIM_PROGRESS_BYTES = 1024, /* of a packet under way that count as a sign of life */
};

struct sim_model {
	struct sim_rules rules;
	struct arena arena;
	sim_step step;
	struct times now;
	msec *step_ms; /* when each step was */
	size_t step_room;
	struct sim_conn *conns;
	struct sim_conn **by_slot;
	size_t slots;
	struct sim_peer *peers;
	struct sim_topic *topics;
	struct sim_life *lives, **lives_end;
	struct sim_message *messages, **messages_end;
	struct sim_message *buckets[SIM_BUCKETS];
	struct sim_group *groups;
	struct sim_will *wills;
	struct sim_window *orphans; /* not settled, and their connection is gone */
	uint32_t message_count, packets;
	uint64_t batch, persisted;
	sim_step *failed; /* steps in which an allocation failed */
	size_t failed_count, failed_room;
	bool is_shut_down;
	sim_step final;  /* all was quiet then, and everybody there; 0: not yet */
	FILE *trace;     /* readable log, or NULL */
	char fault[512]; /* the first rule that was broken; empty: none */
};

/* `trace` may be NULL. */
struct sim_model *sim_model_new(const struct sim_rules *rules, FILE *trace);
void sim_model_free(struct sim_model *m);

/* What happened, in order.  Everything else comes between a beginning and an end of a step. */
void sim_model_begin(struct sim_model *m, struct times now);
void sim_model_opened(struct sim_model *m, conn_id conn, bool is_hostile);
void sim_model_received(struct sim_model *m, conn_id conn, struct span bytes);
void sim_model_sent(struct sim_model *m, conn_id conn, struct span head, struct span body);
void sim_model_told(struct sim_model *m, conn_id conn, uint16_t packet_id);
void sim_model_forgets(struct sim_model *m, struct span client_id);
void sim_model_closed(struct sim_model *m, conn_id conn, bool by_broker);
void sim_model_reads(struct sim_model *m, conn_id conn, bool is_reading);
void sim_model_waits(struct sim_model *m, conn_id conn, int change); /* for access decisions */
void sim_model_lost(
	struct sim_model *m, enum sim_loss why, struct span client_id, struct span topic);
void sim_model_alloc_failed(struct sim_model *m);
void sim_model_batch(struct sim_model *m, uint64_t batch);
void sim_model_persisted(struct sim_model *m, uint64_t batch);
void sim_model_shut_down(struct sim_model *m);
void sim_model_end(struct sim_model *m, bool is_pending);

/* The links are healed, everybody is back and all queues had time to drain: what is still open now
 * will never be done.  What follows is the end of the world. */
void sim_model_finish(struct sim_model *m);

/* --- For the parts of the model and the checker. --- */

void sim_model_fail(struct sim_model *m, const struct sim_conn *c, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void sim_model_trace(struct sim_model *m, const struct sim_conn *c, const char *direction,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

void *sim_model_take(struct sim_model *m, size_t size); /* cleared */
struct span sim_model_copy(struct sim_model *m, struct span s);
struct sim_peer *sim_model_peer(struct sim_model *m, struct span id);
struct sim_topic *sim_model_topic(struct sim_model *m, struct span name);

/* When the step was; MSEC_NEVER for SIM_NEVER. */
msec sim_model_ms(const struct sim_model *m, sim_step step);

/* A new window that begins now and is settled when the connection (NULL: the broker) has nothing
 * left to do. */
void sim_model_open_window(struct sim_model *m, struct sim_conn *c, struct sim_window *w);

/* Forgets a window of a connection that is over, before it is opened again. */
void sim_model_close_window(struct sim_model *m, struct sim_window *w);

/* Remembers it under its topic and payload, and as retained. */
void sim_model_add_message(struct sim_model *m, struct sim_message *msg);
struct sim_message *sim_model_find(struct sim_model *m, struct span topic, struct span payload);

/* One packet from a client that is online, and one to a client. */
void sim_model_in(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f);
void sim_model_out(
	struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f, size_t packet_bytes);
void sim_model_out_publish(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f);
void sim_model_out_pubrel(struct sim_model *m, struct sim_conn *c, const struct mqtt_ack *p);

/* The session that the connection belongs to goes on without it. */
void sim_model_detach(struct sim_model *m, struct sim_conn *c, bool is_unsure);

/* CONNECT came; CONNACK went. */
void sim_model_connect(struct sim_model *m, struct sim_conn *c, const struct mqtt_frame *f);
void sim_model_connack(struct sim_model *m, struct sim_conn *c, const struct mqtt_connack *p);
void sim_model_parse_in(struct sim_model *m, struct sim_conn *c);

/* The will of a connection that just ended without a goodbye. */
void sim_model_will_due(struct sim_model *m, struct sim_conn *c, bool is_unsure);
void sim_model_wills_begin(struct sim_model *m);
void sim_model_wills_end(struct sim_model *m, bool is_quiet);
struct span sim_model_forwarded(struct sim_model *m, const struct mqtt_props *p);

/* Topics, in the plainest way. */
bool sim_matches(struct span filter, struct span topic);
bool sim_filter_is_valid(struct span filter);

/* The access rules of all worlds that have denials. */
bool sim_denies_publish(struct span topic);
bool sim_denies_subscribe(struct span filter);
bool sim_denies_delivery(struct span topic, struct span client_id);

#endif
