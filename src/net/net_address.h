/* net_address.h - endpoints as text, and as addresses that the kernel takes.
 *
 *   tcp://host:port      a name, an IPv4 literal, an IPv6 literal in [], or * for every interface;
 *   udp://host:port      the port is a number or a service name, 0 lets the system choose
 *   unix:///path         sockets in the file system, at most 107 bytes of path: a stream,
 *   unixgram:///path     datagrams,
 *   unixseq:///path      messages on a connection
 *   fifo:///path         a named pipe
 *   file:///path         a file or a device
 *   files://host:port/path   the same on another machine
 *   icmp://host          echo requests and their replies
 *   -                    standard input and output */
#ifndef TING_NET_ADDRESS_H
#define TING_NET_ADDRESS_H

#include "net/net_error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum {
	NET_HOST_MAX = 255,
	NET_PORT_MAX = 31,
	NET_PATH_MAX = 107,      /* of a socket */
	NET_FILE_MAX = 1023,     /* of any other path */
	NET_ENDPOINT_MAX = 1320, /* of any endpoint as text */
	NET_NAME_MAX = 127,      /* of any address as text */
	NET_ADDRESSES_MAX = 8,   /* that one endpoint may have; the rest are not used */
};

enum net_scheme {
	NET_TCP,
	NET_UDP,
	NET_UNIX,
	NET_UNIXGRAM,
	NET_UNIXSEQ,
	NET_FIFO,
	NET_FILE,
	NET_FILES,
	NET_ICMP,
	NET_STANDARD,
};

/* What the endpoints of a scheme have in common. */
struct net_scheme_traits {
	const char *form;    /* "tcp://host:port" */
	int type;            /* SOCK_STREAM... of its socket; 0: it has none */
	bool is_datagrams;   /* who sends one is known only by it: there are no connections */
	bool keeps_messages; /* what is sent in one call is received in one call */
	bool can_serve;      /* net_listen() takes it */
};

const struct net_scheme_traits *net_scheme_get(enum net_scheme scheme);

/* What the text says, nothing looked up yet. */
struct net_endpoint {
	enum net_scheme scheme;
	char host[NET_HOST_MAX + 1]; /* without the brackets; "*" is every interface */
	char port[NET_PORT_MAX + 1]; /* a number or a name */
	char path[NET_FILE_MAX + 1];
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
 * -EAFNOSUPPORT, -ENAMETOOLONG (the path of a socket), -ENOTSUP (not a scheme of sockets) or
 * -ENOMEM. */
int net_endpoint_resolve(const struct net_endpoint *e, int family, enum net_purpose purpose,
	struct net_address ret[NET_ADDRESSES_MAX], size_t *ret_count, struct ting_error *err);

/* As an endpoint with numbers: "tcp://127.0.0.1:1883", "udp://[::1]:7", "unix:///run/ting".  Who
 * has no path is "unix://", one whom the system named "unixgram://@0001f". */
void net_address_format(
	const struct net_address *a, enum net_scheme scheme, char ret[NET_NAME_MAX + 1]);

#endif
