/* net_stream.c - one system call per call. */
#include "net/net_stream.h"

#include <errno.h>
#include <sys/socket.h>

enum { PARTS_MAX = 256 }; /* of one write; about 200 KiB of small messages */

static ssize_t read_once(int fd, void *buffer, size_t size, int flags)
{
	for (;;) {
		ssize_t count = recv(fd, buffer, size, flags);

		if (count >= 0)
			return count;
		if (errno != EINTR)
			return -errno;
	}
}

ssize_t net_stream_read(int fd, void *buffer, size_t size)
{
	return read_once(fd, buffer, size, 0);
}

ssize_t net_stream_try_read(int fd, void *buffer, size_t size)
{
	return read_once(fd, buffer, size, MSG_DONTWAIT);
}

ssize_t net_stream_send(int fd, const void *bytes, size_t size)
{
	for (;;) {
		ssize_t count = send(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (count >= 0)
			return count;
		if (errno != EINTR)
			return -errno;
	}
}

static ssize_t send_parts(int fd, struct iovec *parts, size_t count)
{
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};

	if (count == 1)
		return send(fd, parts->iov_base, parts->iov_len, MSG_NOSIGNAL);
	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

ssize_t net_stream_write(int fd, struct net_output *o, struct net_blocks *b, bool *ret_full)
{
	struct iovec parts[PARTS_MAX];
	size_t count = net_output_gather(o, parts, PARTS_MAX), offered = 0;
	ssize_t written;

	for (size_t i = 0; i < count; i++)
		offered += parts[i].iov_len;
	do {
		written = send_parts(fd, parts, count);
	} while (written < 0 && errno == EINTR);
	if (written < 0 && errno != EAGAIN)
		return -errno;
	if (written < 0)
		written = 0;
	net_output_drop(o, b, (size_t)written);
	*ret_full = (size_t)written < offered;
	return written;
}
