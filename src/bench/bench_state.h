/* bench_state.h - what a process of the generator knows of its clients; for bench_worker.c,
 * bench_greet.c, bench_publish.c and bench_hear.c only. */
#ifndef TING_BENCH_STATE_H
#define TING_BENCH_STATE_H

#include "bench/bench_link.h"
#include "bench/bench_sequence.h"
#include "bench/bench_shared.h"
#include "mqtt/mqtt_frame.h"

struct bench_publisher {
	struct bench_client *client;
	uint32_t number;
	uint32_t sent, acknowledged;
	uint32_t due;         /* a fixed rate: messages whose time has come */
	uint32_t forgiven;    /* closed loop: of so many it waits for none any more */
	uint32_t receive_max; /* that the broker allows to be unacknowledged */
	uint8_t *packet; /* a PUBLISH, whose stamp and packet id change from message to message */
	uint32_t packet_size, stamp_at, id_at;
	bool is_dirty; /* it may be able to send more */
};

/* A subscriber that hears `count` publishers from `first` on. */
struct bench_listener {
	uint32_t first, count;
	struct bench_sequence *flows; /* one for each */
};

/* What this process has heard of one publisher. */
struct bench_heard {
	uint32_t copies;              /* of each of its messages are expected here */
	uint32_t slowest, at_slowest; /* what the slowest listener has, and how many have no more */
	uint64_t delivered;           /* each copy once */
	struct bench_listener *own;   /* that hears only this one, or NULL */
	struct bench_sequence group;  /* shared: of all listeners together */
};

enum bench_client_state {
	BENCH_CLOSED,
	BENCH_CONNECTING,
	BENCH_GREETING,    /* CONNECT was sent */
	BENCH_SUBSCRIBING, /* SUBSCRIBE was sent */
	BENCH_READY,
};

struct bench_client {
	struct bench_link link;
	enum bench_client_state state;
	uint32_t number;
	uint32_t subscribed, asked;        /* of its filters */
	struct bench_publisher *publisher; /* or NULL */
	struct bench_listener *listener;   /* or NULL */
};

struct bench_worker {
	const struct bench_plan *plan;
	const struct net_address *broker;
	struct bench_shared *shared;
	struct bench_process *process;
	uint32_t index;
	struct bench_links links;
	uint64_t now_ns, news_ns; /* news: something came */
	bool is_failed;

	struct bench_client *clients;
	uint32_t client_count, begun, opened;
	struct bench_publisher *publishers;
	uint32_t publisher_count;
	struct bench_publisher **dirty;
	uint32_t dirty_count;
	struct bench_listener *listeners;
	uint32_t listener_count;
	struct bench_listener **wide; /* those that hear all */
	uint32_t wide_count;
	struct bench_heard *heard; /* by publisher */
	void *flow_memory, *seen_memory;
	uint8_t *payload; /* as every message has it, but for its stamp */

	uint32_t next_publisher, next_message; /* a fixed rate: whose turn it is */
	uint32_t unfinished;                   /* publishers that have more to send */
	uint64_t unacknowledged;               /* messages of all */
	uint64_t unreleased;                   /* QoS 2: PUBCOMPs that listeners still owe */
	uint64_t delivered, sent;
};

/* The first thing that goes wrong is the reason, and ends this process's part. */
void bench_worker_fail(struct bench_worker *w, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "publisher 3", of this run: for sentences. */
enum { BENCH_ROLE_MAX = 40 };
const char *bench_client_role(
	const struct bench_worker *w, const struct bench_client *c, char ret[BENCH_ROLE_MAX]);

/* Room in what is sent to that client next; what is left of it goes back before there is other. */
struct writer bench_client_room(struct bench_worker *w, struct bench_client *c, size_t size);
void bench_client_written(struct bench_worker *w, const struct writer *room);

void bench_client_acknowledge(
	struct bench_worker *w, struct bench_client *c, enum mqtt_type type, uint16_t packet_id);

/* Begins with a client, and goes on with it as its socket and its packets want. */
void bench_greet_begin(struct bench_worker *w, struct bench_client *c);
void bench_greet_connected(struct bench_worker *w, struct bench_client *c);
void bench_greet_take(struct bench_worker *w, struct bench_client *c, const struct mqtt_frame *f);

void bench_publish_init(struct bench_worker *w);
void bench_publish_done(struct bench_worker *w);

/* Sends what may be sent now. */
void bench_publish_pump(struct bench_worker *w, struct bench_publisher *p);
void bench_publish_mark(struct bench_worker *w, struct bench_publisher *p); /* pump it soon */
void bench_publish_pump_marked(struct bench_worker *w);

/* A fixed rate: sends what is due; when the next one is, UINT64_MAX for never. */
uint64_t bench_publish_pump_due(struct bench_worker *w);

/* Nothing has come for long: what is missing is not waited for any more. */
void bench_publish_forgive(struct bench_worker *w);

/* PUBACK, PUBREC or PUBCOMP. */
void bench_publish_take(struct bench_worker *w, struct bench_client *c, const struct mqtt_frame *f);

void bench_hear_init(struct bench_worker *w);
void bench_hear_done(struct bench_worker *w);

/* PUBLISH or PUBREL. */
void bench_hear_take(struct bench_worker *w, struct bench_client *c, const struct mqtt_frame *f);

/* Counts what is missing. */
void bench_hear_conclude(struct bench_worker *w);

/* How many deliveries are to come in all, once nothing more is published. */
uint64_t bench_hear_expected(const struct bench_worker *w);

#endif
