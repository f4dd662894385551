/* lab_server.c - a child process with two ends of ours: a pipe for what it prints, from which its
 * endpoint is read, and a file in memory for its complaints, which can never block it. */
#include "lab/lab_server.h"

#include "net/net_model.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	NUMBER_BYTES = 16,
	START_MS = 5000,
	STOP_MS = 5000,
	CLIENTS_SPARE = 16, /* connections of the last moment that are not closed yet */
	ARGUMENTS_MAX = 16,
	OUTPUT_BYTES = 4096,
};

static const char announcement[] = "listening on ";

struct command {
	char *arguments[ARGUMENTS_MAX];
	char endpoint[LAB_ENDPOINT_MAX + 1], model[LAB_NAME_MAX + 1];
	char clients[NUMBER_BYTES], work[NUMBER_BYTES];
};

/* As many clients as come, unless the model has a bound that is lower: then it refuses some, or
 * lets them wait, which is to be seen. */
static uint32_t bound_of(const struct lab_plan *p, const struct lab_point *at)
{
	const struct net_model *model = net_model_find(p->models[at->model]);
	uint32_t wanted = p->counts[at->count] + CLIENTS_SPARE;

	return model && model->connections_max < wanted ? model->connections_max : wanted;
}

static void make_command(
	struct command *c, const struct lab_plan *p, const struct lab_point *at, const char *folder)
{
	static char program[] = "ting", lab[] = "lab", floor[] = "--floor", run[] = "run",
		    echo[] = "echo", model[] = "--model", clients[] = "--clients-max",
		    work[] = "--work";
	const struct lab_transport *t = p->transports[at->transport];
	bool is_floor = strcmp(p->models[at->model], LAB_FLOOR) == 0;

	(void)snprintf(c->endpoint, sizeof c->endpoint, "%s%s%s", t->own, t->has_path ? folder : "",
		t->has_path ? "/socket" : "");
	(void)snprintf(c->model, sizeof c->model, "%s", p->models[at->model]);
	(void)snprintf(c->clients, sizeof c->clients, "%u", bound_of(p, at));
	(void)snprintf(c->work, sizeof c->work, "%u", p->work_us);
	if (is_floor) {
		char *const all[] = {program, lab, floor, c->endpoint, work, c->work, NULL};

		memcpy(c->arguments, all, sizeof all);
	} else {
		char *const all[] = {program, run, echo, c->endpoint, model, c->model, clients,
			c->clients, p->work_us ? work : NULL, c->work, NULL};

		memcpy(c->arguments, all, sizeof all);
	}
}

/* In the child: never returns.  It ends with its parent, however that ends. */
static _Noreturn void become(
	const struct command *c, int output, int complaints, bool is_pinned, pid_t parent)
{
	cpu_set_t first;
	sigset_t none;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sigemptyset(&none);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent && setpgid(0, 0) == 0 &&
		dup2(output, STDOUT_FILENO) >= 0 && dup2(complaints, STDERR_FILENO) >= 0 &&
		sigprocmask(SIG_SETMASK, &none, NULL) == 0 &&
		(!is_pinned || sched_setaffinity(0, sizeof first, &first) == 0))
		(void)execv("/proc/self/exe", c->arguments);
	(void)dprintf(complaints, "ting: cannot start: %s\n", strerror(errno));
	_exit(1);
}

/* The last line that it complained with, without the name of the program. */
static void read_complaint(int complaints, char *ret, size_t size)
{
	char text[OUTPUT_BYTES];
	off_t end = lseek(complaints, 0, SEEK_END);
	off_t from = end > (off_t)sizeof text - 1 ? end - (off_t)sizeof text + 1 : 0;
	ssize_t count = pread(complaints, text, sizeof text - 1, from);
	char *line;

	text[count > 0 ? count : 0] = '\0';
	while (count > 0 && text[count - 1] == '\n')
		text[--count] = '\0';
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	if (strncmp(line, "ting: ", 6) == 0)
		line += 6;
	(void)snprintf(ret, size, "%.*s", (int)size - 1, *line ? line : "it said nothing");
}

/* Reads what it prints until the line is there.  Whether it is. */
static bool read_endpoint(struct lab_server *s)
{
	char text[OUTPUT_BYTES + 1] = "";
	size_t size = 0;

	for (;;) {
		struct pollfd news = {.fd = s->output, .events = POLLIN};
		const char *at = strstr(text, announcement);
		size_t length = at ? strcspn(at += strlen(announcement), "\n") : 0;
		ssize_t count;

		if (at && at[length] == '\n' && length <= LAB_ENDPOINT_MAX) {
			memcpy(s->endpoint, at, length);
			s->endpoint[length] = '\0';
			return true;
		}
		if (size == OUTPUT_BYTES || poll(&news, 1, START_MS) <= 0)
			return false;
		count = read(s->output, text + size, OUTPUT_BYTES - size);
		if (count <= 0)
			return false;
		size += (size_t)count;
		text[size] = '\0';
	}
}

static void done(struct lab_server *s)
{
	if (s->output >= 0)
		(void)close(s->output);
	if (s->complaints >= 0)
		(void)close(s->complaints);
}

/* Waits for its end: whether it came in time. */
static bool is_gone(pid_t pid, int patience_ms)
{
	struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
	bool result = end.fd >= 0 && poll(&end, 1, patience_ms) > 0;

	if (end.fd >= 0)
		(void)close(end.fd);
	return result;
}

/* It ended, or does so now, before it listened anywhere. */
static void give_up(struct lab_server *s, struct lab_result *result)
{
	int status;

	(void)kill(s->pid, SIGTERM); /* it may have stopped talking and gone on living */
	if (!is_gone(s->pid, STOP_MS))
		(void)kill(-s->pid, SIGKILL);
	if (waitpid(s->pid, &status, 0) < 0)
		status = 0;
	result->verdict = WIFEXITED(status) ? LAB_REFUSED : LAB_FAILED;
	read_complaint(s->complaints, result->reason, sizeof result->reason);
}

int lab_server_start(struct lab_server *ret, const struct lab_plan *p, const struct lab_point *at,
	const char *folder, struct lab_result *result)
{
	struct lab_server s = {.complaints = memfd_create("complaints", MFD_CLOEXEC)};
	int ends[2] = {-1, -1};
	pid_t parent = getpid();
	struct command c;

	make_command(&c, p, at, folder);
	if (s.complaints < 0 || pipe2(ends, O_CLOEXEC)) {
		s.output = ends[0];
		goto fail;
	}
	s.output = ends[0];
	s.pid = fork();
	if (s.pid == 0)
		become(&c, ends[1], s.complaints, p->is_pinned, parent);
	(void)close(ends[1]);
	if (s.pid < 0)
		goto fail;
	if (read_endpoint(&s)) {
		*ret = s;
		return 0;
	}
	give_up(&s, result);
	done(&s);
	return -ECHILD;
fail:
	result->verdict = LAB_FAILED;
	(void)snprintf(result->reason, sizeof result->reason, "cannot start a server: %s",
		strerror(errno));
	done(&s);
	return -ECHILD;
}

void lab_server_stop(struct lab_server *s, struct lab_result *result)
{
	bool is_obedient;
	struct rusage use;
	int status;

	(void)kill(s->pid, SIGTERM);
	is_obedient = is_gone(s->pid, STOP_MS);
	(void)kill(-s->pid,
		SIGKILL); /* before it is waited for, so that the number is still its own */
	if (wait4(s->pid, &status, 0, &use) == s->pid) {
		result->switches = (uint64_t)(use.ru_nvcsw + use.ru_nivcsw);
		if (result->verdict == LAB_MEASURED && !is_obedient) {
			result->verdict = LAB_FAILED;
			(void)snprintf(result->reason, sizeof result->reason,
				"it did not end within %d ms of SIGTERM", STOP_MS);
		} else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM && is_obedient) {
			result->verdict = LAB_FAILED;
			(void)snprintf(result->reason, sizeof result->reason, "it died: %s",
				strsignal(WTERMSIG(status)));
		}
	}
	done(s);
}
