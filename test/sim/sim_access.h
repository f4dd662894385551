/* sim_access.h - decides who may do what, sometimes later. */
#ifndef TING_SIM_ACCESS_H
#define TING_SIM_ACCESS_H

#include "broker/broker_access.h"

struct sim_world;

struct sim_access *sim_access_new(struct sim_world *w);
void sim_access_free(struct sim_access *a);

/* For the configuration. */
struct broker_access sim_access_asked(struct sim_access *a);

#endif
