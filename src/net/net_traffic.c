/* net_traffic.c - a list of connections that have something to do, and one buffer for all reading.
 *
 * Invariants: a connection with output is in the list, unless its watch waits to write; a dead one
 * is in the list until its slot is given back; a closing one has a deadline. */
#include "net/net_traffic.h"

#include "net/net_accept.h"
#include "net/net_datagram.h"
#include "net/net_mail.h"
#include "net/net_messages.h"
#include "net/net_stream.h"

#include <assert.h>
#include <errno.h>
#include <unistd.h>

enum {
	DRAIN_BYTES_MAX = 16 << 20, /* thrown away from a peer that goes on sending after a close */
	REFUSED_MAX = 64,           /* seen out at the same time; others are cut */
	MESSAGES_PER_TURN = 32,     /* written, where each needs a call of its own */
};

static const struct net_protocol *protocol_of(const struct net_traffic *t)
{
	return t->server->config.protocol;
}

static struct loop *loop_of(const struct net_traffic *t)
{
	return t->server->config.loop;
}

static void list_conn(struct net_traffic *t, struct net_conn *n)
{
	if (n->is_listed)
		return;
	n->is_listed = true;
	n->next = NULL;
	*t->todo_last = n;
	t->todo_last = &n->next;
}

/* The ways out. */

/* The connection's descriptor and output are gone; its slot goes at the turn's end. */
static void kill_conn(struct net_traffic *t, struct net_conn *n)
{
	if (n->is_datagram && !net_mail_forget(t->mail, n))
		return;
	if (!n->is_datagram) {
		loop_watch(loop_of(t), &n->watch, 0);
		close(n->watch.fd);
	}
	net_deadlines_set(&t->deadlines, &n->deadline, MSEC_NEVER);
	net_output_clear(&n->out, &t->blocks);
	n->state = NET_CONN_DEAD;
	list_conn(t, n);
	if (n->is_refused) {
		t->refused--;
		return;
	}
	t->server->stats.open--;
	t->server->open[n->listener]--;
	net_accept_leave(t->server, n->listener);
}

static void set_linger(struct net_traffic *t, struct net_conn *n)
{
	net_deadlines_set(&t->deadlines, &n->deadline,
		loop_now(loop_of(t)).mono + t->server->config.linger_ms);
}

/* Begins a graceful close: the protocol does not know it any more. */
static void finish_conn(struct net_traffic *t, struct net_conn *n)
{
	if (n->is_datagram) { /* there is nobody to wait for */
		kill_conn(t, n);
		return;
	}
	n->state = NET_CONN_FLUSHING;
	set_linger(t, n);
	list_conn(t, n);
	/* A peer that waits until we read would not read our output either. */
	if (!n->is_ended && loop_watch(loop_of(t), &n->watch, n->watch.events | LOOP_READ) < 0)
		kill_conn(t, n);
}

/* Tells the protocol, unless it knows. */
static void lose_conn(struct net_traffic *t, struct net_conn *n, int err)
{
	const struct net_protocol *p = protocol_of(t);

	if (n->state == NET_CONN_OPEN) {
		n->state = NET_CONN_FLUSHING; /* what `closed` says to it is ignored */
		if (p->closed)
			p->closed(t->server->config.self, t->server, net_conn_id(n), err);
	}
	kill_conn(t, n);
}

/* Reading. */

/* The peer sends no more.  The protocol may still have something to say. */
static void end_of_stream(struct net_traffic *t, struct net_conn *n)
{
	const struct net_protocol *p = protocol_of(t);
	bool was_open = n->state == NET_CONN_OPEN;

	n->is_ended = true;
	if (n->state == NET_CONN_DRAINING) {
		kill_conn(t, n);
		return;
	}
	/* The end stays readable: stop looking. */
	loop_watch(loop_of(t), &n->watch, n->watch.events & LOOP_WRITE);
	if (was_open && p->closed)
		p->closed(t->server->config.self, t->server, net_conn_id(n), 0);
	if (n->state == NET_CONN_OPEN)
		finish_conn(t, n);
}

/* A closing connection's bytes interest nobody, but while they are unread the kernel would answer
 * the close with a reset, and the peer might never see our last words. */
static void throw_away(struct net_traffic *t, struct net_conn *n, size_t size)
{
	n->drained += (uint32_t)size;
	if (n->drained < DRAIN_BYTES_MAX)
		return;
	if (n->state == NET_CONN_DRAINING)
		kill_conn(t, n);
	else
		loop_watch(loop_of(t), &n->watch, n->watch.events & LOOP_WRITE);
}

static void read_conn(struct net_traffic *t, struct net_conn *n)
{
	const struct net_protocol *p = protocol_of(t);
	ssize_t size;

	if (n->state == NET_CONN_OPEN && !n->is_reading) {
		loop_watch(loop_of(t), &n->watch, n->watch.events & LOOP_WRITE);
		return;
	}
	size = n->keeps_messages
		? net_datagram_receive(n->watch.fd, t->buffer, sizeof t->buffer, NULL)
		: net_stream_read(n->watch.fd, t->buffer, sizeof t->buffer);
	t->server->stats.reads++;
	if (size == -EAGAIN)
		return;
	if (size < 0) {
		lose_conn(t, n, (int)size);
	} else if (size == 0) {
		end_of_stream(t, n);
	} else if (n->state == NET_CONN_OPEN) {
		t->server->stats.bytes_in += (uint64_t)size;
		p->received(t->server->config.self, t->server, net_conn_id(n),
			span_of(t->buffer, (size_t)size));
	} else {
		throw_away(t, n, (size_t)size);
	}
}

static void conn_ready(struct loop_watch *w, unsigned events)
{
	struct net_conn *n = LOOP_ENTRY(w, struct net_conn, watch);
	struct net_traffic *t = n->traffic;

	if (events & LOOP_WRITE)
		list_conn(t, n);
	if (events & LOOP_READ)
		read_conn(t, n);
}

/* Writing, at the turn's end. */

/* All is written: end our stream, and wait for the end of the peer's. */
static void end_output(struct net_traffic *t, struct net_conn *n)
{
	if (n->is_ended || n->drained >= DRAIN_BYTES_MAX || shutdown(n->watch.fd, SHUT_WR) < 0 ||
		loop_watch(loop_of(t), &n->watch, LOOP_READ) < 0) {
		kill_conn(t, n);
		return;
	}
	n->state = NET_CONN_DRAINING;
	set_linger(t, n);
}

/* As net_stream_write(), with a call for each message. */
static ssize_t write_messages(struct net_traffic *t, struct net_conn *n, bool *ret_full)
{
	ssize_t sum = 0;

	for (int i = 0; i < MESSAGES_PER_TURN; i++) {
		ssize_t size = net_messages_write(n->watch.fd, &n->out, &t->blocks, ret_full);

		if (size < 0)
			return size;
		sum += size;
		if (*ret_full || n->out.size == 0)
			break;
		t->server->stats.writes++;
	}
	return sum;
}

/* Writes once, and has the loop wait for the kernel exactly while it refuses.  The bytes, or
 * -errno. */
static ssize_t write_conn(struct net_traffic *t, struct net_conn *n)
{
	unsigned events = n->watch.events & LOOP_READ;
	bool is_full;
	ssize_t size = n->keeps_messages
		? write_messages(t, n, &is_full)
		: net_stream_write(n->watch.fd, &n->out, &t->blocks, &is_full);
	int err;

	t->server->stats.writes++;
	if (size < 0)
		return size;
	t->server->stats.bytes_out += (uint64_t)size;
	err = loop_watch(loop_of(t), &n->watch, is_full ? events | LOOP_WRITE : events);
	if (err < 0)
		return err;
	if (n->out.size > 0 && !is_full)
		list_conn(t, n); /* the others first */
	return size;
}

static void flush_conn(struct net_traffic *t, struct net_conn *n)
{
	const struct net_protocol *p = protocol_of(t);
	ssize_t size = 0;

	if (n->state == NET_CONN_DEAD) {
		net_conns_give(&t->conns, n);
		return;
	}
	if (n->is_failed)
		size = -ENOMEM;
	else if (n->out.size > 0)
		size = write_conn(t, n);
	if (size < 0)
		lose_conn(t, n, (int)size);
	else if (n->state == NET_CONN_FLUSHING && n->out.size == 0)
		end_output(t, n);
	else if (size > 0 && n->state == NET_CONN_OPEN && p->written)
		p->written(t->server->config.self, t->server, net_conn_id(n), (size_t)size);
}

/* Once through the list.  What is listed meanwhile waits for the next turn, which comes at once. */
static void turn_ended(struct loop_end *e)
{
	struct net_traffic *t = LOOP_ENTRY(e, struct net_traffic, turn_end);
	const struct net_protocol *p = protocol_of(t);
	struct net_conn *n;

	if (p->turn_end && !t->is_stopping)
		p->turn_end(t->server->config.self, t->server);
	n = t->todo;
	t->todo = NULL;
	t->todo_last = &t->todo;
	while (n) {
		struct net_conn *next = n->next;

		n->is_listed = false;
		flush_conn(t, n);
		n = next;
	}
	if (t->todo)
		loop_again(loop_of(t));
}

static void deadline_passed(struct net_deadlines *d, struct heap_node *node)
{
	struct net_traffic *t = LOOP_ENTRY(d, struct net_traffic, deadlines);
	const struct net_protocol *p = protocol_of(t);
	struct net_conn *n;

	if (node == &t->own_deadline) {
		p->expired(t->server->config.self, t->server, 0);
		return;
	}
	n = LOOP_ENTRY(node, struct net_conn, deadline);
	if (n->state == NET_CONN_OPEN)
		p->expired(t->server->config.self, t->server, net_conn_id(n));
	else
		kill_conn(t, n);
}

/* What the model calls. */

void net_traffic_init(struct net_traffic *t, struct net_server *s)
{
	t->server = s;
	net_conns_init(&t->conns, &alloc_libc, net_mail_state_bytes(protocol_of(t)));
	net_blocks_init(&t->blocks, &alloc_libc);
	net_deadlines_init(&t->deadlines, loop_of(t), deadline_passed);
	t->todo_last = &t->todo;
	t->turn_end.ended = turn_ended;
	loop_end_add(loop_of(t), &t->turn_end);
}

void net_traffic_cut(struct net_traffic *t)
{
	for (uint32_t i = 0; i < net_conns_room(&t->conns); i++) {
		struct net_conn *n = net_conns_get(&t->conns, i);

		if (n->state != NET_CONN_FREE && n->state != NET_CONN_DEAD)
			kill_conn(t, n);
	}
}

void net_traffic_done(struct net_traffic *t)
{
	net_traffic_cut(t);
	loop_end_remove(loop_of(t), &t->turn_end);
	net_deadlines_done(&t->deadlines);
	net_blocks_done(&t->blocks);
	net_conns_done(&t->conns);
}

struct net_conn *net_traffic_take(struct net_traffic *t, int fd, unsigned listener)
{
	struct net_conn *n = net_conns_take(&t->conns);

	if (!n)
		return NULL;
	/* One more for the protocol's own: setting a deadline cannot fail. */
	if (!net_deadlines_reserve(&t->deadlines, (size_t)net_conns_room(&t->conns) + 1)) {
		net_conns_give(&t->conns, n);
		return NULL;
	}
	n->traffic = t;
	n->watch = (struct loop_watch){.ready = conn_ready, .fd = fd};
	n->is_reading = true;
	n->listener = (uint16_t)listener;
	return n;
}

void net_traffic_introduce(struct net_traffic *t, const struct net_conn *n, const char *peer)
{
	const struct net_protocol *p = protocol_of(t);

	t->server->open[n->listener]++;
	t->server->stats.accepted++;
	t->server->stats.open++;
	if (p->opened)
		p->opened(t->server->config.self, t->server, net_conn_id(n), peer, n->listener);
}

int net_traffic_open(struct net_traffic *t, int fd, const char *peer, unsigned listener,
	bool keeps_messages, conn_id *ret)
{
	struct net_conn *n;
	int err;

	if (t->is_stopping)
		return -ESHUTDOWN;
	n = net_traffic_take(t, fd, listener);
	if (!n)
		return -ENOMEM;
	n->keeps_messages = keeps_messages;
	err = loop_watch(loop_of(t), &n->watch, LOOP_READ);
	if (err) {
		net_conns_give(&t->conns, n);
		return err;
	}
	*ret = net_conn_id(n);
	net_traffic_introduce(t, n, peer);
	return 0;
}

void net_traffic_see_out(struct net_traffic *t, int fd)
{
	struct net_conn *n = t->refused < REFUSED_MAX ? net_traffic_take(t, fd, 0) : NULL;

	if (!n) {
		close(fd);
		return;
	}
	t->refused++;
	n->is_refused = true;
	n->state = NET_CONN_FLUSHING;
	end_output(t, n);
}

void net_traffic_stop(struct net_traffic *t)
{
	t->is_stopping = true;
	for (uint32_t i = 0; i < net_conns_room(&t->conns); i++) {
		struct net_conn *n = net_conns_get(&t->conns, i);

		if (n->state == NET_CONN_OPEN)
			finish_conn(t, n);
	}
	if (t->mail)
		net_mail_stop(t->mail);
	net_deadlines_set(&t->deadlines, &t->own_deadline, MSEC_NEVER);
}

size_t net_traffic_send(struct net_traffic *t, conn_id conn, struct span head, struct span body,
	struct shared *owner)
{
	struct net_conn *n = net_conns_find(&t->conns, conn);
	int err;

	if (!n || n->is_failed)
		return 0;
	if (n->is_datagram) {
		net_mail_send(t->mail, n, head, body);
		return 0;
	}
	err = n->keeps_messages ? net_messages_add(&n->out, &t->blocks, head, body)
				: net_output_add(&n->out, &t->blocks, head, body, owner);
	n->is_failed = err < 0;
	if (n->is_failed || !(n->watch.events & LOOP_WRITE))
		list_conn(t, n);
	return n->out.size;
}

/* A failure is left to the turn's end, which finds it again. */
size_t net_traffic_flush(struct net_traffic *t, conn_id conn)
{
	struct net_conn *n = net_conns_find(&t->conns, conn);
	size_t written = 0;
	ssize_t size = 1;

	while (n && !n->is_failed && size > 0 && n->out.size > 0 &&
		!(n->watch.events & LOOP_WRITE)) {
		size = write_conn(t, n);
		written += size > 0 ? (size_t)size : 0;
	}
	return written;
}

void net_traffic_close(struct net_traffic *t, conn_id conn, bool is_graceful)
{
	struct net_conn *n = net_conns_find(&t->conns, conn);

	if (n && is_graceful)
		finish_conn(t, n);
	else if (n)
		kill_conn(t, n);
}

/* To stop is free until bytes do come: often reading goes on before that. */
void net_traffic_set_reading(struct net_traffic *t, conn_id conn, bool is_reading)
{
	struct net_conn *n = net_conns_find(&t->conns, conn);

	if (!n || n->is_ended || n->is_datagram)
		return;
	n->is_reading = is_reading;
	if (is_reading && loop_watch(loop_of(t), &n->watch, n->watch.events | LOOP_READ) < 0) {
		n->is_failed = true;
		list_conn(t, n);
	}
}

void net_traffic_set_deadline(struct net_traffic *t, conn_id conn, msec due_ms)
{
	struct net_conn *n = conn ? net_conns_find(&t->conns, conn) : NULL;

	assert(protocol_of(t)->expired);
	if (n)
		net_deadlines_set(&t->deadlines, &n->deadline, due_ms);
	else if (conn == 0 && !t->is_stopping)
		net_deadlines_set(&t->deadlines, &t->own_deadline, due_ms);
}

/* Whatever has that number and is not gone: `closed` may look at it too, and then the connection is
 * not open any more. */
static struct net_conn *find_known(const struct net_traffic *t, conn_id conn)
{
	struct net_conn *n;

	if (conn_slot(conn) >= net_conns_room(&t->conns))
		return NULL;
	n = net_conns_get(&t->conns, conn_slot(conn));
	if (net_conn_id(n) != conn || n->state == NET_CONN_FREE || n->state == NET_CONN_DEAD)
		return NULL;
	return n;
}

void *net_traffic_state(struct net_traffic *t, conn_id conn)
{
	struct net_conn *n = find_known(t, conn);

	return n ? net_conn_state(n) : NULL;
}

bool net_traffic_keeps_messages(const struct net_traffic *t, conn_id conn)
{
	const struct net_conn *n = find_known(t, conn);

	return n && n->keeps_messages;
}
