/* net_end_icmp.c - an echo request for each write, and for each read the payload of a reply.
 *
 * The kernel has sockets for that (ping(7)), but few systems let everybody use them; a raw socket
 * does the same for whoever may open one. */
#include "net/net_datagram.h"
#include "net/net_end.h"
#include "net/net_end_socket.h"
#include "net/net_icmp.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

struct icmp_end {
	struct ting_end end;
	struct net_icmp icmp;
	uint16_t sequence; /* of the next request */
	uint8_t in[65536], out[65536];
};

static ssize_t icmp_read(struct ting_end *end, void *ret, size_t size)
{
	struct icmp_end *e = (struct icmp_end *)end;
	ssize_t count, at;

	do {
		count = net_datagram_receive(end->in, e->in, sizeof e->in, NULL);
		at = count < 0 ? 0 : net_icmp_reply(&e->icmp, e->in, (size_t)count);
	} while (at < 0);
	if (count < 0)
		return count;
	count -= at;
	if ((size_t)count > size)
		return -EMSGSIZE;
	memcpy(ret, e->in + at, (size_t)count);
	return count;
}

static ssize_t icmp_write(struct ting_end *end, const void *bytes, size_t size)
{
	struct icmp_end *e = (struct icmp_end *)end;
	ssize_t count;

	if (size > sizeof e->out - NET_ICMP_HEADER)
		return -EMSGSIZE;
	memcpy(e->out + NET_ICMP_HEADER, bytes, size);
	net_icmp_request(&e->icmp, e->sequence, e->out, NET_ICMP_HEADER + size);
	count = net_datagram_send(end->out, e->out, NET_ICMP_HEADER + size, NULL);
	if (count < 0)
		return count;
	e->sequence++;
	return (ssize_t)size;
}

static int icmp_close(struct ting_end *end)
{
	return close(end->in) < 0 ? -errno : 0;
}

static const struct net_end_kind kind = {.bytes = sizeof(struct icmp_end),
	.read = icmp_read,
	.write = icmp_write,
	.close = icmp_close};

/* A socket, and what the two types of it do not do alike.  The descriptor or -errno. */
static int new_socket(const struct net_address *a, struct net_icmp *ret)
{
	int flags = SOCK_CLOEXEC | SOCK_NONBLOCK, family = a->at.ss_family;
	int protocol = family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	int fd = socket(family, SOCK_DGRAM | flags, protocol);
	uint16_t id = 0;

	*ret = (struct net_icmp){.is_inet6 = family == AF_INET6, .id = -1};
	if (fd >= 0)
		return fd;
	fd = socket(family, SOCK_RAW | flags, protocol);
	if (fd < 0)
		return -errno;
	if (getrandom(&id, sizeof id, 0) < 0) /* others may ping the same host */
		id = (uint16_t)getpid();
	ret->has_ip = family == AF_INET;
	ret->id = id;
	return fd;
}

/* 0 or -errno. */
static int connect_to(int fd, const struct net_address *a, const struct ting_options *options,
	const struct net_endpoint *local)
{
	struct net_socket_options how = net_end_socket_options(options);
	struct net_address list[NET_ADDRESSES_MAX];
	size_t count;
	int err = net_socket_set(fd, NET_ICMP, a, &how);

	if (!err && options->bind)
		err = net_endpoint_resolve(
			local, a->at.ss_family, NET_TO_LISTEN, list, &count, NULL);
	if (!err && options->bind)
		err = net_socket_bind(fd, NET_ICMP, list, &how);
	if (!err && connect(fd, (const struct sockaddr *)&a->at, a->size) < 0)
		err = -errno;
	return err;
}

int net_end_open_icmp(struct ting_end **ret, const struct net_endpoint *e,
	const struct ting_options *options, struct ting_error *err)
{
	struct net_address list[NET_ADDRESSES_MAX];
	struct net_endpoint local = {0};
	char name[NET_ENDPOINT_MAX + 1];
	size_t count;
	int failed = net_end_parse_bind(&local, e->scheme, options, err);

	if (!failed)
		failed =
			net_endpoint_resolve(e, options->family, NET_TO_CONNECT, list, &count, err);
	if (failed)
		return failed;
	net_endpoint_format(e, name);
	for (size_t i = 0; i < count; i++) {
		struct net_icmp icmp;
		int fd = new_socket(&list[i], &icmp);

		failed = fd < 0 ? fd : connect_to(fd, &list[i], options, &local);
		if (!failed) {
			*ret = net_end_of(&kind, fd, e->scheme, options);
			((struct icmp_end *)*ret)->icmp = icmp;
			net_address_format(&list[i], e->scheme, (*ret)->remote);
			return 0;
		}
		if (fd >= 0)
			close(fd);
	}
	return net_error_set(err, failed, "cannot ping %s: %s", name,
		failed == -EPERM || failed == -EACCES
			? "permission denied (needs CAP_NET_RAW, or a group in "
			  "net.ipv4.ping_group_range)"
			: strerror(-failed));
}
