/* bench_floor.c - a connection is a publisher from its first PUBLISH on: then nothing of what it
 * sends is looked at any more.  What the generator sends while it connects comes in packets that
 * are whole, for it waits for each answer. */
#include "bench/bench_floor.h"

#include "mqtt/mqtt_connect.h"
#include "mqtt/mqtt_publish.h"
#include "mqtt/mqtt_subscribe.h"
#include "net/net_error.h"
#include "net/net_listen.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256, BUFFER_BYTES = 256 * 1024, ANSWER_BYTES = 128, TOPIC_MAX = 127 };

struct peer {
	int to; /* the subscriber of this publisher; -1: not known yet */
	enum mqtt_version version;
	char topic[TOPIC_MAX + 1]; /* that this subscriber hears */
};

struct floor {
	int epoll, listener;
	struct peer *peers; /* by descriptor */
	size_t peer_count;
	uint8_t *buffer;
};

static void greet(struct floor *f)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = accept(f->listener, NULL, NULL)};
	const int yes = 1;

	if (event.data.fd < 0)
		return;
	(void)setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	if ((size_t)event.data.fd >= f->peer_count ||
		epoll_ctl(f->epoll, EPOLL_CTL_ADD, event.data.fd, &event)) {
		(void)close(event.data.fd);
		return;
	}
	f->peers[event.data.fd] = (struct peer){.to = -1, .version = MQTT_5};
}

/* The kernel may have no room for all of it. */
static bool send_all(int fd, const uint8_t *bytes, size_t size)
{
	while (size) {
		ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL);
		struct pollfd room = {.fd = fd, .events = POLLOUT};

		if (n < 0 && errno == EAGAIN) {
			(void)poll(&room, 1, -1);
			continue;
		}
		if (n < 0)
			return false;
		bytes += n;
		size -= (size_t)n;
	}
	return true;
}

static void answer_connect(struct peer *p, const struct mqtt_frame *frame, struct writer *w)
{
	struct mqtt_connack answer = {.reason = MQTT_SUCCESS};
	struct mqtt_connect m;
	uint8_t level;

	if (mqtt_connect_decode(frame, &m, &level))
		return;
	p->version = m.version;
	mqtt_props_init(&answer.props);
	mqtt_connack_encode(w, p->version, &answer);
}

static void answer_subscribe(struct peer *p, const struct mqtt_frame *frame, struct writer *w)
{
	uint8_t reasons[ANSWER_BYTES / 2] = {MQTT_SUCCESS};
	struct mqtt_suback answer = {.packet_id = 0};
	struct mqtt_subscribe m;
	struct mqtt_filter filter;
	struct reader r;

	if (mqtt_subscribe_decode(frame, p->version, &m) || m.filters_count > sizeof reasons)
		return;
	r = reader_of(m.filters);
	(void)mqtt_filter_next(&r, MQTT_SUBSCRIBE, p->version, &filter);
	(void)snprintf(p->topic, sizeof p->topic, "%.*s", (int)filter.filter.size,
		(const char *)filter.filter.at);
	mqtt_props_init(&answer.props);
	answer.packet_id = m.packet_id;
	answer.reasons = span_of(reasons, m.filters_count);
	mqtt_suback_encode(w, MQTT_SUBACK, p->version, &answer);
}

static void find_subscriber(const struct floor *f, struct peer *p, const struct mqtt_frame *frame)
{
	struct mqtt_publish m;

	if (mqtt_publish_decode(frame, p->version, &m))
		return;
	for (size_t i = 0; i < f->peer_count; i++)
		if (f->peers[i].topic[0] && span_equal(m.topic, span_of_text(f->peers[i].topic)))
			p->to = (int)i;
}

/* Before its first PUBLISH.  Whether the connection goes on. */
static bool set_up(struct floor *f, int fd, struct span in)
{
	struct peer *p = &f->peers[fd];
	uint8_t answer[ANSWER_BYTES];
	struct writer w = writer_of(answer, sizeof answer);
	struct mqtt_frame frame;

	if (mqtt_frame_decode(in, p->version, MQTT_PACKET_MAX, &frame) <= 0)
		return false;
	if (frame.type == MQTT_PUBLISH) {
		find_subscriber(f, p, &frame);
		return p->to >= 0 && send_all(p->to, in.at, in.size);
	}
	if (frame.type == MQTT_CONNECT)
		answer_connect(p, &frame, &w);
	else if (frame.type == MQTT_SUBSCRIBE)
		answer_subscribe(p, &frame, &w);
	return writer_span(&w).size && send_all(fd, answer, writer_span(&w).size);
}

static void forward(struct floor *f, int fd)
{
	ssize_t size = read(fd, f->buffer, BUFFER_BYTES);
	bool is_right = size > 0;

	if (is_right && f->peers[fd].to >= 0)
		is_right = send_all(f->peers[fd].to, f->buffer, (size_t)size);
	else if (is_right)
		is_right = set_up(f, fd, span_of(f->buffer, (size_t)size));
	if (!is_right) {
		f->peers[fd].topic[0] = '\0';
		(void)close(fd);
	}
}

static int serve(struct floor *f)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = f->listener}, events[EVENTS];

	f->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (f->epoll < 0 || epoll_ctl(f->epoll, EPOLL_CTL_ADD, f->listener, &event))
		return -errno;
	for (;;) {
		int count = epoll_wait(f->epoll, events, EVENTS, -1);

		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == f->listener)
				greet(f);
			else
				forward(f, events[i].data.fd);
		}
	}
}

static int init(struct floor *f)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return -errno;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	f->peer_count = files.rlim_cur;
	f->peers = calloc(f->peer_count, sizeof f->peers[0]);
	f->buffer = malloc(BUFFER_BYTES);
	return f->peers && f->buffer ? 0 : -ENOMEM;
}

int bench_floor_run(const char *endpoint, struct ting_error *err)
{
	struct net_listen_options options = {.family = AF_UNSPEC};
	struct net_listener l;
	struct net_endpoint e;
	struct floor f = {.epoll = -1};
	int result = net_endpoint_parse(&e, endpoint, err);

	if (result == 0)
		result = net_listen(&l, &e, &options, err);
	if (result)
		return result;
	f.listener = l.sockets[0].fd;
	(void)printf("listening on %s\n", l.sockets[0].name);
	result = fflush(stdout) ? -errno : init(&f);
	if (result == 0) {
		assert(f.peers && f.buffer);
		result = serve(&f);
	}
	free(f.peers);
	free(f.buffer);
	net_listener_done(&l);
	return net_error_set(err, result, "%s: %s", endpoint, strerror(-result));
}
