/* net_end_file.c - files, devices, and standard input and output.
 *
 * What we open does not block.  Standard input and output may be shared with other programs, for
 * which they must go on to block: there a poll(2) comes first, and then no more is written than a
 * pipe that can be written has room for. */
#include "net/net_end_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct file_end {
	struct ting_end end;
	bool is_shared;  /* it blocks */
	bool may_signal; /* writing to it may raise SIGPIPE */
	bool is_plain;   /* a file or a disk: never waited for */
};

static struct file_end *file_of(struct ting_end *e)
{
	return (struct file_end *)e;
}

static bool is_ready(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	return poll(&p, 1, 0) != 0; /* an error is for the call that follows to find */
}

static ssize_t file_read(struct ting_end *e, void *ret, size_t size)
{
	ssize_t count;

	if (e->in >= 0 && file_of(e)->is_shared && !is_ready(e->in, POLLIN))
		return -EAGAIN;
	do {
		count = read(e->in, ret, size);
	} while (count < 0 && errno == EINTR);
	return count < 0 ? -errno : count;
}

static ssize_t write_once(int fd, const void *bytes, size_t size)
{
	ssize_t count;

	do {
		count = write(fd, bytes, size);
	} while (count < 0 && errno == EINTR);
	return count < 0 ? -errno : count;
}

/* A pipe has no MSG_NOSIGNAL: the signal is held back, and taken away if this write raised it. */
static ssize_t write_without_signal(int fd, const void *bytes, size_t size)
{
	static const struct timespec now;
	sigset_t pipe, before, pending;
	ssize_t count;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	count = write_once(fd, bytes, size);
	if (count == -EPIPE && !sigismember(&pending, SIGPIPE))
		while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return count;
}

static ssize_t file_write(struct ting_end *e, const void *bytes, size_t size)
{
	const struct file_end *f = file_of(e);

	if (e->out >= 0 && f->is_shared && !is_ready(e->out, POLLOUT))
		return -EAGAIN;
	if (f->is_shared && !f->is_plain && size > PIPE_BUF)
		size = PIPE_BUF;
	return f->may_signal ? write_without_signal(e->out, bytes, size)
			     : write_once(e->out, bytes, size);
}

static int64_t file_seek(struct ting_end *e, int64_t place)
{
	off_t reached = lseek(e->in >= 0 ? e->in : e->out, place < 0 ? 0 : place,
		place < 0 ? SEEK_END : SEEK_SET);

	return reached < 0 ? -errno : reached;
}

static int64_t file_size(struct ting_end *e)
{
	int fd = e->in >= 0 ? e->in : e->out;
	off_t here, end;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISREG(st.st_mode))
		return st.st_size;
	if (!S_ISBLK(st.st_mode))
		return -ESPIPE;
	here = lseek(fd, 0, SEEK_CUR);
	end = lseek(fd, 0, SEEK_END);
	if (here < 0 || end < 0 || lseek(fd, here, SEEK_SET) < 0)
		return -errno;
	return end;
}

/* The other end of a pipe reads an end when ours is closed.  A number that others use stays taken.
 */
static int end_direction(int *fd, bool is_shared)
{
	int nothing = is_shared ? open("/dev/null", O_RDWR | O_CLOEXEC) : -1;
	int err = is_shared && (nothing < 0 || dup2(nothing, *fd) < 0) ? -errno : 0;

	if (!is_shared)
		close(*fd);
	else if (nothing >= 0)
		close(nothing);
	if (err == 0)
		*fd = -1;
	return err;
}

static int file_shutdown(struct ting_end *e, enum ting_access directions)
{
	const struct file_end *f = file_of(e);
	int failed = 0;

	if (!f->is_shared && (f->is_plain || e->in == e->out))
		return -EOPNOTSUPP;
	if (directions & TING_READ && e->in >= 0)
		failed = end_direction(&e->in, f->is_shared);
	if (!failed && directions & TING_WRITE && e->out >= 0)
		failed = end_direction(&e->out, f->is_shared);
	return failed;
}

/* What is shared is left to the others. */
static int file_close(struct ting_end *e)
{
	int failed = 0;

	if (file_of(e)->is_shared)
		return 0;
	if (e->out >= 0 && close(e->out) < 0)
		failed = -errno;
	if (e->in >= 0 && e->in != e->out)
		close(e->in);
	return failed;
}

static const struct net_end_kind file = {.bytes = sizeof(struct file_end),
	.read = file_read,
	.write = file_write,
	.seek = file_seek,
	.size = file_size,
	.shutdown = file_shutdown,
	.close = file_close};

struct ting_end *net_end_of_file(
	int in, int out, const struct net_endpoint *e, const struct ting_options *options)
{
	struct ting_end *end = net_end_new(&file, options);
	struct stat st;

	end->in = in;
	end->out = out;
	net_endpoint_format(e, end->remote);
	if (fstat(out >= 0 ? out : in, &st) == 0) {
		file_of(end)->may_signal = S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode);
		file_of(end)->is_plain = S_ISREG(st.st_mode) || S_ISBLK(st.st_mode);
	}
	return end;
}

int net_end_open_standard(struct ting_end **ret, const struct net_endpoint *e,
	const struct ting_options *options, struct ting_error *err)
{
	(void)err;
	*ret = net_end_of_file(STDIN_FILENO, STDOUT_FILENO, e, options);
	file_of(*ret)->is_shared = true;
	return 0;
}

int net_end_open_error(int failed, const struct net_endpoint *e, struct ting_error *err)
{
	static const struct {
		int err;
		const char *text;
	} table[] = {
		{-ENOENT, "there is no such file"},
		{-ENOTDIR, "part of the path is not a directory"},
		{-EISDIR, "it is a directory"},
		{-ENXIO, "nothing is behind it, or it is a socket"},
		{-EROFS, "the file system is read-only"},
		{-ETIMEDOUT, "nobody opened the other end in time"},
		{-ENOTSUP, "it is not a fifo"},
	};
	char name[NET_ENDPOINT_MAX + 1];
	const char *text = strerror(-failed);

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].err == failed)
			text = table[i].text;
	net_endpoint_format(e, name);
	return net_error_set(err, failed, "cannot open %s: %s", name, text);
}

/* A descriptor, or -errno. */
static int open_as(const char *path, int how)
{
	int fd;

	do {
		fd = open(path, how | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
	} while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}

static bool is_fifo(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
}

int net_end_open_file(struct ting_end **ret, const struct net_endpoint *e,
	const struct ting_options *options, struct ting_error *err)
{
	static const int modes[] = {
		[TING_READ] = O_RDONLY, [TING_WRITE] = O_WRONLY, [TING_READ_WRITE] = O_RDWR};
	int how = (options->is_created ? O_CREAT : 0) | (options->is_cut ? O_TRUNC : 0) |
		(options->is_appended ? O_APPEND : 0);
	enum ting_access access = options->access ? options->access : TING_READ_WRITE;
	struct stat st;
	int fd;

	if (options->access && is_fifo(e->path)) /* it has another end, to be waited for */
		return net_end_open_fifo(ret, e, options, err);
	fd = open_as(e->path, modes[access] | how);
	if (options->access == 0 && how == 0 &&
		(fd == -EACCES || fd == -EPERM || fd == -EROFS || fd == -ETXTBSY)) {
		fd = open_as(e->path, O_RDONLY);
		access = TING_READ;
	}
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		fd = -EISDIR;
	}
	if (fd < 0)
		return net_end_open_error(fd, e, err);
	*ret = net_end_of_file(
		access & TING_READ ? fd : -1, access & TING_WRITE ? fd : -1, e, options);
	return 0;
}
