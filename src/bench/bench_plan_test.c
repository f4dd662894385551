#include "bench/bench_plan.h"

#include "base/base_test.h"

static struct bench_plan complete(enum bench_scenario scenario, uint32_t processes)
{
	struct bench_plan p = {
		.scenario = scenario, .qos = BENCH_NOT_GIVEN, .processes = processes, .run = "r"};
	struct ting_error err;

	cr_assert_eq(bench_plan_complete(&p, &err), 0, "%s", err.text);
	return p;
}

static const char *refusal(struct bench_plan p)
{
	static struct ting_error err;

	cr_assert_lt(bench_plan_complete(&p, &err), 0);
	return err.text;
}

TEST(bench_plan, finds_each_scenario_by_its_name, "")
{
	for (unsigned i = 0; i < BENCH_SCENARIOS; i++)
		cr_assert_eq(bench_scenario_find(bench_scenario_name((enum bench_scenario)i)), i);
	cr_assert_eq(bench_scenario_find("pear"), BENCH_SCENARIOS);
}

TEST(bench_plan, completes_what_was_not_given, "")
{
	struct bench_plan p = complete(BENCH_PAIRS, 0);

	cr_assert_eq(p.publishers, 100);
	cr_assert_eq(p.subscribers, 100);
	cr_assert_eq(p.version, MQTT_5);
	cr_assert_eq(p.qos, 0);
	cr_assert_eq(p.size, 64);
	cr_assert_eq(p.window, 1);
	cr_assert_eq(p.duration_ms, 5000);
	cr_assert_eq(p.processes, 1);
	cr_assert_eq(complete(BENCH_CONNECTIONS, 0).connections, 1000);
	cr_assert_eq(complete(BENCH_MIXED, 0).subscribers, 33);
}

TEST(bench_plan, refuses_what_does_not_go_together, "")
{
	const struct bench_plan empty = {.qos = BENCH_NOT_GIVEN};
	static char too_long[BENCH_NAME_MAX + 2];
	struct bench_plan p = empty;

	memset(too_long, 'u', sizeof too_long - 1);
	p.size = 15;
	cr_assert(strstr(refusal(p), "expected a size from 16"));
	p = empty;
	p.rate = p.window = 1;
	cr_assert(strstr(refusal(p), "--rate or --window"));
	p = empty;
	p.subscribers = 3;
	cr_assert(strstr(refusal(p), "use --pairs"));
	p = empty;
	p.scenario = BENCH_FAN_IN;
	p.pairs = 3;
	cr_assert(strstr(refusal(p), "fan-in has no pairs"));
	p = empty;
	p.scenario = BENCH_CONNECTIONS;
	p.publishers = 1;
	cr_assert(strstr(refusal(p), "nobody publishes"));
	p = empty;
	p.scenario = BENCH_MIXED;
	p.qos = 1;
	cr_assert(strstr(refusal(p), "every QoS"));
	p = empty;
	p.user = too_long;
	cr_assert(strstr(refusal(p), "at most 8191 bytes"));
	p = empty;
	p.pairs = BENCH_CLIENTS_MAX;
	cr_assert(strstr(refusal(p), "at most 1000000 clients"));
	p = empty;
	p.scenario = BENCH_FAN_OUT;
	p.publishers = p.subscribers = 100000;
	cr_assert(strstr(refusal(p), "publishers times subscribers"));
}

/* What the copies say is what the subscribers of each process hear. */
TEST(bench_plan, counts_the_copies_that_come_to_each_process, "")
{
	for (unsigned s = 0; s < BENCH_SCENARIOS; s++)
		for (uint32_t processes = 1; processes < 5; processes++) {
			struct bench_plan p = complete((enum bench_scenario)s, processes);

			for (uint32_t i = 0; i < p.publishers; i++)
				for (uint32_t at = 0; at < processes; at++) {
					uint32_t copies = 0;

					for (uint32_t j = 0; j < p.subscribers; j++)
						copies += bench_plan_hears(&p, j, i) &&
							bench_plan_process(&p, p.publishers + j) ==
								at;
					if (s == BENCH_SHARED)
						copies = copies > 0;
					cr_assert_eq(bench_plan_copies(&p, i, at), copies);
				}
		}
}

TEST(bench_plan, hears_as_many_as_it_says, "")
{
	for (unsigned s = 0; s < BENCH_SCENARIOS; s++) {
		struct bench_plan p = complete((enum bench_scenario)s, 1);

		for (uint32_t j = 0; j < p.subscribers; j++) {
			uint32_t heard = 0;

			for (uint32_t i = 0; i < p.publishers; i++)
				heard += bench_plan_hears(&p, j, i);
			cr_assert_eq(bench_plan_heard(&p, j), heard);
		}
	}
}

TEST(bench_plan, names_a_topic_that_its_subscribers_filter_lets_through, "")
{
	static const struct {
		enum bench_scenario scenario;
		const char *topic, *filter;
		uint32_t subscriber;
	} cases[] = {
		{BENCH_PAIRS, "bench/r/3", "bench/r/3", 3},
		{BENCH_FAN_OUT, "bench/r/0", "bench/r/0", 3},
		{BENCH_FAN_IN, "bench/r/3", "bench/r/+", 0},
		{BENCH_SHARED, "bench/r/0", "$share/bench/bench/r/0", 3},
	};
	char text[BENCH_TOPIC_MAX + 1];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct bench_plan p = complete(cases[i].scenario, 1);

		(void)bench_plan_topic(&p, 3, text);
		cr_assert_str_eq(text, cases[i].topic);
		(void)bench_plan_filter(&p, p.publishers + cases[i].subscriber, 0, text);
		cr_assert_str_eq(text, cases[i].filter);
	}
}

TEST(bench_plan, gives_those_that_are_only_there_topics_of_their_own, "")
{
	struct bench_plan p = {.scenario = BENCH_PAIRS,
		.qos = 1,
		.pairs = 2,
		.connections = 3,
		.filters = 7,
		.run = "r"};
	char text[BENCH_TOPIC_MAX + 1];
	struct ting_error err;

	cr_assert_eq(bench_plan_complete(&p, &err), 0);
	cr_assert_eq(bench_plan_clients(&p), 7);
	cr_assert_eq(bench_plan_filters(&p, 0), 0);
	cr_assert_eq(bench_plan_filters(&p, 2), 1);
	cr_assert_eq(bench_plan_filters(&p, 6), 7);
	(void)bench_plan_filter(&p, 6, 5, text);
	cr_assert_str_eq(text, "bench/r/idle/2/5");
}

TEST(bench_plan, mixes_every_qos, "")
{
	struct bench_plan p = complete(BENCH_MIXED, 1);

	for (uint32_t i = 0; i < p.publishers; i++) {
		cr_assert_eq(bench_plan_qos(&p, i), i % 3);
		cr_assert_eq(bench_plan_granted(&p, i), i % 3);
	}
	cr_assert_eq(bench_plan_granted(&p, p.publishers), 2);
}
