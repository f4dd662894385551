/* net_datagram.c - one system call per call. */
#include "net/net_datagram.h"

#include <errno.h>

ssize_t net_datagram_receive(int fd, void *ret, size_t size, struct net_address *from)
{
	ssize_t count;

	do { /* with MSG_TRUNC it answers the size that the message had */
		if (from) {
			from->size = sizeof from->at;
			from->at.ss_family = AF_UNSPEC; /* as it stays for who has no name */
		}
		count = recvfrom(fd, ret, size, MSG_DONTWAIT | MSG_TRUNC,
			from ? (struct sockaddr *)&from->at : NULL, from ? &from->size : NULL);
	} while (count < 0 && errno == EINTR);
	if (count < 0)
		return -errno;
	return (size_t)count > size ? -EMSGSIZE : count;
}

ssize_t net_datagram_send(int fd, const void *bytes, size_t size, const struct net_address *to)
{
	ssize_t count;

	do {
		count = sendto(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL,
			to ? (const struct sockaddr *)&to->at : NULL, to ? to->size : 0);
	} while (count < 0 && errno == EINTR);
	return count < 0 ? -errno : count;
}
