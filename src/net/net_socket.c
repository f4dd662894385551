/* net_socket.c - the options of sockets, each set in one place. */
#include "net/net_socket.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* 0 or -errno. */
static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof value) < 0 ? -errno : 0;
}

static bool is_multicast(const struct net_address *a)
{
	const struct sockaddr_in *in = (const void *)&a->at;
	const struct sockaddr_in6 *in6 = (const void *)&a->at;

	switch (a->at.ss_family) {
	case AF_INET:
		return IN_MULTICAST(ntohl(in->sin_addr.s_addr));
	case AF_INET6:
		return IN6_IS_ADDR_MULTICAST(&in6->sin6_addr);
	default:
		return false;
	}
}

bool net_socket_is_group(const struct net_address *a, const struct net_socket_options *options)
{
	return is_multicast(a) || (options->is_broadcast && a->at.ss_family == AF_INET);
}

int net_socket_set(int fd, enum net_scheme scheme, const struct net_address *a,
	const struct net_socket_options *o)
{
	bool is_inet6 = a->at.ss_family == AF_INET6;
	int err = 0;

	if (a->at.ss_family == AF_UNIX)
		return 0;
	if (o->interface &&
		setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, o->interface,
			(socklen_t)strlen(o->interface)) < 0)
		err = -errno;
	if (!err && o->has_no_delay && scheme == NET_TCP)
		err = set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (!err && o->is_broadcast)
		err = set(fd, SOL_SOCKET, SO_BROADCAST, 1);
	if (!err && o->hops > 0)
		err = is_inet6 ? set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, o->hops)
			       : set(fd, IPPROTO_IP, IP_MULTICAST_TTL, o->hops);
	return err;
}

int net_socket_new(enum net_scheme scheme, const struct net_address *a,
	const struct net_socket_options *options)
{
	int type = net_scheme_get(scheme)->type | SOCK_CLOEXEC | SOCK_NONBLOCK;
	int fd = socket(a->at.ss_family, type, 0), err;

	if (fd < 0)
		return -errno;
	err = net_socket_set(fd, scheme, a, options);
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* Is this the file of a socket on which nobody listens any more? */
static bool is_stale(enum net_scheme scheme, const struct net_address *a)
{
	static const struct net_socket_options none;
	const struct sockaddr_un *un = (const void *)&a->at;
	struct stat st;
	bool is_refused;
	int fd;

	if (lstat(un->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
		return false;
	fd = net_socket_new(scheme, a, &none);
	if (fd < 0)
		return false;
	is_refused =
		connect(fd, (const struct sockaddr *)&a->at, a->size) < 0 && errno == ECONNREFUSED;
	close(fd);
	return is_refused;
}

static int bind_unix(int fd, enum net_scheme scheme, const struct net_address *a)
{
	const struct sockaddr_un *un = (const void *)&a->at;

	if (bind(fd, (const struct sockaddr *)&a->at, a->size) == 0)
		return 0;
	if (errno != EADDRINUSE)
		return -errno;
	if (!is_stale(scheme, a))
		return -EADDRINUSE;
	if (unlink(un->sun_path) < 0)
		return -errno;
	return bind(fd, (const struct sockaddr *)&a->at, a->size) < 0 ? -errno : 0;
}

struct net_file net_file_of(const char *path)
{
	struct stat s;

	return lstat(path, &s) == 0 ? (struct net_file){s.st_dev, s.st_ino} : (struct net_file){0};
}

void net_file_remove(const char *path, struct net_file file)
{
	struct net_file now = net_file_of(path);

	if (file.number && now.device == file.device && now.number == file.number)
		unlink(path);
}

/* Hears what is sent to the group. */
static int join(int fd, const struct net_address *a, const struct net_socket_options *options)
{
	const struct sockaddr_in *in = (const void *)&a->at;
	const struct sockaddr_in6 *in6 = (const void *)&a->at;
	unsigned interface = options->interface ? if_nametoindex(options->interface) : 0;
	struct ip_mreqn group = {.imr_multiaddr = in->sin_addr, .imr_ifindex = (int)interface};
	struct ipv6_mreq group6 = {.ipv6mr_interface = interface};
	int err;

	if (a->at.ss_family == AF_INET) {
		err = setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group);
		return err < 0 ? -errno : 0;
	}
	group6.ipv6mr_multiaddr = in6->sin6_addr;
	if (interface == 0)
		group6.ipv6mr_interface = in6->sin6_scope_id;
	err = setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group6, sizeof group6);
	return err < 0 ? -errno : 0;
}

int net_socket_bind(int fd, enum net_scheme scheme, const struct net_address *a,
	const struct net_socket_options *options)
{
	int err = 0;

	if (a->at.ss_family == AF_UNIX)
		return bind_unix(fd, scheme, a);
	/* A server starts again while old connections time out; a group has many listeners. With
	 * other datagrams it would let another program take them. */
	if (scheme == NET_TCP || is_multicast(a))
		err = set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (!err && options->is_shared)
		err = set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (!err && a->at.ss_family == AF_INET6) /* "*" has a socket for each family */
		err = set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (!err && bind(fd, (const struct sockaddr *)&a->at, a->size) < 0)
		err = -errno;
	return !err && is_multicast(a) ? join(fd, a, options) : err;
}

int net_socket_name(int fd, struct net_address *ret)
{
	ret->size = sizeof ret->at;
	return getsockname(fd, (struct sockaddr *)&ret->at, &ret->size) < 0 ? -errno : 0;
}
