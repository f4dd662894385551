#include "base/base_test.h"
#include "lab/lab_chart.h"
#include "lab/lab_made_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MARKS_MAX = 64 };

/* The places of all marks of a drawing; how many there are. */
static size_t marks(const char *drawing, double place[MARKS_MAX][2])
{
	size_t count = 0;

	while ((drawing = strstr(drawing, "translate(")) != NULL && count < MARKS_MAX) {
		drawing += strlen("translate(");
		cr_assert_eq(sscanf(drawing, "%lf %lf", &place[count][0], &place[count][1]), 2);
		count++;
	}
	return count;
}

TEST(chart, does_not_hide_a_model_behind_another_of_the_same_value, "")
{
	static struct made m;
	static const char *const models[] = {"floor", "epoll", "thread", "fork"};
	double place[MARKS_MAX][2];
	struct lab_summary s;
	struct lab_chart c = {.summary = &s, .figure = LAB_MEMORY, .title = "Memory"};
	char *text = NULL;
	size_t size, count;
	FILE *out = open_memstream(&text, &size);

	made_init(&m, "epoll,thread,fork", "tcp", "1,10", 1);
	for (size_t i = 0; i < 4; i++) {
		made_measured(made_at(&m, "tcp", 1, models[i], 0), 1, 100, 1000, 5, 9);
		made_measured(made_at(&m, "tcp", 10, models[i], 0), 10, 100, 1000, 5, 9);
	}
	lab_summary_init(&s, &m.plan, m.results);
	lab_chart_print(out, &c);
	cr_assert_eq(fclose(out), 0);
	count = marks(text, place);
	cr_assert_eq(count, 8);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			cr_assert_gt((place[i][0] - place[j][0]) * (place[i][0] - place[j][0]), 24,
				"%zu and %zu are at %.1f", i, j, place[i][0]);
	lab_summary_done(&s);
	free(text);
}
