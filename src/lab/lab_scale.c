/* lab_scale.c - ticks are 1, 2 and 5 times powers of ten; few decades have all of them, many only
 * the powers. */
#include "lab/lab_scale.h"

#include <assert.h>
#include <math.h>

static const double steps[] = {1, 2, 5};

enum { STEPS = sizeof steps / sizeof steps[0], LINEAR_TICKS = 6, FINE_TICKS = 8 };

/* The tick with that number: 0 is 1, 1 is 2, 2 is 5, 3 is 10... */
static double tick_at(int number)
{
	int decade = number >= 0 ? number / STEPS : -((-number + STEPS - 1) / STEPS);

	int step = number - decade * STEPS;

	assert(step >= 0 && step < STEPS);
	return steps[step] * pow(10, decade);
}

/* The last tick that is not above the value. */
static int tick_below(double value)
{
	int number = (int)floor(log10(value)) * STEPS + STEPS;

	while (tick_at(number) > value * (1 + 1e-9))
		number--;
	return number;
}

static void init_logarithmic(struct lab_scale *s, double least, double most)
{
	int first = tick_below(least), last = tick_below(most), step = 1;

	if (tick_at(last) < most * (1 - 1e-9))
		last++;
	if (first == last)
		last++;
	if (last - first + 1 > FINE_TICKS) { /* only powers of ten */
		step = STEPS;
		first = (int)floor((double)first / STEPS) * STEPS;
		last = (int)ceil((double)last / STEPS) * STEPS;
	}
	while ((last - first) / step + 1 > LAB_TICKS_MAX) {
		step += STEPS;
		last = first + (last - first + step - 1) / step * step;
	}
	for (int i = first; i <= last; i += step)
		s->ticks[s->tick_count++] = tick_at(i);
}

static void init_linear(struct lab_scale *s, double most)
{
	double step = tick_at(tick_below(most > 0 ? most / LINEAR_TICKS : 1));

	while (step * LINEAR_TICKS < most * (1 - 1e-9))
		step = tick_at(tick_below(step) + 1);
	do {
		s->ticks[s->tick_count] = (double)s->tick_count * step;
	} while (s->ticks[s->tick_count++] < most * (1 - 1e-9));
}

void lab_scale_init(struct lab_scale *ret, double least, double most, bool is_logarithmic)
{
	assert(least <= most && (!is_logarithmic || least > 0));
	*ret = (struct lab_scale){.is_logarithmic = is_logarithmic};
	if (is_logarithmic)
		init_logarithmic(ret, least, most);
	else
		init_linear(ret, most);
	if (ret->tick_count == 1)
		ret->ticks[ret->tick_count++] = 1; /* all values are zero */
	ret->low = ret->ticks[0];
	ret->high = ret->ticks[ret->tick_count - 1];
}

double lab_scale_place(const struct lab_scale *s, double value)
{
	if (s->is_logarithmic)
		return log(value / s->low) / log(s->high / s->low);
	return (value - s->low) / (s->high - s->low);
}
