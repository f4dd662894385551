/* apps_reconnect.c - what `ting sub` does, and every program that stays connected. */
#include "apps/apps_reconnect.h"

#include "loop/loop_clock.h"

#include <sys/random.h>

enum {
	RETRY_MIN_MS = 1000,  /* at most, until the first attempt to connect again */
	RETRY_MAX_MS = 30000, /* the bound doubles up to that */
};

void reconnect_init(struct reconnect *r, struct link *l, uint64_t seed)
{
	*r = (struct reconnect){.link = l};
	client_retry_init(&r->retry, RETRY_MIN_MS, RETRY_MAX_MS, seed);
}

void reconnect_connected(struct reconnect *r)
{
	client_retry_connected(&r->retry, loop_clock_ms());
}

/* The connection broke, or did not come about. */
static void later(struct reconnect *r)
{
	msec now = loop_clock_ms();

	r->at_ms = now + client_retry_wait(&r->retry, now);
}

int reconnect_turn(struct reconnect *r, msec due, bool is_wanted)
{
	bool was_down = r->link->state == LINK_DOWN;
	int status = link_turn(r->link, was_down && is_wanted && r->at_ms < due ? r->at_ms : due);

	if (!was_down && r->link->state == LINK_DOWN)
		later(r);
	if (was_down && is_wanted && loop_clock_ms() >= r->at_ms && link_open(r->link))
		later(r);
	return status;
}

uint64_t reconnect_seed(void)
{
	uint64_t seed;

	return getrandom(&seed, sizeof seed, 0) == sizeof seed ? seed : 0;
}
