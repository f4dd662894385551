/* lab_scale.h - from values to places on a line, and which of them are named. */
#ifndef TING_LAB_SCALE_H
#define TING_LAB_SCALE_H

#include <stdbool.h>
#include <stddef.h>

enum { LAB_TICKS_MAX = 12 };

struct lab_scale {
	bool is_logarithmic;
	double low, high; /* low < high; above 0 if logarithmic */
	size_t tick_count;
	double ticks[LAB_TICKS_MAX]; /* ascending, within low and high */
};

/* Covers from `least` to `most` (not negative; above 0 if logarithmic), and to zero if it is not
 * logarithmic, with ends that are ticks. */
void lab_scale_init(struct lab_scale *ret, double least, double most, bool is_logarithmic);

/* 0 at low, 1 at high. */
double lab_scale_place(const struct lab_scale *s, double value);

#endif
