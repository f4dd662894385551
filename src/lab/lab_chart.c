/* lab_chart.c - the number of clients is on a logarithmic scale, for it grows by factors. */
#include "lab/lab_chart.h"

#include "lab/lab_frame.h"
#include "lab/lab_look.h"
#include "lab/lab_scale.h"
#include "lab/lab_text.h"

#include <inttypes.h>
#include <math.h>

enum {
	LABEL_GAP = 26,  /* between the names of two numbers of clients */
	MARGIN = 30,     /* between the frame and the first or last of these */
	SPREAD_MAX = 44, /* of the marks of one number of clients: each model stands apart */
	APART_MAX = 10,
	TITLE_BYTES = 160,
};

static const struct lab_cell *cell(const struct lab_chart *c, size_t count, size_t model)
{
	return lab_summary_at(c->summary, c->transport, count, model);
}

/* Whether it can be drawn: a logarithm has no place for zero. */
static bool has_value(const struct lab_chart *c, size_t count, size_t model)
{
	const struct lab_cell *of = cell(c, count, model);

	return of->has[c->figure] && (!c->is_logarithmic || of->value[c->figure] > 0);
}

static bool find_range(const struct lab_chart *c, double *least, double *most)
{
	const struct lab_plan *p = c->summary->plan;
	bool is_found = false;

	for (size_t n = 0; n < p->count_count; n++)
		for (size_t m = 0; m < p->model_count; m++) {
			double value = cell(c, n, m)->value[c->figure];

			if (!has_value(c, n, m))
				continue;
			*least = is_found ? fmin(*least, value) : value;
			*most = is_found ? fmax(*most, value) : value;
			is_found = true;
		}
	return is_found;
}

bool lab_chart_has_values(const struct lab_chart *c)
{
	double least, most;

	return find_range(c, &least, &most);
}

static double across(const struct lab_chart *c, size_t count)
{
	const struct lab_plan *p = c->summary->plan;
	double first = p->counts[0], last = p->counts[p->count_count - 1];

	if (p->count_count == 1)
		return (LAB_FRAME_LEFT + LAB_FRAME_RIGHT) / 2.0;
	return LAB_FRAME_LEFT + MARGIN +
		(LAB_FRAME_RIGHT - LAB_FRAME_LEFT - 2 * MARGIN) * log(p->counts[count] / first) /
		log(last / first);
}

/* How far aside a model stands, so that models with the same value do not hide each other. */
static double aside(const struct lab_chart *c, size_t model)
{
	size_t gaps = c->summary->plan->model_count - 1;

	if (gaps == 0)
		return 0;
	return ((double)model - (double)gaps / 2) * fmin(APART_MAX, SPREAD_MAX / (double)gaps);
}

static void print_counts(FILE *out, const struct lab_chart *c)
{
	const struct lab_plan *p = c->summary->plan;
	double last = -LABEL_GAP;

	for (size_t n = 0; n < p->count_count; n++) {
		char text[LAB_TEXT_MAX + 1];
		double x = across(c, n);

		if (x - last < LABEL_GAP)
			continue;
		last = x;
		lab_text_number(text, p->counts[n]);
		lab_frame_print_place(out, x, text);
	}
	lab_frame_print_name(out, "clients");
}

/* A line from each number of clients to the next that has a value too. */
static void print_line(
	FILE *out, const struct lab_chart *c, const struct lab_scale *s, size_t model)
{
	bool is_drawing = false;

	(void)fputs("<path class=\"line\" d=\"", out);
	for (size_t n = 0; n < c->summary->plan->count_count; n++) {
		if (has_value(c, n, model))
			(void)fprintf(out, "%c%.1f %.1f", is_drawing ? 'L' : 'M',
				across(c, n) + aside(c, model),
				lab_frame_height(s, cell(c, n, model)->value[c->figure]));
		is_drawing = has_value(c, n, model);
	}
	(void)fputs("\"/>", out);
}

static void print_series(
	FILE *out, const struct lab_chart *c, const struct lab_scale *s, size_t model)
{
	const struct lab_plan *p = c->summary->plan;
	const char *name = p->models[model];

	(void)fprintf(out, "<g class=\"s m-%s\">", name);
	print_line(out, c, s, model);
	for (size_t n = 0; n < p->count_count; n++) {
		char text[LAB_TEXT_MAX + 1];

		if (!has_value(c, n, model))
			continue;
		lab_text_figure(text, c->figure, cell(c, n, model)->value[c->figure]);
		(void)fprintf(out,
			"<path class=\"mark%s\" transform=\"translate(%.1f %.1f)\" d=\"%s\">"
			"<title>%s, %" PRIu32 " clients: %s</title></path>",
			cell(c, n, model)->served < p->counts[n] ? " partly" : "",
			across(c, n) + aside(c, model),
			lab_frame_height(s, cell(c, n, model)->value[c->figure]),
			lab_look_find(name)->mark, name, p->counts[n], text);
	}
	(void)fputs("</g>\n", out);
}

void lab_chart_print(FILE *out, const struct lab_chart *c)
{
	const struct lab_plan *p = c->summary->plan;
	const char *transport = p->transports[c->transport]->name;
	char id[LAB_TEXT_MAX + 1], title[TITLE_BYTES];
	double least = 0, most = 0;
	struct lab_scale s;

	(void)find_range(c, &least, &most);
	lab_scale_init(&s, least, most, c->is_logarithmic);
	(void)snprintf(id, sizeof id, "t-%s-%d", transport, c->figure);
	(void)snprintf(title, sizeof title,
		"%s over %s against the number of clients; the table below has the numbers",
		c->title, transport);
	lab_frame_begin(out, id, title);
	lab_frame_print_heights(out, &s, c->figure);
	print_counts(out, c);
	for (size_t m = 0; m < p->model_count; m++)
		print_series(out, c, &s, m);
	lab_frame_end(out);
}

void lab_chart_print_mark(FILE *out, const char *model)
{
	(void)fprintf(out,
		"<svg viewBox=\"-13 -6 26 12\" aria-hidden=\"true\"><g class=\"s m-%s\">"
		"<path class=\"line\" d=\"M-13 0H13\"/><path class=\"mark\" d=\"%s\"/></g></svg>",
		model, lab_look_find(model)->mark);
}
