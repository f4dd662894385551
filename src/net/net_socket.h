/* net_socket.h - a socket of a scheme, with its options, and with a name of its own. */
#ifndef TING_NET_SOCKET_H
#define TING_NET_SOCKET_H

#include "net/net_address.h"

#include <sys/types.h>

/* All zeroes is what most want. */
struct net_socket_options {
	const char *interface; /* all goes through it: "eth0"; NULL: the system's choice */
	int hops;              /* that a multicast datagram may go; 0: 1 */
	bool is_broadcast;     /* may send to a broadcast address */
	bool is_shared;        /* others may bind to the same port, and each gets its part */
	bool has_no_delay;     /* TCP_NODELAY */
};

/* Sets the options on a socket that speaks with such addresses.  0 or -errno. */
int net_socket_set(int fd, enum net_scheme scheme, const struct net_address *a,
	const struct net_socket_options *options);

/* Does not block, is not inherited; in the family of that address.  The descriptor, or -errno:
 * -ENODEV, there is no such interface. */
int net_socket_new(enum net_scheme scheme, const struct net_address *a,
	const struct net_socket_options *options);

/* Gives it that address.  The file of a UNIX socket that nobody listens on is replaced; one that
 * somebody listens on, or that is no socket, is left alone.  A multicast address is joined.  0 or
 * -errno. */
int net_socket_bind(int fd, enum net_scheme scheme, const struct net_address *a,
	const struct net_socket_options *options);

/* Does what is sent there reach several, who answer from addresses of their own? */
bool net_socket_is_group(const struct net_address *a, const struct net_socket_options *options);

/* The file of a UNIX socket or of a fifo, as it is known again. */
struct net_file {
	dev_t device;
	ino_t number;
};

/* The one that has the name now; all zeroes: there is none. */
struct net_file net_file_of(const char *path);

/* Removes it, unless the name is another file's by now, of somebody who took the place.  To be
 * called before the socket is closed: until then no other file gets the number. */
void net_file_remove(const char *path, struct net_file file);

/* Its own address as the system knows it. 0 or -errno. */
int net_socket_name(int fd, struct net_address *ret);

#endif
