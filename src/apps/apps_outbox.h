/* apps_outbox.h - copies of messages that wait, in order, until somebody has them.
 *
 * Bounded in number and in bytes; a message has a ticket, by which it is ended in any order. */
#ifndef TING_APPS_OUTBOX_H
#define TING_APPS_OUTBOX_H

#include "base/base_span.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	OUTBOX_MAX = 2048,           /* messages */
	OUTBOX_BYTES_MAX = 16 << 20, /* before no more are taken; the last one may go beyond */
};

/* Private, like all of struct outbox. */
struct outbox_item {
	struct span bytes;
	uint64_t tag;
	enum { OUTBOX_WAITING, OUTBOX_SENT, OUTBOX_OVER } state;
};

struct outbox {
	struct outbox_item *ring; /* the message with ticket T is at T % OUTBOX_MAX */
	uint64_t first, due,
		end; /* tickets: the oldest, the first that may wait, the next new one */
	size_t bytes;
};

void outbox_init(struct outbox *b);
void outbox_done(struct outbox *b);

/* For one more message, and `others` beside it? */
bool outbox_has_room(const struct outbox *b, size_t others);
bool outbox_is_empty(const struct outbox *b);

/* Copies a message; it must be one of the OUTBOX_MAX.  `tag` is the caller's. */
void outbox_add(struct outbox *b, struct span bytes, uint64_t tag);

/* The first message that waits, borrowed until it is over.  False: none does. */
bool outbox_next(struct outbox *b, struct span *ret, uint64_t *ret_ticket);

/* It waits no longer, but is not over. */
void outbox_sent(struct outbox *b, uint64_t ticket);

/* It waits again, before those that came after it. */
void outbox_again(struct outbox *b, uint64_t ticket);

/* It is over: its tag. */
uint64_t outbox_over(struct outbox *b, uint64_t ticket);

/* Those that are not kept are over.  All must wait, and have other tickets after it. */
void outbox_sift(struct outbox *b, bool (*is_kept)(void *self, uint64_t tag), void *self);

/* Messages that are not over. */
size_t outbox_count(const struct outbox *b);

#endif
