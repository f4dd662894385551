#include "base/base_test.h"
#include "lab/lab_plan.h"

#include <errno.h>
#include <string.h>

static const char *const known[] = {"epoll", "fork", NULL};

TEST(plan, all_models_are_measured_after_the_floor, "")
{
	struct lab_plan p = {0};

	cr_assert_eq(lab_plan_models(&p, NULL, known, NULL), 0);
	cr_assert_eq(p.model_count, 3);
	cr_assert_str_eq(p.models[0], "floor");
	cr_assert_str_eq(p.models[1], "epoll");
	cr_assert_str_eq(p.models[2], "fork");
}

TEST(plan, some_models_each_once, "")
{
	struct lab_plan p = {0};

	cr_assert_eq(lab_plan_models(&p, "fork,floor,fork", known, NULL), 0);
	cr_assert_eq(p.model_count, 2);
	cr_assert_str_eq(p.models[0], "floor");
	cr_assert_str_eq(p.models[1], "fork");
}

TEST(plan, wrong_lists_are_refused_with_a_sentence, "")
{
	static const char *const lists[] = {"", ",", "fork,", ",fork", "fork,,epoll", "forks",
		"a_name_that_is_much_longer_than_any_of_a_model"};
	static const char *const numbers[] = {
		"", "0", "1,0", "-1", "1 ", "x", "1000001", "99999999999999999999"};
	struct ting_error err;
	struct lab_plan p = {0};

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		err.text[0] = '\0';
		cr_assert_eq(lab_plan_models(&p, lists[i], known, &err), -EINVAL, "%s", lists[i]);
		cr_assert_neq(err.text[0], '\0');
		cr_assert_eq(lab_plan_transports(&p, lists[i], &err), -EINVAL, "%s", lists[i]);
	}
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		err.text[0] = '\0';
		cr_assert_eq(lab_plan_clients(&p, numbers[i], &err), -EINVAL, "%s", numbers[i]);
		cr_assert_neq(err.text[0], '\0');
	}
}

TEST(plan, as_many_numbers_as_there_is_room_for, "")
{
	const char *list = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17";
	struct lab_plan p = {0};

	cr_assert_eq(lab_plan_clients(&p, list, NULL), -EINVAL);
	cr_assert_eq(p.count_count, LAB_COUNTS_MAX);
	cr_assert_eq(lab_plan_clients(&p, list + 2, NULL), 0);
}

TEST(plan, numbers_of_clients_ascend, "")
{
	struct lab_plan p = {0};

	cr_assert_eq(lab_plan_clients(&p, "100,1,1000000,10,100", NULL), 0);
	cr_assert_eq(p.count_count, 4);
	cr_assert_eq(p.counts[0], 1);
	cr_assert_eq(p.counts[1], 10);
	cr_assert_eq(p.counts[2], 100);
	cr_assert_eq(p.counts[3], 1000000);
}

TEST(plan, transports_are_those_of_the_table, "")
{
	struct lab_plan p = {0};

	cr_assert_eq(lab_plan_transports(&p, "unixseq,tcp,unixseq", NULL), 0);
	cr_assert_eq(p.transport_count, 2);
	cr_assert_str_eq(p.transports[0]->name, "unixseq");
	cr_assert_str_eq(p.transports[1]->name, "tcp");
	cr_assert_eq(lab_transport_of("tcp://host:1"), p.transports[1]);
	cr_assert_null(lab_transport_of("tcp:/"));
	cr_assert_null(lab_transport_of("unixseqs://x"));
}

/* Models change fastest, then rounds, so that what is compared is measured close together. */
TEST(plan, every_point_comes_once_and_models_follow_each_other, "")
{
	struct lab_plan p = {.rounds = 2};
	size_t index = 0;

	cr_assert_eq(lab_plan_models(&p, NULL, known, NULL), 0);
	cr_assert_eq(lab_plan_transports(&p, "tcp,udp", NULL), 0);
	cr_assert_eq(lab_plan_clients(&p, "1,2,3,4", NULL), 0);
	cr_assert_eq(lab_plan_size(&p), 2 * 4 * 2 * 3);
	for (size_t t = 0; t < 2; t++)
		for (size_t n = 0; n < 4; n++)
			for (size_t r = 0; r < 2; r++)
				for (size_t m = 0; m < 3; m++) {
					struct lab_point at = lab_plan_point(&p, index++);

					cr_assert_eq(at.transport, t);
					cr_assert_eq(at.count, n);
					cr_assert_eq(at.round, r);
					cr_assert_eq(at.model, m);
				}
}
