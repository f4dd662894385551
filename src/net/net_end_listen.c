/* net_end_listen.c - listeners for programs that wait: sockets, or a fifo. */
#include "net/net_end_file.h"
#include "net/net_end_socket.h"

#include "base/base_alloc.h"
#include "net/net_datagram.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct ting_listener {
	struct net_listener sockets;     /* of a fifo: one, which is not a socket */
	struct ting_options options;     /* without its strings, which are the caller's */
	size_t next;                     /* the socket that is asked first */
	char name[NET_ENDPOINT_MAX + 1]; /* of a fifo */
};

struct peer {
	struct net_address address;
	uint16_t socket;
	uint16_t scheme; /* enum net_scheme */
};

static_assert(sizeof(struct peer) <= sizeof(struct ting_peer), "it travels in one");

/* As a listener with one socket. */
static int listen_fifo(
	struct ting_listener *l, const struct net_endpoint *e, struct ting_error *err)
{
	bool is_made;
	int fd = net_fifo_listen(e, &is_made, err);

	if (fd < 0)
		return fd;
	l->sockets = (struct net_listener){.count = 1,
		.sockets[0].fd = fd,
		.endpoint = *e,
		.keeps_file = !is_made,
		.file = net_file_of(e->path)};
	net_endpoint_format(e, l->name);
	return 0;
}

int ting_listen(struct ting_listener **ret, const char *endpoint,
	const struct ting_options *options, struct ting_error *err)
{
	struct ting_listener l = {0};
	struct net_listen_options how;
	struct net_endpoint e;
	int failed = net_endpoint_parse(&e, endpoint, err);

	if (options)
		l.options = *options;
	how = (struct net_listen_options){.family = l.options.family,
		.backlog = l.options.backlog,
		.socket = net_end_socket_options(&l.options)};
	if (!failed)
		failed = e.scheme == NET_FIFO ? listen_fifo(&l, &e, err)
					      : net_listen(&l.sockets, &e, &how, err);
	if (failed)
		return failed;
	l.options.bind = l.options.interface = NULL;
	*ret = alloc_sure(&alloc_libc, sizeof l);
	**ret = l;
	return 0;
}

/* A socket at which somebody is, each in its turn: its index, -ETIMEDOUT, or another -errno. */
static int wait_for_one(struct ting_listener *l)
{
	struct pollfd list[NET_ADDRESSES_MAX];
	size_t count = l->sockets.count;
	int failed;

	for (size_t i = 0; i < count; i++)
		list[i] = (struct pollfd){.fd = l->sockets.sockets[i].fd, .events = POLLIN};
	failed = net_end_wait_any(list, count, l->options.timeout_ms);
	for (size_t i = 0; !failed && i < count; i++) {
		size_t index = l->next++ % count;

		if (list[index].revents != 0)
			return (int)index;
	}
	return failed;
}

/* The listener's own socket for who sent its next datagram, which stays in its queue.  -EAGAIN,
 * there is none any more; or another -errno. */
static int accept_sender(int fd, struct net_address *ret)
{
	ssize_t size;
	int own;

	*ret = (struct net_address){.size = sizeof ret->at};
	size = recvfrom(
		fd, NULL, 0, MSG_PEEK | MSG_DONTWAIT, (struct sockaddr *)&ret->at, &ret->size);
	if (size < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	/* Who has gone, or lets nobody write to it, is heard but not answered: it is no fault of
	 * the listener's. */
	if (ret->at.ss_family == AF_UNIX)
		(void)connect(fd, (const struct sockaddr *)&ret->at, ret->size);
	own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return own < 0 ? -errno : own;
}

static int accept_error(const struct ting_listener *l, int failed, struct ting_error *err)
{
	const char *name = ting_listener_name(l, 0);

	if (failed == -ETIMEDOUT)
		return net_error_set(
			err, failed, "nobody came to %s within %d ms", name, l->options.timeout_ms);
	return net_error_set(err, failed, "cannot accept on %s: %s", name, strerror(-failed));
}

int ting_accept(struct ting_end **ret, struct ting_listener *l, struct ting_error *err)
{
	enum net_scheme scheme = l->sockets.endpoint.scheme;
	bool is_datagrams = net_scheme_get(scheme)->is_datagrams;
	struct net_address from;
	int fd;

	if (scheme == NET_FIFO)
		return net_fifo_accept(
			ret, &l->sockets.sockets[0].fd, &l->sockets.endpoint, &l->options, err);
	do {
		int index = wait_for_one(l), own;

		if (index < 0)
			return accept_error(l, index, err);
		own = l->sockets.sockets[index].fd;
		fd = is_datagrams ? accept_sender(own, &from)
				  : net_listen_accept(own, SOCK_NONBLOCK, &from);
	} while (fd == -EAGAIN);
	if (fd < 0)
		return accept_error(l, fd, err);
	*ret = is_datagrams ? net_end_of_sender(fd, scheme, &from, &l->options)
			    : net_end_of_socket(fd, scheme, &l->options);
	return 0;
}

ssize_t ting_receive(struct ting_listener *l, void *ret, size_t size, struct ting_peer *from)
{
	struct peer peer = {.scheme = (uint16_t)l->sockets.endpoint.scheme};
	ssize_t count;

	if (!net_scheme_get(l->sockets.endpoint.scheme)->is_datagrams)
		return -EOPNOTSUPP;
	do {
		int index = wait_for_one(l);

		if (index < 0)
			return index;
		peer.socket = (uint16_t)index;
		count = net_datagram_receive(
			l->sockets.sockets[index].fd, ret, size, &peer.address);
	} while (count == -EAGAIN);
	memcpy(from, &peer, sizeof peer);
	return count;
}

ssize_t ting_answer(
	struct ting_listener *l, const void *bytes, size_t size, const struct ting_peer *to)
{
	struct peer peer;
	int timeout_ms = l->options.timeout_ms, waited_ms = 0;
	ssize_t count;

	memcpy(&peer, to, sizeof peer);
	for (;;) {
		count = net_datagram_send(
			l->sockets.sockets[peer.socket].fd, bytes, size, &peer.address);
		if (count != -EAGAIN)
			return count;
		if (timeout_ms > 0 && waited_ms >= timeout_ms)
			return -ETIMEDOUT;
		waited_ms += net_end_pause(); /* poll(2) knows our queue only, not unixgram's */
	}
}

void ting_peer_name(const struct ting_peer *peer, char ret[TING_NAME_MAX + 1])
{
	struct peer p;

	memcpy(&p, peer, sizeof p);
	net_address_format(&p.address, (enum net_scheme)p.scheme, ret);
}

const char *ting_listener_name(const struct ting_listener *l, size_t index)
{
	if (index >= l->sockets.count)
		return NULL;
	return l->sockets.endpoint.scheme == NET_FIFO ? l->name : l->sockets.sockets[index].name;
}

int ting_listener_descriptor(const struct ting_listener *l, size_t index)
{
	return index < l->sockets.count ? l->sockets.sockets[index].fd : -1;
}

void ting_listener_close(struct ting_listener *l)
{
	if (l)
		net_listener_done(&l->sockets);
	alloc_free(&alloc_libc, l, sizeof *l);
}
