/* service_file.c - system calls on one descriptor that does not block. */
#include "service/service_file.h"

#include "base/base_hash.h"
#include "net/net_remote.h"
#include "service/service_beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_flags(unsigned flags)
{
	static const int access[] = {
		[REMOTE_TO_READ] = O_RDONLY,
		[REMOTE_TO_WRITE] = O_WRONLY,
		[REMOTE_TO_READ | REMOTE_TO_WRITE] = O_RDWR,
	};

	return access[flags & (REMOTE_TO_READ | REMOTE_TO_WRITE)] |
		(flags & REMOTE_CREATES ? O_CREAT : 0) | (flags & REMOTE_CUTS ? O_TRUNC : 0) |
		(flags & REMOTE_APPENDS ? O_APPEND : 0);
}

/* What was written and is not on the disk goes when the machine does: a file to write is another
 * one after that, so that nobody goes on as if nothing was missing. */
static struct hash_key key_of(unsigned flags)
{
	static const struct hash_key none;
	struct hash_key key = none;
	char id[36];
	int fd = flags & REMOTE_TO_WRITE
		? open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
		: -1;

	if (fd < 0)
		return none;
	if (read(fd, id, sizeof id) == sizeof id)
		key.k0 = hash_bytes(&none, span_of(id, sizeof id));
	close(fd);
	return key;
}

/* The number of a file is used again when it is removed: the moment at which it was made tells
 * them apart where the file system knows it. */
static uint64_t identity_of(const struct statx *s, unsigned flags)
{
	const struct hash_key key = key_of(flags);
	const uint64_t parts[] = {s->stx_dev_major, s->stx_dev_minor, s->stx_ino,
		s->stx_mask & STATX_BTIME ? (uint64_t)s->stx_btime.tv_sec : 0,
		s->stx_mask & STATX_BTIME ? s->stx_btime.tv_nsec : 0};

	return hash_bytes(&key, span_of(parts, sizeof parts));
}

/* Learns what has been opened.  A folder can be opened to read; that is refused here. */
static enum remote_code learn(struct service_file *f, unsigned flags)
{
	struct statx s;

	if (statx(f->fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO | STATX_BTIME, &s))
		return net_remote_code(errno);
	if (S_ISDIR(s.stx_mode))
		return REMOTE_DIRECTORY;
	f->has_places = S_ISREG(s.stx_mode) || S_ISBLK(s.stx_mode);
	f->is_pipe = S_ISFIFO(s.stx_mode);
	f->identity = identity_of(&s, flags);
	return REMOTE_DONE;
}

enum remote_code service_file_open(
	struct service_file *f, int folder, struct span path, unsigned flags)
{
	char text[REMOTE_PATH_MAX + 1];
	enum remote_code code;

	if (path.size)
		memcpy(text, path.at, path.size);
	text[path.size] = '\0';
	f->fd = service_beneath_open(folder, text, open_flags(flags));
	if (f->fd < 0)
		return net_remote_code(-f->fd);
	code = learn(f, flags);
	f->is_open = code == REMOTE_DONE;
	if (!f->is_open)
		close(f->fd);
	return code;
}

/* A pipe without a writer reads as one at its end.  Until it had a writer, its end has not come. */
static bool waits_for_writer(const struct service_file *f)
{
	struct pollfd p = {.fd = f->fd, .events = POLLIN};

	return f->is_pipe && poll(&p, 1, 0) >= 0 && !(p.revents & POLLHUP);
}

enum remote_code service_file_read(
	struct service_file *f, uint64_t place, void *ret, size_t size, size_t *ret_count)
{
	ssize_t count;

	if (!f->is_open)
		return REMOTE_ACCESS;
	do
		count = f->has_places ? pread(f->fd, ret, size, (off_t)place)
				      : read(f->fd, ret, size);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return net_remote_code(errno);
	if (count == 0 && waits_for_writer(f))
		return REMOTE_LATER;
	*ret_count = (size_t)count;
	return REMOTE_DONE;
}

enum remote_code service_file_write(
	struct service_file *f, uint64_t place, struct span bytes, size_t *ret_count)
{
	size_t done = 0;
	int err = 0;

	if (!f->is_open)
		return REMOTE_ACCESS;
	while (done < bytes.size && !err) {
		ssize_t count = f->has_places
			? pwrite(f->fd, bytes.at + done, bytes.size - done, (off_t)(place + done))
			: write(f->fd, bytes.at + done, bytes.size - done);

		if (count > 0)
			done += (size_t)count;
		else if (count == 0 || errno != EINTR)
			err = count ? errno : EIO;
	}
	if (done == 0)
		return net_remote_code(err);
	*ret_count = done;
	return REMOTE_DONE;
}

enum remote_code service_file_size(const struct service_file *f, uint64_t *ret)
{
	struct stat s;
	off_t size;

	if (!f->is_open)
		return REMOTE_ACCESS;
	if (!f->has_places)
		return REMOTE_NO_PLACES;
	if (fstat(f->fd, &s))
		return net_remote_code(errno);
	size = S_ISREG(s.st_mode) ? s.st_size : lseek(f->fd, 0, SEEK_END);
	if (size < 0)
		return net_remote_code(errno);
	*ret = (uint64_t)size;
	return REMOTE_DONE;
}

enum remote_code service_file_close(struct service_file *f)
{
	if (!f->is_open)
		return REMOTE_ACCESS;
	f->is_open = false;
	return close(f->fd) && errno != EINTR ? net_remote_code(errno) : REMOTE_DONE;
}
