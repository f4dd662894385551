/* net_end.h - an open endpoint from the inside: a row and a file for each kind.
 *
 * net_end.c waits, keeps time, and holds what was read beyond a message; a kind asks the system
 * once and answers at once.  The struct of a kind begins with a struct ting_end. */
#ifndef TING_NET_END_H
#define TING_NET_END_H

#include "net/net_address.h"

#include <poll.h>
#include <stdint.h>
#include <ting/endpoint.h>

/* Each function but close may be NULL: then the answer is -EBADF for read and write, -ESPIPE for
 * seek and size, -EOPNOTSUPP for shutdown. */
struct net_end_kind {
	size_t bytes; /* of its struct */

	/* As ting_try_read() and ting_try_write(). */
	ssize_t (*read)(struct ting_end *e, void *ret, size_t size);
	ssize_t (*write)(struct ting_end *e, const void *bytes, size_t size);

	/* As the functions of their name in ting/endpoint.h; close leaves the struct itself. */
	int64_t (*seek)(struct ting_end *e, int64_t place);
	int64_t (*size)(struct ting_end *e);
	int (*shutdown)(struct ting_end *e, enum ting_access directions);
	int (*close)(struct ting_end *e);
};

struct ting_end {
	const struct net_end_kind *kind;
	int in, out;    /* to wait for after -EAGAIN; -1: none */
	int timeout_ms; /* of each wait; 0: as long as it takes */
	bool keeps_messages;
	char local[NET_NAME_MAX + 1], remote[NET_ENDPOINT_MAX + 1]; /* "": none */
	struct {
		uint8_t *bytes;
		size_t at, size, room; /* bytes[at] to bytes[size] were read */
	} ahead;
};

/* How a scheme is opened: 0, or -errno with a sentence. */
typedef int net_end_open_fn(struct ting_end **ret, const struct net_endpoint *e,
	const struct ting_options *options, struct ting_error *err);

net_end_open_fn net_end_open_socket, net_end_open_fifo, net_end_open_file, net_end_open_files,
	net_end_open_icmp, net_end_open_standard;

/* As ting_open_start() and ting_open_finish(), for a scheme of sockets. */
net_end_open_fn net_end_start_socket;
int net_end_finish_socket(struct ting_end **e, struct ting_error *err);

/* The kind's struct, all zeroes but for the kind, the time, and in and out, which are -1. */
struct ting_end *net_end_new(const struct net_end_kind *kind, const struct ting_options *options);

/* The struct goes, and nothing else. */
void net_end_free(struct ting_end *e);

/* Waits until the descriptor is ready for `events` of poll(2), at most timeout_ms (0: as long as it
 * takes).  0, -ETIMEDOUT or another -errno. */
int net_end_wait(int fd, short events, int timeout_ms);

/* The same for any of several; poll(2) fills them. */
int net_end_wait_any(struct pollfd *list, size_t count, int timeout_ms);

/* A moment, for what poll(2) cannot wait for; in milliseconds. */
int net_end_pause(void);

/* Reads on into `ahead`, which will hold `max` bytes at most, and holds fewer now.  The number, 0
 * at the end, -ENOMEM, or what ting_read() answers. */
ssize_t net_end_read_ahead(struct ting_end *e, size_t max);

#endif
