/* broker_retain.h - the last message of each topic that asked to be kept. */
#ifndef TING_BROKER_RETAIN_H
#define TING_BROKER_RETAIN_H

#include "base/base_heap.h"
#include "base/base_list.h"
#include "topic/topic_store.h"

struct broker;
struct broker_message;
struct broker_session;
struct broker_subscription;

struct broker_retain {
	struct topic_store *store; /* values: struct broker_retained */
	struct list all;           /* of them */
};

void broker_retain_init(struct broker *b);
void broker_retain_done(struct broker *b);

/* Keeps a message that was published with RETAIN, or clears its topic if the payload is empty.  0;
 * ERR_LIMIT or ERR_MEMORY: the topic keeps what it had. */
int broker_retain_keep(struct broker *b, struct broker_message *m);

/* The same for a will or a figure of $SYS, if it asks to be kept: there is no publisher to refuse,
 * so what is not kept is only told. */
void broker_retain_keep_own(struct broker *b, struct broker_message *m);

/* A retained message's time is over. */
void broker_retain_timer(struct broker *b, struct heap_node *timer);

/* From now on the session owes the retained messages that match the subscription.  0 or ERR_MEMORY.
 */
int broker_retain_replay(
	struct broker *b, struct broker_subscription *subscription, struct span filter);

/* Queues some of what is owed, as far as the session has room.  True when something was queued. */
bool broker_retain_feed(struct broker *b, struct broker_session *s);

/* The subscription is gone, or about to be replaced. */
void broker_retain_forget(struct broker *b, struct broker_subscription *subscription);

#endif
