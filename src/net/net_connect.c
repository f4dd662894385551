/* net_connect.c - tries the addresses of an endpoint one after the other. */
#include "net/net_connect.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* For "cannot connect to ...: %s", where strerror() alone does not help. */
static const char *reason(const struct net_connect *c, int err)
{
	static const struct {
		int err;
		bool has_bind; /* only if there is a local end */
		const char *text;
	} table[] = {
		{EACCES, false, "permission denied (to a broadcast address: has to be asked for)"},
		{EADDRINUSE, true, "the local address is in use by another program"},
		{EADDRINUSE, false, "no local port is free"},
		{EADDRNOTAVAIL, true, "this machine does not have that local address"},
		{EADDRNOTAVAIL, false, "no local port is free"},
		{EAGAIN, false, "its backlog is full of clients that wait to be accepted"},
		{ENODEV, false, "there is no such interface, or none for multicast"},
		{EPROTOTYPE, false, "the socket there is of another type"},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].err == err && (c->options.bind || !table[i].has_bind))
			return table[i].text;
	return strerror(err);
}

/* The local end, if one was asked for, in the family of the remote end.  0 or -errno. */
static int bind_local(const struct net_connect *c, int fd, int family)
{
	const struct net_connect_options *o = &c->options;
	const struct sockaddr nameless = {.sa_family = AF_UNIX};
	struct net_address list[NET_ADDRESSES_MAX];
	size_t count;
	int err;

	if (!o->bind && c->endpoint.scheme == NET_UNIXGRAM)
		return bind(fd, &nameless, sizeof nameless.sa_family) < 0 ? -errno : 0;
	if (!o->bind)
		return 0;
	err = net_endpoint_resolve(o->bind, family, NET_TO_LISTEN, list, &count, NULL);
	return err ? err : net_socket_bind(fd, c->endpoint.scheme, list, &o->socket);
}

/* Begins with the address.  0 and c->fd, or -errno. */
static int try_address(struct net_connect *c, const struct net_address *a)
{
	const struct net_endpoint *local = c->options.bind;
	int fd = net_socket_new(c->endpoint.scheme, a, &c->options.socket), err;

	if (fd < 0)
		return fd;
	c->is_group = net_scheme_get(c->endpoint.scheme)->is_datagrams &&
		net_socket_is_group(a, &c->options.socket);
	err = bind_local(c, fd, a->at.ss_family);
	if (!err && !c->is_group && connect(fd, (const struct sockaddr *)&a->at, a->size) < 0) {
		err = -errno;
		if (err != -EINPROGRESS && local && local->path[0])
			unlink(local->path);
	}
	if (err < 0 && err != -EINPROGRESS) {
		close(fd);
		return err;
	}
	c->fd = fd;
	return 0;
}

/* Goes on with the first address from which something can be hoped.  `failed` is why the one before
 * did not do.  0, or -errno of the last one. */
static int try_next(struct net_connect *c, int failed, struct ting_error *err)
{
	char name[NET_ENDPOINT_MAX + 1], local[NET_ENDPOINT_MAX + 1] = "";

	while (c->tried < c->count) {
		failed = try_address(c, &c->addresses[c->tried++]);
		if (failed == 0)
			return 0;
	}
	net_endpoint_format(&c->endpoint, name);
	if (c->options.bind)
		net_endpoint_format(c->options.bind, local);
	return net_error_set(err, failed, "cannot connect to %s%s%s: %s", name,
		local[0] ? " from " : "", local, reason(c, -failed));
}

int net_connect_start(struct net_connect *c, const struct net_endpoint *e,
	const struct net_connect_options *options, struct ting_error *err)
{
	int failed;

	*c = (struct net_connect){.fd = -1, .options = *options, .endpoint = *e};
	failed = net_endpoint_resolve(
		e, options->family, NET_TO_CONNECT, c->addresses, &c->count, err);
	return failed ? failed : try_next(c, -ENOENT, err);
}

int net_connect_finish(struct net_connect *c, struct ting_error *err)
{
	int failed = 0;
	socklen_t size = sizeof failed;

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &failed, &size) < 0)
		failed = errno;
	if (failed == 0)
		return 0;
	net_connect_done(c);
	failed = try_next(c, -failed, err);
	return failed ? failed : -EINPROGRESS;
}

void net_connect_done(struct net_connect *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}
