/* Command lines as POSIX has them. */
#include "conf/conf_flag.h"

#include "base/base_test.h"

static const struct conf_flag flags[] = {
	{'c', NULL, "FILE", "a file"},
	{'p', NULL, "PORT", "a port"},
	{'d', NULL, NULL, "daemon"},
	{'v', NULL, NULL, "verbose"},
	{'h', "help", NULL, "this"},
	{'\0', "check", NULL, "check"},
	{0},
};

enum { TOLD_MAX = 500 };

/* Reads the line and writes what it says: "d c=FILE sentence". */
static void told(const struct conf_flag *table, char **arguments, char ret[static TOLD_MAX])
{
	struct conf_flag_reader r = conf_flag_reader_of(arguments);
	FILE *out = fmemopen(ret, TOLD_MAX, "w");
	const struct conf_flag *flag;
	struct conf_error e;
	const char *value;

	cr_assert(out);
	while ((flag = conf_flag_next(&r, table, &value, &e)))
		(void)fprintf(out, "%c%s%s ", flag->letter >= ' ' ? flag->letter : '-',
			value ? "=" : "", value ? value : "");
	(void)fprintf(out, "%s", e.text);
	cr_assert_eq(fclose(out), 0);
}

#define EXPECT_TOLD_BY(table, said, ...)                                                           \
	do {                                                                                       \
		char room[TOLD_MAX] = "", *line[] = {__VA_ARGS__, NULL};                           \
		told(table, line, room);                                                           \
		cr_expect_str_eq(room, said);                                                      \
	} while (0)

#define EXPECT_TOLD(said, ...) EXPECT_TOLD_BY(flags, said, __VA_ARGS__)

TEST(conf_flag, takes_letters_alone_together_and_with_arguments, "")
{
	EXPECT_TOLD("d v ", "-d", "-v");
	EXPECT_TOLD("d v ", "-dv");
	EXPECT_TOLD("p=1883 d ", "-p", "1883", "-d");
	EXPECT_TOLD("p=1883 d ", "-p1883", "-d");
	EXPECT_TOLD("v c=x ", "-vc", "x");
	EXPECT_TOLD("v c=x d ", "-vcx", "-d");
	EXPECT_TOLD("c=-d ", "-c", "-d");
}

TEST(conf_flag, takes_long_names, "")
{
	EXPECT_TOLD("- h ", "--check", "--help");
	EXPECT_TOLD("h ", "-h");
}

TEST(conf_flag, ends_at_the_end_and_at_two_hyphens, "")
{
	EXPECT_TOLD("d ", "-d", "--", "-x");
}

TEST(conf_flag, gives_words_to_the_row_that_is_for_them, "")
{
	static const struct conf_flag words[] = {
		{CONF_FLAG_WORD, NULL, "FILE", "a file"},
		{'v', NULL, NULL, "verbose"},
		{0},
	};

	EXPECT_TOLD_BY(words, "-=a v -=b ", "a", "-v", "b");
	EXPECT_TOLD_BY(words, "-=- -= ", "-", "");
	EXPECT_TOLD_BY(words, "-=a -=-v -=-- ", "a", "--", "-v", "--");
	EXPECT_TOLD_BY(words, "-=a expected an option, found \"-x\"", "a", "-x");
}

TEST(conf_flag, says_what_is_wrong, "")
{
	EXPECT_TOLD("expected an option, found \"-x\"", "-x");
	EXPECT_TOLD("d expected an option, found \"-dx\"", "-dx");
	EXPECT_TOLD("expected an option, found \"--nonsense\"", "--nonsense");
	EXPECT_TOLD("expected an option, found \"file\"", "file");
	EXPECT_TOLD("expected an option, found \"-\"", "-");
	EXPECT_TOLD("expected an option, found \"\"", "");
	EXPECT_TOLD("expected PORT after -p", "-p");
	EXPECT_TOLD("d expected FILE after -dc", "-dc");
}
