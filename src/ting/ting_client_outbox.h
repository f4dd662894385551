/* ting_client_outbox.h - what the application wants of the server: copies, in order, until it is
 * done.
 *
 * Messages, subscriptions and unsubscriptions are requests.  They wait here while there is no
 * connection, and come back to their places when one was lost before they were done. */
#ifndef TING_CLIENT_OUTBOX_H
#define TING_CLIENT_OUTBOX_H

#include "base/base_list.h"

#include <ting/mqtt.h>

enum request_type { REQUEST_PUBLISH, REQUEST_SUBSCRIBE, REQUEST_UNSUBSCRIBE };

enum request_state {
	REQUEST_WAITING, /* for a connection, or for its turn */
	REQUEST_ASKED,   /* the core has it, and will answer */
	REQUEST_WRITTEN, /* QoS 0: it stands in the output up to `mark` */
	REQUEST_OVER,    /* `result` */
	REQUEST_STATES,
};

struct request {
	struct list link;
	enum request_type type;
	enum request_state state;
	uint64_t place;  /* order of the calls; 0: before all those */
	bool is_awaited; /* a call waits for the result, and frees it */
	bool is_renewal; /* a subscription that the server forgot: not the application's request */
	int result;      /* 0 or above, or -errno */
	uint64_t mark;   /* of the output */
	size_t bytes;    /* of memory */
	struct ting_message message;
	struct ting_filter *filters; /* whose subscription options an unsubscription has not */
	size_t filters_count;
};

struct outbox {
	struct list lists[REQUEST_STATES];
	size_t count, bytes; /* of the application's requests */
	size_t count_max, bytes_max;
	uint64_t made;
};

void outbox_init(struct outbox *o, size_t count_max, size_t bytes_max);
void outbox_done(struct outbox *o);

/* Is there room for one more request?  An empty outbox has room for any. */
bool outbox_has_room(const struct outbox *o, size_t bytes);

/* Copies the message, or the filters, into a request that waits behind the others.  0 or -ENOMEM;
 * the bounds do not count here. */
int outbox_add_message(struct request **ret, struct outbox *o, const struct ting_message *m);
int outbox_add_filters(struct request **ret, struct outbox *o, enum request_type type,
	const struct ting_filter *filters, size_t count);

/* The application has not asked for it: it does not count, and goes before what it has asked for.
 */
void outbox_renew(struct outbox *o, struct request *r);

/* The first in that state, or NULL. */
struct request *outbox_first(const struct outbox *o, enum request_state state);

/* One step of its life.  What waits again stands in its old place. */
void outbox_move(struct outbox *o, struct request *r, enum request_state state);

/* The output is gone, and with it what was not yet in the kernel as a whole. */
void outbox_rewind(struct outbox *o);

void outbox_remove(struct outbox *o, struct request *r);

/* "home/door": the topic, or the first filter. */
struct ting_text request_name(const struct request *r);

#endif
