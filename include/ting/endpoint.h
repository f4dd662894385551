/* ting/endpoint.h - everything that bytes come from or go to, by one name and one set of calls.
 *
 *   tcp://host:port           a stream; host is a name, an IPv4 literal, an IPv6 literal in [], or
 *                             for every interface *; port is a number or a service name, and 0
 *                             lets the system choose
 *   udp://host:port           datagrams, to one host, a broadcast or a multicast address
 *   unix:///path              a stream in the file system
 *   unixgram:///path          datagrams in the file system
 *   unixseq:///path           messages in order on a connection (SOCK_SEQPACKET)
 *   fifo:///path              a named pipe
 *   file:///path              a file or a device
 *   files://host:port/path    a file or a device of another machine: see ting run files
 *   icmp://host               a write is an echo request, a read what a reply to one brings back
 *   -                         standard input and output
 *
 * All calls wait until they are done, or for the options' time; only the resolver, which looks up
 * names, has a time of its own.  None is interrupted by a signal,
 * none raises SIGPIPE, and no descriptor is inherited by a program that is executed.  What fails
 * answers -errno; where there is a struct ting_error it holds the sentence, and may be NULL.
 *
 * Where messages are kept (udp, unixgram, unixseq) each write is one message and each read takes
 * one; elsewhere bytes flow, and ting_message_read() finds the messages in them. */
#ifndef TING_ENDPOINT_H
#define TING_ENDPOINT_H

#include <ting/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	TING_NAME_MAX = 1320,      /* bytes of an endpoint as text, without the final NUL */
	TING_DATAGRAM_MAX = 65507, /* bytes of a datagram over IPv4 */
};

enum ting_access { TING_READ = 1, TING_WRITE = 2, TING_READ_WRITE = 3 };

/* All zeroes is what most want. */
struct ting_options {
	int timeout_ms;        /* of each wait; 0: as long as it takes */
	int family;            /* AF_INET, AF_INET6; 0: either */
	const char *bind;      /* the local end, an endpoint of the same kind ("udp://0.0.0.0:5000",
				* "unixgram:///run/me"), or NULL: the system's choice.  A unixgram end
				* without one is given a name of its own, so that it can be answered */
	const char *interface; /* that all goes through: "eth0".  Multicast, broadcast and IPv6
				* link-local addresses may need it */
	int hops;              /* that a multicast datagram may go; 0: 1 */
	bool is_broadcast;     /* may send to a broadcast address */
	bool has_delay;        /* tcp waits for more to send together (no TCP_NODELAY) */
	int backlog;           /* of connections not yet accepted; 0: the system's maximum */
	enum ting_access access; /* of fifo, file and files; 0: fifo TING_READ when it listens and
				  * TING_WRITE when it does not; others TING_READ_WRITE if allowed,
				  * else TING_READ */
	bool is_created, is_cut, is_appended; /* file and files: O_CREAT (mode 0666 less umask),
					       * O_TRUNC, O_APPEND */
	int retries; /* files: connects again so often when the connection is cut, and goes on; 0: 8
		      * times, longer and longer apart; negative: never */
};

/* An open endpoint.  Used by one thread at a time; reading and writing are two. */
struct ting_end;

/* Opens it: connects, or opens the file.  udp and unixgram connect too, so that what others send is
 * not heard and "connection refused" is.  `options` may be NULL. */
int ting_open(struct ting_end **ret, const char *endpoint, const struct ting_options *options,
	struct ting_error *err);

/* The same in two steps that do not wait, for sockets; only a name's resolver may.
 * ting_open_start() answers 0 and an end that can be waited for and closed, and nothing else yet.
 * When ting_descriptor(end, TING_WRITE) can be written, ting_open_finish() answers 0 and the open
 * end in *e; -EAGAIN: wait again, for a descriptor that may be another; or -errno with a sentence,
 * and *e is gone.  What the options point to must live as long as that takes. */
int ting_open_start(struct ting_end **ret, const char *endpoint, const struct ting_options *options,
	struct ting_error *err);
int ting_open_finish(struct ting_end **e, struct ting_error *err);

/* Takes what is there, at least one byte: the number, 0 at the end, -ETIMEDOUT, -EMSGSIZE (the
 * message is larger than `size` and lost), -ECONNRESET, -ECONNREFUSED (udp: nobody is there, as the
 * other machine said after an earlier write)... */
ssize_t ting_read(struct ting_end *e, void *ret, size_t size);

/* Writes all of it.  `size`; or fewer, if the time was up or the other end went in the middle, and
 * the next call says why; or -errno: -EPIPE, -ECONNRESET, -EMSGSIZE, -ETIMEDOUT... */
ssize_t ting_write(struct ting_end *e, const void *bytes, size_t size);

/* As ting_read() and ting_write(), but what would have to wait answers -EAGAIN: wait for
 * ting_descriptor() with poll(2).  ting_try_write() may take fewer bytes than it is given, at least
 * one; a message is taken whole or not at all.  What cannot be told beforehand, as with files, may
 * wait all the same. */
ssize_t ting_try_read(struct ting_end *e, void *ret, size_t size);
ssize_t ting_try_write(struct ting_end *e, const void *bytes, size_t size);

/* The next read or write of a file is there, in bytes from its start; -1: at its end.  The place,
 * or -ESPIPE. */
int64_t ting_seek(struct ting_end *e, int64_t place);

/* The size of a file in bytes, or -ESPIPE where there is none. */
int64_t ting_size(struct ting_end *e);

/* Ends one direction, or both: the other end reads an end.  0, or -EOPNOTSUPP where the endpoint
 * has no such thing (udp, unixgram). */
int ting_shutdown(struct ting_end *e, enum ting_access directions);

/* 0, or -errno if what was written may not have arrived.  *e is gone either way.  NULL is fine. */
int ting_close(struct ting_end *e);

/* Names, as endpoints with numbers.  "" where there is none. */
const char *ting_local_name(const struct ting_end *e);
const char *ting_remote_name(const struct ting_end *e);

/* To wait for, with poll(2), beside others: never to be read, written or closed.  `directions` is
 * one of TING_READ and TING_WRITE; -1: it has none.  *e may hold bytes already: see
 * ting_is_ready(). */
int ting_descriptor(const struct ting_end *e, enum ting_access direction);

/* Are bytes there that a read would take without asking the system? */
bool ting_is_ready(const struct ting_end *e);

/* Is what is written in one call read in one call? */
bool ting_keeps_messages(const struct ting_end *e);

/* Listening. */
struct ting_listener;

/* Listens on every address of the endpoint, or on none: "cannot listen on tcp://127.0.0.1:80:
 * permission denied (ports below 1024 need CAP_NET_BIND_SERVICE)".  A multicast address is joined.
 * A fifo is made if it is not there. */
int ting_listen(struct ting_listener **ret, const char *endpoint,
	const struct ting_options *options, struct ting_error *err);

/* The next connection.  udp and unixgram: waits for a datagram; the end talks with its sender,
 * whose first datagram it reads first, and what others send before it is closed may be lost; who
 * has gone meanwhile is heard, and cannot be written to.  fifo: the pipe, once something was
 * written to it or a writer left. */
int ting_accept(struct ting_end **ret, struct ting_listener *l, struct ting_error *err);

/* The sockets' names, with the port that the system chose; NULL after the last. */
const char *ting_listener_name(const struct ting_listener *l, size_t index);
int ting_listener_descriptor(const struct ting_listener *l, size_t index);

/* Removes the file of a UNIX socket, or the fifo that it made.  NULL is fine. */
void ting_listener_close(struct ting_listener *l);

/* One datagram from anybody, and an answer to who sent it: a server of udp or unixgram without
 * connections.  `from` is filled with what ting_answer() takes; who has no name cannot be answered:
 * -ENOTCONN. */
struct ting_peer {
	unsigned char bytes[144];
};

ssize_t ting_receive(struct ting_listener *l, void *ret, size_t size, struct ting_peer *from);
ssize_t ting_answer(
	struct ting_listener *l, const void *bytes, size_t size, const struct ting_peer *to);

/* As an endpoint with numbers. */
void ting_peer_name(const struct ting_peer *peer, char ret[TING_NAME_MAX + 1]);

#ifdef __cplusplus
}
#endif

#endif
