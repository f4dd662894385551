/* The table keeps its own promises. */
#include "conf/conf_table.h"

#include "base/base_test.h"
#include "conf/conf_foreign.h"
#include "conf/conf_nearest.h"
#include "conf/conf_print.h"

#include <stdio.h>
#include <stdlib.h>

TEST(conf_table, is_in_the_order_of_the_alphabet, "")
{
	for (size_t i = 1; i < conf_row_count; i++)
		cr_expect_lt(strcmp(conf_rows[i - 1].name, conf_rows[i].name), 0, "%s",
			conf_rows[i].name);
}

TEST(conf_table, finds_each_row_by_all_its_names, "")
{
	for (size_t i = 0; i < conf_row_count; i++) {
		cr_expect_eq(conf_row_find(conf_rows[i].name), &conf_rows[i]);
		if (conf_rows[i].other_name)
			cr_expect_eq(conf_row_find(conf_rows[i].other_name), &conf_rows[i]);
		cr_expect_eq(conf_row_index(&conf_rows[i]), i);
	}
	cr_expect_eq(conf_row_find("maximum_qos"), conf_row_find("max_qos"));
	cr_expect_null(conf_row_find("max"));
}

TEST(conf_table, has_no_option_that_is_refused_too, "")
{
	for (size_t i = 0; i < conf_row_count; i++)
		cr_expect_null(conf_foreign_find(conf_rows[i].name), "%s", conf_rows[i].name);
}

TEST(conf_table, helps_with_every_option, "")
{
	for (size_t i = 0; i < conf_row_count; i++) {
		cr_expect(conf_rows[i].help && strlen(conf_rows[i].help) > 20);
		cr_expect(conf_rows[i].argument && *conf_rows[i].argument);
	}
}

TEST(conf_foreign, knows_whole_names_and_beginnings, "")
{
	cr_expect_str_eq(conf_foreign_find("cafile")->name, "cafile");
	cr_expect_str_eq(conf_foreign_find("bridge_cafile")->name, "bridge_*");
	cr_expect_str_eq(conf_foreign_find("persistence")->accept, "false");
	cr_expect_null(conf_foreign_find("bridge"));
	cr_expect_null(conf_foreign_find("cafile2"));
	cr_expect_null(conf_foreign_find(""));
}

TEST(conf_nearest, counts_edits, "")
{
	cr_expect_eq(conf_distance("", ""), 0);
	cr_expect_eq(conf_distance("abc", ""), 3);
	cr_expect_eq(conf_distance("", "abc"), 3);
	cr_expect_eq(conf_distance("abc", "abc"), 0);
	cr_expect_eq(conf_distance("abc", "abd"), 1);
	cr_expect_eq(conf_distance("abc", "ac"), 1);
	cr_expect_eq(conf_distance("ac", "abc"), 1);
	cr_expect_eq(conf_distance("prot", "port"), 1);
	cr_expect_eq(conf_distance("kitten", "sitting"), 3);
}

TEST(conf_nearest, names_an_option_or_none, "")
{
	cr_expect_str_eq(conf_nearest_option("listner"), "listener");
	cr_expect_str_eq(conf_nearest_option("maxqos"), "max_qos");
	cr_expect_str_eq(conf_nearest_option("maximum_qoss"), "maximum_qos");
	cr_expect_null(conf_nearest_option("z"));
	cr_expect_null(conf_nearest_option("retention_policy"));
}

TEST(conf_nearest, bears_long_names, "")
{
	char name[1000];

	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	cr_expect_eq(conf_distance(name, name), 0);
	cr_expect_eq(conf_distance(name, ""), 63);
}

static char *printed(void (*print)(FILE *out))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	cr_assert(out);
	print(out);
	cr_assert_eq(fclose(out), 0);
	return text;
}

TEST(conf_print, tells_of_each_option_in_lines_that_fit_a_terminal, "")
{
	char *text = printed(conf_print_text), *line, *rest = text;

	for (size_t i = 0; i < conf_row_count; i++)
		cr_expect(strstr(text, conf_rows[i].name), "%s", conf_rows[i].name);
	cr_expect(strstr(text, "maximum_qos NUMBER\n"));
	while ((line = strsep(&rest, "\n")))
		cr_expect_leq(strlen(line), *line == ' ' ? 80 : 120, "%s", line);
	free(text);
}

TEST(conf_print, has_a_paragraph_per_option_in_the_manual, "")
{
	char *text = printed(conf_print_man), *at = text;
	size_t paragraphs = 0;

	while ((at = strstr(at, ".TP\n"))) {
		paragraphs++;
		at++;
	}
	cr_expect_eq(paragraphs, conf_row_count);
	cr_expect(strstr(text, "\\fBsys_interval\\fR \\fINUMBER\\fR\n"));
	free(text);
}
