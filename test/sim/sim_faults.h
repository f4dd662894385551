/* sim_faults.h - what a world is like: how big it is, what breaks in it and how often.
 *
 * Drawn from the seed, so that quiet and hostile worlds are both visited.  A chance is in
 * thousandths of the occasions; 0 means that this never happens. */
#ifndef TING_SIM_FAULTS_H
#define TING_SIM_FAULTS_H

#include "base/base_ids.h"
#include "base/base_prng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_faults {
	/* Size. */
	unsigned clients; /* that follow the protocol */
	unsigned hostile; /* that do not */
	unsigned actions; /* of each client */
	msec pause_ms;    /* between two actions of a client, at most */

	/* Links. */
	msec latency_ms;     /* at most */
	unsigned split;      /* a delivery carries only a part of what waits */
	unsigned stall;      /* a link stands still for a while */
	unsigned cut;        /* per action: the client's link breaks */
	unsigned halt;       /* per action: the client stops reading for a while */
	size_t window_bytes; /* a link carries so much at once; 0: everything */
	unsigned late_event; /* an event for a connection that is over */

	/* Time. */
	unsigned timer_late; /* the broker is woken late */
	unsigned wall_jump;  /* per action: the wall clock jumps */
	unsigned silent;     /* per action: the client does nothing for a long time */

	/* The broker's surroundings. */
	unsigned alloc_failure; /* in hundred-thousandths of the allocations */
	unsigned access_later;  /* an access decision comes later */
	bool has_denials;       /* some topics are forbidden */
	bool is_durable;
	msec disk_ms;         /* until a batch is durable, at most */
	unsigned reconfigure; /* per action */
	bool has_shutdown;    /* the broker is shut down at the end */

	/* The broker's bounds. */
	size_t queued_messages_max, queued_bytes_max; /* 0: none */
	size_t output_bytes_max;
	size_t work_max;
	uint16_t inflight_messages_max;
	uint16_t receive_max, topic_alias_max;
	uint32_t session_expiry_max_s;
	uint16_t keepalive_max_s;
	uint32_t sys_interval_s;
	bool queues_qos0;

	/* What clients like to do. */
	unsigned takeover;    /* per action: a second connection with the same client id */
	unsigned reconnect;   /* per action */
	unsigned clean_start; /* per connection */
	unsigned subscribe, unsubscribe; /* per action; the rest are publications */
	unsigned shared;                 /* per subscription */
	unsigned will;                   /* per connection */
	unsigned expiry;                 /* per message */
	unsigned retain;                 /* per message */
	unsigned large;                  /* per message: a payload of some thousand bytes */
	unsigned small_limits; /* per connection: a small receive maximum or packet size */
	msec hold_ms;          /* until some clients acknowledge a message, at most; 0: none */
	unsigned refuse;       /* per message that is held: it is refused (MQTT 5) */
	unsigned auto_alias;   /* per client: assigns topic aliases by itself */
};

void sim_faults_draw(struct sim_faults *f, struct prng *p);

/* True once in so many occasions. */
static inline bool sim_happens(struct prng *p, unsigned thousandths)
{
	return thousandths && prng_below(p, 1000) < thousandths;
}

/* Loss is possible without anybody's fault: a queue has a bound. */
bool sim_faults_have_bounds(const struct sim_faults *f);

#endif
