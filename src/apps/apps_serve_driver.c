/* apps_serve_driver.c - an event in, effects carried out in order.
 *
 * Work that the broker puts off is taken up at the end of the next turn: a turn writes the output
 * after its end, so that the clients have had theirs. */
#include "apps/apps_serve_driver.h"

#include <stdlib.h>
#include <string.h>

enum {
	LINE_BYTES_MAX = 2048,
	HEAVY_BYTES = 64 * 1024, /* an output that need not wait for the turn's end */
	FLUSHES_MAX = 32,        /* after one event: a fast reader may make more for ever */
};

/* Who is behind a connection.  Kept until its slot is used again: notes may come after the end. */
struct peer {
	conn_id conn;
	char name[];
};

struct serve_driver {
	struct broker *broker;
	struct broker_effects effects;
	struct serve_log *log;
	bool tells_connections; /* clients that come and go are worth a line */
	bool is_shutting_down;
	bool has_put_off; /* work, to be taken up at the next turn's end */
	msec wake_ms;     /* what the server was told */
	struct peer **peers;
	size_t peer_count; /* by slot */
	conn_id *heavy;    /* outputs that became heavy in this step */
	size_t heavy_count, heavy_room;
};

struct serve_driver *serve_driver_new(const struct broker_config *config,
	const struct hash_key *seed, struct serve_log *log, bool tells_connections,
	struct times now)
{
	struct serve_driver *d = alloc_sure(&alloc_libc, sizeof *d);

	d->broker = broker_new(&alloc_libc, config, seed, now);
	broker_effects_init(&d->effects, &alloc_libc);
	d->log = log;
	d->tells_connections = tells_connections;
	d->wake_ms = MSEC_NEVER;
	return d;
}

void serve_driver_free(struct serve_driver *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->peer_count; i++)
		free(d->peers[i]);
	alloc_free(&alloc_libc, d->peers, d->peer_count * sizeof(struct peer *));
	alloc_free(&alloc_libc, d->heavy, d->heavy_room * sizeof *d->heavy);
	broker_effects_done(&d->effects);
	broker_free(d->broker);
	alloc_free(&alloc_libc, d, sizeof *d);
}

/* Without memory for it the connection goes nameless. */
static void keep_peer(struct serve_driver *d, conn_id conn, const char *name)
{
	size_t slot = conn_slot(conn), name_bytes = strlen(name) + 1;

	if (slot >= d->peer_count) {
		size_t count = 2 * slot + 64, used = d->peer_count * sizeof(struct peer *);
		struct peer **peers =
			alloc_resize(&alloc_libc, d->peers, used, count * sizeof(struct peer *));

		if (!peers)
			return;
		memset(peers + d->peer_count, 0, count * sizeof(struct peer *) - used);
		d->peers = peers;
		d->peer_count = count;
	}
	free(d->peers[slot]);
	d->peers[slot] = malloc(sizeof(struct peer) + name_bytes);
	if (!d->peers[slot])
		return;
	d->peers[slot]->conn = conn;
	memcpy(d->peers[slot]->name, name, name_bytes);
}

static struct span peer_of(const struct serve_driver *d, conn_id conn)
{
	size_t slot = conn_slot(conn);

	if (slot >= d->peer_count || !d->peers[slot] || d->peers[slot]->conn != conn)
		return span_of(NULL, 0);
	return span_of_text(d->peers[slot]->name);
}

static bool is_ordinary(enum broker_note_code code)
{
	return code == BROKER_NOTE_CONNECTED || code == BROKER_NOTE_DISCONNECTED ||
		code == BROKER_NOTE_CLOSED;
}

static void tell(struct serve_driver *d, conn_id conn, const struct broker_note *note)
{
	char line[LINE_BYTES_MAX];
	struct writer w = writer_of(line, sizeof line);

	if (!d->tells_connections && is_ordinary(note->code))
		return;
	broker_note_write(note, peer_of(d, conn), &w);
	serve_log_line(d->log, 1U << broker_note_row(note->code)->level, writer_span(&w));
}

/* Many publishers may speak to one subscriber in one turn.  Its output is then written before the
 * turn's end, or the broker would take it for a slow reader.  Without memory for the list it waits.
 */
static void note_heavy(struct serve_driver *d, conn_id conn)
{
	if (d->heavy_count == d->heavy_room) {
		size_t room = 2 * d->heavy_room + 16;
		conn_id *heavy = alloc_resize(
			&alloc_libc, d->heavy, d->heavy_room * sizeof *heavy, room * sizeof *heavy);

		if (!heavy)
			return;
		d->heavy = heavy;
		d->heavy_room = room;
	}
	d->heavy[d->heavy_count++] = conn;
}

static void send_effect(struct serve_driver *d, struct net_server *s, const struct broker_effect *e)
{
	size_t size = e->send.head.size + e->send.body.size;
	size_t pending = net_send(s, e->conn, e->send.head, e->send.body, e->send.owner);

	if (pending >= HEAVY_BYTES && pending < HEAVY_BYTES + size) /* just now */
		note_heavy(d, e->conn);
}

/* Returns the last batch that is to be made durable, or 0. */
static uint64_t carry_out(struct serve_driver *d, struct net_server *s)
{
	uint64_t batch = 0;

	for (size_t i = 0; i < d->effects.count; i++) {
		const struct broker_effect *e = &d->effects.list[i];

		switch (e->type) {
		case BROKER_SEND:
			send_effect(d, s, e);
			break;
		case BROKER_CLOSE:
			net_close(s, e->conn, e->close.is_graceful);
			break;
		case BROKER_READ:
			net_set_reading(s, e->conn, e->is_reading);
			break;
		case BROKER_PERSIST:
			batch = e->batch;
			break;
		case BROKER_NOTE:
			tell(d, e->conn, &e->note);
			break;
		}
	}
	broker_effects_reset(&d->effects);
	return batch;
}

static void step(struct serve_driver *d, struct net_server *s, struct broker_event event)
{
	size_t flushes = 0;
	uint64_t batch;

	event.now = net_now(s);
	broker_step(d->broker, &event, &d->effects);
	while ((batch = carry_out(d, s)) || (d->heavy_count && flushes++ < FLUSHES_MAX)) {
		struct broker_event next = {.now = event.now};

		if (batch) { /* there is no store yet: what should be durable is taken for it */
			next.type = BROKER_PERSISTED;
			next.batch = batch;
		} else {
			next.type = BROKER_WRITTEN;
			next.conn = d->heavy[--d->heavy_count];
			next.count = net_flush(s, next.conn);
		}
		broker_step(d->broker, &next, &d->effects);
	}
	d->heavy_count = 0; /* the rest is written at the turn's end */
	if (d->effects.wake_ms != d->wake_ms) {
		d->wake_ms = d->effects.wake_ms;
		net_set_deadline(s, 0, d->wake_ms);
	}
	if (d->effects.is_pending)
		net_again(s);
	else if (d->is_shutting_down)
		net_server_stop(s);
}

static void opened(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	(void)listener;
	keep_peer(self, conn, peer);
	step(self, s, (struct broker_event){.type = BROKER_OPENED, .conn = conn});
}

static void received(void *self, struct net_server *s, conn_id conn, struct span bytes)
{
	step(self, s, (struct broker_event){.type = BROKER_RECEIVED, .conn = conn, .bytes = bytes});
}

static void written(void *self, struct net_server *s, conn_id conn, size_t bytes)
{
	step(self, s, (struct broker_event){.type = BROKER_WRITTEN, .conn = conn, .count = bytes});
}

static void closed(void *self, struct net_server *s, conn_id conn, int err)
{
	(void)err;
	step(self, s, (struct broker_event){.type = BROKER_CLOSED, .conn = conn});
}

static void expired(void *self, struct net_server *s, conn_id conn)
{
	struct serve_driver *d = self;

	(void)conn; /* only the protocol's own deadline is ever set */
	d->wake_ms = MSEC_NEVER;
	step(d, s, (struct broker_event){.type = BROKER_TIME});
}

static void turn_end(void *self, struct net_server *s)
{
	struct serve_driver *d = self;

	if (d->has_put_off && d->effects.is_pending)
		step(d, s, (struct broker_event){.type = BROKER_TIME});
	d->has_put_off = d->effects.is_pending;
	serve_log_flush(d->log);
}

const struct net_protocol serve_protocol = {
	.name = "mqtt",
	.needs = NET_ONE_MEMORY | NET_ONE_THREAD,
	.opened = opened,
	.received = received,
	.written = written,
	.closed = closed,
	.expired = expired,
	.turn_end = turn_end,
};

void serve_driver_configure(struct serve_driver *d, struct net_server *s,
	const struct broker_config *config, struct serve_log *log, bool tells_connections)
{
	d->log = log;
	d->tells_connections = tells_connections;
	step(d, s, (struct broker_event){.type = BROKER_CONFIGURED, .config = config});
}

void serve_driver_complain(void *self, const char *text)
{
	struct serve_driver *d = self;

	serve_log_say(d->log, CONF_LOG_WARNING, "%s", text);
}

void serve_driver_shut_down(struct serve_driver *d, struct net_server *s)
{
	d->is_shutting_down = true;
	step(d, s, (struct broker_event){.type = BROKER_SHUTDOWN});
}
