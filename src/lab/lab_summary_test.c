#include "base/base_test.h"
#include "lab/lab_made_test.h"
#include "lab/lab_summary.h"
#include "lab/lab_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_near(double a, double b)
{
	return fabs(a - b) < 1e-6 * fabs(b);
}

TEST(summary, takes_the_median_of_the_rounds_and_of_their_ratios, "")
{
	static struct made m;
	struct lab_summary s;
	const struct lab_cell *c;

	made_init(&m, "epoll", "tcp", "10", 3);
	for (uint32_t round = 0; round < 3; round++) {
		static const uint64_t floor_ns[] = {1000, 2000, 4000},
				      own_ns[] = {1100, 3000, 4800};

		made_measured(
			made_at(&m, "tcp", 10, "floor", round), 10, 100, floor_ns[round], 5, 9);
		made_measured(made_at(&m, "tcp", 10, "epoll", round), 10, 100 + round,
			own_ns[round], 7, 10);
	}
	lab_summary_init(&s, &m.plan, m.results);
	c = lab_summary_at(&s, 0, 0, 1);
	cr_assert_eq(c->verdict, LAB_MEASURED);
	cr_assert(is_near(c->value[LAB_CPU], 3000));
	cr_assert(is_near(c->value[LAB_RATIO], 1.2)); /* of 1.1, 1.5 and 1.2 */
	cr_assert(is_near(c->value[LAB_THROUGHPUT], 101));
	cr_assert(is_near(c->value[LAB_MEMORY], 10240));
	cr_assert_eq(c->answers, 303);
	cr_assert(is_near(lab_summary_at(&s, 0, 0, 0)->value[LAB_RATIO], 1));
	lab_summary_done(&s);
}

TEST(summary, of_an_even_number_of_rounds_is_between_the_two_in_the_middle, "")
{
	static struct made m;
	struct lab_summary s;

	made_init(&m, "epoll", "tcp", "1", 2);
	made_measured(made_at(&m, "tcp", 1, "epoll", 0), 1, 100, 1000, 5, 9);
	made_measured(made_at(&m, "tcp", 1, "epoll", 1), 1, 200, 1000, 5, 9);
	lab_summary_init(&s, &m.plan, m.results);
	cr_assert(is_near(lab_summary_at(&s, 0, 0, 1)->value[LAB_THROUGHPUT], 150));
	cr_assert_not(lab_summary_at(&s, 0, 0, 1)->has[LAB_RATIO]); /* no floor was measured */
	lab_summary_done(&s);
}

TEST(summary, keeps_why_and_how_many_were_not_served, "")
{
	static struct made m;
	struct lab_result *r;
	struct lab_summary s;
	const struct lab_cell *c;

	made_init(&m, "fork,thread", "tcp", "10", 2);
	made_measured(made_at(&m, "tcp", 10, "fork", 0), 10, 100, 1000, 5, 9);
	r = made_at(&m, "tcp", 10, "fork", 1);
	made_measured(r, 3, 100, 1000, 5, 9);
	r->refused = 7;
	r = made_at(&m, "tcp", 10, "thread", 1);
	r->verdict = LAB_REFUSED;
	made_reason(r, "too many");
	lab_summary_init(&s, &m.plan, m.results);
	c = lab_summary_at(&s, 0, 0, 1);
	cr_assert_eq(c->served, 3);
	cr_assert_eq(c->refused, 7);
	c = lab_summary_at(&s, 0, 0, 2);
	cr_assert_eq(c->verdict, LAB_REFUSED);
	cr_assert_str_eq(c->reason, "too many");
	cr_assert_not(c->has[LAB_THROUGHPUT]);
	lab_summary_done(&s);
}

TEST(table, has_a_line_for_each_result_and_leaves_out_what_is_unknown, "")
{
	static struct made m;
	struct lab_result *r;
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	made_init(&m, "epoll", "tcp", "1,2", 1);
	made_measured(made_at(&m, "tcp", 1, "floor", 0), 1, 1000, 2000, 5, 9);
	made_measured(made_at(&m, "tcp", 1, "epoll", 0), 1, 500, 3000, 7, 10);
	r = made_at(&m, "tcp", 2, "floor", 0);
	r->verdict = LAB_REFUSED;
	made_reason(r, "says \"no\", twice");
	lab_table_print(f, &m.plan, m.results);
	cr_assert_eq(fclose(f), 0);
	cr_assert_not_null(strstr(text, "tcp,1,1,floor,measured,1000,2000,1.000,2500,5000,10000,"));
	cr_assert_not_null(strstr(text, "tcp,1,1,epoll,measured,500,3000,1.500,3500,7000,14000,"));
	cr_assert_not_null(strstr(text, "tcp,2,1,floor,refused,,,,,,,,,,,0,"));
	cr_assert_not_null(strstr(text, ",\"says \"\"no\"\", twice\"\r\n"));
	cr_assert_null(strstr(text, "tcp,2,1,epoll"));
	free(text);
}
