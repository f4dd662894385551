/* lab_client.c - a request goes out in one call and its answer comes in one, unless the transport
 * cuts it; whatever the cut, every byte is compared with what was sent.
 *
 * The kernel's "try again" is not waited for on a stream that is full for lack of a reader: epoll
 * tells when there is room, and lab_client_ask() goes on. */
#include "lab/lab_client.h"

#include "lab/lab_payload.h"
#include "loop/loop_clock.h"
#include "net/net_address.h"
#include "net/net_error.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { CONNECT_S = 10, REPEATS_MAX = 4, REPEAT_NS = 200000000 };

struct lab_clients {
	const struct lab_load *load;
	struct net_address address;
	int epoll;
	uint32_t next_to_repeat;  /* where the next look for lost messages begins */
	uint8_t *sent, *received; /* a message; a message and the byte that must not follow it */
	struct lab_client all[];
};

struct lab_client *lab_client_at(struct lab_clients *c, uint32_t index)
{
	assert(index < c->load->clients);
	return &c->all[index];
}

static int watch(struct lab_clients *c, uint32_t index, int operation)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};

	if (c->all[index].wants_out)
		event.events |= EPOLLOUT;
	return epoll_ctl(c->epoll, operation, c->all[index].fd, &event) ? -errno : 0;
}

/* Waits for the connection, so that no more of them are on their way than the server's queue has
 * room for. */
static int connect_one(struct lab_clients *c, uint32_t index)
{
	const struct sockaddr *to = (const struct sockaddr *)&c->address.at;
	struct sockaddr own = {.sa_family = AF_UNIX};
	struct timeval patience = {.tv_sec = CONNECT_S};
	const int yes = 1;
	int fd = socket(to->sa_family, c->load->transport->type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	c->all[index].fd = fd;
	if (to->sa_family == AF_UNIX && c->load->transport->type == SOCK_DGRAM &&
		bind(fd, &own, sizeof own.sa_family)) /* a name of the kernel's choice, */
		return -errno;                        /* so that it can be answered */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience))
		return -errno;
	if (connect(fd, to, c->address.size))
		return errno == EAGAIN || errno == EINPROGRESS ? -ETIMEDOUT : -errno;
	if (to->sa_family != AF_UNIX && c->load->transport->type == SOCK_STREAM &&
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes))
		return -errno;
	if (fcntl(fd, F_SETFL, O_NONBLOCK))
		return -errno;
	return watch(c, index, EPOLL_CTL_ADD);
}

static int find_server(struct net_address *ret, const char *endpoint, struct ting_error *err)
{
	struct net_address addresses[NET_ADDRESSES_MAX];
	struct net_endpoint e;
	size_t count;
	int result = net_endpoint_parse(&e, endpoint, err);

	if (result == 0)
		result =
			net_endpoint_resolve(&e, AF_UNSPEC, NET_TO_CONNECT, addresses, &count, err);
	if (result == 0)
		*ret = addresses[0];
	return result;
}

int lab_clients_new(
	struct lab_clients **ret, const struct lab_load *load, int epoll, struct ting_error *err)
{
	struct lab_clients *c = calloc(1, sizeof *c + load->clients * sizeof c->all[0]);
	int result;

	if (!c)
		abort();
	*c = (struct lab_clients){.load = load, .epoll = epoll};
	c->sent = malloc(load->size);
	c->received = malloc((size_t)load->size + 1);
	if (!c->sent || !c->received)
		abort();
	for (uint32_t i = 0; i < load->clients; i++)
		c->all[i].fd = -1;
	result = find_server(&c->address, load->endpoint, err);
	for (uint32_t i = 0; i < load->clients && result == 0; i++) {
		result = connect_one(c, i);
		if (result)
			(void)net_error_set(err, result, "client %u cannot connect to %s: %s", i,
				load->endpoint, strerror(-result));
	}
	if (result)
		lab_clients_free(c);
	else
		*ret = c;
	return result;
}

void lab_clients_free(struct lab_clients *c)
{
	if (!c)
		return;
	for (uint32_t i = 0; i < c->load->clients; i++)
		if (c->all[i].fd >= 0)
			(void)close(c->all[i].fd);
	free(c->sent);
	free(c->received);
	free(c);
}

void lab_client_close(struct lab_clients *c, uint32_t index)
{
	(void)close(c->all[index].fd);
	c->all[index].fd = -1;
	c->all[index].is_waiting = false;
}

/* Sends the rest of the request.  A peer that is gone is noticed when its answer is read. */
static int send_rest(struct lab_clients *c, uint32_t index)
{
	struct lab_client *client = &c->all[index];
	bool wanted_out = client->wants_out;
	ssize_t sent;

	lab_payload_fill(c->sent, c->load->size, index, client->request);
	sent = send(client->fd, c->sent + client->out_bytes, c->load->size - client->out_bytes,
		MSG_NOSIGNAL);
	if (sent < 0 && errno != EAGAIN && errno != ENOBUFS && errno != EPIPE &&
		errno != ECONNRESET && errno != ECONNREFUSED)
		return -errno;
	if (sent > 0)
		client->out_bytes += (uint32_t)sent;
	client->wants_out =
		(sent < 0 && errno == EAGAIN) || (sent >= 0 && client->out_bytes < c->load->size);
	return client->wants_out == wanted_out ? 0 : watch(c, index, EPOLL_CTL_MOD);
}

int lab_client_ask(struct lab_clients *c, uint32_t index)
{
	struct lab_client *client = &c->all[index];

	if (!client->is_waiting) {
		client->is_waiting = true;
		client->request++;
		client->out_bytes = client->in_bytes = 0;
		client->repeats = 0;
		client->asked_ns = loop_clock_ns(CLOCK_MONOTONIC);
		client->due_ns = client->asked_ns + REPEAT_NS;
	}
	return send_rest(c, index);
}

static struct lab_answer wrong_size(size_t expected, size_t size)
{
	struct lab_answer a = {.kind = LAB_ANSWER_WRONG};

	(void)snprintf(a.text, sizeof a.text, "expected %zu bytes, found %s%zu", expected,
		size > expected ? "at least " : "", size);
	return a;
}

static struct lab_answer wrong_byte(size_t at, unsigned expected, unsigned found)
{
	struct lab_answer a = {.kind = LAB_ANSWER_WRONG};

	(void)snprintf(a.text, sizeof a.text, "expected byte %zu to be 0x%02x, found 0x%02x", at,
		expected, found);
	return a;
}

/* What was sent twice may be answered twice, so an answer to the request before is no lie. */
static bool is_late(const struct lab_clients *c, uint32_t index, size_t size)
{
	uint32_t before = c->all[index].request - (c->all[index].is_waiting ? 1 : 0);

	if (!c->load->transport->loses || size != c->load->size)
		return false;
	lab_payload_fill(c->sent, size, index, before);
	return lab_payload_difference(c->sent, c->received, size) == size;
}

/* The place in the answer where what came is not what was expected; `size` if there is none. */
static size_t check(struct lab_clients *c, uint32_t index, size_t size)
{
	const struct lab_client *client = &c->all[index];

	lab_payload_fill(c->sent, c->load->size, index, client->request);
	return lab_payload_difference(c->sent + client->in_bytes, c->received, size);
}

static struct lab_answer judge(struct lab_clients *c, uint32_t index, size_t size)
{
	struct lab_client *client = &c->all[index];
	size_t expected = client->is_waiting ? c->load->size - client->in_bytes : 0;
	bool is_size_right =
		size == expected || (size < expected && !c->load->transport->keeps_messages);
	size_t right = is_size_right ? check(c, index, size) : 0;

	if ((!is_size_right || right < size) && is_late(c, index, size))
		return (struct lab_answer){.kind = LAB_ANSWER_LATE};
	if (!is_size_right)
		return wrong_size(expected, size);
	if (right < size) {
		(void)check(c, index, size);
		return wrong_byte(client->in_bytes + right, c->sent[client->in_bytes + right],
			c->received[right]);
	}
	client->in_bytes += (uint32_t)size;
	if (client->in_bytes < c->load->size)
		return (struct lab_answer){.kind = LAB_ANSWER_PART};
	client->is_waiting = false;
	return (struct lab_answer){.kind = LAB_ANSWER_RIGHT};
}

struct lab_answer lab_client_receive(struct lab_clients *c, uint32_t index)
{
	struct lab_client *client = &c->all[index];
	ssize_t size;

	if (client->fd < 0)
		return (struct lab_answer){.kind = LAB_ANSWER_PART};
	size = recv(client->fd, c->received, (size_t)c->load->size + 1, 0);
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return (struct lab_answer){.kind = LAB_ANSWER_PART};
	if (size < 0 || (size == 0 && c->load->transport->type != SOCK_DGRAM))
		return (struct lab_answer){.kind = LAB_ANSWER_END};
	return judge(c, index, (size_t)size);
}

uint64_t lab_clients_repeat(struct lab_clients *c, uint64_t now_ns)
{
	uint64_t count = 0;

	for (uint32_t seen = 0; seen < c->load->clients && count < LAB_BURST; seen++) {
		uint32_t i = c->next_to_repeat++ % c->load->clients;
		struct lab_client *client = &c->all[i];

		if (!client->is_waiting || client->fd < 0 || client->due_ns > now_ns)
			continue;
		if (client->repeats < REPEATS_MAX)
			client->repeats++;
		client->due_ns = now_ns + ((uint64_t)REPEAT_NS << client->repeats);
		client->out_bytes = 0;
		(void)send_rest(c, i); /* what fails is lost like a datagram, and sent again */
		count++;
	}
	return count;
}

uint32_t lab_clients_waiting(const struct lab_clients *c)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < c->load->clients; i++)
		count += c->all[i].is_served && c->all[i].is_waiting;
	return count;
}
