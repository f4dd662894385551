#include "net/net_remote.h"

#include "base/base_test.h"

#include <errno.h>

TEST(net_remote, every_code_is_an_errno_that_is_that_code, "")
{
	for (uint8_t code = REMOTE_FAILED; code <= REMOTE_CROWDED; code++) {
		cr_expect_eq(net_remote_code(-net_remote_error(code)), code);
		cr_expect_neq(net_remote_text(code)[0], '\0');
	}
}

TEST(net_remote, what_has_no_code_is_a_failure, "")
{
	cr_expect_eq(net_remote_code(EMLINK), REMOTE_FAILED);
	cr_expect_eq(net_remote_error(255), -EIO);
	cr_expect_str_eq(net_remote_text(255), net_remote_text(REMOTE_FAILED));
}
