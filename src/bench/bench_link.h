/* bench_link.h - the connections of one process of the generator: bytes in and out.
 *
 * All share one buffer for what they read and one for what they write; a connection has memory of
 * its own only while a packet has come in part, or the kernel has no room for what it sends. */
#ifndef TING_BENCH_LINK_H
#define TING_BENCH_LINK_H

#include "base/base_span.h"
#include "net/net_address.h"

/* What they share. */
struct bench_links {
	int epoll;
	uint32_t packet_bytes_max;
	uint8_t *in, *out;
	size_t out_size; /* of the link that is written to now */
};

struct bench_link {
	int fd;         /* -1: closed */
	uint32_t index; /* in the events of epoll */
	bool wants_out; /* connecting, or more to send than the kernel took */
	uint8_t *rest;  /* the front of a packet */
	uint32_t rest_size;
	uint8_t *unsent;
	size_t unsent_size, unsent_room;
};

/* 0 or -errno. */
int bench_links_init(struct bench_links *s, uint32_t packet_bytes_max);
void bench_links_done(struct bench_links *s); /* its links are closed */

/* Begins to connect; once it can be written to, bench_link_connected() says how that went.
 * `source` is the local address, or NULL.  0 or -errno. */
int bench_link_open(struct bench_links *s, struct bench_link *l, const struct net_address *to,
	const struct net_address *source);
int bench_link_connected(struct bench_links *s, struct bench_link *l);
void bench_link_close(struct bench_link *l);

/* Room for so many bytes, at most packet_bytes_max, that are sent by the next bench_link_flush() of
 * the same link, which must come before anything is written to another; what was taken before goes
 * first if there is no room.  NULL: that failed, as the next flush will. */
uint8_t *bench_link_take(struct bench_links *s, struct bench_link *l, size_t size);

/* Sends what was taken, or as much as the kernel takes; the rest follows when it can be written
 * to.  0 or -errno. */
int bench_link_flush(struct bench_links *s, struct bench_link *l);

/* Reads once: *ret is all that is not parsed yet, valid until anything else is read.  0, -EAGAIN,
 * -ECONNRESET when the other end closed, or -errno. */
int bench_link_receive(struct bench_links *s, struct bench_link *l, struct span *ret);

/* Keeps the front of a packet, at most packet_bytes_max bytes, for the next
 * bench_link_receive(). */
void bench_link_keep(struct bench_links *s, struct bench_link *l, struct span rest);

#endif
