/* sim_disk.h - makes batches durable, late and several at once.
 *
 * It loses nothing yet: what is to be written arrives with the store. */
#ifndef TING_SIM_DISK_H
#define TING_SIM_DISK_H

#include <stdint.h>

struct sim_world;

struct sim_disk *sim_disk_new(struct sim_world *w);
void sim_disk_free(struct sim_disk *d);

/* Batch `batch`, and all before, will be durable in a while. */
void sim_disk_write(struct sim_disk *d, uint64_t batch);

#endif
