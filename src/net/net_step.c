/* net_step.c - the moves of net_solo.h, as far as they go without waiting. */
#include "net/net_step.h"

#include <errno.h>
#include <sys/epoll.h>

/* Both directions are shut, or an error waits: reading finds out which. */
static const uint32_t broken = EPOLLHUP | EPOLLERR;

static void step_open(struct net_solo *c, uint32_t ready, bool can_write, uint8_t *buffer)
{
	const struct net_protocol *p = c->base.config.protocol;

	c->has_more = false;
	if (ready & (EPOLLIN | broken) && c->is_reading)
		net_solo_read(c, buffer, false);
	else if (ready & broken && c->out.size == 0)
		net_solo_lose(c, -ECONNRESET);
	if (c->state == NET_SOLO_OPEN)
		net_solo_expire(c);
	if (c->state == NET_SOLO_OPEN && p->turn_end)
		p->turn_end(c->base.config.self, &c->base);
	if (c->state == NET_SOLO_OPEN && (can_write || c->err))
		net_solo_write(c);
}

static void step_closing(struct net_solo *c, uint32_t ready, uint8_t *buffer)
{
	if (ready & (EPOLLIN | broken) && !c->is_ended)
		net_solo_drain(c, buffer);
	if (c->state != NET_SOLO_DEAD && net_solo_is_due(c))
		c->state = NET_SOLO_DEAD;
}

static uint32_t wanted(const struct net_solo *c)
{
	uint32_t in = c->is_ended ? 0 : EPOLLIN;

	switch (c->state) {
	case NET_SOLO_OPEN:
		return (c->is_reading ? in : 0) | (c->out.size > 0 || c->has_more ? EPOLLOUT : 0);
	case NET_SOLO_CLOSING:
		return in | EPOLLOUT;
	case NET_SOLO_DRAINING:
		return in;
	case NET_SOLO_DEAD:
		return 0;
	}
	return 0;
}

uint32_t net_step(struct net_solo *c, uint32_t ready, uint8_t buffer[NET_SOLO_BYTES])
{
	/* What waits already waits for the kernel's word: it may take a little before that, which
	 * is no sign of a peer who reads. */
	bool can_write = c->out.size == 0 || ready & (EPOLLOUT | broken);

	if (c->state == NET_SOLO_OPEN)
		step_open(c, ready, can_write, buffer);
	else
		step_closing(c, ready, buffer);
	if (c->state == NET_SOLO_CLOSING && can_write)
		net_solo_finish(c);
	if (c->out.size == 0)
		net_blocks_done(&c->blocks);
	return wanted(c);
}
