/* net_answers.h - datagrams that wait to be sent together.
 *
 * They are copied here and go out in one system call: when nothing more has room, when another
 * socket's turn comes, or when they are told to.  What the kernel or the receiver has no room for
 * is dropped and counted, as any router might. */
#ifndef TING_NET_ANSWERS_H
#define TING_NET_ANSWERS_H

#include "net/net_address.h"
#include "net/net_server.h"

enum {
	NET_ANSWERS_MAX = 64,          /* that wait */
	NET_ANSWERS_BYTES = 256 << 10, /* of all that wait */
	NET_ANSWER_BYTES_MAX = 65536,  /* a longer one is dropped */
};

struct net_answers {
	struct net_stats *stats; /* dropped, writes and bytes_out are counted there */
	int fd;                  /* of those that wait */
	unsigned count;
	size_t used; /* of `bytes` */
	struct mmsghdr messages[NET_ANSWERS_MAX];
	struct iovec parts[NET_ANSWERS_MAX];
	struct sockaddr_storage names[NET_ANSWERS_MAX];
	uint8_t bytes[NET_ANSWERS_BYTES];
};

/* *a is all zeroes and does not move. */
void net_answers_init(struct net_answers *a, struct net_stats *stats);

/* One datagram, head and body, from that socket to that address. */
void net_answers_add(struct net_answers *a, int fd, const struct net_address *to, struct span head,
	struct span body);

/* Sends all that wait. */
void net_answers_flush(struct net_answers *a);

#endif
