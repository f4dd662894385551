/* ting_client_outbox.c - a list for each state; a request is one piece of memory. */
#include "ting/ting_client_outbox.h"

#include "ting/ting_client_keep.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define BIT(state) (1U << (state))

static const uint8_t next_states[] = {
	[REQUEST_WAITING] = BIT(REQUEST_ASKED) | BIT(REQUEST_WRITTEN) | BIT(REQUEST_OVER),
	[REQUEST_ASKED] = BIT(REQUEST_WAITING) | BIT(REQUEST_OVER),
	[REQUEST_WRITTEN] = BIT(REQUEST_WAITING) | BIT(REQUEST_OVER),
	[REQUEST_OVER] = 0,
};

void outbox_init(struct outbox *o, size_t count_max, size_t bytes_max)
{
	*o = (struct outbox){.count_max = count_max, .bytes_max = bytes_max};
	for (int i = 0; i < REQUEST_STATES; i++)
		list_init(&o->lists[i]);
}

void outbox_done(struct outbox *o)
{
	for (int i = 0; i < REQUEST_STATES; i++)
		while (!list_is_empty(&o->lists[i]))
			outbox_remove(o, outbox_first(o, (enum request_state)i));
}

bool outbox_has_room(const struct outbox *o, size_t bytes)
{
	return o->count == 0 ||
		(o->count < o->count_max && o->bytes < o->bytes_max &&
			bytes <= o->bytes_max - o->bytes);
}

static struct request *request_new(struct outbox *o, enum request_type type, size_t more)
{
	struct request *r = malloc(sizeof *r + more);

	if (!r)
		return NULL;
	*r = (struct request){.type = type, .place = ++o->made, .bytes = sizeof *r + more};
	list_append(&o->lists[REQUEST_WAITING], &r->link);
	o->count++;
	o->bytes += r->bytes;
	return r;
}

int outbox_add_message(struct request **ret, struct outbox *o, const struct ting_message *m)
{
	struct request *r = request_new(o, REQUEST_PUBLISH, keep_message_bytes(m));

	if (!r)
		return -ENOMEM;
	r->message = keep_message(r + 1, m);
	*ret = r;
	return 0;
}

int outbox_add_filters(struct request **ret, struct outbox *o, enum request_type type,
	const struct ting_filter *filters, size_t count)
{
	size_t more = count * sizeof *filters;
	struct request *r;
	char *at;

	for (size_t i = 0; i < count; i++)
		more += filters[i].filter.size;
	r = request_new(o, type, more);
	if (!r)
		return -ENOMEM;
	r->filters = (void *)(r + 1);
	r->filters_count = count;
	at = (char *)(r->filters + count);
	for (size_t i = 0; i < count; i++) {
		r->filters[i] = filters[i];
		r->filters[i].filter.at = memcpy(at, filters[i].filter.at, filters[i].filter.size);
		at += filters[i].filter.size;
	}
	*ret = r;
	return 0;
}

struct request *outbox_first(const struct outbox *o, enum request_state state)
{
	struct list *first = list_first(&o->lists[state]);

	return first ? LIST_ENTRY(first, struct request, link) : NULL;
}

/* Puts it behind those that wait and go before it, or with it. */
static void wait_in_place(struct outbox *o, struct request *r)
{
	struct list *place = o->lists[REQUEST_WAITING].next;

	while (place != &o->lists[REQUEST_WAITING] &&
		LIST_ENTRY(place, struct request, link)->place <= r->place)
		place = place->next;
	list_insert(place, &r->link);
}

void outbox_renew(struct outbox *o, struct request *r)
{
	assert(r->state == REQUEST_WAITING && !r->is_renewal);
	r->is_renewal = true;
	r->place = 0;
	o->count--;
	o->bytes -= r->bytes;
	list_remove(&r->link);
	wait_in_place(o, r);
}

void outbox_move(struct outbox *o, struct request *r, enum request_state state)
{
	assert(next_states[r->state] & BIT(state));
	r->state = state;
	list_remove(&r->link);
	if (state == REQUEST_WAITING)
		wait_in_place(o, r);
	else
		list_append(&o->lists[state], &r->link);
}

void outbox_rewind(struct outbox *o)
{
	struct request *r;

	while ((r = outbox_first(o, REQUEST_WRITTEN)))
		outbox_move(o, r, REQUEST_WAITING);
}

void outbox_remove(struct outbox *o, struct request *r)
{
	list_remove(&r->link);
	if (!r->is_renewal) {
		o->count--;
		o->bytes -= r->bytes;
	}
	free(r);
}

struct ting_text request_name(const struct request *r)
{
	return r->type == REQUEST_PUBLISH ? r->message.topic : r->filters[0].filter;
}
