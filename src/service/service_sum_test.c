/* Sums of numbers that come in any pieces. */
#include "service/service_test.h"

static const uint8_t questions[] = {
	0,
	0,
	0,
	8,
	0,
	0,
	0,
	1,
	0xFF,
	0xFF,
	0xFF,
	0xFD, /* 1 - 3 */
	0,
	0,
	0,
	0, /* nothing */
	0,
	0,
	0,
	8,
	0x7F,
	0xFF,
	0xFF,
	0xFF,
	0x7F,
	0xFF,
	0xFF, /* twice the largest */
	0xFF,
};
static const uint8_t answers[] = {
	0, 0, 0, 8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, /* -2 */
	0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0,                         /* 0 */
	0, 0, 0, 8, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFE,             /* 2^32 - 2 */
};

TEST(service_sum, adds_up_frames_that_are_cut_anywhere, "")
{
	struct service_rig r;

	service_rig_init(&r, "sum");
	for (size_t cut = 0; cut <= sizeof questions; cut++) {
		uint8_t got[sizeof answers + 1];
		int fd = service_rig_connect(&r);

		service_rig_say(&r, fd, questions, cut);
		service_rig_say(&r, fd, questions + cut, sizeof questions - cut);
		cr_expect_eq(service_rig_read(fd, got, sizeof got), sizeof answers);
		cr_expect_arr_eq(got, answers, sizeof answers);
		close(fd);
	}
	service_rig_done(&r);
}

static void expect_refused(const char *length, const char *logged)
{
	struct service_rig r;
	int fd;

	service_rig_init(&r, "sum");
	fd = service_rig_connect(&r);
	service_rig_say(&r, fd, length, 4);
	cr_expect(service_rig_is_over(fd));
	cr_expect_str_eq(service_rig_log, logged);
	close(fd);
	service_rig_done(&r);
}

TEST(service_sum, refuses_lengths_that_cannot_be, "")
{
	expect_refused(
		"\0\0\0\6", "sum: expected a multiple of 4 of at most 67108864 bytes, found 6");
	expect_refused("\4\0\0\4",
		"sum: expected a multiple of 4 of at most 67108864 bytes, found 67108868");
}
