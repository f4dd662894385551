/* net_messages.c - a length, then a message, then the next length. */
#include "net/net_messages.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

enum { PARTS_MAX = IOV_MAX < 512 ? IOV_MAX : 512 }; /* a third of a megabyte */

int net_messages_add(struct net_output *o, struct net_blocks *b, struct span head, struct span body)
{
	size_t size = head.size + body.size;
	int err = net_output_copy(o, b, span_of(&size, sizeof size));

	if (err == 0)
		err = net_output_copy(o, b, head);
	return err ? err : net_output_copy(o, b, body);
}

/* Moves the first `size` bytes of the parts to `ret`.  How many of the parts are empty then. */
static size_t peel(struct iovec *parts, size_t count, uint8_t *ret, size_t size)
{
	size_t i = 0;

	while (size > 0) {
		size_t taken;

		assert(i < count);
		taken = parts[i].iov_len < size ? parts[i].iov_len : size;
		memcpy(ret, parts[i].iov_base, taken);
		parts[i].iov_base = (uint8_t *)parts[i].iov_base + taken;
		parts[i].iov_len -= taken;
		ret += taken;
		size -= taken;
		i += parts[i].iov_len == 0;
	}
	return i;
}

/* Cuts the parts after `size` bytes: how many are left, or 0 if they have not so many bytes. */
static size_t cut(struct iovec *parts, size_t count, size_t size)
{
	for (size_t i = 0; i < count; i++) {
		if (parts[i].iov_len >= size) {
			parts[i].iov_len = size;
			return i + 1;
		}
		size -= parts[i].iov_len;
	}
	return 0;
}

ssize_t net_messages_write(int fd, struct net_output *o, struct net_blocks *b, bool *ret_full)
{
	struct iovec parts[PARTS_MAX];
	struct msghdr message = {.msg_iov = parts};
	size_t count = net_output_gather(o, parts, PARTS_MAX), size, first;
	ssize_t written;

	first = peel(parts, count, (uint8_t *)&size, sizeof size);
	message.msg_iov += first;
	message.msg_iovlen = cut(message.msg_iov, count - first, size);
	if (size > 0 && message.msg_iovlen == 0)
		return -EMSGSIZE;
	do {
		written = sendmsg(fd, &message, MSG_NOSIGNAL);
	} while (written < 0 && errno == EINTR);
	if (written < 0 && errno != EAGAIN)
		return -errno;
	*ret_full = written < 0;
	if (written < 0)
		return 0;
	net_output_drop(o, b, sizeof size + size);
	return written;
}

ssize_t net_messages_read(int fd, void *buffer, size_t size, bool is_waiting)
{
	ssize_t count;

	do { /* with MSG_TRUNC it answers the size that the message had */
		count = recv(fd, buffer, size, MSG_TRUNC | (is_waiting ? 0 : MSG_DONTWAIT));
	} while (count < 0 && errno == EINTR);
	if (count < 0)
		return -errno;
	return (size_t)count > size ? -EMSGSIZE : count;
}
