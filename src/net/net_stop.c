/* net_stop.c - signal handlers, and the little that they share with the rest.
 *
 * All of it is atomic, for a handler runs between any two instructions of any thread; shutdown(2),
 * alarm(2) and write(2) are among what a handler may call. */
#include "net/net_stop.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static atomic_int stage;
static atomic_int guarded = -1;
static atomic_int waker = -1;
static atomic_uint grace_s;
static atomic_bool is_child;
static atomic_int parent;

static const int signals[] = {SIGTERM, SIGINT, SIGALRM, SIGCHLD};

void net_stop_wake(void)
{
	uint64_t one = 1;
	ssize_t size = write(waker, &one, sizeof one);

	(void)size; /* it is full of wake-ups already */
}

static void shut_down(int fd)
{
	int how = stage == NET_STOPPING ? SHUT_RD : SHUT_RDWR;

	if (fd >= 0 && stage != NET_RUNNING)
		shutdown(fd, how);
}

static void caught(int number)
{
	int err = errno;

	if (number == SIGALRM || (number != SIGCHLD && stage != NET_RUNNING && !is_child)) {
		stage = NET_CUTTING;
	} else if (number != SIGCHLD && stage == NET_RUNNING) {
		stage = NET_STOPPING;
		alarm(grace_s);
	}
	if (number != SIGCHLD)
		shut_down(guarded);
	net_stop_wake();
	errno = err;
}

static int open_waker(void)
{
	waker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return waker < 0 ? -errno : 0;
}

int net_stop_begin(msec grace_ms)
{
	/* SA_RESTART: what the program does between our calls need not know of signals. */
	struct sigaction action = {.sa_handler = caught, .sa_flags = SA_RESTART};
	sigset_t set;
	int err = open_waker();

	if (err)
		return err;
	stage = NET_RUNNING;
	guarded = -1;
	grace_s = (unsigned)((grace_ms + 999) / 1000);
	is_child = false;
	parent = getpid();
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		sigaction(signals[i], &action, NULL);
		sigaddset(&set, signals[i]);
	}
	pthread_sigmask(SIG_UNBLOCK, &set, NULL); /* a loop may have blocked them */
	return 0;
}

void net_stop_end(void)
{
	int fd = waker;

	alarm(0);
	waker = -1;
	close(fd);
}

int net_stop_begin_child(void)
{
	int parents = waker; /* the same one for both: it would wake the parent */
	int err = open_waker();

	is_child = true;
	close(parents);
	if (err == 0 && prctl(PR_SET_PDEATHSIG, SIGTERM) < 0)
		err = -errno;
	if (err == 0 && getppid() != parent) /* it died before we asked to be told */
		err = -ESRCH;
	if (stage != NET_RUNNING) /* alarms are not inherited */
		alarm(grace_s);
	return err;
}

enum net_stage net_stop_stage(void)
{
	return stage;
}

int net_stop_descriptor(void)
{
	return waker;
}

void net_stop_clear(void)
{
	uint64_t count;
	ssize_t size = read(waker, &count, sizeof count);

	(void)size; /* nothing was there */
}

void net_stop_guard(int fd)
{
	guarded = fd;
	shut_down(fd);
}
