/* bench_run.c - the parent only waits: a pipe for each child tells that it is ready, that it is
 * done, and, by its end, that it is gone.  A child that is killed thus ends the run like one that
 * fails. */
#include "bench/bench_run.h"

#include "bench/bench_shared.h"
#include "bench/bench_worker.h"
#include "lab/lab_process.h"
#include "loop/loop_clock.h"
#include "net/net_address.h"
#include "net/net_error.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	LOOK_MS = 100,
	SAMPLES_MAX = 4096, /* more thin out */
	DESCRIPTORS_OWN = 80,
};

struct child {
	pid_t pid;
	int report; /* -1: it is gone */
};

struct work {
	struct bench_run *run;
	const struct bench_plan *plan;
	struct bench_shared *shared;
	struct child children[BENCH_PROCESSES_MAX];
	uint32_t child_count;
	uint32_t open, done; /* children */
	int signals;
	bool is_failed, is_stopped;
	uint64_t sample_due_ns, sample_every_ns;
};

static struct bench_usage usage_of(pid_t broker)
{
	struct bench_usage u = {0, 0, 0, 0};

	if (broker) {
		u.cpu_ns = lab_process_cpu_ns(broker);
		u.switches = lab_process_switches(broker);
		u.resident_bytes = lab_process_resident_bytes(broker);
		u.peak_bytes = lab_process_peak_bytes(broker);
	}
	return u;
}

static int find_broker(struct net_address *ret, const char *endpoint, struct ting_error *err)
{
	struct net_address addresses[NET_ADDRESSES_MAX];
	struct net_endpoint e;
	size_t count;
	int result = net_endpoint_parse(&e, endpoint, err);

	if (result == 0 && e.scheme != NET_TCP && e.scheme != NET_UNIX)
		return net_error_set(
			err, -EINVAL, "%s: expected an endpoint of tcp or unix", endpoint);
	if (result == 0)
		result =
			net_endpoint_resolve(&e, AF_UNSPEC, NET_TO_CONNECT, addresses, &count, err);
	if (result == 0)
		*ret = addresses[0];
	return result;
}

/* Each client has a descriptor in its process. */
static int check_descriptors(const struct bench_plan *p, struct ting_error *err)
{
	uint32_t needed = DESCRIPTORS_OWN + bench_plan_clients(p);
	struct rlimit files;

	if (p->scenario != BENCH_SHARED)
		needed = DESCRIPTORS_OWN + bench_plan_clients(p) / p->processes + 3;
	if (getrlimit(RLIMIT_NOFILE, &files))
		return net_error_set(err, -errno, "cannot learn how many descriptors there may be");
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	if (needed > files.rlim_cur)
		return net_error_set(err, -EMFILE,
			"a process may have %ju descriptors, and %u are needed: use more "
			"--processes",
			(uintmax_t)files.rlim_cur, needed);
	return 0;
}

/* In the child: never returns. */
static _Noreturn void be_child(
	struct work *w, uint32_t index, const struct net_address *broker, int report, pid_t parent)
{
	for (uint32_t i = 0; i < index; i++)
		(void)close(w->children[i].report);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		bench_worker_run(w->shared, index, w->plan, broker, report);
	_exit(0);
}

static int start(struct work *w, const struct net_address *broker)
{
	pid_t parent = getpid();

	while (w->child_count < w->plan->processes) {
		struct child *c = &w->children[w->child_count];
		int ends[2];

		if (pipe2(ends, O_CLOEXEC))
			return -errno;
		c->report = ends[0];
		c->pid = fork();
		if (c->pid == 0)
			be_child(w, w->child_count, broker, ends[1], parent);
		(void)close(ends[1]);
		if (c->pid < 0) {
			int result = -errno;

			(void)close(ends[0]);
			return result;
		}
		w->child_count++;
	}
	return 0;
}

static void fail(struct work *w, const char *reason)
{
	struct bench_result *r = &w->run->result;

	if (!r->reason[0])
		(void)snprintf(r->reason, sizeof r->reason, "%s", reason);
	w->is_failed = true;
}

static void hear_child(struct work *w, uint32_t index)
{
	struct child *c = &w->children[index];
	char what;

	if (read(c->report, &what, 1) != 1) {
		(void)close(c->report);
		c->report = -1;
		fail(w, "a process of the generator died");
	} else if (what == BENCH_IS_OPEN) {
		w->open++;
	} else {
		w->done++;
		if (w->shared->processes[index].reason[0])
			fail(w, w->shared->processes[index].reason);
	}
}

static void hear_signal(struct work *w)
{
	struct signalfd_siginfo signal;

	if (read(w->signals, &signal, sizeof signal) != sizeof signal)
		return;
	if (w->is_stopped || w->shared->phase == BENCH_OPENING)
		fail(w, "stopped by a signal");
	w->is_stopped = true;
	if (!w->is_failed)
		bench_shared_enter(w->shared, BENCH_ENDING);
}

static struct bench_progress progress_of(const struct work *w)
{
	struct bench_progress p = {.clients = bench_plan_clients(w->plan)};
	uint64_t start_ns = w->shared->start_ns;

	for (uint32_t i = 0; i < w->child_count; i++) {
		const struct bench_process *c = &w->shared->processes[i];

		p.opened += atomic_load_explicit(&c->opened, memory_order_relaxed);
		p.sent += atomic_load_explicit(&c->sent, memory_order_relaxed);
		p.delivered += atomic_load_explicit(&c->delivered, memory_order_relaxed);
	}
	p.elapsed_ns = start_ns ? loop_clock_ns(CLOCK_MONOTONIC) - start_ns : 0;
	return p;
}

/* When there are too many, every second one is kept and they are taken half as often. */
static void take_sample(struct work *w, const struct bench_progress *p)
{
	struct bench_result *r = &w->run->result;
	bool is_last = w->done == w->child_count && !w->is_failed;

	if (p->elapsed_ns == 0 || (p->elapsed_ns < w->sample_due_ns && !is_last))
		return;
	if (r->sample_count == SAMPLES_MAX) {
		for (uint32_t i = 0; i < SAMPLES_MAX / 2; i++)
			r->samples[i] = r->samples[2 * i + 1];
		r->sample_count = SAMPLES_MAX / 2;
		w->sample_every_ns *= 2;
	}
	r->samples[r->sample_count++] = (struct bench_sample){
		p->elapsed_ns, p->sent, p->delivered, usage_of(w->run->broker)};
	w->sample_due_ns = p->elapsed_ns + w->sample_every_ns;
}

/* Listens to the children until `*reached` of them got there, or something is wrong. */
static void wait_until(struct work *w, const uint32_t *reached)
{
	while (*reached < w->child_count && !w->is_failed) {
		struct pollfd news[BENCH_PROCESSES_MAX + 1];
		struct bench_progress p;

		for (uint32_t i = 0; i < w->child_count; i++)
			news[i] = (struct pollfd){.fd = w->children[i].report, .events = POLLIN};
		news[w->child_count] = (struct pollfd){.fd = w->signals, .events = POLLIN};
		(void)poll(news, w->child_count + 1, LOOK_MS);
		for (uint32_t i = 0; i < w->child_count; i++)
			if (news[i].revents)
				hear_child(w, i);
		if (news[w->child_count].revents)
			hear_signal(w);
		p = progress_of(w);
		take_sample(w, &p);
		w->run->show(w->run, &p);
	}
}

/* All clients are there: publishing begins. */
static void begin(struct work *w)
{
	uint64_t now_ns = loop_clock_ns(CLOCK_MONOTONIC);

	w->shared->start_ns = now_ns;
	if (w->plan->duration_ms)
		w->shared->end_ns = now_ns + (uint64_t)w->plan->duration_ms * NS_PER_MS;
	if (w->plan->publishers == 0)
		w->shared->end_ns = now_ns;
	bench_shared_enter(w->shared, BENCH_RUNNING);
}

static void add_up(struct work *w)
{
	struct bench_result *r = &w->run->result;
	uint64_t start_ns = w->shared->start_ns;

	for (uint32_t i = 0; i < w->child_count; i++)
		bench_count_add(&r->count, &w->shared->processes[i].count);
	if (r->count.last_ns > start_ns && start_ns)
		r->duration_ns = r->count.last_ns - start_ns;
	r->opened = progress_of(w).opened;
}

/* From the first connection until all is counted. */
static void measure(struct work *w)
{
	struct bench_result *r = &w->run->result;
	uint64_t before_ns = loop_clock_ns(CLOCK_MONOTONIC);

	wait_until(w, &w->open);
	r->open_ns = loop_clock_ns(CLOCK_MONOTONIC) - before_ns;
	r->opened_usage = usage_of(w->run->broker);
	if (!w->is_failed) {
		begin(w);
		wait_until(w, &w->done);
	}
	r->after = usage_of(w->run->broker);
	if (!r->after.resident_bytes && r->sample_count) /* it is gone: the last that is known */
		r->after = r->samples[r->sample_count - 1].usage;
}

static void reap(struct work *w)
{
	for (uint32_t i = 0; i < w->child_count; i++) {
		(void)waitpid(w->children[i].pid, NULL, 0);
		if (w->children[i].report >= 0)
			(void)close(w->children[i].report);
	}
}

static int watch_signals(struct work *w, sigset_t *before)
{
	sigset_t watched;

	sigemptyset(&watched);
	sigaddset(&watched, SIGINT);
	sigaddset(&watched, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &watched, before))
		return -errno;
	w->signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
	return w->signals < 0 ? -errno : 0;
}

int bench_run(struct bench_run *r, struct ting_error *err)
{
	struct work w = {.run = r,
		.plan = r->plan,
		.signals = -1,
		.sample_every_ns = (uint64_t)LOOK_MS * NS_PER_MS};
	struct net_address broker;
	sigset_t before;
	int result = find_broker(&broker, r->endpoint, err);

	if (result == 0)
		result = check_descriptors(r->plan, err);
	if (result)
		return result;
	r->result.samples = calloc(SAMPLES_MAX, sizeof r->result.samples[0]);
	if (!r->result.samples)
		abort();
	r->result.knows_broker = r->broker != 0;
	r->result.before = usage_of(r->broker);
	result = watch_signals(&w, &before);
	if (result == 0)
		result = bench_shared_new(&w.shared, r->plan);
	if (result == 0)
		result = start(&w, &broker);
	if (result)
		(void)net_error_set(err, result, "cannot begin: %s", strerror(-result));
	else
		measure(&w);
	if (w.shared)
		bench_shared_enter(w.shared, BENCH_CLOSING);
	reap(&w); /* those that are cut short tell then what they have */
	if (result == 0) {
		assert(w.shared);
		add_up(&w);
	}
	bench_shared_free(w.shared);
	if (w.signals >= 0)
		(void)close(w.signals);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}

void bench_run_done(struct bench_run *r)
{
	free(r->result.samples);
}
