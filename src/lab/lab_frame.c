/* lab_frame.c */
#include "lab/lab_frame.h"

#include "lab/lab_text.h"

enum { WIDTH = 400, HEIGHT = 250, ABOVE = 4, BEFORE = 6, MARK = 5, PLACE = 19, MIDDLE = 4 };

void lab_frame_begin(FILE *out, const char *id, const char *title)
{
	(void)fprintf(out,
		"<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-labelledby=\"%s\">\n<title id=\"%s\">%s</title>\n",
		WIDTH, HEIGHT, id, id, title);
}

void lab_frame_end(FILE *out)
{
	(void)fputs("</svg>\n", out);
}

double lab_frame_height(const struct lab_scale *s, double value)
{
	return LAB_FRAME_BOTTOM - (LAB_FRAME_BOTTOM - LAB_FRAME_TOP) * lab_scale_place(s, value);
}

void lab_frame_print_heights(FILE *out, const struct lab_scale *s, enum lab_figure figure)
{
	for (size_t i = 0; i < s->tick_count; i++) {
		char text[LAB_TEXT_MAX + 1];
		double y = lab_frame_height(s, s->ticks[i]);

		lab_text_tick(text, figure, s->ticks[i]);
		(void)fprintf(out,
			"<path class=\"grid\" d=\"M%d %.1fH%d\"/>"
			"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
			LAB_FRAME_LEFT, y, LAB_FRAME_RIGHT, LAB_FRAME_LEFT - BEFORE, y + MIDDLE,
			text);
	}
}

void lab_frame_print_place(FILE *out, double x, const char *text)
{
	(void)fprintf(out,
		"<path class=\"grid\" d=\"M%.1f %dv%d\"/>"
		"<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
		x, LAB_FRAME_BOTTOM, MARK, x, LAB_FRAME_BOTTOM + PLACE, text);
}

void lab_frame_print_name(FILE *out, const char *text)
{
	(void)fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
		(LAB_FRAME_LEFT + LAB_FRAME_RIGHT) / 2, HEIGHT - ABOVE, text);
}
