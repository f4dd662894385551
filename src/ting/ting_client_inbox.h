/* ting_client_inbox.h - messages that were received and that nobody has taken yet. */
#ifndef TING_CLIENT_INBOX_H
#define TING_CLIENT_INBOX_H

#include "base/base_list.h"

#include <ting/mqtt.h>

struct received {
	struct list link;
	struct ting_message message;
	size_t bytes; /* of memory */
};

struct inbox {
	struct list messages;
	struct list responses; /* those to the client's own response topic */
	size_t bytes, bytes_max;
};

void inbox_init(struct inbox *i, size_t bytes_max);
void inbox_done(struct inbox *i);

/* Appends a copy to one of the lists.  0 or -ENOMEM.  The bound does not count here: who reads from
 * the server asks before. */
int inbox_add(struct inbox *i, struct list *list, const struct ting_message *m);

bool inbox_is_full(const struct inbox *i);

/* The first of the list, which is the caller's to give to received_free(); NULL: none. */
struct received *inbox_take(struct inbox *i, struct list *list);

/* The session goes on, on another connection: the server sends again what it has sent with QoS 1,
 * so that is forgotten. */
void inbox_resume(struct inbox *i);

/* The session is lost: nothing comes again, and nobody waits for an acknowledgement. */
void inbox_outlive(struct inbox *i);

/* NULL is fine. */
void received_free(struct received *r);

#endif
