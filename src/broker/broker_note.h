/* broker_note.h - what the broker has to tell whoever runs it.
 *
 * Each decision that a person may one day ask about is one note: a row in a table with a name, a
 * level and the counter that counts it.  The driver turns notes into log lines. */
#ifndef TING_BROKER_NOTE_H
#define TING_BROKER_NOTE_H

#include "base/base_ids.h"
#include "base/base_span.h"
#include "base/base_writer.h"

enum broker_note_code {
	BROKER_NOTE_CONNECTED,    /* number: keep alive in seconds; reason: protocol version */
	BROKER_NOTE_DISCONNECTED, /* the client said goodbye; reason: its code */
	BROKER_NOTE_CLOSED,       /* the connection went without a DISCONNECT */
	BROKER_NOTE_REFUSED,      /* CONNECT refused; reason */
	BROKER_NOTE_FAULT,        /* the client broke the protocol and was disconnected; reason */
	BROKER_NOTE_CONNECT_TIMEOUT, /* no whole CONNECT in time */
	BROKER_NOTE_KEEPALIVE_TIMEOUT,
	BROKER_NOTE_TAKEN_OVER,        /* another connection came with the same client id */
	BROKER_NOTE_FULL,              /* connections_max or sessions_max */
	BROKER_NOTE_SESSION_EXPIRED,   /* the session of an offline client ended */
	BROKER_NOTE_SUBSCRIBED,        /* topic: filter; reason: granted QoS */
	BROKER_NOTE_SUBSCRIBE_REFUSED, /* topic: filter; reason */
	BROKER_NOTE_UNSUBSCRIBED,
	BROKER_NOTE_PUBLISH_RECEIVED, /* topic; number: payload bytes; reason: QoS */
	BROKER_NOTE_PUBLISH_SENT,
	BROKER_NOTE_PUBLISH_REFUSED, /* access, size or retain bound; reason */
	BROKER_NOTE_WILL_SENT,
	BROKER_NOTE_QUEUE_FULL, /* the first one dropped since the queue was empty; number: messages
				   queued */
	BROKER_NOTE_OUTPUT_FULL,      /* likewise, QoS 0 to a client that does not read */
	BROKER_NOTE_TOO_LARGE,        /* a message above the client's maximum packet size */
	BROKER_NOTE_EXPIRED,          /* a message expired before it was sent */
	BROKER_NOTE_DELIVERY_REFUSED, /* access said no to a delivery */
	BROKER_NOTE_RETAIN_FULL,      /* retained_messages_max or retained_bytes_max */
	BROKER_NOTE_SHARE_REROUTED,   /* a shared message went to another member */
	BROKER_NOTE_SHARE_LOST,       /* and this one found none */
	BROKER_NOTE_NO_MEMORY,        /* the allocator said no; that client went */
	BROKER_NOTE_CONFIGURED,
	BROKER_NOTE_SHUTDOWN,
	BROKER_NOTES
};

enum broker_note_level {
	BROKER_LEVEL_ERROR,
	BROKER_LEVEL_WARNING,
	BROKER_LEVEL_NOTICE,
	BROKER_LEVEL_INFORMATION,
	BROKER_LEVEL_SUBSCRIBE,
	BROKER_LEVEL_UNSUBSCRIBE,
	BROKER_LEVEL_DEBUG,
};

/* The spans are borrowed until the effects are reset. */
struct broker_note {
	enum broker_note_code code;
	struct span client_id, topic;
	uint32_t reason;
	int64_t number;
};

struct broker_note_row {
	const char *name; /* "queue-full": for counters and filters */
	enum broker_note_level level;
};

const struct broker_note_row *broker_note_row(enum broker_note_code code);

/* One line of English without its end: what happened, to whom, why.  Bytes of the network that are
 * not printable ASCII come out as \xNN.  `peer` names the connection, e.g. "127.0.0.1:50123". */
void broker_note_write(const struct broker_note *n, struct span peer, struct writer *w);

#endif
