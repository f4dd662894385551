/* net_address.h - endpoints as text, and as addresses that the kernel takes.
 *
 *   tcp://host:port      a name, an IPv4 literal, an IPv6 literal in [], or * for every interface;
 *                        the port is a number or a service name, 0 lets the system choose
 *   unix:///path         a stream socket in the file system, at most 107 bytes of path */
#ifndef TING_NET_ADDRESS_H
#define TING_NET_ADDRESS_H

#include "net/net_error.h"

#include <stddef.h>
#include <sys/socket.h>

enum {
	NET_HOST_MAX = 255,
	NET_PORT_MAX = 31,
	NET_PATH_MAX = 107,
	NET_ENDPOINT_MAX = 303, /* of any endpoint as text */
	NET_NAME_MAX = 127,     /* of any address as text */
	NET_ADDRESSES_MAX = 8,  /* that one endpoint may have; the rest are not used */
};

enum net_scheme { NET_TCP, NET_UNIX };

/* What the text says, nothing looked up yet. */
struct net_endpoint {
	enum net_scheme scheme;
	char host[NET_HOST_MAX + 1]; /* tcp: without the brackets; "*" is every interface */
	char port[NET_PORT_MAX + 1]; /* tcp: a number or a name */
	char path[NET_PATH_MAX + 1]; /* unix */
};

struct net_address {
	struct sockaddr_storage at;
	socklen_t size;
};

/* 0, or -EINVAL with the place and the reason in *err. */
int net_endpoint_parse(struct net_endpoint *ret, const char *text, struct ting_error *err);

/* As net_endpoint_parse() reads it, final NUL included. */
void net_endpoint_format(const struct net_endpoint *e, char ret[NET_ENDPOINT_MAX + 1]);

enum net_purpose { NET_TO_LISTEN, NET_TO_CONNECT }; /* what "*" means: all, or the loopback */

/* Looks up host and port, in the order in which they should be tried.  `family` is AF_UNSPEC,
 * AF_INET or AF_INET6.  A name is asked of the system's resolver and may take its time; a literal
 * never does.  0, -ENOENT (no such host or service), -EAGAIN (the resolver has no answer now),
 * -EAFNOSUPPORT or -ENOMEM. */
int net_endpoint_resolve(const struct net_endpoint *e, int family, enum net_purpose purpose,
	struct net_address ret[NET_ADDRESSES_MAX], size_t *ret_count, struct ting_error *err);

/* As an endpoint with numbers: "tcp://127.0.0.1:1883", "tcp://[::1]:1883", "unix:///run/ting". */
void net_address_format(const struct net_address *a, char ret[NET_NAME_MAX + 1]);

#endif
