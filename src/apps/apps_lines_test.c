/* apps_lines_test.c - lines from a pipe, however they are cut. */
#include "apps/apps_lines.h"
#include "base/base_test.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static struct lines lines;
static int ends[2];

static void begin(void)
{
	lines_init(&lines);
	cr_assert_eq(pipe(ends), 0);
}

static void end(void)
{
	lines_done(&lines);
	close(ends[0]);
}

static void feed(const char *text)
{
	if (text)
		cr_assert_eq(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	else
		close(ends[1]);
	cr_assert_eq(lines_read(&lines, ends[0], 100000), 0);
}

static void expect(const char *line)
{
	struct span s;

	cr_assert(lines_next(&lines, &s));
	cr_expect(span_equal(s, span_of_text(line)));
}

static void expect_none(void)
{
	struct span s;

	cr_expect(!lines_next(&lines, &s));
}

TEST(lines, come_one_by_one, "")
{
	begin();
	feed("one\ntwo\r\n\nthr");
	expect("one");
	expect("two\r");
	expect("");
	expect_none();
	feed("ee");
	expect_none();
	feed("\nlast");
	expect("three");
	expect_none();
	feed(NULL);
	expect("last");
	expect_none();
	cr_expect(lines.is_at_end);
	end();
}

TEST(lines, may_end_with_a_newline, "")
{
	begin();
	feed("one\n");
	feed(NULL);
	expect("one");
	expect_none();
	end();
}

TEST(lines, may_be_none, "")
{
	begin();
	expect_none();
	feed(NULL);
	expect_none();
	end();
}

TEST(lines, have_a_largest_size, "")
{
	static const char block[60000];
	int err = 0;

	begin();
	for (int i = 0; i < 4 && err == 0; i++) {
		cr_assert_eq(write(ends[1], block, sizeof block), (ssize_t)sizeof block);
		err = lines_read(&lines, ends[0], 100000);
	}
	cr_expect_eq(err, -EMSGSIZE);
	close(ends[1]);
	end();
}

TEST(lines, can_be_taken_all_at_once, "")
{
	struct span all;

	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(write(ends[1], "a\nb", 3), 3);
	close(ends[1]);
	cr_expect_eq(lines_slurp(ends[0], 2, &all), -EMSGSIZE);
	close(ends[0]);
	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(write(ends[1], "a\nb", 3), 3);
	close(ends[1]);
	cr_assert_eq(lines_slurp(ends[0], 3, &all), 0);
	cr_expect(span_equal(all, SPAN_LITERAL("a\nb")));
	free((void *)all.at);
	close(ends[0]);
}
