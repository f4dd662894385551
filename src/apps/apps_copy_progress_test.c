#include "apps/apps_copy_progress.h"

#include "base/base_test.h"

static void expect(int64_t done, int64_t total, int64_t first, msec elapsed_ms, const char *line)
{
	const struct copy_progress p = {.done = done, .total = total, .first = first};
	char got[COPY_PROGRESS_ROOM];

	copy_progress_format(&p, elapsed_ms, got);
	cr_expect_str_eq(got, line);
}

TEST(copy_progress, says_how_much_how_fast_and_how_long, "")
{
	expect(3 << 19, 3 << 20, 0, 3000, "1.5 MiB of 3.0 MiB, 50 %, 512.0 KiB/s, 0:03 left");
	expect(100, 1000, 0, 1000, "100 B of 1000 B, 10 %, 100 B/s, 0:09 left");
	expect(999, 1000, 0, 1000, "999 B of 1000 B, 99 %, 999 B/s, 0:00 left");
	expect(1 << 20, (int64_t)1 << 40, 0, 1000,
		"1.0 MiB of 1.0 TiB, 0 %, 1.0 MiB/s, 16666:40 left");
}

TEST(copy_progress, counts_as_speed_only_what_this_run_copied, "")
{
	expect(3072, 4096, 2048, 1000, "3.0 KiB of 4.0 KiB, 75 %, 1.0 KiB/s, 0:01 left");
}

TEST(copy_progress, has_no_percentage_where_there_is_no_end, "")
{
	expect(2048, -1, 0, 1000, "2.0 KiB, 2.0 KiB/s");
	expect(2048, 0, 0, 1000, "2.0 KiB, 2.0 KiB/s");
	expect(2048, 1024, 0, 1000, "2.0 KiB, 2.0 KiB/s");
}

TEST(copy_progress, is_sane_in_its_first_millisecond, "")
{
	expect(0, 10, 0, 0, "0 B of 10 B, 0 %, 0 B/s, 0:00 left");
	expect(INT64_MAX, INT64_MAX, 0, 1, "8.0 EiB of 8.0 EiB, 100 %, 8000.0 EiB/s, 0:00 left");
}
