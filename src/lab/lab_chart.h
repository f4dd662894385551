/* lab_chart.h - one figure of all models against the number of clients, as a drawing in SVG. */
#ifndef TING_LAB_CHART_H
#define TING_LAB_CHART_H

#include "lab/lab_summary.h"

#include <stdio.h>

struct lab_chart {
	const struct lab_summary *summary;
	size_t transport;
	enum lab_figure figure;
	const char *title;
	bool is_logarithmic; /* the vertical scale, which otherwise begins at zero */
};

/* Is there anything to draw? */
bool lab_chart_has_values(const struct lab_chart *c);

/* The element svg, for the style of lab_look.  Models without a value are left out.  Only if it has
 * values. */
void lab_chart_print(FILE *out, const struct lab_chart *c);

/* The mark of a model as it is in the charts, for a legend: an element svg. */
void lab_chart_print_mark(FILE *out, const char *model);

#endif
