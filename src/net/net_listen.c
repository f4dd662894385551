/* net_listen.c - one socket per address; all of them or none. */
#include "net/net_listen.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const int on = 1;

/* For "cannot listen on ...: %s". */
static const char *reason(const struct net_address *a, int err)
{
	static const struct {
		int err;
		const char *tcp, *unix_socket;
	} table[] = {
		{EACCES, "permission denied (ports below 1024 need CAP_NET_BIND_SERVICE)",
			"permission denied"},
		{EADDRINUSE, "the port is in use by another program",
			"another program listens there, or the file is not a socket"},
		{EADDRNOTAVAIL, "this machine does not have that address", NULL},
		{ENOENT, NULL, "the directory does not exist"},
		{ENOTDIR, NULL, "part of the path is not a directory"},
		{EROFS, NULL, "the file system is read-only"},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const char *text = a->at.ss_family == AF_UNIX ? table[i].unix_socket : table[i].tcp;

		if (table[i].err == err && text)
			return text;
	}
	return strerror(err);
}

/* Is this the file of a socket on which nobody listens any more? */
static bool is_stale(const struct net_address *a)
{
	const struct sockaddr_un *un = (const void *)&a->at;
	struct stat st;
	bool is_refused;
	int fd;

	if (lstat(un->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	is_refused =
		connect(fd, (const struct sockaddr *)&a->at, a->size) < 0 && errno == ECONNREFUSED;
	close(fd);
	return is_refused;
}

static int bind_address(int fd, const struct net_address *a)
{
	const struct sockaddr_un *un = (const void *)&a->at;

	if (bind(fd, (const struct sockaddr *)&a->at, a->size) == 0)
		return 0;
	if (errno != EADDRINUSE || a->at.ss_family != AF_UNIX)
		return -errno;
	if (!is_stale(a))
		return -EADDRINUSE;
	if (unlink(un->sun_path) < 0)
		return -errno;
	return bind(fd, (const struct sockaddr *)&a->at, a->size) < 0 ? -errno : 0;
}

/* A socket that listens, or -errno. */
static int open_socket(const struct net_address *a, int backlog)
{
	int family = a->at.ss_family;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = family != AF_UNIX ? setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) : 0;
	if (err == 0 && family == AF_INET6) /* "*" has a socket for each family */
		err = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	err = err < 0 ? -errno : bind_address(fd, a);
	if (err == 0 && listen(fd, backlog > 0 ? backlog : SOMAXCONN) < 0)
		err = -errno;
	if (err == 0)
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

/* Adds a socket for one address and learns what the system chose.  0 or -errno. */
static int add_socket(struct net_listener *l, struct net_address *a, int backlog)
{
	int fd = open_socket(a, backlog);

	if (fd < 0)
		return fd;
	a->size = sizeof a->at;
	if (getsockname(fd, (struct sockaddr *)&a->at, &a->size) < 0) {
		int err = -errno;

		close(fd);
		return err;
	}
	l->sockets[l->count].fd = fd;
	net_address_format(a, l->sockets[l->count].name);
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
	struct net_listener l = {.endpoint = *e};
	in_port_t port = 0;
	size_t count;
	int failed =
		net_endpoint_resolve(e, options->family, NET_TO_LISTEN, addresses, &count, err);

	if (failed)
		return failed;
	for (size_t i = 0; i < count; i++) {
		in_port_t *own = port_of(&addresses[i]);
		char name[NET_NAME_MAX + 1];

		if (own && *own == 0)
			*own = port;
		net_address_format(&addresses[i], name);
		failed = add_socket(&l, &addresses[i], options->backlog);
		if (is_family_absent(&addresses[i], failed) && (l.count > 0 || i + 1 < count))
			continue;
		if (failed) {
			net_error_set(err, failed, "cannot listen on %s: %s", name,
				reason(&addresses[i], -failed));
			net_listener_done(&l);
			return failed;
		}
		if (own)
			port = *own;
	}
	*ret = l;
	return 0;
}

void net_listener_done(struct net_listener *l)
{
	if (l->endpoint.scheme == NET_UNIX && l->count > 0)
		unlink(l->endpoint.path);
	while (l->count > 0)
		close(l->sockets[--l->count].fd);
}
