#include "base/base_test.h"
#include "loop/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THINGS = 300 };

/* One of each that a loop can call for, and what happened. */
struct thing {
	struct loop_watch watch;
	struct loop_timer timer;
	struct loop_signal signal;
	struct loop_waker waker;
	struct loop_end end;
	struct loop *loop;
	struct thing *other; /* that the callback acts on */
	int calls;
	int order; /* the value of `calls_all` at the last call */
	unsigned events;
};

static int calls_all;

static void count(struct thing *t)
{
	t->calls++;
	t->order = ++calls_all;
}

static struct loop *new_loop(void)
{
	struct loop *l;

	cr_assert_eq(loop_new(&l), 0);
	return l;
}

static void make_pair(int fds[2])
{
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
}

static void ready(struct loop_watch *w, unsigned events)
{
	struct thing *t = LOOP_ENTRY(w, struct thing, watch);

	t->events = events;
	count(t);
}

TEST(loop, calls_for_a_descriptor_again_until_it_is_read, "")
{
	struct loop *l = new_loop();
	struct thing t = {.watch.ready = ready};
	char byte;
	int fds[2];

	make_pair(fds);
	t.watch.fd = fds[0];
	cr_assert_eq(loop_watch(l, &t.watch, LOOP_READ), 0);
	loop_turn(l, 0);
	cr_expect_eq(t.calls, 0);
	cr_assert_eq(write(fds[1], "x", 1), 1);
	loop_turn(l, MSEC_NEVER);
	loop_turn(l, MSEC_NEVER);
	cr_expect_eq(t.calls, 2);
	cr_expect_eq(t.events, LOOP_READ);
	cr_assert_eq(read(fds[0], &byte, 1), 1);
	loop_turn(l, 0);
	cr_expect_eq(t.calls, 2);
	loop_watch(l, &t.watch, 0);
	close(fds[0]);
	close(fds[1]);
	loop_free(l);
}

TEST(loop, reports_only_what_is_asked_for, "")
{
	struct loop *l = new_loop();
	struct thing t = {.watch.ready = ready};
	int fds[2];

	make_pair(fds);
	t.watch.fd = fds[0];
	cr_assert_eq(write(fds[1], "x", 1), 1);
	cr_assert_eq(loop_watch(l, &t.watch, LOOP_WRITE), 0);
	loop_turn(l, MSEC_NEVER);
	cr_expect_eq(t.events, LOOP_WRITE);
	cr_assert_eq(loop_watch(l, &t.watch, LOOP_READ | LOOP_WRITE), 0);
	loop_turn(l, MSEC_NEVER);
	cr_expect_eq(t.events, LOOP_READ | LOOP_WRITE);
	cr_assert_eq(loop_watch(l, &t.watch, LOOP_READ), 0);
	loop_turn(l, MSEC_NEVER);
	cr_expect_eq(t.events, LOOP_READ);
	cr_assert_eq(loop_watch(l, &t.watch, 0), 0);
	close(fds[1]);
	loop_turn(l, 0);
	cr_expect_eq(t.calls, 3, "nothing is asked for: not even a hang-up is told");
	close(fds[0]);
	loop_free(l);
}

TEST(loop, tells_a_hang_up_as_what_is_asked_for, "")
{
	struct loop *l = new_loop();
	struct thing t = {.watch.ready = ready};
	int fds[2];

	make_pair(fds);
	t.watch.fd = fds[0];
	cr_assert_eq(loop_watch(l, &t.watch, LOOP_READ), 0);
	close(fds[1]);
	loop_turn(l, MSEC_NEVER);
	cr_expect_eq(t.events, LOOP_READ);
	loop_watch(l, &t.watch, 0);
	close(fds[0]);
	loop_free(l);
}

TEST(loop, says_why_a_descriptor_cannot_be_watched, "")
{
	struct loop *l = new_loop();
	struct loop_watch bad = {.ready = ready, .fd = -1};
	struct loop_watch file = {.ready = ready, .fd = open("/proc/self/exe", O_RDONLY)};

	cr_expect_eq(loop_watch(l, &bad, LOOP_READ), -EBADF);
	cr_expect_eq(bad.events, 0);
	cr_expect_eq(loop_watch(l, &file, LOOP_READ), -EPERM);
	cr_expect_eq(loop_watch(l, &file, 0), 0, "nothing was registered");
	close(file.fd);
	loop_free(l);
}

static void ready_removes_other(struct loop_watch *w, unsigned events)
{
	struct thing *t = LOOP_ENTRY(w, struct thing, watch);

	(void)events;
	count(t);
	loop_watch(t->loop, &t->other->watch, 0);
	close(t->other->watch.fd);
}

TEST(loop, never_calls_what_another_callback_of_the_turn_removed, "")
{
	struct loop *l = new_loop();
	struct thing a = {.watch.ready = ready_removes_other, .loop = l};
	struct thing b = {.watch.ready = ready_removes_other, .loop = l};
	int first[2], second[2];

	make_pair(first);
	make_pair(second);
	a.watch.fd = first[0];
	b.watch.fd = second[0];
	a.other = &b;
	b.other = &a;
	cr_assert_eq(loop_watch(l, &a.watch, LOOP_WRITE), 0);
	cr_assert_eq(loop_watch(l, &b.watch, LOOP_WRITE), 0);
	loop_turn(l, MSEC_NEVER);
	cr_expect_eq(a.calls + b.calls, 1);
	loop_watch(l, &(a.calls ? &a : &b)->watch, 0);
	close(a.calls ? first[0] : second[0]);
	close(first[1]);
	close(second[1]);
	loop_free(l);
}

TEST(loop, takes_turns_when_more_is_ready_than_it_takes_at_once, "")
{
	static struct thing things[THINGS];
	struct loop *l = new_loop();

	for (int i = 0; i < THINGS; i++) {
		int fds[2];

		make_pair(fds);
		things[i].watch = (struct loop_watch){.ready = ready, .fd = fds[0]};
		cr_assert_eq(loop_watch(l, &things[i].watch, LOOP_WRITE), 0);
	}
	loop_turn(l, MSEC_NEVER);
	loop_turn(l, MSEC_NEVER);
	for (int i = 0; i < THINGS; i++)
		cr_expect_geq(things[i].calls, 1, "descriptor %d starves", i);
	loop_free(l);
}

static void expired(struct loop_timer *timer)
{
	count(LOOP_ENTRY(timer, struct thing, timer));
}

TEST(loop, timers_come_in_the_order_of_their_moments, "")
{
	static const msec due[] = {4, 2, 9, 2, 0, -7};
	static const int order[] = {5, 3, 6, 4, 1, 2}; /* a moment that passed counts as now */
	struct loop *l = new_loop();
	struct thing things[6] = {0};
	msec start = loop_now(l).mono;

	for (int i = 0; i < 6; i++) {
		things[i].timer.expired = expired;
		loop_timer_set(l, &things[i].timer, start + due[i]);
	}
	while (things[2].calls == 0)
		loop_turn(l, MSEC_NEVER);
	cr_expect_geq(loop_now(l).mono, start + 9);
	for (int i = 0; i < 6; i++) {
		cr_expect_eq(things[i].calls, 1);
		cr_expect_eq(
			things[i].order, order[i], "timer %d was number %d", i, things[i].order);
	}
	loop_free(l);
}

TEST(loop, a_timer_is_moved_and_removed, "")
{
	struct loop *l = new_loop();
	struct thing a = {.timer.expired = expired}, b = {.timer.expired = expired};
	msec start = loop_now(l).mono;

	loop_timer_set(l, &a.timer, start);
	loop_timer_set(l, &b.timer, start);
	loop_timer_set(l, &a.timer, MSEC_NEVER);
	loop_timer_set(l, &a.timer, MSEC_NEVER);
	loop_timer_set(l, &b.timer, start + 3);
	loop_turn(l, 0);
	cr_expect_eq(a.calls, 0);
	while (b.calls == 0)
		loop_turn(l, MSEC_NEVER);
	cr_expect_eq(a.calls, 0);
	cr_expect_geq(loop_now(l).mono, start + 3);
	loop_free(l);
}

static void expired_again(struct loop_timer *timer)
{
	struct thing *t = LOOP_ENTRY(timer, struct thing, timer);

	count(t);
	loop_timer_set(t->loop, &t->timer, 0);
}

TEST(loop, a_timer_that_sets_itself_again_starves_nobody, "")
{
	struct loop *l = new_loop();
	struct thing a = {.timer.expired = expired_again, .loop = l};
	struct thing b = {.timer.expired = expired};

	loop_timer_set(l, &a.timer, 0);
	loop_timer_set(l, &b.timer, 0);
	loop_turn(l, MSEC_NEVER);
	cr_expect_eq(a.calls, 1);
	cr_expect_eq(b.calls, 1);
	loop_turn(l, MSEC_NEVER);
	cr_expect_eq(a.calls, 2);
	loop_free(l);
}

TEST(loop, the_clocks_stand_still_during_a_turn_and_go_on_between, "")
{
	struct loop *l = new_loop();
	struct thing t = {.timer.expired = expired};
	struct times start = loop_now(l);

	loop_timer_set(l, &t.timer, start.mono + 2);
	while (t.calls == 0)
		loop_turn(l, MSEC_NEVER);
	cr_expect_geq(loop_now(l).mono - start.mono, 2);
	cr_expect_geq(start.wall, 1500000000000, "milliseconds since 1970");
	loop_free(l);
}

static void caught(struct loop_signal *s)
{
	count(LOOP_ENTRY(s, struct thing, signal));
}

TEST(loop, a_signal_is_called_for_once_and_does_not_kill, "")
{
	struct loop *l = new_loop();
	struct thing term = {.signal = {.caught = caught, .number = SIGTERM}};
	struct thing hup = {.signal = {.caught = caught, .number = SIGHUP}};

	cr_assert_eq(loop_signal_add(l, &term.signal), 0);
	cr_assert_eq(loop_signal_add(l, &hup.signal), 0);
	kill(getpid(), SIGTERM);
	kill(getpid(), SIGTERM);
	loop_turn(l, MSEC_NEVER);
	cr_expect_eq(term.calls, 1);
	cr_expect_eq(hup.calls, 0);
	kill(getpid(), SIGHUP);
	loop_turn(l, MSEC_NEVER);
	cr_expect_eq(hup.calls, 1);
	loop_signal_remove(l, &term.signal);
	kill(getpid(), SIGTERM);
	loop_turn(l, MSEC_NEVER);
	cr_expect_eq(term.calls, 1, "a late one is for nobody, and harmless");
	loop_signal_remove(l, &hup.signal);
	loop_free(l);
}

static void woken(struct loop_waker *w)
{
	count(LOOP_ENTRY(w, struct thing, waker));
}

static void *wake_from_thread(void *waker)
{
	for (int i = 0; i < 1000; i++)
		loop_wake(waker);
	return NULL;
}

TEST(loop, another_thread_wakes_it, "")
{
	struct loop *l = new_loop();
	struct thing t = {.waker.woken = woken};
	pthread_t thread;

	cr_assert_eq(loop_waker_add(l, &t.waker), 0);
	cr_assert_eq(pthread_create(&thread, NULL, wake_from_thread, &t.waker), 0);
	loop_turn(l, MSEC_NEVER);
	cr_expect_eq(t.calls, 1, "it waited until the thread spoke");
	pthread_join(thread, NULL);
	loop_turn(l, 0);
	loop_turn(l, 0);
	cr_expect_leq(t.calls, 2, "however many wake-ups came, they are told once");
	loop_waker_remove(l, &t.waker);
	loop_free(l);
}

static void ended(struct loop_end *e)
{
	count(LOOP_ENTRY(e, struct thing, end));
}

TEST(loop, the_end_of_the_turn_comes_after_all_else, "")
{
	struct loop *l = new_loop();
	struct thing a = {.end.ended = ended}, b = {.end.ended = ended, .timer.expired = expired};
	struct thing t = {.watch.ready = ready, .timer.expired = expired};
	int fds[2];

	make_pair(fds);
	t.watch.fd = fds[0];
	loop_end_add(l, &a.end);
	loop_end_add(l, &b.end);
	loop_timer_set(l, &t.timer, 0);
	cr_assert_eq(loop_watch(l, &t.watch, LOOP_WRITE), 0);
	loop_turn(l, MSEC_NEVER);
	cr_expect_eq(t.calls, 2);
	cr_expect_eq(t.order, 2);
	cr_expect_eq(a.order, 3);
	cr_expect_eq(b.order, 4);
	loop_watch(l, &t.watch, 0);
	close(fds[0]);
	close(fds[1]);
	loop_end_remove(l, &a.end);
	loop_end_remove(l, &b.end);
	loop_free(l);
}

static void ended_again(struct loop_end *e)
{
	struct thing *t = LOOP_ENTRY(e, struct thing, end);

	count(t);
	if (t->calls == 5)
		loop_stop(t->loop);
	else
		loop_again(t->loop);
}

TEST(loop, does_not_wait_while_there_is_work_left, "")
{
	struct loop *l = new_loop();
	struct thing t = {.end.ended = ended_again, .loop = l};

	loop_end_add(l, &t.end);
	loop_again(l);
	cr_expect_eq(loop_run(l), 0);
	cr_expect_eq(t.calls, 5);
	loop_end_remove(l, &t.end);
	loop_free(l);
}

TEST(loop, waits_again_once_the_work_is_done, "")
{
	struct loop *l = new_loop();
	struct thing t = {.timer.expired = expired};
	int turns = 0;

	loop_again(l);
	loop_timer_set(l, &t.timer, loop_now(l).mono + 3);
	for (; t.calls == 0; turns++)
		loop_turn(l, MSEC_NEVER);
	cr_expect_leq(turns, 3);
	loop_free(l);
}

static void expired_stops(struct loop_timer *timer)
{
	struct thing *t = LOOP_ENTRY(timer, struct thing, timer);

	count(t);
	loop_stop(t->loop);
}

TEST(loop, a_stop_counts_for_one_run_even_if_it_comes_before, "")
{
	struct loop *l = new_loop();
	struct thing t = {.timer.expired = expired_stops, .loop = l};

	loop_timer_set(l, &t.timer, 0);
	loop_stop(l);
	cr_expect_eq(loop_run(l), 0);
	cr_expect_eq(t.calls, 0);
	cr_expect_eq(loop_run(l), 0);
	cr_expect_eq(t.calls, 1);
	loop_free(l);
}

TEST(loop, without_descriptors_there_is_no_loop, "")
{
	struct rlimit none = {0, 0}, before;
	struct loop *l = NULL;

	getrlimit(RLIMIT_NOFILE, &before);
	none.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_NOFILE, &none);
	cr_expect_eq(loop_new(&l), -EMFILE);
	setrlimit(RLIMIT_NOFILE, &before);
	cr_expect_null(l);
}
