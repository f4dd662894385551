/* service_chat.c - what one says, all others hear.
 *
 * Line by line, with the number of who said it: "3: good morning", and without control characters.
 * Who does not listen holds up nobody: beyond a bound of what waits for a client, it is out.
 *
 * Invariant: a member is in the list from `opened` until `closed`, or until it is put out. */
#include "base/base_alloc.h"
#include "base/base_list.h"
#include "base/base_utf8.h"
#include "service/service.h"

#include <stdio.h>

enum {
	LINE_BYTES_MAX = 512, /* a longer one becomes several */
	WAITING_MAX = 1 << 20,
};

struct chat {
	struct list members;
	unsigned named; /* so many had a name */
};

struct member {
	struct list link;
	conn_id conn;
	unsigned name;
	size_t used;
	uint8_t line[LINE_BYTES_MAX];
};

static int make(void **ret, const struct service_options *options, struct ting_error *err)
{
	struct chat *c = alloc_sure(&alloc_libc, sizeof *c);

	(void)options;
	(void)err;
	list_init(&c->members);
	*ret = c;
	return 0;
}

static void free_chat(void *self)
{
	alloc_free(&alloc_libc, self, sizeof(struct chat));
}

static void opened(
	void *self, struct net_server *s, conn_id conn, const char *peer, unsigned listener)
{
	struct chat *c = self;
	struct member *m = net_state(s, conn);

	(void)peer;
	(void)listener;
	m->conn = conn;
	m->name = ++c->named;
	list_append(&c->members, &m->link);
}

static void put_out(struct net_server *s, struct member *m)
{
	net_server_log(
		s, "chat: %u is out: it left more than %d bytes unread", m->name, WAITING_MAX);
	list_remove(&m->link);
	net_close(s, m->conn, false);
}

/* The line in hand, to all others. */
static void say(struct chat *c, struct net_server *s, struct member *speaker)
{
	char name[16];
	int size = snprintf(name, sizeof name, "%u: ", speaker->name);

	speaker->line[speaker->used++] = '\n';
	list_for_each_safe (link, &c->members) {
		struct member *m = LIST_ENTRY(link, struct member, link);

		if (m != speaker &&
			net_send(s, m->conn, span_of(name, (size_t)size),
				span_of(speaker->line, speaker->used), NULL) > WAITING_MAX)
			put_out(s, m);
	}
	speaker->used = 0;
}

static bool is_control(const struct member *m, uint8_t byte)
{
	return byte != '\t' && utf8_is_control(m->used ? (uint8_t)m->line[m->used - 1] : 0, byte);
}

static void received(void *self, struct net_server *s, conn_id conn, struct span bytes)
{
	struct member *m = net_state(s, conn);

	for (size_t i = 0; i < bytes.size; i++) {
		bool is_end = bytes.at[i] == '\n';

		if (!is_control(m, bytes.at[i]))
			m->line[m->used++] = bytes.at[i];
		if (m->used && (is_end || m->used == LINE_BYTES_MAX - 1))
			say(self, s, m);
	}
	/* A message is a line, whether it says so or not. */
	if (m->used && net_keeps_messages(s, conn))
		say(self, s, m);
}

static void closed(void *self, struct net_server *s, conn_id conn, int err)
{
	struct member *m = net_state(s, conn);

	(void)err;
	if (m->used)
		say(self, s, m);
	list_remove(&m->link);
}

static const struct net_protocol protocol = {
	.name = "chat",
	.needs = NET_ONE_MEMORY | NET_ONE_THREAD,
	.datagrams = NET_DATAGRAMS_OF_PEERS,
	.state_bytes = sizeof(struct member),
	.opened = opened,
	.received = received,
	.closed = closed,
};

const struct service service_chat = {
	.protocol = &protocol,
	.help = "passes on each line to all other clients",
	.standard = "tcp://127.0.0.1:7003",
	.make = make,
	.free = free_chat,
};
