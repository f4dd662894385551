/* net_connect.c - tries the addresses of an endpoint one after the other. */
#include "net/net_connect.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

/* The local end, if one was asked for, in the family of the remote end.  0 or -errno. */
static int bind_local(int fd, const struct net_connect_options *options, int family)
{
	struct net_endpoint local = {.scheme = NET_TCP, .port = "0"};
	struct net_address list[NET_ADDRESSES_MAX];
	size_t count;
	int err;

	if (!options->bind || family == AF_UNIX)
		return 0;
	if (strlen(options->bind) > NET_HOST_MAX)
		return -EINVAL;
	memcpy(local.host, options->bind, strlen(options->bind) + 1);
	err = net_endpoint_resolve(&local, family, NET_TO_CONNECT, list, &count, NULL);
	if (err)
		return err;
	return bind(fd, (const struct sockaddr *)&list->at, list->size) < 0 ? -errno : 0;
}

/* Begins with the address.  0 and c->fd, or -errno. */
static int try_address(struct net_connect *c, const struct net_address *a)
{
	int family = a->at.ss_family;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, err;

	if (fd < 0)
		return -errno;
	if (c->options.has_no_delay && family != AF_UNIX)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	err = bind_local(fd, &c->options, family);
	if (err == 0 && connect(fd, (const struct sockaddr *)&a->at, a->size) < 0)
		err = -errno;
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
	char name[NET_ENDPOINT_MAX + 1];

	while (c->tried < c->count) {
		failed = try_address(c, &c->addresses[c->tried++]);
		if (failed == 0)
			return 0;
	}
	net_endpoint_format(&c->endpoint, name);
	return net_error_set(err, failed, "cannot connect to %s: %s", name, strerror(-failed));
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
