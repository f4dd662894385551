#include "base/base_test.h"
#include "net/net_error.h"

TEST(net_error, has_one_line_and_nothing_for_the_terminal, "")
{
	struct ting_error e;

	cr_expect_eq(net_error_set(&e, -5, "it said %s", "a\nb\033[2Jc\xc2\x9b"), -5);
	cr_expect_str_eq(e.text, "it said a?b?[2Jc\xc2?");
	cr_expect_eq(net_error_set(NULL, -5, "x"), -5);
}
