/* ting_client_inbox.c - each message is one piece of memory. */
#include "ting/ting_client_inbox.h"

#include "ting/ting_client_keep.h"

#include <errno.h>
#include <stdlib.h>

void inbox_init(struct inbox *i, size_t bytes_max)
{
	list_init(&i->messages);
	list_init(&i->responses);
	i->bytes = 0;
	i->bytes_max = bytes_max;
}

void received_free(struct received *r)
{
	free(r);
}

static struct received *take(struct inbox *i, struct list *link)
{
	struct received *r = LIST_ENTRY(link, struct received, link);

	list_remove(link);
	i->bytes -= r->bytes;
	return r;
}

struct received *inbox_take(struct inbox *i, struct list *list)
{
	return list_is_empty(list) ? NULL : take(i, list_first(list));
}

void inbox_done(struct inbox *i)
{
	struct received *r;

	while ((r = inbox_take(i, &i->messages)) || (r = inbox_take(i, &i->responses)))
		received_free(r);
}

int inbox_add(struct inbox *i, struct list *list, const struct ting_message *m)
{
	size_t bytes = sizeof(struct received) + keep_message_bytes(m);
	struct received *r = malloc(bytes);

	if (!r)
		return -ENOMEM;
	r->bytes = bytes;
	r->message = keep_message(r + 1, m);
	list_append(list, &r->link);
	i->bytes += bytes;
	return 0;
}

bool inbox_is_full(const struct inbox *i)
{
	return i->bytes >= i->bytes_max;
}

static void resume(struct inbox *i, struct list *list)
{
	list_for_each_safe (link, list) {
		const struct ting_message *m = &LIST_ENTRY(link, struct received, link)->message;

		if (m->qos == 1 && m->receipt)
			received_free(take(i, link));
	}
}

void inbox_resume(struct inbox *i)
{
	resume(i, &i->messages);
	resume(i, &i->responses);
}

static void outlive(struct list *list)
{
	list_for_each (link, list) {
		LIST_ENTRY(link, struct received, link)->message.receipt = 0;
	}
}

void inbox_outlive(struct inbox *i)
{
	outlive(&i->messages);
	outlive(&i->responses);
}
