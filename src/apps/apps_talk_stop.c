/* apps_talk_stop.c - the signals are blocked but in ppoll(2), which cannot miss one. */
#include "apps/apps_talk_stop.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM};

static volatile sig_atomic_t caught;  /* the number of the first that came */
static volatile sig_atomic_t is_hard; /* it ends the process at once */
static sigset_t held;                 /* what is blocked while it does not wait */
static sigset_t waiting;              /* what is blocked while it does */

static void receive(int number)
{
	if (is_hard)
		_exit(128 + number);
	if (!caught)
		caught = number;
}

/* The signals that were not ignored when the program was started. */
static sigset_t wanted(void)
{
	struct sigaction now;
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(&set, signals[i]);
	return set;
}

void stop_catch(void)
{
	struct sigaction action = {.sa_handler = receive}, ignore = {.sa_handler = SIG_IGN};

	held = wanted();
	sigprocmask(SIG_BLOCK, &held, &waiting);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		if (!sigismember(&held, signals[i]))
			continue;
		sigdelset(&waiting, signals[i]);
		sigaction(signals[i], &action, NULL);
	}
	sigaction(SIGPIPE, &ignore, NULL);
}

void stop_at_once(bool is_on)
{
	is_hard = is_on;
	sigprocmask(is_on ? SIG_UNBLOCK : SIG_BLOCK, &held, NULL);
}

const sigset_t *stop_mask(void)
{
	return &waiting;
}

/* ppoll(2) lets no signal in where something is ready, and a flood of bytes never ends. */
static void take_pending(void)
{
	static const struct timespec now;
	int number = sigtimedwait(&held, NULL, &now);

	if (number > 0)
		receive(number);
}

int stop_poll(struct pollfd *descriptors, nfds_t count, int timeout_ms)
{
	struct timespec time = {
		.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000L};
	int ready = ppoll(descriptors, count, timeout_ms < 0 ? NULL : &time, &waiting);

	if (ready < 0 && errno == EINTR && !caught)
		return 0;
	if (ready > 0)
		take_pending();
	return ready < 0 ? -errno : ready > 0 && caught ? -EINTR : ready;
}

int stop_status(void)
{
	if (!caught)
		take_pending();
	return caught ? 128 + caught : 0;
}
