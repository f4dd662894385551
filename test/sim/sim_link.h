/* sim_link.h - a network connection between a peer and the broker.
 *
 * Two streams of bytes that are split, merged, delayed, stalled and cut as the world's faults say.
 * What the broker sends waits here, by reference where the broker shares it, until the link takes
 * it to the far end; only then the broker hears that it was written. */
#ifndef TING_SIM_LINK_H
#define TING_SIM_LINK_H

#include "base/base_ids.h"
#include "base/base_list.h"
#include "base/base_shared.h"
#include "base/base_span.h"
#include "sim_timer.h"

#include <stdbool.h>

struct sim_world;
struct sim_link;

/* What the peer at the far end hears. */
struct sim_far_end {
	void (*received)(void *owner, struct sim_link *l, struct span bytes);
	void (*closed)(void *owner, struct sim_link *l);
};

struct sim_link {
	struct list link; /* in the world */
	struct sim_world *world;
	conn_id conn;
	const struct sim_far_end *far_end;
	void *owner;

	/* From the peer to the broker. */
	uint8_t *up;
	size_t up_start, up_size, up_room;
	struct sim_timer up_timer;
	bool is_up_closed; /* the peer closed: the broker hears it behind the last byte */
	bool is_cut;       /* it broke: heard even by a broker that does not read */
	bool is_read;      /* the broker reads */

	/* From the broker to the peer. */
	struct list down; /* of chunks */
	struct sim_timer down_timer;
	bool is_down_closed; /* the broker closed: the peer hears it behind the last byte */
	bool is_halted;      /* the peer does not read */

	bool is_broker_done; /* the broker closed it, or knows that it is closed */
	bool is_peer_done;
};

/* A new connection, of which the broker learns at once.  `is_hostile`: its peer need not follow the
 * protocol.  It stays until the world ends. */
struct sim_link *sim_link_open(
	struct sim_world *w, const struct sim_far_end *far_end, void *owner, bool is_hostile);

/* Drops everything, silently. */
void sim_link_free(struct sim_link *l);

/* For the peer. */
void sim_link_write(struct sim_link *l, struct span bytes);
void sim_link_close(struct sim_link *l);                /* behind what was written */
void sim_link_halt(struct sim_link *l, bool is_halted); /* stops or goes on reading */

/* It breaks: what is under way is lost, and both ends learn of it in a while. */
void sim_link_cut(struct sim_link *l);

/* For the world: effects of the broker. */
void sim_link_take(struct sim_link *l, struct span head, struct span body, struct shared *owner);
void sim_link_end(struct sim_link *l, bool is_graceful);
void sim_link_read(struct sim_link *l, bool is_read);

#endif
