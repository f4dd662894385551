/* net_mail.c - recvmmsg(2), and a map of those who are remembered.
 *
 * Invariants: `alone` is open only while its datagram is told; every peer's slot is in the map
 * while it is open. */
#include "net/net_mail.h"

#include "base/base_hash.h"
#include "base/base_map.h"
#include "net/net_accept.h"
#include "net/net_answers.h"

#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <string.h>
#include <sys/random.h>

enum {
	BATCH = 32,
	/* A datagram has at most 65,535 bytes.  64 more, so that the first lines of all buffers do
	 * not fall on the same place in the processor's caches. */
	BUFFER_BYTES = 65536 + 64,
};

struct net_mailbox {
	struct net_mail *mail;
	struct net_listener listener;
	struct net_accept_options options;
	unsigned index;
	struct slit {
		struct loop_watch watch;
		struct net_mailbox *box;
	} slits[NET_ADDRESSES_MAX]; /* one for each of the listener's sockets */
};

struct peer {
	struct map_node node;
	struct net_conn *conn;
	struct net_address address;
};

/* Who has sent something, and to which socket. */
struct sender {
	int fd;
	const struct net_address *from;
};

struct net_mail {
	struct net_traffic *traffic;
	struct net_mailbox *boxes[NET_LISTENERS_MAX];
	unsigned boxes_count;
	struct net_conn *alone; /* NULL: who sends is remembered */
	struct sender alone_sender;
	struct map peers;
	struct hash_key key;
	bool is_full; /* it was said that somebody found no place */
	struct loop_end turn_end;
	struct net_answers answers;
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	struct net_address names[BATCH];
	uint8_t buffers[BATCH][BUFFER_BYTES];
};

/* Those who are remembered. */

/* Where it is in the state, behind the protocol's own. */
static size_t peer_at(const struct net_protocol *p)
{
	return (p->state_bytes + alignof(struct peer) - 1) / alignof(struct peer) *
		alignof(struct peer);
}

static struct peer *peer_of(const struct net_mail *m, struct net_conn *n)
{
	uint8_t *state = net_conn_state(n);

	return (void *)(state + peer_at(m->traffic->server->config.protocol));
}

static bool is_sender(const struct map_node *node, const void *key)
{
	const struct peer *p = LOOP_ENTRY(node, struct peer, node);
	const struct sender *who = key;

	return p->conn->watch.fd == who->fd && p->address.size == who->from->size &&
		memcmp(&p->address.at, &who->from->at, p->address.size) == 0;
}

static uint64_t hash_of(const struct net_mail *m, const struct net_address *a)
{
	return hash_bytes(&m->key, span_of(&a->at, a->size));
}

static struct net_conn *find_peer(const struct net_mail *m, const struct sender *who)
{
	struct map_node *node = map_find(&m->peers, hash_of(m, who->from), is_sender, who);

	return node ? LOOP_ENTRY(node, struct peer, node)->conn : NULL;
}

/* Says it once for all who come until there is a place again: a sender costs nothing to forge. */
static void refuse(struct net_mail *m, const char *name, const char *why)
{
	m->traffic->server->stats.refused++;
	if (!m->is_full)
		net_server_log(m->traffic->server, "%s refused: %s", name, why);
	m->is_full = true;
}

/* A place for who has sent for the first time, and the protocol told; NULL: there is none. */
static struct net_conn *open_peer(struct net_mailbox *box, const struct sender *who)
{
	struct net_mail *m = box->mail;
	struct net_server *s = m->traffic->server;
	const char *why = net_accept_bound(s, &box->options, box->index);
	char name[NET_NAME_MAX + 1];
	struct net_conn *n;
	struct peer *p;
	int err;

	net_address_format(who->from, box->listener.endpoint.scheme, name);
	n = why ? NULL : net_traffic_take(m->traffic, who->fd, box->index);
	if (!n) {
		if (!why)
			net_accept_leave(s, box->index);
		refuse(m, name, why ? why : strerror(ENOMEM));
		return NULL;
	}
	n->is_datagram = true;
	n->keeps_messages = true;
	p = peer_of(m, n);
	p->conn = n;
	p->address = *who->from;
	err = map_insert(&m->peers, &p->node, hash_of(m, who->from));
	assert(err == 0 && "out of memory for the first peer");
	m->is_full = false;
	net_traffic_introduce(m->traffic, n, name);
	return n;
}

static void tell_of_peer(struct net_mailbox *box, const struct sender *who, struct span bytes)
{
	struct net_mail *m = box->mail;
	struct net_server *s = m->traffic->server;
	struct net_conn *n;

	if (who->from->size <= sizeof who->from->at.ss_family) { /* no name, as UNIX sockets may */
		s->stats.dropped++;
		return;
	}
	n = find_peer(m, who);
	if (!n)
		n = open_peer(box, who);
	if (n && n->state == NET_CONN_OPEN)
		s->config.protocol->received(s->config.self, s, net_conn_id(n), bytes);
}

/* Each alone. */

/* A new number: what is asked for the one before is ignored. */
static void tell_alone(struct net_mailbox *box, const struct sender *who, struct span bytes)
{
	struct net_mail *m = box->mail;
	struct net_server *s = m->traffic->server;
	const struct net_protocol *p = s->config.protocol;
	struct net_conn *n = m->alone;

	net_conns_renew(&m->traffic->conns, n);
	m->alone_sender = *who;
	if (p->opened)
		p->opened(s->config.self, s, net_conn_id(n), NULL, box->index);
	if (n->state == NET_CONN_OPEN)
		p->received(s->config.self, s, net_conn_id(n), bytes);
	n->state = NET_CONN_FREE;
	if (heap_holds(&n->deadline))
		net_deadlines_set(&m->traffic->deadlines, &n->deadline, MSEC_NEVER);
}

/* Receiving. */

static void tell(struct net_mailbox *box, int fd, unsigned i)
{
	struct net_mail *m = box->mail;
	struct net_stats *stats = &m->traffic->server->stats;
	struct mmsghdr *letter = &m->messages[i];
	struct span bytes = span_of(m->buffers[i], letter->msg_len);
	struct sender who = {fd, &m->names[i]};

	m->names[i].size = letter->msg_hdr.msg_namelen;
	letter->msg_hdr.msg_namelen = sizeof m->names[i].at; /* room for the next one */
	stats->datagrams++;
	if (letter->msg_hdr.msg_flags & MSG_TRUNC) {
		stats->dropped++;
		return;
	}
	stats->bytes_in += bytes.size;
	if (m->alone)
		tell_alone(box, &who, bytes);
	else
		tell_of_peer(box, &who, bytes);
}

/* What the call says of earlier datagrams that were not delivered is no fault of the socket's. */
static void mailbox_ready(struct loop_watch *w, unsigned events)
{
	struct net_mailbox *box = LOOP_ENTRY(w, struct slit, watch)->box;
	struct net_mail *m = box->mail;
	int count;

	(void)events;
	count = recvmmsg(w->fd, m->messages, BATCH, MSG_DONTWAIT, NULL);
	m->traffic->server->stats.reads++;
	/* A protocol that is told of one may stop the server. */
	for (int i = 0; i < count && w->events; i++)
		tell(box, w->fd, (unsigned)i);
}

/* What the traffic and the server call. */

void net_mail_send(struct net_mail *m, struct net_conn *n, struct span head, struct span body)
{
	if (n == m->alone)
		net_answers_add(&m->answers, m->alone_sender.fd, m->alone_sender.from, head, body);
	else
		net_answers_add(&m->answers, n->watch.fd, &peer_of(m, n)->address, head, body);
}

bool net_mail_forget(struct net_mail *m, struct net_conn *n)
{
	if (n == m->alone)
		n->state = NET_CONN_FREE;
	else
		map_remove(&m->peers, &peer_of(m, n)->node);
	return n != m->alone;
}

static void turn_ended(struct loop_end *e)
{
	net_answers_flush(&LOOP_ENTRY(e, struct net_mail, turn_end)->answers);
}

size_t net_mail_state_bytes(const struct net_protocol *p)
{
	return p->datagrams == NET_DATAGRAMS_OF_PEERS ? peer_at(p) + sizeof(struct peer)
						      : p->state_bytes;
}

struct net_mail *net_mail_new(struct net_traffic *t)
{
	bool has_peers = t->server->config.protocol->datagrams == NET_DATAGRAMS_OF_PEERS;
	struct net_mail *m = alloc_try(&alloc_libc, sizeof *m);

	if (!m)
		return NULL;
	m->traffic = t;
	if (!has_peers) {
		m->alone = net_traffic_take(t, -1, 0);
		if (!m->alone) {
			alloc_free(&alloc_libc, m, sizeof *m);
			return NULL;
		}
		m->alone->state = NET_CONN_FREE;
		m->alone->is_datagram = m->alone->keeps_messages = true;
	}
	map_init(&m->peers, &alloc_libc);
	if (has_peers && getrandom(&m->key, sizeof m->key, 0) != sizeof m->key) {
		alloc_free(&alloc_libc, m, sizeof *m); /* its peers could make the map slow */
		return NULL;
	}
	net_answers_init(&m->answers, &t->server->stats);
	for (unsigned i = 0; i < BATCH; i++) {
		m->parts[i] = (struct iovec){m->buffers[i], BUFFER_BYTES};
		m->messages[i].msg_hdr = (struct msghdr){.msg_name = &m->names[i].at,
			.msg_namelen = sizeof m->names[i].at,
			.msg_iov = &m->parts[i],
			.msg_iovlen = 1};
	}
	m->turn_end.ended = turn_ended;
	loop_end_add(t->server->config.loop, &m->turn_end);
	return m;
}

void net_mail_free(struct net_mail *m)
{
	if (!m)
		return;
	loop_end_remove(m->traffic->server->config.loop, &m->turn_end);
	for (unsigned i = 0; i < m->boxes_count; i++)
		alloc_free(&alloc_libc, m->boxes[i], sizeof *m->boxes[i]);
	map_done(&m->peers);
	alloc_free(&alloc_libc, m, sizeof *m);
}

static void watch_slits(struct net_mailbox *box, unsigned events)
{
	for (size_t i = 0; i < box->listener.count; i++)
		loop_watch(box->mail->traffic->server->config.loop, &box->slits[i].watch, events);
}

int net_mail_listen(struct net_mail *m, const struct net_listener *l,
	const struct net_accept_options *options, unsigned index)
{
	struct loop *loop = m->traffic->server->config.loop;
	struct net_mailbox *box = alloc_sure(&alloc_libc, sizeof *box);

	*box = (struct net_mailbox){.mail = m, .listener = *l, .options = *options, .index = index};
	for (size_t i = 0; i < l->count; i++) {
		int err;

		box->slits[i] =
			(struct slit){{.ready = mailbox_ready, .fd = l->sockets[i].fd}, box};
		err = loop_watch(loop, &box->slits[i].watch, LOOP_READ);
		if (err) {
			watch_slits(box, 0);
			alloc_free(&alloc_libc, box, sizeof *box);
			return err;
		}
	}
	m->boxes[m->boxes_count++] = box;
	return 0;
}

void net_mail_stop(struct net_mail *m)
{
	net_answers_flush(&m->answers);
	for (unsigned i = 0; i < m->boxes_count; i++) {
		watch_slits(m->boxes[i], 0);
		net_listener_done(&m->boxes[i]->listener);
	}
}
