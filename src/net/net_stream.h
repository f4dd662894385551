/* net_stream.h - reads and writes a stream socket that does not block.
 *
 * Of one that blocks, each waits as long as SO_RCVTIMEO and SO_SNDTIMEO allow, and then tells what
 * it tells here when nothing is there and when the kernel is full.
 *
 * The one place where short counts, EINTR, EAGAIN and SIGPIPE (never raised) are dealt with. */
#ifndef TING_NET_STREAM_H
#define TING_NET_STREAM_H

#include "net/net_output.h"

#include <stdbool.h>
#include <sys/types.h>

/* What is there, at most `size` bytes: their number, 0 at the end of the stream, -EAGAIN if nothing
 * is there now, or another -errno and the stream is broken. */
ssize_t net_stream_read(int fd, void *buffer, size_t size);

/* The same without waiting, whether the socket blocks or not. */
ssize_t net_stream_try_read(int fd, void *buffer, size_t size);

/* The bytes that the kernel took, at least one; -EAGAIN, it takes none now; or another -errno and
 * the stream is broken. */
ssize_t net_stream_send(int fd, const void *bytes, size_t size);

/* Writes once, as much as the kernel takes, and drops it from the output: the number of bytes, or
 * -errno and the stream is broken.  *ret_full: the kernel took less than it was offered; wait until
 * fd can be written.  Otherwise what is left in the output, if anything, may be written at once. */
ssize_t net_stream_write(int fd, struct net_output *o, struct net_blocks *b, bool *ret_full);

#endif
