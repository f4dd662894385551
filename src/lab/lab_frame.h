/* lab_frame.h - what every chart has around its lines: a drawing in SVG with a scale on the left
 * and names below, for the style of lab_look.
 *
 * Lengths are units of the drawing, whose size on the screen is the style's business. */
#ifndef TING_LAB_FRAME_H
#define TING_LAB_FRAME_H

#include "lab/lab_scale.h"
#include "lab/lab_summary.h"

#include <stdio.h>

enum {
	LAB_FRAME_LEFT = 64, /* where what is drawn begins, */
	LAB_FRAME_RIGHT = 390,
	LAB_FRAME_TOP = 12,
	LAB_FRAME_BOTTOM = 210, /* and ends */
};

/* The element svg.  `id` is one that the page has not yet, `title` what a reader hears who does not
 * see it. */
void lab_frame_begin(FILE *out, const char *id, const char *title);
void lab_frame_end(FILE *out);

/* How far down a value is. */
double lab_frame_height(const struct lab_scale *s, double value);

/* A line for each tick of the scale, with its value. */
void lab_frame_print_heights(FILE *out, const struct lab_scale *s, enum lab_figure figure);

/* What stands below a place, and below all of them. */
void lab_frame_print_place(FILE *out, double x, const char *text);
void lab_frame_print_name(FILE *out, const char *text);

#endif
