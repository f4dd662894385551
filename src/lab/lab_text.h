/* lab_text.h - figures as people read them. */
#ifndef TING_LAB_TEXT_H
#define TING_LAB_TEXT_H

#include "lab/lab_summary.h"

#include <stdio.h>

enum { LAB_TEXT_MAX = 47 };

/* Three digits and a unit: "281 k/s", "3.44 µs", "1.20 MB"; a ratio has two decimals. */
void lab_text_figure(char ret[LAB_TEXT_MAX + 1], enum lab_figure figure, double value);

/* The same without zeroes at the end of the decimals, for a scale: "5 µs". */
void lab_text_tick(char ret[LAB_TEXT_MAX + 1], enum lab_figure figure, double value);

/* A whole number of three digits and zeroes: "281,000". */
void lab_text_number(char ret[LAB_TEXT_MAX + 1], double value);

/* Somebody's text in a page: what HTML and XML would take for their own is written otherwise, and
 * control characters are left out. */
void lab_text_print(FILE *out, const char *text);

#endif
