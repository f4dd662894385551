/* sim_hostile.h - a peer that sends what it likes. */
#ifndef TING_SIM_HOSTILE_H
#define TING_SIM_HOSTILE_H

struct sim_hostile;
struct sim_world;

struct sim_hostile *sim_hostile_new(struct sim_world *w, unsigned index);
void sim_hostile_free(struct sim_hostile *h);

/* Closes and stays away. */
void sim_hostile_stop(struct sim_hostile *h);

#endif
