/* net_idle.c - a note of the last movement, and a deadline that is looked at late. */
#include "net/net_idle.h"

#include "base/base_alloc.h"
#include "net/net_model.h"

#include <assert.h>
#include <errno.h>
#include <stdalign.h>

struct net_idle {
	struct net_protocol outer; /* what the server sees; its `self` is the filter */
	const struct net_protocol *inner;
	void *self; /* of `inner` and `log` */
	void (*log)(void *self, const char *text);
	msec stream_ms, peer_ms; /* 0: never idle for too long */
	size_t note_at;          /* in a connection's state */
};

struct note {
	msec moved; /* when something last did */
	msec limit_ms;
};

static struct note *note_of(const struct net_idle *i, struct net_server *s, conn_id conn)
{
	uint8_t *state = net_state(s, conn);

	return state ? (void *)(state + i->note_at) : NULL;
}

static void note_movement(const struct net_idle *i, struct net_server *s, conn_id conn)
{
	struct note *n = note_of(i, s, conn);

	if (n)
		n->moved = net_now(s).mono;
}

static void idle_opened(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	const struct net_idle *i = self;
	struct note *n = note_of(i, s, conn);

	/* A datagram alone is over before any time has passed. */
	n->limit_ms = !peer ? 0 : s->is_datagrams[listener] ? i->peer_ms : i->stream_ms;
	n->moved = net_now(s).mono;
	if (n->limit_ms > 0)
		net_set_deadline(s, conn, n->moved + n->limit_ms);
	if (i->inner->opened)
		i->inner->opened(i->self, s, conn, peer, listener);
}

static void idle_received(void *self, struct net_server *s, conn_id conn, struct span bytes)
{
	const struct net_idle *i = self;

	note_movement(i, s, conn);
	i->inner->received(i->self, s, conn, bytes);
}

static void idle_written(void *self, struct net_server *s, conn_id conn, size_t bytes)
{
	const struct net_idle *i = self;

	note_movement(i, s, conn);
	if (i->inner->written)
		i->inner->written(i->self, s, conn, bytes);
}

static void idle_closed(void *self, struct net_server *s, conn_id conn, int err)
{
	const struct net_idle *i = self;

	i->inner->closed(i->self, s, conn, err);
}

static void idle_expired(void *self, struct net_server *s, conn_id conn)
{
	const struct net_idle *i = self;
	struct note *n = note_of(i, s, conn);
	msec due = n->moved + n->limit_ms;

	if (due > net_now(s).mono) {
		net_set_deadline(s, conn, due);
		return;
	}
	if (i->inner->closed)
		i->inner->closed(i->self, s, conn, -ETIMEDOUT);
	net_close(s, conn, true);
}

static void idle_turn_end(void *self, struct net_server *s)
{
	const struct net_idle *i = self;

	i->inner->turn_end(i->self, s);
}

static void idle_log(void *self, const char *text)
{
	const struct net_idle *i = self;

	i->log(i->self, text);
}

struct net_idle *net_idle_new(struct net_server_config *config)
{
	const struct net_protocol *inner = config->protocol;
	bool has_peers = inner->datagrams == NET_DATAGRAMS_OF_PEERS;
	size_t note_at = (inner->state_bytes + alignof(struct note) - 1) / alignof(struct note) *
		alignof(struct note);
	struct net_idle *i;

	if (config->idle_ms == 0 && (!has_peers || inner->expired))
		return NULL;
	assert(!inner->expired);
	i = alloc_sure(&alloc_libc, sizeof *i);
	*i = (struct net_idle){
		.outer = *inner,
		.inner = inner,
		.self = config->self,
		.log = config->log,
		.stream_ms = config->idle_ms,
		.peer_ms = config->idle_ms ? config->idle_ms : NET_PEER_IDLE_MS,
		.note_at = note_at,
	};
	i->outer.state_bytes = note_at + sizeof(struct note);
	i->outer.opened = idle_opened;
	i->outer.received = idle_received;
	i->outer.written = idle_written;
	i->outer.closed = inner->closed ? idle_closed : NULL;
	i->outer.expired = idle_expired;
	i->outer.turn_end = inner->turn_end ? idle_turn_end : NULL;
	config->protocol = &i->outer;
	config->self = i;
	config->log = i->log ? idle_log : NULL;
	return i;
}

void net_idle_free(struct net_idle *i)
{
	alloc_free(&alloc_libc, i, sizeof *i);
}
