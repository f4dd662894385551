/* apps_serve_process.c - each function is the usual order of system calls, and why. */
#include "apps/apps_serve_process.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <malloc.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	MAPPED_ALONE_BYTES =
		4 << 20,          /* from here on a block is the kernel's again once it is freed */
	KEPT_BYTES_MAX = 8 << 20, /* free, at the end of the heap */
};

/* -errno and "cannot DO: why". */
static int failed(struct conf_error *e, const char *what)
{
	int error = -errno;

	(void)conf_error_set(e, "cannot %s: %s", what, strerror(-error));
	return error;
}

int serve_detach_start(int *ret, struct conf_error *e)
{
	char is_ready;
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return failed(e, "make a pipe");
	child = fork();
	if (child < 0) {
		(void)close(ends[0]);
		(void)close(ends[1]);
		return failed(e, "fork");
	}
	if (child > 0) {
		ssize_t got;

		(void)close(ends[1]);
		do
			got = read(ends[0], &is_ready, 1);
		while (got < 0 && errno == EINTR);
		_exit(got == 1 ? 0 : 1);
	}
	(void)close(ends[0]);
	(void)setsid(); /* a child is never the leader of a group: this cannot fail */
	*ret = ends[1];
	return 0;
}

void serve_detach_finish(int detaching)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* The directory stays: relative paths of the configuration are read again on SIGHUP. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	if (null > STDERR_FILENO)
		(void)close(null);
	(void)!write(detaching, "", 1);
	(void)close(detaching);
}

int serve_drop_privileges(const char *user, struct conf_error *e)
{
	const struct passwd *entry;

	if (!user || geteuid() != 0)
		return 0;
	entry = getpwnam(user);
	if (!entry) {
		(void)conf_error_set(e, "cannot become the user %s: there is none", user);
		return -ENOENT;
	}
	/* The groups first: later it would not be allowed any more. */
	if (initgroups(user, entry->pw_gid) < 0 || setgid(entry->pw_gid) < 0 ||
		setuid(entry->pw_uid) < 0)
		return failed(e, "become another user");
	return 0;
}

void serve_ignore_signals(void)
{
	static const int numbers[] = {SIGPIPE, SIGUSR1, SIGUSR2};
	const struct sigaction ignore = {.sa_handler = SIG_IGN};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		(void)sigaction(numbers[i], &ignore, NULL);
}

void serve_keep_memory(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, MAPPED_ALONE_BYTES);
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES_MAX);
}

void serve_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t size = path ? strlen(path) : 0;
	int fd;

	if (size < 2 || size >= sizeof to.sun_path)
		return;
	memcpy(to.sun_path, path, size);
	if (to.sun_path[0] == '@')
		to.sun_path[0] = '\0'; /* an abstract name */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* A manager that does not listen has lost it; the log says the same. */
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + size));
	(void)close(fd);
}

int serve_write_pid_file(const char *path, struct conf_error *e)
{
	FILE *f = fopen(path, "we");
	bool is_written = f && fprintf(f, "%ld\n", (long)getpid()) > 0;

	if (f && fclose(f) != 0)
		is_written = false;
	return is_written ? 0 : failed(e, "write the pid_file");
}

void serve_draw_random(void *ret, size_t size)
{
	ssize_t got = getrandom(ret, size, 0);

	assert(got == (ssize_t)size && "up to 256 bytes are never cut short");
}
