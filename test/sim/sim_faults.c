/* sim_faults.c - draws a world: first its size and habits, then which faults exist at all, then how
 * often each strikes.  One world in four has no faults: there, every rule is checked strictly. */
#include "sim_faults.h"

static msec between(struct prng *p, msec low, msec high)
{
	return low + (msec)prng_below(p, (uint64_t)(high - low + 1));
}

static unsigned chance(struct prng *p, unsigned exists, unsigned at_most)
{
	bool is_there = sim_happens(p, exists);
	unsigned often = 1 + (unsigned)prng_below(p, at_most);

	return is_there ? often : 0;
}

static void draw_habits(struct sim_faults *f, struct prng *p)
{
	f->clients = 6 + (unsigned)prng_below(p, 4);
	f->actions = 25 + (unsigned)prng_below(p, 30);
	f->pause_ms = between(p, 20, 3000);
	f->latency_ms = between(p, 0, 30);
	f->reconnect = 10 + (unsigned)prng_below(p, 60);
	f->clean_start = (unsigned)prng_below(p, 500);
	f->subscribe = 100 + (unsigned)prng_below(p, 200);
	f->unsubscribe = (unsigned)prng_below(p, 80);
	f->shared = chance(p, 500, 400);
	f->will = chance(p, 600, 700);
	f->retain = chance(p, 700, 300);
	f->split = chance(p, 500, 600);
	f->has_denials = sim_happens(p, 300);
	f->has_shutdown = sim_happens(p, 300);
	f->inflight_messages_max = (uint16_t)between(p, 1, 30);
	f->receive_max = (uint16_t)between(p, 1, 30);
	f->topic_alias_max = (uint16_t)prng_below(p, 6);
	f->small_limits = chance(p, 500, 500);
	f->sys_interval_s = sim_happens(p, 100) ? 5 : 0;
	f->session_expiry_max_s = UINT32_MAX;
	f->output_bytes_max = 256 * 1024;
	f->work_max = 20000;
	f->disk_ms = 1;
	f->large = chance(p, 300, 100);
	f->hold_ms = sim_happens(p, 500) ? between(p, 1, 5000) : 0;
	f->refuse = chance(p, 300, 100);
	f->auto_alias = chance(p, 500, 1000);
}

static void draw_faults(struct sim_faults *f, struct prng *p)
{
	f->takeover = chance(p, 500, 50);
	f->cut = chance(p, 600, 80);
	f->stall = chance(p, 400, 100);
	f->halt = chance(p, 400, 60);
	f->late_event = chance(p, 500, 300);
	f->timer_late = chance(p, 300, 500);
	f->wall_jump = chance(p, 300, 50);
	f->silent = chance(p, 300, 30);
	f->expiry = chance(p, 400, 500);
	f->access_later = chance(p, 250, 600);
	f->reconfigure = chance(p, 200, 30);
	f->is_durable = sim_happens(p, 300);
	f->disk_ms = between(p, 1, 400);
	f->hostile = sim_happens(p, 400) ? 1 + (unsigned)prng_below(p, 4) : 0;
	f->alloc_failure = chance(p, 150, 300);
	if (sim_happens(p, 300))
		f->window_bytes = (size_t)between(p, 16, 600);
	if (sim_happens(p, 350))
		f->queued_messages_max = (size_t)between(p, 1, 20);
	if (sim_happens(p, 200))
		f->queued_bytes_max = (size_t)between(p, 100, 4000);
	if (sim_happens(p, 300))
		f->output_bytes_max = (size_t)between(p, 200, 4000);
	if (sim_happens(p, 300))
		f->work_max = (size_t)between(p, 2, 60);
	if (sim_happens(p, 300))
		f->session_expiry_max_s = (uint32_t)between(p, 2, 60);
	if (sim_happens(p, 300))
		f->keepalive_max_s = (uint16_t)between(p, 1, 20);
	f->queues_qos0 = sim_happens(p, 300);
}

void sim_faults_draw(struct sim_faults *f, struct prng *p)
{
	*f = (struct sim_faults){0};
	draw_habits(f, p);
	if (!sim_happens(p, 250))
		draw_faults(f, p);
}

bool sim_faults_have_bounds(const struct sim_faults *f)
{
	return f->queued_messages_max || f->queued_bytes_max || f->output_bytes_max < 256 * 1024;
}
