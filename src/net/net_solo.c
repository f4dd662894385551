/* net_solo.c - turns, as in a loop with one connection: write what waits, then read.
 *
 * A read blocks only if there is nothing to write and nothing else to do.  Time is kept by the
 * socket itself (SO_RCVTIMEO, SO_SNDTIMEO): a call that is over in vain has us look at the clock,
 * and the socket is told anew only when its timeout has become wrong. */
#include "net/net_solo.h"

#include "loop/loop_clock.h"
#include "net/net_messages.h"
#include "net/net_stop.h"
#include "net/net_stream.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/time.h>

enum {
	SOLO_ID = 1,                /* there is no other */
	DRAIN_BYTES_MAX = 16 << 20, /* thrown away from a peer that goes on sending after a close */
};

static struct net_solo *solo_of(const struct net_server *s)
{
	return (struct net_solo *)(uintptr_t)s;
}

static const struct net_protocol *protocol_of(const struct net_solo *c)
{
	return c->base.config.protocol;
}

/* The connection, if that is its number and the protocol still knows it. */
static struct net_solo *find(struct net_server *s, conn_id conn)
{
	struct net_solo *c = solo_of(s);

	return conn == SOLO_ID && c->state == NET_SOLO_OPEN ? c : NULL;
}

/* Time. */

/* How long to wait, in milliseconds; 0: as long as it takes. */
static msec time_left(const struct net_solo *c)
{
	msec left;

	if (c->due == MSEC_NEVER)
		return 0;
	left = c->due - loop_clock_ms();
	return left > 0 ? left : 1;
}

/* A system call only if the socket blocks and what it has is too far from what is left. */
static void set_timeout(const struct net_solo *c, int option, msec *timeout)
{
	msec left = time_left(c), wrong = left > *timeout ? left - *timeout : *timeout - left;
	struct timeval t = {.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000};

	if (wrong <= left / 8 || c->visitor->never_blocks)
		return;
	setsockopt(c->visitor->fd, SOL_SOCKET, option, &t, sizeof t);
	*timeout = left;
}

bool net_solo_is_due(const struct net_solo *c)
{
	return c->due != MSEC_NEVER && c->due <= loop_clock_ms();
}

static void set_ending(struct net_solo *c, enum net_solo_state state)
{
	c->state = state;
	c->due = loop_clock_ms() + c->base.config.linger_ms;
}

/* Sending. */

/* Now.  What finds no room is dropped, as any router might. */
static void send_datagram(struct net_solo *c, struct span head, struct span body)
{
	const struct net_address *to = &c->visitor->from;
	struct iovec parts[] = {
		{(void *)(uintptr_t)head.at, head.size}, {(void *)(uintptr_t)body.at, body.size}};
	struct msghdr message = {.msg_name = (void *)(uintptr_t)&to->at,
		.msg_namelen = to->size,
		.msg_iov = parts,
		.msg_iovlen = 2};
	ssize_t size;

	do {
		size = sendmsg(c->visitor->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (size < 0 && errno == EINTR);
	c->base.stats.writes++;
	if (size < 0)
		c->base.stats.dropped++;
	else
		c->base.stats.bytes_out += (size_t)size;
}

static int add_bytes(struct net_solo *c, struct span head, struct span body, struct shared *owner)
{
	int err = net_output_copy(&c->out, &c->blocks, head);

	if (err)
		return err;
	return owner ? net_output_share(&c->out, &c->blocks, body, owner)
		     : net_output_copy(&c->out, &c->blocks, body);
}

static size_t solo_send(struct net_server *s, conn_id conn, struct span head, struct span body,
	struct shared *owner)
{
	struct net_solo *c = find(s, conn);

	if (!c || c->err)
		return 0;
	if (c->visitor->is_datagram) {
		send_datagram(c, head, body);
		return 0;
	}
	c->pending += head.size + body.size;
	c->err = c->visitor->keeps_messages ? net_messages_add(&c->out, &c->blocks, head, body)
					    : add_bytes(c, head, body, owner);
	return c->pending;
}

/* Writes once, and waits for that if the socket blocks, until the time is up.  The bytes. */
static size_t write_output(struct net_solo *c)
{
	int fd = c->visitor->fd;
	ssize_t size;

	set_timeout(c, SO_SNDTIMEO, &c->write_timeout);
	size = c->visitor->keeps_messages ? net_messages_write(fd, &c->out, &c->blocks, &c->is_full)
					  : net_stream_write(fd, &c->out, &c->blocks, &c->is_full);
	c->base.stats.writes++;
	if (size < 0) {
		c->err = (int)size;
		return 0;
	}
	c->pending -= (size_t)size;
	c->base.stats.bytes_out += (size_t)size;
	return (size_t)size;
}

static size_t solo_flush(struct net_server *s, conn_id conn)
{
	struct net_solo *c = find(s, conn);
	size_t written = 0;

	if (!c)
		return 0;
	c->is_full = false;
	while (c->err == 0 && c->out.size > 0 && !c->is_full)
		written += write_output(c);
	return written;
}

/* The protocol's other calls. */

static void solo_close(struct net_server *s, conn_id conn, bool is_graceful)
{
	struct net_solo *c = find(s, conn);

	if (c)
		set_ending(c, is_graceful ? NET_SOLO_CLOSING : NET_SOLO_DEAD);
}

static void solo_set_reading(struct net_server *s, conn_id conn, bool is_reading)
{
	struct net_solo *c = find(s, conn);

	if (c)
		c->is_reading = is_reading;
}

static void solo_set_deadline(struct net_server *s, conn_id conn, msec due_ms)
{
	struct net_solo *c = find(s, conn);

	assert(protocol_of(solo_of(s))->expired);
	if (c)
		c->due = due_ms;
}

static void solo_again(struct net_server *s)
{
	solo_of(s)->has_more = true;
}

static struct times solo_now(const struct net_server *s)
{
	(void)s;
	return loop_clock_both();
}

static void *solo_state(struct net_server *s, conn_id conn)
{
	return conn == SOLO_ID ? solo_of(s)->own : NULL;
}

static bool solo_keeps_messages(const struct net_server *s, conn_id conn)
{
	return conn == SOLO_ID && solo_of(s)->visitor->keeps_messages;
}

static const struct net_calls solo_calls = {
	.send = solo_send,
	.flush = solo_flush,
	.close = solo_close,
	.set_reading = solo_set_reading,
	.set_deadline = solo_set_deadline,
	.again = solo_again,
	.now = solo_now,
	.state = solo_state,
	.keeps_messages = solo_keeps_messages,
};

/* The moves. */

void net_solo_lose(struct net_solo *c, int err)
{
	const struct net_protocol *p = protocol_of(c);

	c->state = NET_SOLO_DEAD; /* what `closed` says to it is ignored */
	if (p->closed)
		p->closed(c->base.config.self, &c->base, SOLO_ID, err);
}

void net_solo_write(struct net_solo *c)
{
	const struct net_protocol *p = protocol_of(c);
	size_t size = c->out.size > 0 && c->err == 0 ? write_output(c) : 0;

	if (c->err)
		net_solo_lose(c, c->err);
	else if (size > 0 && p->written)
		p->written(c->base.config.self, &c->base, SOLO_ID, size);
}

void net_solo_expire(struct net_solo *c)
{
	if (!net_solo_is_due(c))
		return;
	c->due = MSEC_NEVER;
	protocol_of(c)->expired(c->base.config.self, &c->base, SOLO_ID);
}

/* The peer sends no more, or we do not want to hear more: to stop is no end that the protocol is
 * told of. */
static void end_of_stream(struct net_solo *c)
{
	const struct net_protocol *p = protocol_of(c);

	c->is_ended = true;
	if (p->closed && net_stop_stage() == NET_RUNNING)
		p->closed(c->base.config.self, &c->base, SOLO_ID, 0);
	if (c->state == NET_SOLO_OPEN)
		set_ending(c, NET_SOLO_CLOSING);
}

static ssize_t read_once(const struct net_solo *c, uint8_t *buffer, bool is_waiting)
{
	int fd = c->visitor->fd;

	if (c->visitor->keeps_messages)
		return net_messages_read(fd, buffer, NET_SOLO_BYTES, is_waiting);
	return is_waiting ? net_stream_read(fd, buffer, NET_SOLO_BYTES)
			  : net_stream_try_read(fd, buffer, NET_SOLO_BYTES);
}

void net_solo_read(struct net_solo *c, uint8_t buffer[NET_SOLO_BYTES], bool is_waiting)
{
	ssize_t size;

	if (is_waiting)
		set_timeout(c, SO_RCVTIMEO, &c->read_timeout);
	size = read_once(c, buffer, is_waiting);
	c->base.stats.reads++;
	if (size == -EAGAIN)
		return;
	if (size < 0) {
		net_solo_lose(c, (int)size);
	} else if (size == 0) {
		end_of_stream(c);
	} else {
		c->base.stats.bytes_in += (uint64_t)size;
		protocol_of(c)->received(
			c->base.config.self, &c->base, SOLO_ID, span_of(buffer, (size_t)size));
	}
}

void net_solo_finish(struct net_solo *c)
{
	bool is_written;

	if (c->out.size > 0 && c->err == 0)
		write_output(c);
	is_written = c->out.size == 0;
	if (c->err || (is_written && (c->is_ended || shutdown(c->visitor->fd, SHUT_WR) < 0)))
		set_ending(c, NET_SOLO_DEAD);
	else if (is_written)
		set_ending(c, NET_SOLO_DRAINING);
}

/* What the peer still sends interests nobody, but while it is unread the kernel would answer the
 * close with a reset, and the peer might never see our last words. */
void net_solo_drain(struct net_solo *c, uint8_t buffer[NET_SOLO_BYTES])
{
	ssize_t size;

	set_timeout(c, SO_RCVTIMEO, &c->read_timeout);
	size = net_stream_read(c->visitor->fd, buffer, NET_SOLO_BYTES);
	if (size == -EAGAIN)
		return;
	c->drained += size > 0 ? (size_t)size : 0;
	c->is_ended = size <= 0 || c->drained >= DRAIN_BYTES_MAX;
	if (c->is_ended && c->state == NET_SOLO_DRAINING)
		c->state = NET_SOLO_DEAD;
}

bool net_solo_open(
	struct net_solo *c, const struct net_server_config *config, const struct net_visitor *v)
{
	const struct net_protocol *p = config->protocol;

	*c = (struct net_solo){
		.base = {.calls = &solo_calls, .config = *config},
		.visitor = v,
		.is_reading = true,
		.due = MSEC_NEVER,
	};
	if (p->state_bytes > 0)
		c->own = alloc_try(&alloc_libc, p->state_bytes);
	if (p->state_bytes > 0 && !c->own) {
		net_server_log(&c->base, "%s refused: out of memory", v->peer);
		return false;
	}
	net_blocks_init(&c->blocks, &alloc_libc);
	if (p->opened)
		p->opened(config->self, &c->base, SOLO_ID, v->is_datagram ? NULL : v->peer,
			v->listener);
	return true;
}

void net_solo_done(struct net_solo *c)
{
	net_output_clear(&c->out, &c->blocks);
	net_blocks_done(&c->blocks);
	alloc_free(&alloc_libc, c->own, protocol_of(c)->state_bytes);
}

/* One that blocks. */

/* There is nothing to do, and the protocol does not want to hear: until the time is up, or the
 * connection breaks or is cut. */
static void rest(struct net_solo *c)
{
	struct pollfd broken = {.fd = c->visitor->fd};
	msec left = c->due == MSEC_NEVER ? -1 : time_left(c);

	if (poll(&broken, 1, left > INT_MAX ? INT_MAX : (int)left) > 0)
		net_solo_lose(c, -ECONNRESET);
}

static void turn(struct net_solo *c, uint8_t *buffer)
{
	const struct net_protocol *p = protocol_of(c);
	bool is_busy;

	c->has_more = false;
	if (p->turn_end)
		p->turn_end(c->base.config.self, &c->base);
	if (c->state == NET_SOLO_OPEN)
		net_solo_write(c);
	if (c->state == NET_SOLO_OPEN)
		net_solo_expire(c);
	is_busy = c->has_more || c->out.size > 0;
	if (c->state == NET_SOLO_OPEN && c->is_reading)
		net_solo_read(c, buffer, !is_busy);
	else if (c->state == NET_SOLO_OPEN && !is_busy)
		rest(c);
}

static void serve_stream(struct net_solo *c)
{
	uint8_t buffer[NET_SOLO_BYTES];

	while (c->state == NET_SOLO_OPEN)
		turn(c, buffer);
	while (c->state == NET_SOLO_CLOSING && !net_solo_is_due(c))
		net_solo_finish(c);
	while (c->state == NET_SOLO_DRAINING && !net_solo_is_due(c))
		net_solo_drain(c, buffer);
}

static void serve_datagram(struct net_solo *c)
{
	c->base.stats.bytes_in += c->visitor->bytes.size;
	if (c->state == NET_SOLO_OPEN)
		protocol_of(c)->received(c->base.config.self, &c->base, SOLO_ID, c->visitor->bytes);
}

void net_solo_serve(
	struct net_solo *c, const struct net_server_config *config, const struct net_visitor *v)
{
	if (!net_solo_open(c, config, v))
		return;
	if (v->is_datagram)
		serve_datagram(c);
	else
		serve_stream(c);
	net_solo_done(c);
}

void net_stats_add(struct net_stats *to, const struct net_stats *from)
{
	to->datagrams += from->datagrams;
	to->dropped += from->dropped;
	to->bytes_in += from->bytes_in;
	to->bytes_out += from->bytes_out;
	to->reads += from->reads;
	to->writes += from->writes;
}
