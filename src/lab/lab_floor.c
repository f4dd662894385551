/* lab_floor.c - two loops.  A message that does not fit into one read is several requests. */
#include "lab/lab_floor.h"

#include "loop/loop_clock.h"
#include "net/net_error.h"
#include "net/net_listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256, BUFFER_BYTES = 65536, BATCH = 64 };

static void compute(unsigned work_us)
{
	/* Of the processor, not of the day. */
	uint64_t end_ns =
		work_us ? loop_clock_ns(CLOCK_THREAD_CPUTIME_ID) + (uint64_t)work_us * 1000 : 0;

	while (end_ns && loop_clock_ns(CLOCK_THREAD_CPUTIME_ID) < end_ns)
		continue;
}

static void greet(int epoll, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = accept(fd, NULL, NULL)};
	const int yes = 1;

	if (event.data.fd < 0)
		return;
	(void)setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event))
		(void)close(event.data.fd);
}

static int serve_connections(int listener, unsigned work_us)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS];
	static char buffer[BUFFER_BYTES];
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event))
		return -errno;
	for (;;) {
		int count = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < count; i++) {
			int fd = events[i].data.fd;
			ssize_t size;

			if (fd == listener) {
				greet(epoll, fd);
				continue;
			}
			size = read(fd, buffer, sizeof buffer);
			compute(size > 0 ? work_us : 0);
			if (size <= 0 || send(fd, buffer, (size_t)size, MSG_NOSIGNAL) != size)
				(void)close(fd);
		}
	}
}

static _Noreturn void serve_datagrams(int fd, unsigned work_us)
{
	static char buffers[BATCH][BUFFER_BYTES];
	static struct sockaddr_storage from[BATCH];
	static struct iovec parts[BATCH];
	static struct mmsghdr messages[BATCH];
	int used = BATCH; /* by the turn before */

	for (;;) {
		for (int i = 0; i < used; i++) {
			parts[i] = (struct iovec){buffers[i], BUFFER_BYTES};
			messages[i].msg_hdr = (struct msghdr){.msg_name = &from[i],
				.msg_namelen = sizeof from[i],
				.msg_iov = &parts[i],
				.msg_iovlen = 1};
		}
		used = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
		for (int i = 0; i < used; i++) {
			parts[i].iov_len = messages[i].msg_len;
			compute(work_us);
		}
		for (int sent = 0; sent < used;) {
			int result = sendmmsg(fd, messages + sent, (unsigned)(used - sent), 0);

			sent += result > 0 ? result : 1; /* who cannot be answered is passed over */
		}
	}
}

/* The sockets of net_listen() do not wait; a loop that has only one of them should. */
static int wait_in_calls(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) ? -errno : 0;
}

int lab_floor_run(const char *endpoint, unsigned work_us, struct ting_error *err)
{
	struct net_listen_options options = {.family = AF_UNSPEC};
	socklen_t size = sizeof(int);
	struct net_listener l;
	struct net_endpoint e;
	int type, fd, result;

	result = net_endpoint_parse(&e, endpoint, err);
	if (result == 0)
		result = net_listen(&l, &e, &options, err);
	if (result)
		return result;
	fd = l.sockets[0].fd;
	(void)printf("listening on %s\n", l.sockets[0].name);
	if (fflush(stdout) || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size))
		result = -errno;
	else if (type != SOCK_DGRAM)
		result = serve_connections(fd, work_us);
	else if ((result = wait_in_calls(fd)) == 0)
		serve_datagrams(fd, work_us);
	net_listener_done(&l);
	return net_error_set(err, result, "%s: %s", endpoint, strerror(-result));
}
