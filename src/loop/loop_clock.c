/* loop_clock.c - the one place that asks. */
#include "loop/loop_clock.h"

static msec clock_ms(clockid_t clock)
{
	return (msec)(loop_clock_ns(clock) / NS_PER_MS);
}

msec loop_clock_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

struct times loop_clock_both(void)
{
	return (struct times){loop_clock_ms(), clock_ms(CLOCK_REALTIME)};
}

uint64_t loop_clock_ns(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t))
		return 0;
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}
