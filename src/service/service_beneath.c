/* service_beneath.c - the path is judged here, the links by the kernel while it walks.
 *
 * To look at a path first and to open it then would leave a moment in between, in which somebody
 * who may write in the folder puts a link there. */
#include "service/service_beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	ALWAYS = O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
	FILE_MODE = 0666,
	TRIES_MAX = 16, /* while folders are being renamed, the kernel may have to begin again */
};

/* Relative, and without "..". */
static bool is_inside(const char *path)
{
	if (*path == '/')
		return false;
	while (*path) {
		size_t size = strcspn(path, "/");

		if (size == 2 && path[0] == '.' && path[1] == '.')
			return false;
		path += size;
		path += strspn(path, "/");
	}
	return true;
}

int service_beneath_step(int folder, const char *path, int flags)
{
	char name[NAME_MAX + 1];
	int at = folder, fd;

	if (!is_inside(path))
		return -EXDEV;
	for (;;) {
		size_t size = strcspn(path, "/");
		const char *rest = path + size + strspn(path + size, "/");

		if (size >= sizeof name) {
			fd = -1;
			errno = ENAMETOOLONG;
		} else {
			memcpy(name, size ? path : ".", size ? size : 1);
			name[size ? size : 1] = '\0';
			fd = *rest ? openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
				   : openat(at, name, flags | ALWAYS | O_NOFOLLOW, FILE_MODE);
		}
		if (fd < 0)
			fd = -errno;
		if (at != folder)
			close(at);
		if (fd < 0 || !*rest)
			return fd;
		at = fd;
		path = rest;
	}
}

int service_beneath_open(int folder, const char *path, int flags)
{
	const struct open_how how = {
		.flags = (unsigned)(flags | ALWAYS),
		.mode = flags & O_CREAT ? FILE_MODE : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};

	if (!is_inside(path))
		return -EXDEV;
	for (int tries = 0; tries < TRIES_MAX; tries++) {
		long fd = syscall(SYS_openat2, folder, *path ? path : ".", &how, sizeof how);

		if (fd >= 0)
			return (int)fd;
		if (errno == ENOSYS)
			return service_beneath_step(folder, path, flags);
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return -EBUSY;
}
