/* bench_link.c - what the kernel does not take is kept with the link, and from then on everything
 * goes behind it until it is gone. */
#include "bench/bench_link.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024, WRITE_BYTES = 64 * 1024 };

static void *memory_of(void *at)
{
	if (!at)
		abort();
	return at;
}

/* A packet fits into either, beside as much as should be read or written at once. */
static size_t in_room(const struct bench_links *s)
{
	return READ_BYTES + (size_t)s->packet_bytes_max;
}

static size_t out_room(const struct bench_links *s)
{
	return WRITE_BYTES + (size_t)s->packet_bytes_max;
}

int bench_links_init(struct bench_links *s, uint32_t packet_bytes_max)
{
	*s = (struct bench_links){
		.epoll = epoll_create1(EPOLL_CLOEXEC), .packet_bytes_max = packet_bytes_max};
	if (s->epoll < 0)
		return -errno;
	s->in = memory_of(malloc(in_room(s)));
	s->out = memory_of(malloc(out_room(s)));
	return 0;
}

void bench_links_done(struct bench_links *s)
{
	(void)close(s->epoll);
	free(s->in);
	free(s->out);
}

static int watch(struct bench_links *s, struct bench_link *l, bool wants_out, int operation)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = l->index};

	if (wants_out)
		event.events |= EPOLLOUT;
	l->wants_out = wants_out;
	return epoll_ctl(s->epoll, operation, l->fd, &event) ? -errno : 0;
}

static int start(struct bench_link *l, const struct net_address *to, const struct net_address *from)
{
	const int yes = 1;

	if (to->at.ss_family != AF_UNIX &&
		setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes))
		return -errno;
	if (from &&
		(setsockopt(l->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes) ||
			bind(l->fd, (const struct sockaddr *)&from->at, from->size)))
		return -errno;
	if (connect(l->fd, (const struct sockaddr *)&to->at, to->size) && errno != EINPROGRESS)
		return -errno;
	return 0;
}

int bench_link_open(struct bench_links *s, struct bench_link *l, const struct net_address *to,
	const struct net_address *source)
{
	int result;

	l->fd = socket(to->at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return -errno;
	result = start(l, to, source);
	if (result == 0)
		result = watch(s, l, true, EPOLL_CTL_ADD);
	if (result)
		bench_link_close(l);
	return result;
}

int bench_link_connected(struct bench_links *s, struct bench_link *l)
{
	socklen_t size = sizeof(int);
	int error = 0;

	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &size))
		return -errno;
	return error ? -error : watch(s, l, false, EPOLL_CTL_MOD);
}

void bench_link_close(struct bench_link *l)
{
	if (l->fd >= 0)
		(void)close(l->fd);
	free(l->rest);
	free(l->unsent);
	*l = (struct bench_link){.fd = -1, .index = l->index};
}

uint8_t *bench_link_take(struct bench_links *s, struct bench_link *l, size_t size)
{
	uint8_t *at;

	assert(size <= out_room(s));
	if (s->out_size + size > out_room(s) && bench_link_flush(s, l))
		return NULL;
	at = s->out + s->out_size;
	s->out_size += size;
	return at;
}

/* As much as the kernel takes: the bytes, or -errno. */
static ssize_t send_some(const struct bench_link *l, const uint8_t *bytes, size_t size)
{
	size_t sent = 0;

	while (sent < size) {
		ssize_t n = send(l->fd, bytes + sent, size - sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? (ssize_t)sent : -errno;
		sent += (size_t)n;
	}
	return (ssize_t)sent;
}

static void keep_unsent(struct bench_link *l, const uint8_t *bytes, size_t size)
{
	if (l->unsent_size + size > l->unsent_room) {
		l->unsent_room = 2 * (l->unsent_size + size);
		l->unsent = memory_of(realloc(l->unsent, l->unsent_room));
	}
	memcpy(l->unsent + l->unsent_size, bytes, size);
	l->unsent_size += size;
}

static int send_unsent(struct bench_link *l)
{
	ssize_t sent = send_some(l, l->unsent, l->unsent_size);

	if (sent < 0)
		return (int)sent;
	l->unsent_size -= (size_t)sent;
	memmove(l->unsent, l->unsent + sent, l->unsent_size);
	return 0;
}

int bench_link_flush(struct bench_links *s, struct bench_link *l)
{
	size_t size = s->out_size;
	ssize_t sent = 0;

	s->out_size = 0;
	if (l->unsent_size && (sent = send_unsent(l)) < 0)
		return (int)sent;
	if (!l->unsent_size && size)
		sent = send_some(l, s->out, size);
	if (sent < 0)
		return (int)sent;
	if ((size_t)sent < size)
		keep_unsent(l, s->out + sent, size - (size_t)sent);
	if ((l->unsent_size > 0) != l->wants_out)
		return watch(s, l, l->unsent_size > 0, EPOLL_CTL_MOD);
	return 0;
}

int bench_link_receive(struct bench_links *s, struct bench_link *l, struct span *ret)
{
	ssize_t n = recv(l->fd, s->in + l->rest_size, READ_BYTES, 0);

	if (n < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	if (n == 0)
		return -ECONNRESET;
	if (l->rest_size)
		memcpy(s->in, l->rest, l->rest_size);
	*ret = span_of(s->in, l->rest_size + (size_t)n);
	l->rest_size = 0;
	return 0;
}

void bench_link_keep(struct bench_links *s, struct bench_link *l, struct span rest)
{
	assert(rest.size <= s->packet_bytes_max);
	if (rest.size == 0)
		return;
	if (!l->rest)
		l->rest = memory_of(malloc(s->packet_bytes_max));
	memcpy(l->rest, rest.at, rest.size);
	l->rest_size = (uint32_t)rest.size;
}
