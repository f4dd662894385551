/* bench_chart.h - one line against time or against a percentile, as a drawing in SVG. */
#ifndef TING_BENCH_CHART_H
#define TING_BENCH_CHART_H

#include "lab/lab_summary.h"

#include <stdio.h>

enum { BENCH_CHART_PLACES_MAX = 8 };

struct bench_chart {
	const char *id;    /* of the element title */
	const char *title; /* what is over what */
	const char *name;  /* of what is below */
	enum lab_figure figure;
	bool is_logarithmic; /* upwards, which otherwise begins at zero */
	size_t count;
	const double *x, *y; /* count values each; 0 <= x <= x_max, and 0 < y if logarithmic */
	double x_max;
	size_t place_count; /* what is named below */
	struct bench_place {
		double x;
		char text[16];
	} places[BENCH_CHART_PLACES_MAX];
};

/* Names the whole seconds, or tenths, up to the length of a run: x is seconds. */
void bench_chart_name_seconds(struct bench_chart *c, double seconds);

/* The element svg, for the style of lab_look. */
void bench_chart_print(FILE *out, const struct bench_chart *c);

#endif
