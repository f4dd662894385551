/* net_end_socket.h - an endpoint that is a socket. */
#ifndef TING_NET_END_SOCKET_H
#define TING_NET_END_SOCKET_H

#include "net/net_end.h"
#include "net/net_listen.h"

/* What the options say of sockets. */
struct net_socket_options net_end_socket_options(const struct ting_options *options);

/* The local end that the options name, if they do: it must be of that scheme.  0, or -EINVAL with a
 * sentence. */
int net_end_parse_bind(struct net_endpoint *ret, enum net_scheme scheme,
	const struct ting_options *options, struct ting_error *err);

/* An end of that kind, with the socket and the names that it has. */
struct ting_end *net_end_of(const struct net_end_kind *kind, int fd, enum net_scheme scheme,
	const struct ting_options *options);

/* Takes over a socket of that scheme, which is connected. */
struct ting_end *net_end_of_socket(
	int fd, enum net_scheme scheme, const struct ting_options *options);

/* The same for a listener's socket of datagrams, duplicated, which talks with one sender only; one
 * of unixgram is connected to it, and no longer when the end is closed. */
struct ting_end *net_end_of_sender(int fd, enum net_scheme scheme, const struct net_address *sender,
	const struct ting_options *options);

#endif
