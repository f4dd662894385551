/* lab_run.c - one measurement after the other: a server in one process, its clients in another, and
 * this one, which waits for them and for signals.
 *
 * The clients' process leaves its result in memory that both have, so whatever happens to it, what
 * it has said so far can be read. */
#include "lab/lab_run.h"

#include "lab/lab_load.h"
#include "lab/lab_server.h"
#include "loop/loop_clock.h"
#include "net/net_error.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SHOW_MS = 100 };

/* What the processes share. */
struct shared_result {
	struct lab_result result;
	_Atomic uint32_t per_mille;
};

struct work {
	struct lab_run *run;
	struct shared_result *shared;
	char folder[sizeof "/tmp/ting-lab-XXXXXX"];
	int signals;
};

/* The clients have the last processor for themselves as far as the server does not need it too. */
static void pin_to_last(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t last;

	CPU_ZERO(&last);
	CPU_SET((size_t)count - 1, &last);
	if (count > 1)
		(void)sched_setaffinity(
			0, sizeof last, &last); /* without, it only measures worse */
}

static _Noreturn void generate(struct work *w, size_t index, const char *endpoint, pid_t server)
{
	const struct lab_plan *p = w->run->plan;
	struct lab_point at = lab_plan_point(p, index);
	struct lab_load load = {
		.endpoint = endpoint,
		.transport = p->transports[at.transport],
		.clients = p->counts[at.count],
		.size = p->size,
		.think_ns = (uint64_t)p->think_ms * NS_PER_MS,
		.duration_ns = (uint64_t)p->duration_ms * NS_PER_MS,
		.server = server,
		.per_mille = &w->shared->per_mille,
	};

	pin_to_last();
	lab_load_run(&w->shared->result, &load);
	_exit(0);
}

/* The number of a signal that came, or 0. */
static int take_signal(struct work *w)
{
	struct signalfd_siginfo signal;

	return read(w->signals, &signal, sizeof signal) == sizeof signal ? (int)signal.ssi_signo
									 : 0;
}

/* Until `end` can be read: 0; or a signal came: its number. */
static int wait_for(struct work *w, size_t index, int end)
{
	for (;;) {
		struct pollfd news[] = {
			{.fd = end, .events = POLLIN}, {.fd = w->signals, .events = POLLIN}};
		int count = poll(news, 2, SHOW_MS), number = take_signal(w);

		if (number)
			return number;
		if (count > 0 && news[0].revents)
			return 0;
		if (w->run->show)
			w->run->show(w->run, index, atomic_load(&w->shared->per_mille));
	}
}

/* Lets the clients of one point live.  0, the number of a signal, or -errno. */
static int load_server(struct work *w, size_t index, const char *endpoint, pid_t server)
{
	int end, status, result;
	pid_t pid, parent = getpid();

	w->shared->result = (struct lab_result){0};
	atomic_store(&w->shared->per_mille, 0);
	pid = fork();
	if (pid == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent)
		generate(w, index, endpoint, server);
	if (pid == 0)
		_exit(1);
	if (pid < 0)
		return -errno;
	end = (int)syscall(SYS_pidfd_open, pid, 0);
	result = end < 0 ? -errno : wait_for(w, index, end);
	if (result)
		(void)kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) == pid && !result && WIFSIGNALED(status)) {
		w->shared->result.verdict = LAB_FAILED;
		(void)snprintf(w->shared->result.reason, LAB_REASON_MAX,
			"the process of the clients died: %s", strsignal(WTERMSIG(status)));
	}
	if (end >= 0)
		(void)close(end);
	return result;
}

/* As load_server(). */
static int measure(struct work *w, size_t index)
{
	struct lab_run *r = w->run;
	struct lab_point at = lab_plan_point(r->plan, index);
	struct lab_result *result = &r->results[index];
	struct lab_server server;
	int outcome;

	if (r->endpoint) {
		outcome = load_server(w, index, r->endpoint, 0);
		*result = outcome ? *result : w->shared->result;
		return outcome;
	}
	if (lab_server_start(&server, r->plan, &at, w->folder, result)) {
		outcome = take_signal(w); /* a server that was not yet by itself heard it too */
		*result = outcome ? (struct lab_result){0} : *result;
		return outcome;
	}
	outcome = load_server(w, index, server.endpoint, server.pid);
	lab_server_stop(&server, &w->shared->result);
	*result = outcome ? *result : w->shared->result;
	return outcome;
}

/* Each client and each connection of the server has a descriptor. */
static void raise_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(
		RLIMIT_NOFILE, &files); /* what is refused for lack of them says so itself */
}

static int prepare(struct work *w, sigset_t *before, struct ting_error *err)
{
	sigset_t watched;

	sigemptyset(&watched);
	sigaddset(&watched, SIGINT);
	sigaddset(&watched, SIGTERM);
	raise_limit();
	w->shared = mmap(
		NULL, sizeof *w->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (w->shared == MAP_FAILED)
		return net_error_set(err, -errno, "cannot share memory: %s", strerror(errno));
	w->signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
	if (w->signals >= 0 && mkdtemp(w->folder)) {
		(void)sigprocmask(SIG_BLOCK, &watched, before);
		return 0;
	}
	(void)net_error_set(err, -errno, "cannot make a folder for sockets: %s", strerror(errno));
	if (w->signals >= 0)
		(void)close(w->signals);
	(void)munmap(w->shared, sizeof *w->shared);
	return -EIO;
}

int lab_run(struct lab_run *r, struct ting_error *err)
{
	struct work w = {.run = r, .folder = "/tmp/ting-lab-XXXXXX"};
	size_t count = lab_plan_size(r->plan);
	sigset_t before;
	int result = prepare(&w, &before, err);

	if (result)
		return result;
	for (size_t i = 0; i < count && result == 0; i++) {
		if (r->show)
			r->show(r, i, 0);
		result = measure(&w, i);
		if (r->show && result == 0)
			r->show(r, i, 1000);
	}
	if (result < 0)
		(void)net_error_set(err, result, "cannot start the clients: %s", strerror(-result));
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	(void)close(w.signals);
	(void)rmdir(w.folder);
	(void)munmap(w.shared, sizeof *w.shared);
	return result;
}
