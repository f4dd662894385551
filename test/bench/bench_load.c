/* bench_load.c - loads an MQTT broker on loopback and says what a delivered message cost it.
 *
 * usage: bench_load PORT PID PAIRS SUBSCRIBERS QOS WINDOW MESSAGES BYTES
 *
 * PAIRS publishers send MESSAGES each on a topic of their own with SUBSCRIBERS subscribers.  A
 * publisher is at most WINDOW messages ahead of its slowest subscriber: 1 measures single messages,
 * more measures batches. Every delivery is counted and its payload's number checked.  Prints one
 * line: deliveries, the CPU time that process PID used per delivery in nanoseconds, its resident
 * memory, and the time that passed. */
#include "mqtt/mqtt_connect.h"
#include "mqtt/mqtt_publish.h"
#include "mqtt/mqtt_subscribe.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024, TOPIC_BYTES = 32, EVENTS = 256, HEAD_BYTES = 64 };

struct peer {
	int fd;
	bool is_publisher;
	int pair;
	uint8_t *input; /* the front of a packet */
	size_t input_size, input_room;
	uint8_t *output;
	size_t output_start, output_size, output_room;
	long received;     /* subscriber */
	long acknowledged; /* publisher */
};

struct load {
	int port, pid, pairs, subscribers, qos, window, bytes;
	long messages;
	int epoll;
	struct peer *peers; /* each pair: the publisher, then its subscribers */
	long *sent;         /* by pair */
	uint8_t *payload;
	long deliveries;
};

static void fail(const char *what)
{
	fprintf(stderr, "bench_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct peer *peer_at(const struct load *l, int pair, int i)
{
	return &l->peers[pair * (1 + l->subscribers) + i];
}

static void flush(struct load *l, struct peer *p)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = p};

	while (p->output_size) {
		ssize_t n = send(p->fd, p->output + p->output_start, p->output_size, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			fail("send");
		p->output_start += (size_t)n;
		p->output_size -= (size_t)n;
	}
	if (p->output_size == 0)
		p->output_start = 0;
	else
		event.events |= EPOLLOUT;
	epoll_ctl(l->epoll, EPOLL_CTL_MOD, p->fd, &event);
}

static struct writer output(struct peer *p, size_t size)
{
	size_t end = p->output_start + p->output_size;

	if (end + size > p->output_room) {
		p->output_room = 2 * (end + size);
		p->output = realloc(p->output, p->output_room);
		assert(p->output);
	}
	return writer_of(p->output + end, size);
}

static void put(struct peer *p, const struct writer *w)
{
	assert(!w->is_full);
	p->output_size += writer_span(w).size;
}

static void publish(struct load *l, struct peer *p)
{
	char topic[TOPIC_BYTES];
	long number = l->sent[p->pair]++;
	struct writer w = output(p, HEAD_BYTES + (size_t)l->bytes), at;
	struct mqtt_publish m = {.qos = (uint8_t)l->qos,
		.packet_id = l->qos ? (uint16_t)(number % UINT16_MAX + 1) : 0,
		.topic = span_of(topic, (size_t)snprintf(topic, sizeof topic, "load/%d", p->pair)),
		.payload = span_of(l->payload, (size_t)l->bytes)};

	mqtt_props_init(&m.props);
	at = writer_of(l->payload, 4);
	writer_u32(&at, (uint32_t)number);
	mqtt_publish_encode(&w, MQTT_3_1_1, &m);
	put(p, &w);
}

/* The publisher of a pair goes on as far as its slowest subscriber lets it. */
static void publish_more(struct load *l, int pair)
{
	struct peer *p = peer_at(l, pair, 0);
	long slowest = l->messages;

	for (int i = 1; i <= l->subscribers; i++)
		if (peer_at(l, pair, i)->received < slowest)
			slowest = peer_at(l, pair, i)->received;
	if (l->qos && p->acknowledged < slowest)
		slowest = p->acknowledged;
	while (l->sent[pair] < l->messages && l->sent[pair] < slowest + l->window)
		publish(l, p);
	flush(l, p);
}

static void acknowledge(struct peer *p, enum mqtt_type type, uint16_t id)
{
	struct mqtt_ack ack = {.packet_id = id};
	struct writer w = output(p, HEAD_BYTES);

	mqtt_ack_encode(&w, type, MQTT_3_1_1, &ack);
	put(p, &w);
}

static void take_publish(struct load *l, struct peer *p, const struct mqtt_frame *f)
{
	struct mqtt_publish m;
	struct reader r;

	if (mqtt_publish_decode(f, MQTT_3_1_1, &m))
		fail("a PUBLISH cannot be read");
	r = reader_of(m.payload);
	if (reader_u32(&r) != (uint32_t)p->received)
		fail("a message is lost, doubled or out of order");
	p->received++;
	l->deliveries++;
	if (m.qos)
		acknowledge(p, m.qos == 1 ? MQTT_PUBACK : MQTT_PUBREC, m.packet_id);
}

static void take(struct load *l, struct peer *p, const struct mqtt_frame *f)
{
	struct mqtt_ack ack;

	if (f->type == MQTT_PUBLISH) {
		take_publish(l, p, f);
		return;
	}
	if (f->type < MQTT_PUBACK || f->type > MQTT_PUBCOMP)
		return;
	if (mqtt_ack_decode(f, MQTT_3_1_1, &ack))
		fail("an acknowledgement cannot be read");
	if (f->type == MQTT_PUBREC)
		acknowledge(p, MQTT_PUBREL, ack.packet_id);
	else if (f->type == MQTT_PUBREL)
		acknowledge(p, MQTT_PUBCOMP, ack.packet_id);
	else
		p->acknowledged++;
}

static void read_peer(struct load *l, struct peer *p)
{
	struct mqtt_frame f;
	size_t used = 0;
	ssize_t n;
	int size;

	if (p->input_room - p->input_size < READ_BYTES) {
		p->input_room = p->input_size + READ_BYTES;
		p->input = realloc(p->input, p->input_room);
		assert(p->input);
	}
	n = recv(p->fd, p->input + p->input_size, READ_BYTES, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		fail("the broker closed a connection");
	p->input_size += (size_t)n;
	while ((size = mqtt_frame_decode(span_of(p->input + used, p->input_size - used), MQTT_3_1_1,
			MQTT_PACKET_MAX, &f)) > 0) {
		take(l, p, &f);
		used += (size_t)size;
	}
	memmove(p->input, p->input + used, p->input_size - used);
	p->input_size -= used;
	flush(l, p);
	publish_more(l, p->pair);
}

/* Waits for one packet: CONNACK or SUBACK. */
static void expect(struct peer *p, enum mqtt_type type)
{
	uint8_t answer[8];
	ssize_t n = recv(p->fd, answer, sizeof answer, 0);

	if (n < 2 || answer[0] >> 4 != (int)type)
		fail("the broker does not answer as it should");
}

static void greet(struct load *l, struct peer *p)
{
	char name[TOPIC_BYTES];
	struct mqtt_connect c = {.version = MQTT_3_1_1, .is_clean_start = true};
	struct mqtt_subscribe s = {.packet_id = 1, .filters_count = 1};
	struct mqtt_filter filter = {.qos = (uint8_t)l->qos};
	uint8_t bytes[4 * TOPIC_BYTES];
	struct writer w = writer_of(bytes, sizeof bytes), filters;
	uint8_t encoded[2 * TOPIC_BYTES];

	c.client_id =
		span_of(name, (size_t)snprintf(name, sizeof name, "load-%d", (int)(p - l->peers)));
	mqtt_connect_encode(&w, &c);
	if (send(p->fd, bytes, writer_span(&w).size, 0) < 0)
		fail("send");
	expect(p, MQTT_CONNACK);
	if (p->is_publisher)
		return;
	filter.filter = span_of(name, (size_t)snprintf(name, sizeof name, "load/%d", p->pair));
	filters = writer_of(encoded, sizeof encoded);
	mqtt_filter_encode(&filters, MQTT_SUBSCRIBE, MQTT_3_1_1, &filter);
	s.filters = writer_span(&filters);
	w = writer_of(bytes, sizeof bytes);
	mqtt_subscribe_encode(&w, MQTT_SUBSCRIBE, MQTT_3_1_1, &s);
	if (send(p->fd, bytes, writer_span(&w).size, 0) < 0)
		fail("send");
	expect(p, MQTT_SUBACK);
}

static void open_peer(struct load *l, int pair, int i)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)l->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct peer *p = peer_at(l, pair, i);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = p};
	int on = 1;

	p->pair = pair;
	p->is_publisher = i == 0;
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p->fd < 0 || connect(p->fd, (struct sockaddr *)&to, sizeof to))
		fail("connect");
	setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	greet(l, p);
	epoll_ctl(l->epoll, EPOLL_CTL_ADD, p->fd, &event);
}

/* The number at place `field` of the first line of a file of /proc. */
static long long number_of_process(int pid, const char *name, int field)
{
	char path[64], line[256];
	char *at = line;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	f = fopen(path, "r");
	if (!f || !fgets(line, sizeof line, f))
		fail(path);
	fclose(f);
	while (field-- > 0)
		(void)strtoll(at, &at, 10);
	return strtoll(at, NULL, 10);
}

/* CPU time of a process, user and system, in nanoseconds. */
static double cpu_ns(int pid)
{
	return (double)number_of_process(pid, "schedstat", 0);
}

static long resident_kib(int pid)
{
	long pages = (long)number_of_process(pid, "statm", 1);

	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run(struct load *l)
{
	long goal = l->messages * l->pairs * l->subscribers;
	struct epoll_event events[EVENTS];

	for (int i = 0; i < l->pairs; i++)
		publish_more(l, i);
	while (l->deliveries < goal) {
		int n = epoll_wait(l->epoll, events, EVENTS, 10000);

		if (n == 0)
			fail("nothing happened for ten seconds");
		for (int i = 0; i < n; i++) {
			if (events[i].events & EPOLLOUT)
				flush(l, events[i].data.ptr);
			if (events[i].events & ~(unsigned)EPOLLOUT)
				read_peer(l, events[i].data.ptr);
		}
	}
}

int main(int argc, char **argv)
{
	struct load l = {.deliveries = 0};
	double cpu, start;

	if (argc != 9)
		return fputs("usage: bench_load PORT PID PAIRS SUBSCRIBERS QOS WINDOW MESSAGES "
			     "BYTES\n",
			       stderr),
		       2;
	l.port = (int)strtol(argv[1], NULL, 10);
	l.pid = (int)strtol(argv[2], NULL, 10);
	l.pairs = (int)strtol(argv[3], NULL, 10);
	l.subscribers = (int)strtol(argv[4], NULL, 10);
	l.qos = (int)strtol(argv[5], NULL, 10);
	l.window = (int)strtol(argv[6], NULL, 10);
	l.messages = strtol(argv[7], NULL, 10);
	l.bytes = (int)strtol(argv[8], NULL, 10);
	l.epoll = epoll_create1(EPOLL_CLOEXEC);
	l.peers = calloc((size_t)l.pairs * (size_t)(1 + l.subscribers), sizeof *l.peers);
	l.sent = calloc((size_t)l.pairs, sizeof *l.sent);
	l.payload = calloc((size_t)(l.bytes < 4 ? 4 : l.bytes), 1);
	assert(l.peers && l.sent && l.payload && l.bytes >= 4);
	for (int pair = 0; pair < l.pairs; pair++)
		for (int i = 0; i <= l.subscribers; i++)
			open_peer(&l, pair, i);
	cpu = cpu_ns(l.pid);
	start = now_s();
	run(&l);
	printf("%ld deliveries, %.0f ns of CPU each, %ld KiB resident, %.2f s\n", l.deliveries,
		(cpu_ns(l.pid) - cpu) / (double)l.deliveries, resident_kib(l.pid), now_s() - start);
	return 0;
}
