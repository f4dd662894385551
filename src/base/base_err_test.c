#include "base/base_err.h"
#include "base/base_test.h"

#include <stdint.h>

TEST(err, every_error_has_a_name_of_its_own, "")
{
	for (int a = 0; a >= ERR_REFUSED; a--)
		for (int b = 0; b > a; b--)
			cr_expect_str_neq(err_name(a), err_name(b));
	cr_expect_str_eq(err_name(0), "none");
	cr_expect_str_eq(err_name(ERR_LIMIT), "limit");
	cr_expect_str_eq(err_name(ERR_REFUSED), "refused");
}

TEST(err, what_is_no_error_is_unknown, "")
{
	cr_expect_str_eq(err_name(1), "unknown");
	cr_expect_str_eq(err_name(ERR_REFUSED - 1), "unknown");
	cr_expect_str_eq(err_name(INT32_MAX), "unknown");
	cr_expect_str_eq(err_name(INT32_MIN), "unknown");
}
