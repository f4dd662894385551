#include "base/base_shared.h"
#include "base/base_test.h"

struct counted {
	struct shared shared;
	int frees;
};

static void count_free(struct shared *s)
{
	((struct counted *)(void *)s)->frees++;
}

TEST(shared, is_freed_with_the_last_reference, "")
{
	struct counted c = {.frees = 0};

	shared_init(&c.shared, count_free);
	shared_ref(&c.shared);
	shared_ref(&c.shared);
	shared_unref(&c.shared);
	shared_unref(&c.shared);
	cr_expect_eq(c.frees, 0);
	shared_unref(&c.shared);
	cr_expect_eq(c.frees, 1);
}

TEST(shared, unref_takes_null, "")
{
	shared_unref(NULL);
}
