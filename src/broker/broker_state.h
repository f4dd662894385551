/* broker_state.h - the parts of a broker, for the files of src/broker. */
#ifndef TING_BROKER_STATE_H
#define TING_BROKER_STATE_H

#include "base/base_heap.h"
#include "base/base_map.h"
#include "base/base_pool.h"
#include "base/base_prng.h"
#include "broker/broker.h"
#include "broker/broker_conn.h"
#include "broker/broker_durable.h"
#include "broker/broker_message.h"
#include "broker/broker_retain.h"
#include "broker/broker_route.h"
#include "broker/broker_session.h"
#include "broker/broker_sys.h"
#include "broker/broker_will.h"

struct broker {
	const struct allocator *alloc;
	struct broker_config config;
	struct hash_key seed;
	struct prng prng;
	struct broker_stats stats;
	struct broker_ledger *ledger;
	bool is_shutting_down;

	/* Of the step under way. */
	struct times now;
	struct broker_effects *effects;
	size_t work; /* left */
	size_t turn; /* whose it is to do what is left */

	/* Connections, by slot. */
	struct broker_conn **conns;
	struct pool conn_pool;
	uint32_t conns_room;
	struct heap conn_timers;
	struct list conns_ready; /* their packets wait for work to spare */
	struct list conns_over;
	uint64_t ticket_last;

	/* Sessions. */
	struct map sessions; /* by client id */
	uint64_t session_serial;
	struct heap session_timers;
	struct list sessions_hungry, sessions_ended;
	struct map packet_ids;   /* deliveries by session and packet id */
	struct map incoming_ids; /* QoS 2 packet ids by session and packet id */
	struct pool deliveries, delivery_ids, incoming, subscriptions;

	/* Topics. */
	struct topic_tree *tree;
	struct broker_route route;
	struct broker_retain retain;
	struct heap retain_timers;
	struct list wills_due;
	struct broker_sys sys;

	/* Durability. */
	uint64_t batch_open, batch_durable;
	bool is_batch_used; /* something of this step must be durable */
	struct list answers_held;
	struct list sessions_undurable; /* what they send next is not durable */
	struct pool answers;
};

/* Counts a note and, if its level is told, makes it an effect.  `c` and the spans may be empty. */
void broker_tell(struct broker *b, enum broker_note_code code, const struct broker_conn *c,
	const struct broker_note *note);

/* Takes `units` of the step's work; it may run into debt once. */
static inline void broker_spend(struct broker *b, size_t units)
{
	b->work = b->work > units ? b->work - units : 0;
}

/* The hash of a pair of numbers, for the maps of packet ids. */
static inline uint64_t broker_pair_hash(const struct broker *b, uint64_t serial, uint16_t id)
{
	uint64_t z = (serial << 16 | id) ^ b->seed.k0;

	z = (z ^ z >> 32) * 0xd6e8feb86659fd93;
	z = (z ^ z >> 32) * 0xd6e8feb86659fd93;
	return z ^ z >> 32;
}

#endif
