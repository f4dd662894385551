#include "bench/bench_chart.h"

#include "base/base_test.h"

#include <stdlib.h>

static char *draw(const struct bench_chart *c)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	bench_chart_print(out, c);
	cr_assert_eq(fclose(out), 0);
	return text;
}

TEST(bench_chart, draws_a_line_from_the_first_value_to_the_last, "")
{
	static const double x[] = {0, 1, 2}, y[] = {0, 50, 100};
	struct bench_chart c = {.id = "i", .title = "t", .name = "n", .count = 3, .x = x, .y = y};
	char *text;

	bench_chart_name_seconds(&c, 2);
	text = draw(&c);
	cr_assert(strstr(text, "d=\"M80.0 210.0L227.0 111.0L374.0 12.0\""), "%s", text);
	cr_assert(strstr(text, ">1.5</text>"));
	cr_assert(strstr(text, ">n</text>"));
	free(text);
}

TEST(bench_chart, of_nothing_is_an_empty_frame, "")
{
	struct bench_chart c = {.id = "i", .title = "t", .name = "n", .is_logarithmic = true};
	char *text;

	bench_chart_name_seconds(&c, 1);
	text = draw(&c);
	cr_assert(strstr(text, "class=\"line\" d=\"\""));
	free(text);
}

TEST(bench_chart, names_the_seconds_of_a_run_of_any_length, "")
{
	static const double lengths[] = {0.01, 0.3, 1, 7, 59.9, 86400};
	struct bench_chart c;

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		bench_chart_name_seconds(&c, lengths[i]);
		cr_assert_gt(c.place_count, 1);
		cr_assert_eq(c.places[0].x, 0);
		for (size_t j = 1; j < c.place_count; j++)
			cr_assert_gt(c.places[j].x, c.places[j - 1].x);
		cr_assert_leq(c.places[c.place_count - 1].x, lengths[i] * (1 + 1e-9));
	}
}
