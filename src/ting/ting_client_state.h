/* ting_client_state.h - what the files of the blocking client share.  Private to src/ting.
 *
 * The core decides, the carrier has the bytes, the outbox what the application wants and the inbox
 * what came for it.  Whatever a call waits for, it takes turns until that is there: one turn hands
 * requests over to the core, writes, waits, reads, and does what the core says. */
#ifndef TING_CLIENT_STATE_H
#define TING_CLIENT_STATE_H

#include "base/base_ids.h"
#include "ting/ting_client_carrier.h"
#include "ting/ting_client_inbox.h"
#include "ting/ting_client_keep.h"
#include "ting/ting_client_outbox.h"

#include <ting/client.h>
#include <ting/core.h>

enum { RESPONSE_TOPIC_MAX = 512 };

struct ting_client {
	struct ting_client_options options; /* copies, in `kept` */
	struct arena kept;
	char endpoint[TING_NAME_MAX + 1];
	void *memory; /* of the core */
	struct ting_core *core;
	struct carrier carrier;
	struct outbox outbox;
	struct inbox inbox;
	size_t asked;       /* QoS 1 and 2 messages that the core has */
	struct list grants; /* subscriptions that the server granted */
	struct ting_welcome welcome;
	struct arena welcomed; /* what it leads to */

	msec now;
	msec open_by;   /* while a connection is being opened */
	int timeout_ms; /* of the calls that have none of their own */

	/* What the core's events left to be done when they are all taken. */
	bool wants_open, wants_stop, has_proof;
	struct ting_text proof; /* of enhanced authentication */
	int broken;             /* -errno: the connection does no good any more */

	bool is_interrupted; /* a signal's handler ran during a turn */
	bool is_leaving;     /* the application closes the client */
	int ended;           /* -errno: why there is no connection; 0: nothing happened to it */
	bool is_over;        /* and there will be none any more */
	int failed;          /* -errno of the first request that failed and that nobody awaited */
	int ungranted;       /* -errno: a subscription could not be had again */
	struct ting_error error;

	struct received *lent, *response; /* to the application */
	struct ting_text response_topic;  /* absent: not yet subscribed to */
	char response_topic_bytes[RESPONSE_TOPIC_MAX];
	uint64_t correlation; /* of the last request */
	bool awaits_response;
};

/* ting_client_turn.c */

/* Reads and ticks if the core's time has come, then hands over what waits, and writes. */
void turn_settle(struct ting_client *c);

/* Takes one turn without waiting, for calls that have nothing to wait for: an application may never
 * make another. */
void turn_once(struct ting_client *c);

/* Takes turns, at least one, until it is there or `due` (TING_NEVER: as long as it takes).  0;
 * -ETIMEDOUT, for which the caller has the words; -EINPROGRESS: nothing can be heard before the
 * application has taken what waits for it; -ENOTCONN: the client is over. */
int turn_until(struct ting_client *c,
	bool (*is_there)(const struct ting_client *c, const void *what), const void *what,
	msec due);

/* Does all that the core says now. */
void turn_drain(struct ting_client *c);

/* When `timeout_ms` from now are over. */
msec turn_due(struct ting_client *c, int timeout_ms);

/* The server is acknowledged a message; 0 is no receipt. */
int turn_acknowledge(struct ting_client *c, uint64_t receipt, uint8_t reason);

/* ting_client_event.c */

/* Takes one event, without a call to the core. */
void event_take(struct ting_client *c, const struct ting_event *e);

/* ting_client_grant.c */

/* The request was granted: these filters are to be asked for again when the server forgets them, or
 * no longer.  `reasons` has one byte a filter, or none. */
void grant_keep(struct ting_client *c, const struct request *r, struct ting_text reasons);

/* The server has forgotten them all. */
void grant_renew(struct ting_client *c);
void grant_done(struct ting_client *c);

/* ting_client_request.c */

/* The request is over.  Frees it unless it is awaited. */
void request_end(struct ting_client *c, struct request *r, int result);

/* ting_client_respond.c */

/* Does the message answer a request of ours? */
bool respond_is_response(const struct ting_client *c, const struct ting_message *m);

/* Takes from the inbox the response that is awaited, and drops the others. */
void respond_sort(struct ting_client *c);

#endif
