/* net_end_fifo.c - named pipes.
 *
 * The kernel knows no connections here: a fifo that is open for reading while nobody has it open
 * for writing reads an end.  A descriptor that is opened while there is no writer does not know of
 * those that were there before, and that is what makes each accept() wait for a new one. */
#include "net/net_end_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Is it, once it is open?  The descriptor, or -ENOTSUP. */
static int check(int fd)
{
	struct stat st;

	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode)))
		return fd;
	close(fd);
	return -ENOTSUP;
}

static int open_now(const char *path, int how)
{
	int fd = open(path, how | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	return fd < 0 ? -errno : check(fd);
}

/* The kernel waits for the other end. */
static int open_in_time(const char *path, int how)
{
	int fd;

	do {
		fd = open(path, how | O_NOCTTY | O_CLOEXEC);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return -errno;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return check(fd);
}

/* A fifo cannot be polled for its first reader. */
static int open_writer(const char *path, int timeout_ms)
{
	int fd = open_now(path, O_WRONLY);

	for (int waited_ms = 0; fd == -ENXIO && waited_ms < timeout_ms;) {
		waited_ms += net_end_pause();
		fd = open_now(path, O_WRONLY);
	}
	return fd == -ENXIO ? -ETIMEDOUT : fd;
}

static int open_reader(const char *path, int timeout_ms)
{
	int fd = open_now(path, O_RDONLY);
	int failed = fd < 0 ? fd : net_end_wait(fd, POLLIN, timeout_ms);

	if (failed && fd >= 0)
		close(fd);
	return failed ? failed : fd;
}

int net_end_open_fifo(struct ting_end **ret, const struct net_endpoint *e,
	const struct ting_options *options, struct ting_error *err)
{
	enum ting_access access = options->access ? options->access : TING_WRITE;
	int fd;

	if (access == TING_READ_WRITE)
		fd = open_now(e->path, O_RDWR);
	else if (options->timeout_ms == 0)
		fd = open_in_time(e->path, access == TING_READ ? O_RDONLY : O_WRONLY);
	else if (access == TING_READ)
		fd = open_reader(e->path, options->timeout_ms);
	else
		fd = open_writer(e->path, options->timeout_ms);
	if (fd < 0)
		return net_end_open_error(fd, e, err);
	*ret = net_end_of_file(
		access & TING_READ ? fd : -1, access & TING_WRITE ? fd : -1, e, options);
	return 0;
}

int net_fifo_listen(const struct net_endpoint *e, bool *ret_is_made, struct ting_error *err)
{
	bool is_made = mkfifo(e->path, 0666) == 0;
	int fd = is_made || errno == EEXIST ? open_now(e->path, O_RDONLY) : -errno;

	if (fd < 0)
		return net_end_open_error(fd, e, err);
	*ret_is_made = is_made;
	return fd;
}

int net_fifo_accept(struct ting_end **ret, int *fd, const struct net_endpoint *e,
	const struct ting_options *options, struct ting_error *err)
{
	int fresh, own;

	if (options->access & TING_WRITE)
		return net_end_open_fifo(ret, e, options, err);
	fresh = open_now(e->path, O_RDONLY);
	if (fresh < 0)
		return net_end_open_error(fresh, e, err);
	close(*fd); /* only now: what is in the pipe stays there while somebody may read it */
	*fd = fresh;
	own = net_end_wait(fresh, POLLIN, options->timeout_ms);
	if (own == 0)
		own = fcntl(fresh, F_DUPFD_CLOEXEC, 0);
	if (own < 0)
		return net_end_open_error(own, e, err);
	*ret = net_end_of_file(own, -1, e, options);
	return 0;
}
