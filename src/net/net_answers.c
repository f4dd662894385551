/* net_answers.c - a row of messages for sendmmsg(2). */
#include "net/net_answers.h"

#include <errno.h>
#include <string.h>

void net_answers_init(struct net_answers *a, struct net_stats *stats)
{
	a->stats = stats;
	for (unsigned i = 0; i < NET_ANSWERS_MAX; i++)
		a->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &a->names[i], .msg_iov = &a->parts[i], .msg_iovlen = 1};
}

static void append(struct net_answers *a, struct span bytes)
{
	if (bytes.size > 0)
		memcpy(a->bytes + a->used, bytes.at, bytes.size);
	a->used += bytes.size;
}

void net_answers_add(struct net_answers *a, int fd, const struct net_address *to, struct span head,
	struct span body)
{
	size_t size = head.size + body.size;
	unsigned i;

	if (size > NET_ANSWER_BYTES_MAX) {
		a->stats->dropped++;
		return;
	}
	if (a->count == NET_ANSWERS_MAX || a->used + size > NET_ANSWERS_BYTES || a->fd != fd)
		net_answers_flush(a);
	a->fd = fd;
	i = a->count++;
	memcpy(&a->names[i], &to->at, to->size);
	a->messages[i].msg_hdr.msg_namelen = to->size;
	a->parts[i] = (struct iovec){a->bytes + a->used, size};
	append(a, head);
	append(a, body);
}

/* A receiver that is gone or full must not hold up the others: the next one is tried. */
void net_answers_flush(struct net_answers *a)
{
	unsigned done = 0;

	while (done < a->count) {
		int sent = sendmmsg(
			a->fd, a->messages + done, a->count - done, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno == EINTR)
			continue;
		a->stats->writes++;
		a->stats->dropped += sent < 0;
		for (int i = 0; i < sent; i++)
			a->stats->bytes_out += a->messages[done + (unsigned)i].msg_len;
		done += sent < 0 ? 1 : (unsigned)sent;
	}
	a->count = 0;
	a->used = 0;
}
