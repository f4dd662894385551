/* What a loop does is the same with each waiter. */
#include "loop/loop_waiter.h"

#include "base/base_test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THINGS = 400, WAITERS = 3 };

static const struct loop_waiter *const waiters[WAITERS] = {
	&loop_waiter_epoll, &loop_waiter_poll, &loop_waiter_select};

struct thing {
	struct loop_watch watch;
	int calls, peer;
	unsigned events;
};

static void ready(struct loop_watch *w, unsigned events)
{
	struct thing *t = LOOP_ENTRY(w, struct thing, watch);

	t->calls++;
	t->events = events;
}

static struct loop *new_loop(size_t waiter)
{
	struct loop *l;

	cr_assert_eq(loop_new_with(&l, waiters[waiter]), 0);
	return l;
}

static void open_thing(struct thing *t)
{
	int fds[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	*t = (struct thing){.watch = {.ready = ready, .fd = fds[0]}, .peer = fds[1]};
}

static void close_thing(struct loop *l, struct thing *t)
{
	loop_watch(l, &t->watch, 0);
	close(t->watch.fd);
	close(t->peer);
}

TEST(loop_waiter, tells_what_is_asked_for_until_it_is_taken, "")
{
	for (size_t i = 0; i < WAITERS; i++) {
		struct loop *l = new_loop(i);
		struct thing t;

		open_thing(&t);
		cr_assert_eq(loop_watch(l, &t.watch, LOOP_READ), 0);
		loop_turn(l, 0);
		cr_expect_eq(t.calls, 0, "%s", waiters[i]->name);
		cr_assert_eq(write(t.peer, "x", 1), 1);
		loop_turn(l, MSEC_NEVER);
		loop_turn(l, MSEC_NEVER);
		cr_expect_eq(t.calls, 2, "%s", waiters[i]->name);
		cr_expect_eq(t.events, LOOP_READ, "%s", waiters[i]->name);
		cr_assert_eq(loop_watch(l, &t.watch, LOOP_READ | LOOP_WRITE), 0);
		loop_turn(l, MSEC_NEVER);
		cr_expect_eq(t.events, LOOP_READ | LOOP_WRITE, "%s", waiters[i]->name);
		cr_assert_eq(loop_watch(l, &t.watch, LOOP_WRITE), 0);
		loop_turn(l, MSEC_NEVER);
		cr_expect_eq(t.events, LOOP_WRITE, "%s", waiters[i]->name);
		cr_assert_eq(loop_watch(l, &t.watch, 0), 0);
		loop_turn(l, 0);
		cr_expect_eq(t.calls, 4, "%s", waiters[i]->name);
		close_thing(l, &t);
		loop_free(l);
	}
}

TEST(loop_waiter, tells_a_hang_up_as_what_is_asked_for, "")
{
	for (size_t i = 0; i < WAITERS; i++) {
		struct loop *l = new_loop(i);
		struct thing t;

		open_thing(&t);
		cr_assert_eq(loop_watch(l, &t.watch, LOOP_READ), 0);
		shutdown(t.peer, SHUT_RDWR);
		loop_turn(l, MSEC_NEVER);
		cr_expect_eq(t.events, LOOP_READ, "%s", waiters[i]->name);
		close_thing(l, &t);
		loop_free(l);
	}
}

TEST(loop_waiter, takes_turns_when_more_is_ready_than_it_takes_at_once, "")
{
	static struct thing things[THINGS];

	for (size_t i = 0; i < WAITERS; i++) {
		struct loop *l = new_loop(i);

		for (int k = 0; k < THINGS; k++) {
			open_thing(&things[k]);
			cr_assert_eq(loop_watch(l, &things[k].watch, LOOP_WRITE), 0);
		}
		loop_turn(l, MSEC_NEVER);
		loop_turn(l, MSEC_NEVER);
		for (int k = 0; k < THINGS; k++)
			cr_expect_geq(things[k].calls, 1, "%s: %d starves", waiters[i]->name, k);
		for (int k = 0; k < THINGS; k++)
			close_thing(l, &things[k]);
		loop_free(l);
	}
}

/* Every second one goes: those that stay must still be found. */
TEST(loop_waiter, goes_on_with_the_others_when_some_are_removed, "")
{
	static struct thing things[THINGS];

	for (size_t i = 0; i < WAITERS; i++) {
		struct loop *l = new_loop(i);

		for (int k = 0; k < 100; k++) {
			open_thing(&things[k]);
			cr_assert_eq(loop_watch(l, &things[k].watch, LOOP_WRITE), 0);
		}
		for (int k = 0; k < 100; k += 2)
			cr_assert_eq(loop_watch(l, &things[k].watch, 0), 0);
		cr_assert_eq(loop_watch(l, &things[1].watch, LOOP_READ), 0);
		loop_turn(l, MSEC_NEVER);
		for (int k = 0; k < 100; k++)
			cr_expect_eq(
				things[k].calls, k % 2 && k != 1, "%s: %d", waiters[i]->name, k);
		for (int k = 0; k < 100; k++)
			close_thing(l, &things[k]);
		loop_turn(l, 0);
		loop_free(l);
	}
}

TEST(loop_waiter, says_that_there_is_no_such_descriptor, "")
{
	for (size_t i = 0; i < WAITERS; i++) {
		struct loop *l = new_loop(i);
		struct loop_watch bad = {.ready = ready, .fd = -1};

		cr_expect_eq(loop_watch(l, &bad, LOOP_READ), -EBADF, "%s", waiters[i]->name);
		cr_expect_eq(bad.events, 0);
		loop_free(l);
	}
}

TEST(loop_waiter, select_refuses_a_descriptor_that_has_no_bit, "")
{
	struct rlimit limit;
	struct loop *l;
	struct thing t;
	int high, last;

	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_max <= FD_SETSIZE)
		return;
	limit.rlim_cur = FD_SETSIZE + 1;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	cr_assert_eq(loop_new_with(&l, &loop_waiter_select), 0);
	open_thing(&t);
	high = t.watch.fd;
	cr_assert_eq(dup2(high, FD_SETSIZE), FD_SETSIZE);
	last = dup2(high, FD_SETSIZE - 1);
	t.watch.fd = FD_SETSIZE;
	cr_expect_eq(loop_watch(l, &t.watch, LOOP_READ), -EMFILE);
	cr_expect_eq(t.watch.events, 0);
	t.watch.fd = last;
	cr_expect_eq(loop_watch(l, &t.watch, LOOP_WRITE), 0);
	loop_turn(l, MSEC_NEVER);
	cr_expect_eq(t.calls, 1);
	close_thing(l, &t);
	loop_free(l);
}

TEST(loop_waiter, each_waits_as_long_as_the_next_timer_at_most, "")
{
	for (size_t i = 0; i < WAITERS; i++) {
		struct loop *l = new_loop(i);
		msec start = loop_now(l).mono;

		loop_turn(l, 3);
		cr_expect_geq(loop_now(l).mono, start + 2, "%s", waiters[i]->name);
		loop_free(l);
	}
}
