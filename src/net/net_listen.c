/* net_listen.c - one socket per address; all of them or none. */
#include "net/net_listen.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

/* For "cannot listen on ...: %s". */
static const char *reason(const struct net_address *a, int err)
{
	static const struct {
		int err;
		const char *inet, *unix_socket;
	} table[] = {
		{EACCES, "permission denied (ports below 1024 need CAP_NET_BIND_SERVICE)",
			"permission denied"},
		{EADDRINUSE, "the port is in use by another program",
			"another program listens there, or the file is not a socket"},
		{EADDRNOTAVAIL, "this machine does not have that address", NULL},
		{ENODEV, "there is no such interface, or none for multicast", NULL},
		{ENOENT, NULL, "the directory does not exist"},
		{ENOTDIR, NULL, "part of the path is not a directory"},
		{EROFS, NULL, "the file system is read-only"},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const char *text =
			a->at.ss_family == AF_UNIX ? table[i].unix_socket : table[i].inet;

		if (table[i].err == err && text)
			return text;
	}
	return strerror(err);
}

/* A socket that listens, or -errno. */
static int open_socket(enum net_scheme scheme, const struct net_address *a,
	const struct net_listen_options *options)
{
	int fd = net_socket_new(scheme, a, &options->socket), err;

	if (fd < 0)
		return fd;
	err = net_socket_bind(fd, scheme, a, &options->socket);
	if (!err && !net_scheme_get(scheme)->is_datagrams &&
		listen(fd, options->backlog > 0 ? options->backlog : SOMAXCONN) < 0)
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static in_port_t *port_of(struct net_address *a)
{
	switch (a->at.ss_family) {
	case AF_INET:
		return &((struct sockaddr_in *)&a->at)->sin_port;
	case AF_INET6:
		return &((struct sockaddr_in6 *)&a->at)->sin6_port;
	default:
		return NULL;
	}
}

/* Adds a socket for one address and learns what the system chose.  0, or -errno with a sentence. */
static int add_socket(struct net_listener *l, struct net_address *a,
	const struct net_listen_options *options, struct ting_error *err)
{
	enum net_scheme scheme = l->endpoint.scheme;
	char name[NET_NAME_MAX + 1];
	int fd, failed;

	net_address_format(a, scheme, name);
	fd = open_socket(scheme, a, options);
	failed = fd < 0 ? fd : net_socket_name(fd, a);
	if (failed) {
		if (fd >= 0)
			close(fd);
		return net_error_set(
			err, failed, "cannot listen on %s: %s", name, reason(a, -failed));
	}
	l->sockets[l->count].fd = fd;
	net_address_format(a, scheme, l->sockets[l->count].name);
	l->count++;
	return 0;
}

/* A system without IPv6 says so in one way or the other. */
static bool is_family_absent(const struct net_address *a, int err)
{
	return err == -EAFNOSUPPORT || (err == -EADDRNOTAVAIL && a->at.ss_family == AF_INET6);
}

int net_listen(struct net_listener *ret, const struct net_endpoint *e,
	const struct net_listen_options *options, struct ting_error *err)
{
	struct net_address addresses[NET_ADDRESSES_MAX];
	struct net_listener l = {.endpoint = *e, .backlog = options->backlog};
	in_port_t port = 0;
	size_t count;
	int failed;

	if (!net_scheme_get(e->scheme)->can_serve) {
		char name[NET_ENDPOINT_MAX + 1];

		net_endpoint_format(e, name);
		return net_error_set(err, -ENOTSUP,
			"cannot listen on %s: a server's clients come to tcp, udp, unix, unixgram "
			"or unixseq",
			name);
	}
	failed = net_endpoint_resolve(e, options->family, NET_TO_LISTEN, addresses, &count, err);
	if (failed)
		return failed;
	for (size_t i = 0; i < count; i++) {
		in_port_t *own = port_of(&addresses[i]);

		if (own && *own == 0)
			*own = port;
		failed = add_socket(&l, &addresses[i], options, err);
		if (is_family_absent(&addresses[i], failed) && (l.count > 0 || i + 1 < count))
			continue;
		if (failed) {
			net_listener_done(&l);
			return failed;
		}
		if (own)
			port = *own;
	}
	l.file = net_file_of(e->path);
	*ret = l;
	return 0;
}

/* Another socket with the same address, interface and backlog.  0, or -errno with a sentence. */
static int add_another(
	struct net_listener *l, int fd, struct net_address *a, struct ting_error *err)
{
	char interface[IFNAMSIZ] = "";
	socklen_t size = sizeof interface - 1;
	struct net_listen_options options = {.backlog = l->backlog, .socket.is_shared = true};
	int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
	(void)getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, &size);
	if (interface[0])
		options.socket.interface = interface;
	return add_socket(l, a, &options, err);
}

/* One more descriptor for a UNIX socket, another socket for others.  0, or -errno with a sentence.
 */
static int add_again(
	struct net_listener *l, const struct net_listener_socket *socket, struct ting_error *err)
{
	struct net_address a;
	int failed = net_socket_name(socket->fd, &a), fd = -1;

	if (!failed && a.at.ss_family != AF_UNIX)
		return add_another(l, socket->fd, &a, err);
	if (!failed)
		fd = fcntl(socket->fd, F_DUPFD_CLOEXEC, 0);
	if (!failed && fd < 0)
		failed = -errno;
	if (failed)
		return net_error_set(err, failed, "cannot listen on %s again: %s", socket->name,
			strerror(-failed));
	l->sockets[l->count] = *socket;
	l->sockets[l->count++].fd = fd;
	return 0;
}

int net_listen_again(struct net_listener *ret, const struct net_listener *l, struct ting_error *err)
{
	struct net_listener again = {
		.endpoint = l->endpoint, .backlog = l->backlog, .keeps_file = true};

	for (size_t i = 0; i < l->count; i++) {
		int failed = add_again(&again, &l->sockets[i], err);

		if (failed) {
			net_listener_done(&again);
			return failed;
		}
	}
	*ret = again;
	return 0;
}

/* Is it the client that failed, and the next one may be better?  accept(2) names these. */
static bool is_client_fault(int err)
{
	switch (err) {
	case EINTR:
	case ECONNABORTED:
	case EPROTO:
	case EPERM: /* a firewall */
	case ENETDOWN:
	case ENETUNREACH:
	case ENOPROTOOPT:
	case EHOSTDOWN:
	case EHOSTUNREACH:
	case ENONET:
		return true;
	default:
		return false;
	}
}

int net_listen_accept(int fd, int flags, struct net_address *ret_from)
{
	int own;

	do {
		ret_from->size = sizeof ret_from->at;
		own = accept4(fd, (struct sockaddr *)&ret_from->at, &ret_from->size,
			SOCK_CLOEXEC | flags);
	} while (own < 0 && is_client_fault(errno));
	return own < 0 ? -errno : own;
}

void net_listener_done(struct net_listener *l)
{
	if (l->count > 0 && !l->keeps_file)
		net_file_remove(l->endpoint.path, l->file);
	while (l->count > 0)
		close(l->sockets[--l->count].fd);
}
