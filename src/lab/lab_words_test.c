/* Numbers are made up; what is said must follow from them. */
#include "base/base_test.h"
#include "lab/lab_made_test.h"
#include "lab/lab_words.h"

#include <string.h>

static struct made m;
static struct lab_words words;

static void find(void)
{
	struct lab_summary s;

	lab_summary_init(&s, &m.plan, m.results);
	lab_words_find(&words, &s);
	lab_summary_done(&s);
}

/* The text with that heading and lead, or NULL. */
static const char *said(const char *heading, const char *lead)
{
	for (size_t i = 0; i < words.count; i++)
		if (strcmp(words.list[i].heading, heading) == 0 &&
			strcmp(words.list[i].lead, lead) == 0)
			return words.list[i].text;
	return NULL;
}

static void expect(const char *heading, const char *lead, const char *part)
{
	const char *text = said(heading, lead);

	cr_assert_not_null(text, "nothing about \"%s\"", lead);
	cr_assert_not_null(strstr(text, part), "\"%s\" is not in \"%s\"", part, text);
}

/* One round on one transport, everything as fast and as dear as everything else. */
static void make_alike(const char *models, const char *transports, const char *clients)
{
	made_init(&m, models, transports, clients, 1);
	for (size_t i = 0; i < lab_plan_size(&m.plan); i++)
		made_measured(&m.results[i], m.plan.counts[lab_plan_point(&m.plan, i).count],
			100000, 5000, 100, 1000);
}

TEST(words, of_nothing_say_so, "")
{
	made_init(&m, "epoll,fork", "tcp", "1,10", 1);
	find();
	cr_assert_eq(words.count, 1);
	cr_assert_not_null(said("In short", "Nothing to choose from"));
}

TEST(words, choose_the_cheapest_of_the_fast, "")
{
	make_alike("thread,epoll,iterative", "tcp", "1,100");
	made_measured(made_at(&m, "tcp", 100, "floor", 0), 100, 100000, 2000, 100, 1000);
	made_measured(made_at(&m, "tcp", 100, "thread", 0), 100, 100000, 4000, 100, 1000);
	made_measured(made_at(&m, "tcp", 100, "epoll", 0), 100, 90000, 2100, 100, 1000);
	made_measured(made_at(&m, "tcp", 100, "iterative", 0), 100, 70000, 1000, 100, 1000);
	find();
	expect("In short", "", "epoll on tcp.");
	expect("On tcp", "Choose epoll",
		"With 100 clients it answered 90,000 requests a second and used 2.10 µs of a "
		"processor for each, 1.05 times what the bare loop needs.");
}

TEST(words, name_those_that_are_alike, "")
{
	make_alike("select,poll,epoll", "tcp", "10");
	made_measured(made_at(&m, "tcp", 10, "epoll", 0), 10, 100000, 4990, 100, 1000);
	find();
	expect("On tcp", "Choose epoll", "Within 5 % of that: select and poll.");
	made_measured(made_at(&m, "tcp", 10, "epoll", 0), 10, 100000, 4000, 100, 1000);
	find();
	cr_assert_null(strstr(said("On tcp", "Choose epoll"), "Within"));
}

TEST(words, never_choose_who_leaves_clients_waiting, "")
{
	make_alike("iterative,epoll", "tcp", "10");
	made_measured(made_at(&m, "tcp", 10, "iterative", 0), 1, 200000, 1000, 100, 1000);
	find();
	cr_assert_not_null(said("On tcp", "Choose epoll"));
	expect("On tcp", "Not everybody is served",
		"Of 10 clients at once iterative served 1; the others waited for one of those to "
		"go.");
	made_at(&m, "tcp", 10, "iterative", 0)->refused = 9;
	find();
	expect("On tcp", "Not everybody is served",
		"iterative served 1 and refused 9; the others were sent away");
}

TEST(words, clients_whose_datagrams_are_lost_do_not_wait, "")
{
	make_alike("epoll", "udp", "10");
	made_measured(made_at(&m, "udp", 10, "epoll", 0), 7, 1000, 1000, 100, 1000);
	find();
	expect("On udp", "Not everybody is served", "what the others sent was lost");
}

TEST(words, simple_is_good_while_it_costs_little_more, "")
{
	make_alike("thread,epoll", "tcp", "1,10,100,1000");
	for (uint32_t clients = 1; clients <= 1000; clients *= 10) {
		uint64_t thread_ns = clients < 1000 ? 2300 : 4000;

		made_measured(made_at(&m, "tcp", clients, "epoll", 0), clients, 100000, 2000, 1, 1);
		made_measured(
			made_at(&m, "tcp", clients, "thread", 0), clients, 100000, thread_ns, 1, 1);
	}
	find();
	expect("On tcp", "Simpler: thread", "With up to 100 clients");
	expect("On tcp", "Simpler: thread", "(epoll: +15 %)");
	made_measured(made_at(&m, "tcp", 10, "thread", 0), 10, 100000, 3000, 1, 1);
	find();
	cr_assert_null(said("On tcp", "Simpler: thread"));
}

/* One client is no choice, and select is as hard to write as poll. */
TEST(words, simple_is_more_than_one_client_and_calls_that_wait, "")
{
	make_alike("iterative,select,epoll", "tcp", "1,10");
	made_measured(made_at(&m, "tcp", 10, "iterative", 0), 1, 100000, 2000, 1, 1);
	made_measured(made_at(&m, "tcp", 10, "epoll", 0), 10, 100000, 4900, 1, 1);
	find();
	for (size_t i = 0; i < words.count; i++)
		cr_assert_neq(strncmp(words.list[i].lead, "Simpler", 7), 0);
}

TEST(words, warn_of_what_is_dear, "")
{
	make_alike("fork,epoll", "udp", "10");
	made_measured(made_at(&m, "udp", 10, "fork", 0), 10, 100000, 100000, 1, 1000);
	find();
	expect("On udp", "Dearest: fork",
		"an answer cost it 100 µs of a processor, 20 times what it cost epoll, and 1.0 "
		"switches");
	made_measured(made_at(&m, "udp", 10, "fork", 0), 10, 100000, 9000, 1, 1000);
	find();
	cr_assert_null(said("On udp", "Dearest: fork"));
}

TEST(words, compare_memory_that_differs, "")
{
	make_alike("fork,epoll", "tcp", "100");
	cr_assert_null(said("On tcp", "Memory"));
	made_measured(made_at(&m, "tcp", 100, "fork", 0), 100, 100000, 5000, 1, 20000);
	find();
	expect("On tcp", "Memory", "epoll took 1.02 MB and fork 20.5 MB");
}

TEST(words, compare_transports_by_the_same_model, "")
{
	make_alike("epoll", "tcp,udp,unix", "10");
	made_measured(made_at(&m, "udp", 10, "epoll", 0), 10, 100000, 2500, 1, 1000);
	find();
	expect("Between them", "tcp or udp",
		"over udp cost 0.50 times what it cost over tcp. None was lost here");
	expect("Between them", "tcp or unix", "over unix cost 1.00 times what it cost over tcp.");
	cr_assert_null(strstr(said("Between them", "tcp or unix"), "lost"));
	made_at(&m, "udp", 10, "epoll", 0)->lost = 3;
	find();
	expect("Between them", "tcp or udp", "Some datagrams were lost, and");
}

TEST(words, in_short_name_each_choice_once, "")
{
	make_alike("pool,epoll", "tcp,udp,unix", "10");
	made_measured(made_at(&m, "tcp", 10, "epoll", 0), 10, 100000, 4990, 1, 1000);
	made_measured(made_at(&m, "unix", 10, "epoll", 0), 10, 100000, 4990, 1, 1000);
	find();
	expect("In short", "", "epoll on tcp and unix; pool on udp.");
}

TEST(words, doubt_who_is_cheaper_than_the_floor, "")
{
	make_alike("epoll", "tcp", "1,10");
	made_measured(made_at(&m, "tcp", 1, "epoll", 0), 1, 100000, 4200, 1, 1000);
	find();
	cr_assert_null(said("In short", "Measure again"));
	made_measured(made_at(&m, "tcp", 1, "epoll", 0), 1, 100000, 2000, 1, 1000);
	find();
	expect("In short", "Measure again",
		"On tcp with 1 client, epoll seems to need only 0.40 times");
}

TEST(words, say_when_processors_pay, "")
{
	struct lab_result *r;

	make_alike("epoll,reuseport", "tcp", "10");
	r = made_at(&m, "tcp", 10, "reuseport", 0);
	made_measured(r, 10, 120000, 5500, 1, 1000);
	find();
	expect("Between them", "More processors",
		"reuseport answered 1.20 times as many requests as epoll: it kept "
		"0.7 processors busy, epoll 0.5.");
	made_measured(r, 10, 102000, 5500, 1, 1000);
	find();
	cr_assert_null(said("Between them", "More processors"));
}

TEST(words, say_when_the_clients_were_the_limit, "")
{
	make_alike("epoll", "tcp", "10");
	find();
	cr_assert_null(said("Between them", "Mind who was the limit"));
	made_at(&m, "tcp", 10, "epoll", 0)->generator_cpu_ns = 980000000;
	find();
	expect("Between them", "Mind who was the limit", "their own processor 98 % busy");
}

TEST(words, without_processor_time_there_is_no_choice, "")
{
	make_alike("epoll", "tcp", "10");
	made_at(&m, "tcp", 10, "epoll", 0)->knows_server = false;
	find();
	cr_assert_eq(words.count, 1);
	cr_assert_not_null(said("In short", "Nothing to choose from"));
}

/* All transports and models at their worst still end as text. */
TEST(words, there_is_room_for_all_of_them, "")
{
	made_init(&m, "iterative,fork,prefork,thread,pool,select,poll,epoll,reuseport",
		"tcp,udp,unix,unixgram,unixseq", "1,1000000", 1);
	for (size_t i = 0; i < lab_plan_size(&m.plan); i++) {
		struct lab_point at = lab_plan_point(&m.plan, i);

		made_measured(&m.results[i], m.plan.counts[at.count], 100000 - i,
			1000 * ((uint64_t)at.model + 1), 1, 1000 * ((uint64_t)at.model + 1));
		m.results[i].served -= at.model % 2;
	}
	find();
	cr_assert_gt(words.count, 20);
	cr_assert_leq(words.count, LAB_WORDS_MAX);
	for (size_t i = 0; i < words.count; i++)
		cr_assert_eq(words.list[i].text[strlen(words.list[i].text) - 1], '.', "%s",
			words.list[i].text);
}
