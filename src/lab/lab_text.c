/* lab_text.c - units are a table for each kind of figure. */
#include "lab/lab_text.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct unit {
	double from; /* used from this value on */
	const char *name;
};

static const struct unit rates[] = {
	{1e9, " G/s"}, {1e6, " M/s"}, {1e3, " k/s"}, {1, "/s"}, {0, NULL}};
static const struct unit times[] = {{1e9, " s"}, {1e6, " ms"}, {1e3, " µs"}, {1, " ns"}, {0, NULL}};
static const struct unit sizes[] = {{1e9, " GB"}, {1e6, " MB"}, {1e3, " kB"}, {1, " B"}, {0, NULL}};

static const struct unit *const units[LAB_FIGURES] = {
	[LAB_THROUGHPUT] = rates,
	[LAB_CPU] = times,
	[LAB_P50] = times,
	[LAB_P99] = times,
	[LAB_LATENCY_MAX] = times,
	[LAB_MEMORY] = sizes,
};

/* To three digits, so that 999.9 is 1000 before its unit is chosen. */
static double rounded(double value)
{
	double step = value > 0 ? pow(10, floor(log10(value)) - 2) : 1;

	return round(value / step) * step;
}

void lab_text_figure(char ret[LAB_TEXT_MAX + 1], enum lab_figure figure, double value)
{
	const struct unit *unit = units[figure];
	int decimals;

	if (!unit) {
		(void)snprintf(ret, LAB_TEXT_MAX + 1, "%.2f", value);
		return;
	}
	value = rounded(value);
	while (unit[1].name && value < unit->from)
		unit++;
	value /= unit->from;
	decimals = unit->from <= 1 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
	(void)snprintf(ret, LAB_TEXT_MAX + 1, "%.*f%s", decimals, value, unit->name);
}

void lab_text_tick(char ret[LAB_TEXT_MAX + 1], enum lab_figure figure, double value)
{
	char *point, *end, *unit;

	lab_text_figure(ret, figure, value);
	point = strchr(ret, '.');
	if (!point)
		return;
	unit = end = point + 1 + strspn(point + 1, "0123456789");
	while (end[-1] == '0')
		end--;
	if (end[-1] == '.')
		end--;
	memmove(end, unit, strlen(unit) + 1);
}

void lab_text_number(char ret[LAB_TEXT_MAX + 1], double value)
{
	char digits[LAB_TEXT_MAX / 2];
	int size = snprintf(digits, sizeof digits, "%.0f", fmin(rounded(value), 1e15));
	char *to = ret;

	for (int i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	*to = '\0';
}

void lab_text_print(FILE *out, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '&':
			(void)fputs("&amp;", out);
			break;
		case '<':
			(void)fputs("&lt;", out);
			break;
		case '>':
			(void)fputs("&gt;", out);
			break;
		case '"':
			(void)fputs("&quot;", out);
			break;
		default:
			if ((unsigned char)*text >= ' ')
				(void)fputc(*text, out);
		}
}
