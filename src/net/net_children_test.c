/* Real processes; the signal that one has ended, and no time, is waited for. */
#include "net/net_children.h"

#include "base/base_test.h"

#include <errno.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 20, GRACE_MS = 100000 };

static void await(void)
{
	struct pollfd p = {.fd = net_stop_descriptor(), .events = POLLIN};

	while (poll(&p, 1, -1) < 0)
		cr_assert_eq(errno, EINTR);
	net_stop_clear();
}

/* Children that each do `work` and end. */
static void make(struct net_children *c, int count, void (*work)(void))
{
	cr_assert_eq(net_stop_begin(GRACE_MS), 0);
	cr_assert_eq(net_children_init(c, (size_t)count), 0);
	for (int i = 0; i < count; i++) {
		pid_t pid = net_children_fork(c, (uint32_t)i);

		cr_assert_geq(pid, 0);
		if (pid == 0) {
			work();
			_exit(7);
		}
	}
}

/* All of them, each once. */
static void expect_ended(struct net_children *c, int count)
{
	uint32_t tag, seen = 0;
	int status;

	while (c->count > 0) {
		while (net_children_reap(c, &tag, &status)) {
			cr_expect_eq(seen & 1U << tag, 0);
			seen |= 1U << tag;
			cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 7);
		}
		if (c->count > 0)
			await();
	}
	cr_expect_eq(seen, (1U << count) - 1);
	net_children_done(c);
	net_stop_end();
}

static void nothing(void)
{
}

static void work_until_stopped(void)
{
	while (net_stop_stage() == NET_RUNNING)
		await();
}

static void work_until_cut(void)
{
	while (net_stop_stage() != NET_CUTTING)
		await();
}

TEST(net_children, a_burst_of_them_is_reaped, "")
{
	struct net_children c;

	make(&c, CHILDREN, nothing);
	expect_ended(&c, CHILDREN);
}

TEST(net_children, they_are_told_to_stop, "")
{
	struct net_children c;

	make(&c, CHILDREN, work_until_stopped);
	net_children_tell(&c, NET_RUNNING);
	cr_expect_eq(c.count, CHILDREN, "nobody is told");
	net_children_tell(&c, NET_STOPPING);
	expect_ended(&c, CHILDREN);
}

TEST(net_children, they_are_told_when_their_time_is_up, "")
{
	struct net_children c;

	make(&c, CHILDREN, work_until_cut);
	net_children_tell(&c, NET_STOPPING);
	net_children_tell(&c, NET_CUTTING);
	expect_ended(&c, CHILDREN);
}

static void be_interrupted(void)
{
	raise(SIGINT);
	raise(SIGTERM);
	if (net_stop_stage() != NET_STOPPING)
		_exit(1);
}

/* As a terminal does it: the same signal to all, and the parent passes it on. */
TEST(net_children, an_interrupt_from_a_terminal_is_one_signal, "")
{
	struct net_children c;

	make(&c, 1, be_interrupted);
	expect_ended(&c, 1);
}
