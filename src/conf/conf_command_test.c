/* What a command line leads to: values, a text, or a sentence. */
#include "conf/conf_command.h"

#include "base/base_test.h"

#include <criterion/redirect.h>

enum flag { FLAG_WORD, FLAG_COUNT, FLAG_WAIT, FLAG_LIST, FLAG_HELP };

static const struct conf_flag flags[] = {
	[FLAG_WORD] = {CONF_FLAG_WORD, NULL, "NAME", "a name"},
	[FLAG_COUNT] = {'c', "count", "N", "so often"},
	[FLAG_WAIT] = {'\0', "wait", "SECONDS", "so long"},
	[FLAG_LIST] = {'\0', "list", NULL, "print something else"},
	[FLAG_HELP] = {'h', "help", NULL, "print this"},
	{0},
};

struct said {
	const char *name;
	uint32_t count;
	int64_t wait_ms;
};

static int take(void *self, const struct conf_flag *flag, const char *value, struct conf_error *e)
{
	struct said *said = self;

	switch ((enum flag)(flag - flags)) {
	case FLAG_WORD:
		said->name = value;
		break;
	case FLAG_COUNT:
		return conf_command_u32(&said->count, flag, value, 1, UINT32_MAX, e);
	case FLAG_WAIT:
		return conf_command_seconds(&said->wait_ms, flag, value, 1, 3600000, e);
	case FLAG_LIST:
		(void)printf("something else\n");
		return 1;
	case FLAG_HELP:
		cr_assert(false, "that is not for us");
	}
	return 0;
}

/* Without a name, there is something to print; without a count, something is missing. */
static int check(void *self, struct conf_error *e)
{
	const struct said *said = self;

	if (!said->name) {
		(void)printf("no name\n");
		return 1;
	}
	return said->count ? 0 : conf_error_set(e, "expected --count");
}

static const struct conf_command command = {"try", "ting try NAME\n", flags, take, check};

/* 0, or the exit status and 10 for being done. */
#define READ(said, ...) read_line(said, (char *[]){"ting try", __VA_ARGS__, NULL})

static int read_line(struct said *said, char **argv)
{
	int status = -1, is_done;

	cr_redirect_stdout();
	cr_redirect_stderr();
	is_done = conf_command_read(&command, said, argv, &status);
	(void)fflush(stdout);
	(void)fflush(stderr);
	return is_done ? 10 + status : status;
}

TEST(conf_command, takes_what_is_there, "")
{
	struct said said = {0};

	cr_expect_eq(READ(&said, "-c", "4294967295", "this", "--wait", "0.25"), 0);
	cr_expect_str_eq(said.name, "this");
	cr_expect_eq(said.count, UINT32_MAX);
	cr_expect_eq(said.wait_ms, 250);
}

TEST(conf_command, helps_who_asks_before_anything_else_is_wrong, "")
{
	struct said said = {0};

	cr_expect_eq(READ(&said, "--count", "1", "-h", "--nonsense"), 10);
	cr_assert_stdout_eq_str("ting try NAME\n\n"
				"  NAME                 a name\n"
				"  -c, --count N        so often\n"
				"  --wait SECONDS       so long\n"
				"  --list               print something else\n"
				"  -h, --help           print this\n");
}

TEST(conf_command, is_done_when_a_flag_is_all_that_was_wanted, "")
{
	struct said said = {0};

	cr_expect_eq(READ(&said, "--list", "--nonsense"), 10);
	cr_assert_stdout_eq_str("something else\n");
}

TEST(conf_command, is_done_when_the_end_says_so, "")
{
	struct said said = {0};

	cr_expect_eq(READ(&said, "--count", "3"), 10);
	cr_assert_stdout_eq_str("no name\n");
}

TEST(conf_command, says_once_what_is_no_flag, "")
{
	struct said said = {0};

	cr_expect_eq(READ(&said, "this", "--nonsense"), 12);
	cr_assert_stderr_eq_str("ting: expected an option, found \"--nonsense\" "
				"(ting try --help tells more)\n");
}

TEST(conf_command, says_which_number_it_expected, "")
{
	struct said said = {0};

	cr_expect_eq(READ(&said, "--count", "0", "--nonsense"), 12);
	cr_assert_stderr_eq_str("ting: expected a number from 1 to 4294967295 after --count, "
				"found \"0\" (ting try --help tells more)\n");
}

TEST(conf_command, says_how_many_seconds_it_expected, "")
{
	struct said said = {0};

	cr_expect_eq(READ(&said, "--wait", "soon"), 12);
	cr_expect_eq(said.wait_ms, 0);
	cr_assert_stderr_eq_str("ting: expected seconds from 0.001 to 3600 after --wait, "
				"found \"soon\" (ting try --help tells more)\n");
}

TEST(conf_command, says_what_is_missing, "")
{
	struct said said = {0};

	cr_expect_eq(READ(&said, "this"), 12);
	cr_assert_stderr_eq_str("ting: expected --count (ting try --help tells more)\n");
}
