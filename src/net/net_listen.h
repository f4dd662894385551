/* net_listen.h - the sockets on which an endpoint listens.
 *
 * Where there are no connections (udp, unixgram) it is the socket that hears everybody's datagrams.
 */
#ifndef TING_NET_LISTEN_H
#define TING_NET_LISTEN_H

#include "net/net_socket.h"

/* One endpoint: several sockets when a host has several addresses, as "*" and "localhost" do. */
struct net_listener {
	size_t count;
	struct net_listener_socket {
		int fd;                      /* does not block, is not inherited */
		char name[NET_NAME_MAX + 1]; /* with the port that the system chose */
	} sockets[NET_ADDRESSES_MAX];
	struct net_endpoint endpoint;
	int backlog;
	bool keeps_file;      /* of a UNIX socket: another process or listener removes it */
	struct net_file file; /* otherwise, the one to be removed */
};

struct net_listen_options {
	int family;  /* AF_UNSPEC, AF_INET, AF_INET6 */
	int backlog; /* of connections not yet accepted; 0: the system's maximum */
	struct net_socket_options socket;
};

/* Listens on every address of the endpoint, or on none; an address family that this system does not
 * have is passed over if another works.  With port 0 all sockets get the same port.
 *
 * An address is reused after a restart (SO_REUSEADDR).  A UNIX socket's file that nobody listens on
 * is replaced; one that somebody listens on, or that is no socket, is left alone.  A multicast
 * address is joined.
 *
 * 0, or -errno with a sentence: "cannot listen on tcp://127.0.0.1:80: permission denied (ports
 * below 1024 need CAP_NET_BIND_SERVICE)". */
int net_listen(struct net_listener *ret, const struct net_endpoint *e,
	const struct net_listen_options *options, struct ting_error *err);

/* Listens on the same addresses once more: the kernel spreads clients and senders over the sockets
 * of all such listeners (SO_REUSEPORT).  UNIX sockets cannot be spread: the same ones get one more
 * descriptor.  0, or -errno with a sentence. */
int net_listen_again(
	struct net_listener *ret, const struct net_listener *l, struct ting_error *err);

/* The next connection of one of the sockets and who it is; those that went meanwhile are passed
 * over. A descriptor that is not inherited and has these `flags` of accept4(2); -EAGAIN, nobody is
 * there; or another -errno, and nobody can be accepted now. */
int net_listen_accept(int fd, int flags, struct net_address *ret_from);

/* Closes the sockets and removes the file of a UNIX socket. */
void net_listener_done(struct net_listener *l);

#endif
