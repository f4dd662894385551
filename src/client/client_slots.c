/* client_slots.c - which requests are under way?
 *
 * A slot's place in the table is its packet id, less one: an id is free exactly when its slot is,
 * and an answer finds its slot at once.  Idle slots wait in a queue, so that an id rests as long as
 * it can before it is used again.  [MQTT-2.2.1-3] */
#include "client/client_state.h"

#include <assert.h>

void client_slots_init(struct client *c)
{
	list_init(&c->idle);
	list_init(&c->out);
	list_init(&c->asked);
	list_init(&c->lost);
	c->unreleased = c->due = &c->out;
	for (size_t i = 0; i < c->config.slots_count; i++) {
		struct client_slot *s = &c->config.slots[i];

		s->state = SLOT_IDLE;
		list_init(&s->link);
		list_append(&c->idle, &s->link);
	}
}

struct client_slot *client_slots_take(struct client *c, struct list *list, enum slot_state state)
{
	struct list *link = list_first(&c->idle);
	struct client_slot *s;

	if (!link)
		return NULL;
	s = LIST_ENTRY(link, struct client_slot, link);
	s->state = (uint8_t)state;
	s->is_seen = false;
	list_remove(link);
	list_append(list, link);
	if (list == &c->out) {
		c->out_count++;
		if (c->due == &c->out)
			c->due = link;
		if (c->unreleased == &c->out)
			c->unreleased = link;
	}
	return s;
}

/* Takes it out of its list; the marks in `out` move on. */
static void slot_unlink(struct client *c, struct client_slot *s)
{
	if (c->due == &s->link)
		c->due = s->link.next;
	if (c->unreleased == &s->link)
		c->unreleased = s->link.next;
	list_remove(&s->link);
}

static bool is_message(const struct client_slot *s)
{
	return s->state == SLOT_QUEUED || s->state == SLOT_SENT || s->state == SLOT_RELEASED;
}

/* Takes it out of its list, for good. */
static void slot_leave(struct client *c, struct client_slot *s)
{
	slot_unlink(c, s);
	if (!is_message(s))
		return;
	c->out_count--;
	if (s->is_seen)
		c->inflight--;
}

void client_slots_give(struct client *c, struct client_slot *s)
{
	slot_leave(c, s);
	s->state = SLOT_IDLE;
	list_append(&c->idle, &s->link);
}

void client_slots_lose(struct client *c, struct client_slot *s)
{
	slot_leave(c, s);
	s->state = is_message(s)               ? SLOT_LOST_MESSAGE
		: s->state == SLOT_SUBSCRIBING ? SLOT_LOST_SUBSCRIBING
					       : SLOT_LOST_UNSUBSCRIBING;
	list_append(&c->lost, &s->link);
}

uint16_t client_slots_id(const struct client *c, const struct client_slot *s)
{
	return (uint16_t)(s - c->config.slots + 1);
}

struct client_slot *client_slots_find(struct client *c, uint16_t packet_id)
{
	if (packet_id == 0 || packet_id > c->config.slots_count)
		return NULL;
	return &c->config.slots[packet_id - 1];
}

void client_slots_rewind(struct client *c)
{
	list_for_each (link, &c->out)
		LIST_ENTRY(link, struct client_slot, link)->is_seen = false;
	c->inflight = 0;
	c->due = c->out.next;
}

void client_slots_seen(struct client *c, struct client_slot *s)
{
	assert(is_message(s));
	if (!s->is_seen)
		c->inflight++;
	s->is_seen = true;
	if (c->due == &s->link)
		c->due = s->link.next;
}

void client_slots_release(struct client *c, struct client_slot *s)
{
	assert(s->state == SLOT_SENT);
	s->state = SLOT_RELEASED;
	client_slots_seen(c, s);
	slot_unlink(c, s);
	list_insert(c->unreleased, &s->link);
}
