/* sim_client.h - a client that follows the protocol and otherwise does what chance tells it.
 *
 * Our own client core with a link and a will of its own. */
#ifndef TING_SIM_CLIENT_H
#define TING_SIM_CLIENT_H

#include <stdbool.h>

struct sim_client;
struct sim_world;

/* Client number `index`; it begins to act by itself. */
struct sim_client *sim_client_new(struct sim_world *w, unsigned index);
void sim_client_free(struct sim_client *c);

/* It has done all its actions. */
bool sim_client_is_finished(const struct sim_client *c);

/* Messages acknowledged on another connection than they came on. */
unsigned sim_client_late_acks(const struct sim_client *c);

/* No more actions: it reads, and comes back to its session if it is away. */
void sim_client_heal(struct sim_client *c);

/* Instead of acting: subscribes to everything. */
void sim_client_probe(struct sim_client *c);

/* Does not come back any more. */
void sim_client_retire(struct sim_client *c);

#endif
