/* base_test.h - one claim, one test.
 *
 * A test registers itself and runs in a process of its own.  `suite` is the noun it is about,
 * `claim` a sentence in snake_case, `rule` the rule of the specification that it proves, or "". */
#ifndef TING_BASE_TEST_H
#define TING_BASE_TEST_H

#include <criterion/criterion.h>
#include <signal.h>

#define TEST(suite, claim, rule) Test(suite, claim, .description = (rule))

/* The claim is that an assertion stops the body. */
#define TEST_ABORTS(suite, claim) Test(suite, claim, .signal = SIGABRT)

#endif
