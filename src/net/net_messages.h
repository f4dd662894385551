/* net_messages.h - messages that wait to be written: an output in which they are not merged.
 *
 * Each lies behind its length, which is not written. */
#ifndef TING_NET_MESSAGES_H
#define TING_NET_MESSAGES_H

#include "net/net_output.h"

#include <stdbool.h>
#include <sys/types.h>

/* Appends one message, head and body, which are copied.  0, or -ENOMEM and the output is of no more
 * use. */
int net_messages_add(
	struct net_output *o, struct net_blocks *b, struct span head, struct span body);

/* Writes the first message, as net_stream_write() does with bytes: its size, or -errno and the
 * connection is broken.  *ret_full: the kernel does not take it now. */
ssize_t net_messages_write(int fd, struct net_output *o, struct net_blocks *b, bool *ret_full);

/* The next message of a connection, which is waited for if the socket blocks and is_waiting: its
 * size, 0 at the end, -EAGAIN if none is there now, -EMSGSIZE: it had no room, and its rest is
 * lost, or another -errno. */
ssize_t net_messages_read(int fd, void *buffer, size_t size, bool is_waiting);

#endif
