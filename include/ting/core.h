/* ting/core.h - an MQTT client for a program with a loop of its own.
 *
 * It opens no socket, reads no clock, starts no thread and allocates nothing: the program hands it
 * memory, the bytes that came and the time, and does what it is told.
 *
 *	ting_core_tick(c, now);                       the deadline came
 *	ting_core_opened(c, now);                     the transport is there
 *	ting_core_received(c, now, bytes, size);      bytes came
 *	ting_core_closed(c, now);                     the transport is gone
 *	ting_core_publish(c, now, &message, ticket);  and the other wishes
 *
 *	while (ting_core_next(c, &event)) ...         after each of these: what must now be done
 *	due = ting_core_deadline(c);                  when to tick
 *
 * Times are milliseconds, from 0 on, of a clock that never goes back.  A core is used by one thread
 * at a time.  What it is asked out of place it answers with an error; it never ends the program. */
#ifndef TING_CORE_H
#define TING_CORE_H

#include <ting/mqtt.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ting_core;

#define TING_NEVER INT64_MAX

/* The memory that a client with these options needs, in bytes; any alignment. */
size_t ting_core_size(const struct ting_client_options *options);

/* A client in that memory, which stays the caller's and is free again when the client is of no more
 * use; nothing has to be ended.  Its first ting_core_tick() asks for a transport.  0, or -EINVAL
 * with a sentence unless `err` is NULL: an option that the protocol does not allow, or less memory
 * than that. */
int ting_core_init(struct ting_core **ret, void *memory, size_t size,
	const struct ting_client_options *options, struct ting_error *err);

enum ting_event_type {
	/* For the transport. */
	TING_OPEN,  /* open one, then ting_core_opened(), or ting_core_closed() if it failed */
	TING_SEND,  /* write `bytes`: all of them, in this order, when the transport takes them */
	TING_CLOSE, /* close it once all of that is written, or give it up; there is nothing more to
		     * tell of it, and the next TING_OPEN may come before that */
	/* For the application. */
	TING_CONNECTED,     /* `welcome` */
	TING_MESSAGE,       /* `message` */
	TING_PUBLISHED,     /* `answer`: a QoS 1 or 2 message is over, its bytes are yours again */
	TING_SUBSCRIBED,    /* `answer` */
	TING_UNSUBSCRIBED,  /* `answer` */
	TING_CHALLENGED,    /* `data`: the server waits for ting_core_authenticate() */
	TING_AUTHENTICATED, /* `data`: authenticating again succeeded; the first time it is
			     * TING_CONNECTED that says so */
	TING_DISCONNECTED,  /* `farewell` */
};

struct ting_event {
	enum ting_event_type type;
	union {
		struct ting_text bytes;
		struct ting_welcome welcome;
		struct ting_message message;
		struct ting_answer answer;
		struct ting_text data; /* of enhanced authentication */
		struct ting_farewell farewell;
	};
};

/* The next thing to do, in order; false: nothing is left.  All must be taken before the next call
 * of the others, which fail with -EBUSY otherwise; spans are borrowed until then.  A call that
 * failed may leave some too. */
bool ting_core_next(struct ting_core *c, struct ting_event *ret);

/* When ting_core_tick() is due: 0 at first, TING_NEVER. */
int64_t ting_core_deadline(const struct ting_core *c);

/* These answer 0 or -EBUSY; ting_core_opened() also -EINVAL: none was to be opened.  A transport
 * that is no longer of interest may be closed without a word. */
int ting_core_tick(struct ting_core *c, int64_t now);
int ting_core_opened(struct ting_core *c, int64_t now);
int ting_core_closed(struct ting_core *c, int64_t now);

/* All the bytes that came and were not yet taken, in one piece.  They stay the caller's, and must
 * stay where they are until ting_core_next() has answered false; ting_core_taken() says then how
 * many from the front are done with, and ting_core_wanted() how large a piece must be for the
 * packet that it begins with; 0: not known yet.  Taken is less than given also with
 * `acknowledges_later` before MQTT 5, when receive_max messages wait to be acknowledged: give them
 * again after that. */
int ting_core_received(struct ting_core *c, int64_t now, const void *bytes, size_t size);
size_t ting_core_taken(const struct ting_core *c);
size_t ting_core_wanted(const struct ting_core *c);

/* Wishes.  `ticket` is the application's name for one, given back in its answer.  0, or nothing
 * was done:
 *   -EBUSY      events are still to be taken
 *   -ENOBUFS    requests_max are open, or it does not fit send_bytes_max
 *   -ENOTCONN   there is no connection, and it cannot wait: QoS 0 messages, subscriptions
 *   -EINVAL     a topic, a filter, a QoS, a property or a reason is not allowed
 *   -EMSGSIZE, -EOPNOTSUPP  a limit of the server's forbids it: the packet's size; the QoS, retain,
 *               shared subscriptions, subscription ids, wildcards
 *
 * A QoS 1 or 2 message may be published without a connection and waits for one.  Its topic, payload
 * and properties, all that *m leads to, must stay where they are until TING_PUBLISHED names its
 * ticket; *m itself need not.  Everything else is free when the events are taken. */
int ting_core_publish(
	struct ting_core *c, int64_t now, const struct ting_message *m, uint64_t ticket);
int ting_core_subscribe(struct ting_core *c, int64_t now, const struct ting_filter *filters,
	size_t count, uint64_t ticket);
int ting_core_unsubscribe(struct ting_core *c, int64_t now, const struct ting_text *filters,
	size_t count, uint64_t ticket);

/* What goes along with a wish (MQTT 5). */
struct ting_extra {
	const struct ting_pair *user; /* user properties */
	size_t user_count;
	struct ting_text reason_string; /* of a disconnection or an authentication */
	bool has_session_expiry;        /* of a disconnection: the session outlives it for so long,
					 * and not for session_expiry_s of the options */
	uint32_t session_expiry_s;
};

/* Goes along with the next subscription, unsubscription, authentication or disconnection that is
 * asked for, and what it leads to is borrowed until then.  Before MQTT 5 it is left out.  0, or
 * -EINVAL: a text that is none, or an expiry for a session that was to end with its connection. */
int ting_core_add(struct ting_core *c, const struct ting_extra *extra);

/* With `acknowledges_later`: the application has taken care of the message.  `reason` is 0, or
 * (MQTT 5) 0x80 and above: it is refused.  The receipt of a QoS 1 message is good for its
 * connection, because the server sends the message again on the next; that of a QoS 2 message for
 * its session.  One that does not count any more is ignored: 0. */
int ting_core_acknowledge(struct ting_core *c, int64_t now, uint64_t receipt, uint8_t reason);

/* The next step of enhanced authentication, or the first of authenticating again.  -EALREADY: it is
 * the server's turn. */
int ting_core_authenticate(struct ting_core *c, int64_t now, struct ting_text data);

/* Says goodbye, or gives up connecting, and does not connect again until ting_core_connect();
 * with_will: the server shall publish the will, for which before MQTT 5 there is no goodbye.
 * -ENOTCONN: there is nothing to end.  -EMSGSIZE: the server takes no goodbye with what was added
 * to it. */
int ting_core_disconnect(struct ting_core *c, int64_t now, bool with_will);

/* Connects again now: after a disconnection that was asked for, or instead of waiting.  Nothing
 * happens where there is a connection.  0 or -EBUSY. */
int ting_core_connect(struct ting_core *c, int64_t now);

bool ting_core_is_connected(const struct ting_core *c);

/* QoS 1 and 2 messages that the server has not acknowledged. */
size_t ting_core_unfinished(const struct ting_core *c);

#ifdef __cplusplus
}
#endif

#endif
