/* bench_chart.c */
#include "bench/bench_chart.h"

#include "lab/lab_frame.h"
#include "lab/lab_scale.h"

#include <math.h>

enum { MARGIN = 16 }; /* between the frame and the line's ends */

static double across(const struct bench_chart *c, double x)
{
	double first = LAB_FRAME_LEFT + MARGIN, last = LAB_FRAME_RIGHT - MARGIN;

	return c->x_max > 0 ? first + (last - first) * x / c->x_max : first;
}

void bench_chart_name_seconds(struct bench_chart *c, double seconds)
{
	struct lab_scale s;

	lab_scale_init(&s, 0, seconds, false);
	c->x_max = seconds;
	c->place_count = 0;
	for (size_t i = 0; i < s.tick_count && c->place_count < BENCH_CHART_PLACES_MAX; i++) {
		struct bench_place *p = &c->places[c->place_count];

		if (s.ticks[i] > seconds * (1 + 1e-9))
			break;
		p->x = s.ticks[i];
		(void)snprintf(p->text, sizeof p->text, "%g", s.ticks[i]);
		c->place_count++;
	}
}

static void find_range(const struct bench_chart *c, double *least, double *most)
{
	*least = *most = c->y[0];
	for (size_t i = 1; i < c->count; i++) {
		*least = fmin(*least, c->y[i]);
		*most = fmax(*most, c->y[i]);
	}
}

void bench_chart_print(FILE *out, const struct bench_chart *c)
{
	double least = 0, most = 0;
	struct lab_scale s;

	if (c->count)
		find_range(c, &least, &most);
	lab_scale_init(&s, least, most, c->is_logarithmic && c->count);
	lab_frame_begin(out, c->id, c->title);
	lab_frame_print_heights(out, &s, c->figure);
	for (size_t i = 0; i < c->place_count; i++)
		lab_frame_print_place(out, across(c, c->places[i].x), c->places[i].text);
	lab_frame_print_name(out, c->name);
	(void)fputs("<g class=\"s\"><path class=\"line\" d=\"", out);
	for (size_t i = 0; i < c->count; i++)
		(void)fprintf(out, "%c%.1f %.1f", i ? 'L' : 'M', across(c, c->x[i]),
			lab_frame_height(&s, c->y[i]));
	(void)fputs("\"/></g>\n", out);
	lab_frame_end(out);
}
