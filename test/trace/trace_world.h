/* trace_world.h - a broker in virtual time, and its peers.
 *
 * A driver as thin as can be: it turns actions into events and effects into what each peer got. */
#ifndef TING_TRACE_WORLD_H
#define TING_TRACE_WORLD_H

#include "broker/broker.h"
#include "trace_text.h"

enum { TRACE_PEERS = 26, TRACE_LIST_MAX = 64 };

/* Bytes that grow. */
struct trace_bytes {
	uint8_t *at;
	size_t size, room;
};

struct trace_peer {
	conn_id id; /* of its latest connection */
	uint32_t uses;
	bool is_open;
	enum mqtt_version version; /* of what it said last */
	bool is_read;              /* the broker wants its bytes; else they wait in `held` */
	bool is_stalled;           /* it does not read what it is sent */
	size_t unwritten;          /* sent to it, not yet reported as written */
	struct trace_bytes held, got;
	bool is_close_due; /* the broker closed it, and nobody has looked yet */
	bool is_close_graceful;
};

/* What the access interface answers; the last rule that fits holds. */
struct trace_access_rule {
	enum broker_question_type type;
	bool has_pattern;
	struct span pattern; /* a client id for login, else a topic */
	struct broker_answer answer;
};

struct trace_world {
	struct broker_config config;
	struct allocator alloc;
	size_t bytes_allocated;
	struct broker *broker; /* NULL until the first event: config comes before */
	struct broker_effects effects;
	struct times start, now;
	struct trace_peer peers[TRACE_PEERS];
	struct trace_access_rule rules[TRACE_LIST_MAX];
	size_t rules_count;
	struct trace_question {
		conn_id conn;
		uint64_t ticket;
	} questions[TRACE_LIST_MAX]; /* they wait for an answer */
	size_t questions_count;
	uint64_t batches[TRACE_LIST_MAX]; /* to be made durable, and nobody has looked yet */
	size_t batches_count;
	enum broker_note_code notes[TRACE_LIST_MAX]; /* since they were last cleared */
	size_t notes_count;
	const char *fault; /* the broker did what no driver could carry out */
};

void trace_world_init(struct trace_world *w);

/* False: memory was leaked. */
bool trace_world_done(struct trace_world *w);

/* When the broker wants to be woken next, in milliseconds of the trace, or MSEC_NEVER. */
msec trace_world_wake_ms(const struct trace_world *w);

/* Goes to that moment and wakes the broker if it is time. */
void trace_world_advance(struct trace_world *w, msec at);

/* Does what a driver would after the events of a moment: says what was written, reads on, lets the
 * broker go on with its work, until nothing is left. */
void trace_world_settle(struct trace_world *w);

/* The peer is not connected and now is. */
void trace_world_open(struct trace_world *w, struct trace_peer *p);

void trace_world_receive(struct trace_world *w, struct trace_peer *p, struct span bytes);

/* The connection breaks. */
void trace_world_cut(struct trace_world *w, struct trace_peer *p);

/* The peer reads up to `count` bytes of what it is sent.  SIZE_MAX: all, and it goes on reading. */
void trace_world_read(struct trace_world *w, struct trace_peer *p, size_t count);

/* An event that concerns no peer. */
void trace_world_event(struct trace_world *w, const struct broker_event *event);

/* Sets a field of the configuration, before the first event or by one.  0 or ERR_MALFORMED. */
int trace_world_configure(struct trace_world *w, struct span key, struct span value);

/* Takes the first `count` bytes away. */
void trace_bytes_take(struct trace_bytes *b, size_t count);

/* The number of that note, or BROKER_NOTES. */
enum broker_note_code trace_note_find(struct span name);

#endif
