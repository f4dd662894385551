/* broker_load.c - exponential decay by repeated multiplication with constants in 32-bit fixed
 * point. */
#include "broker/broker_load.h"

enum { MINUTE_MS = 60000, PASSED_MS_MAX = 24 * 3600 * 1000 };

/* e^(-1/60), e^(-1/300) and e^(-1/900): what one second leaves, times 2^32. */
static const uint64_t second_leaves[BROKER_LOAD_SPANS] = {4223977731, 4280674573, 4290197760};

static const uint64_t one = UINT64_C(1) << 32;

/* What `seconds` leave: the power by squaring. */
static uint64_t leaves(uint64_t factor, uint64_t seconds)
{
	uint64_t result = one;

	for (; seconds; seconds >>= 1) {
		if (seconds & 1)
			result = result * factor >> 32;
		factor = factor * factor >> 32;
	}
	return result;
}

/* a + (b - a) * share / 2^32, without going below 0. */
static uint64_t between(uint64_t a, uint64_t b, uint64_t share)
{
	uint64_t distance = a < b ? b - a : a - b;
	uint64_t step = (distance >> 32) * share + ((distance & UINT32_MAX) * share >> 32);

	return a < b ? a + step : a - step;
}

void broker_load_update(struct broker_load *l, uint64_t total, msec passed_ms)
{
	uint64_t passed = (uint64_t)(passed_ms < PASSED_MS_MAX ? passed_ms : PASSED_MS_MAX);
	uint64_t now;

	if (passed < 1000)
		return;
	now = (total - l->total) * 100 * MINUTE_MS / passed;
	l->total = total;
	for (int i = 0; i < BROKER_LOAD_SPANS; i++)
		l->hundredths[i] = between(
			l->hundredths[i], now, one - leaves(second_leaves[i], passed / 1000));
}
