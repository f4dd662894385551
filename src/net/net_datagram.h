/* net_datagram.h - sends and receives one message on a socket that keeps them, without waiting.
 *
 * The one place where messages that are too large, EINTR and SIGPIPE (never raised) are dealt with,
 * as net_stream.h does it for streams. */
#ifndef TING_NET_DATAGRAM_H
#define TING_NET_DATAGRAM_H

#include "net/net_address.h"

#include <sys/types.h>

/* The next message and, unless `from` is NULL, who sent it: its size; -EMSGSIZE, it had more than
 * `size` bytes and is lost; -EAGAIN, none is there now; or another -errno, -ECONNREFUSED for one
 * that was sent before. */
ssize_t net_datagram_receive(int fd, void *ret, size_t size, struct net_address *from);

/* One message, to that address or, if it is NULL, to where the socket is connected.  Its size,
 * -EAGAIN, or another -errno and it was not sent. */
ssize_t net_datagram_send(int fd, const void *bytes, size_t size, const struct net_address *to);

#endif
