/* sim_disk.c - one write at a time; what comes meanwhile is the next write. */
#include "sim_disk.h"

#include "sim_world.h"

#include <assert.h>
#include <stdlib.h>

struct sim_disk {
	struct sim_world *world;
	struct sim_timer timer;
	uint64_t writing, waiting; /* batches; 0: none */
};

static void start(struct sim_disk *d)
{
	struct sim_world *w = d->world;

	d->writing = d->waiting;
	d->waiting = 0;
	if (d->writing)
		sim_world_after(
			w, &d->timer, (msec)prng_below(&w->prng, (uint64_t)w->faults.disk_ms + 1));
}

static void finish(void *owner)
{
	struct sim_disk *d = owner;
	struct broker_event e = {.type = BROKER_PERSISTED, .batch = d->writing};

	d->writing = 0;
	start(d);
	sim_world_step(d->world, &e);
}

struct sim_disk *sim_disk_new(struct sim_world *w)
{
	struct sim_disk *d = calloc(1, sizeof *d);

	assert(d);
	d->world = w;
	d->timer = (struct sim_timer){.fire = finish, .owner = d};
	return d;
}

void sim_disk_free(struct sim_disk *d)
{
	heap_remove(&d->world->heap, &d->timer.node);
	free(d);
}

void sim_disk_write(struct sim_disk *d, uint64_t batch)
{
	d->waiting = batch;
	if (!d->writing)
		start(d);
}
