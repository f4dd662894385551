/* net_end_socket.h - an endpoint that is a socket. */
#ifndef TING_NET_END_SOCKET_H
#define TING_NET_END_SOCKET_H

#include "net/net_end.h"
#include "net/net_listen.h"

/* What the options say of sockets. */
struct net_socket_options net_end_socket_options(const struct ting_options *options);

/* Takes over a socket of that scheme, which is connected. */
struct ting_end *net_end_of_socket(
	int fd, enum net_scheme scheme, const struct ting_options *options);

/* The same for a listener's socket of datagrams, duplicated, which is connected to a sender; when
 * it is closed, the listener hears everybody again. */
struct ting_end *net_end_of_sender(int fd, enum net_scheme scheme, const struct net_address *sender,
	const struct ting_options *options);

#endif
