#include "base/base_alloc.h"
#include "base/base_test.h"
#include "base/base_test_alloc.h"

static bool is_zero(const unsigned char *at, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (at[i] != 0)
			return false;
	return true;
}

TEST(alloc, try_clears_what_it_gives, "")
{
	struct test_alloc t;
	void *at;

	test_alloc_init(&t);
	at = alloc_try(&t.alloc, 100);
	cr_assert(at);
	cr_expect(is_zero(at, 100));
	alloc_free(&t.alloc, at, 100);
	cr_expect_eq(t.blocks, 0);
}

TEST(alloc, try_may_say_no, "")
{
	struct test_alloc t;

	test_alloc_init(&t);
	t.grants = 0;
	cr_expect_null(alloc_try(&t.alloc, 1));
}

TEST(alloc, sure_clears_what_it_gives, "")
{
	struct test_alloc t;
	void *at;

	test_alloc_init(&t);
	at = alloc_sure(&t.alloc, 100);
	cr_expect(is_zero(at, 100));
	alloc_free(&t.alloc, at, 100);
}

TEST_ABORTS(alloc, sure_aborts_rather_than_say_no)
{
	struct test_alloc t;

	test_alloc_init(&t);
	t.grants = 0;
	alloc_sure(&t.alloc, 1);
}

TEST(alloc, resize_keeps_what_was_there, "")
{
	struct test_alloc t;
	unsigned char *at;

	test_alloc_init(&t);
	at = alloc_resize(&t.alloc, NULL, 0, 1);
	cr_assert(at);
	at[0] = 7;
	at = alloc_resize(&t.alloc, at, 1, 1000);
	cr_assert(at);
	cr_expect_eq(at[0], 7);
	alloc_free(&t.alloc, at, 1000);
	cr_expect_eq(t.blocks, 0);
}

TEST(alloc, refused_resize_leaves_the_block, "")
{
	struct test_alloc t;
	unsigned char *at;

	test_alloc_init(&t);
	at = alloc_try(&t.alloc, 1);
	cr_assert(at);
	at[0] = 7;
	t.grants = 0;
	cr_expect_null(alloc_resize(&t.alloc, at, 1, 2));
	cr_expect_eq(at[0], 7);
	alloc_free(&t.alloc, at, 1);
}

TEST(alloc, freeing_null_asks_nobody, "")
{
	struct test_alloc t;

	test_alloc_init(&t);
	alloc_free(&t.alloc, NULL, 8);
	cr_expect_eq(t.calls, 0);
}

TEST(alloc, libc_gives_grows_and_takes_back, "")
{
	unsigned char *at = alloc_sure(&alloc_libc, 3);

	cr_expect(is_zero(at, 3));
	at[2] = 9;
	at = alloc_resize(&alloc_libc, at, 3, 1 << 20);
	cr_assert(at);
	cr_expect_eq(at[2], 9);
	alloc_free(&alloc_libc, at, 1 << 20);
}
