/* ting/client.h - an MQTT client that does its own input and output, and waits.
 *
 *	struct ting_client *c;
 *	struct ting_message m;
 *	struct ting_error err;
 *
 *	if (ting_client_open(&c, "mqtt://localhost", NULL, &err) < 0 ||
 *		ting_client_subscribe(c, "home/#", 1) < 0)
 *		...
 *	while (ting_client_next(c, &m, -1) > 0)
 *		printf("%.*s\n", (int)m.payload.size, m.payload.at);
 *	ting_client_close(c);
 *
 * It starts no thread: keep alive, connecting again and what was queued go on inside these calls,
 *so a program calls one of them now and then, at least once in a keep-alive interval, with a
 *timeout of 0 if it has no time.  When the connection is lost, they connect again, send again what
 *the server has not acknowledged and, if the server has forgotten them, subscribe again.
 *
 * Timeouts are milliseconds; 0 does not wait, negative waits as long as it takes.  A client is used
 * by one thread at a time. */
#ifndef TING_CLIENT_FACE_H
#define TING_CLIENT_FACE_H

#include <ting/mqtt.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ting_client;

/* Connects, and waits until the server lets it in.  `server`: "mqtt://host", "mqtt://host:1884",
 * "mqtt://user:password@host", or a stream endpoint (ting/endpoint.h): "tcp://[::1]:1883",
 * "unix:///run/ting.sock".  `options` may be NULL; what they point to is copied.  0, or -errno with
 * a sentence and nothing to close: -ECONNREFUSED, -EACCES (the server said no), -ETIMEDOUT,
 * -EINVAL... */
int ting_client_open(struct ting_client **ret, const char *server,
	const struct ting_client_options *options, struct ting_error *err);

/* What went wrong last: a sentence, borrowed until the next call. */
const char *ting_client_error(const struct ting_client *c);

/* Publishes and waits until the server has the message as its QoS promises: for QoS 0 until it is
 * with the kernel, for the others until the last acknowledgement.  0, or -errno: -EINVAL,
 * -EMSGSIZE, -EOPNOTSUPP (see ting/core.h), -EACCES (the server refused it), -ECONNRESET (the
 * session was lost: it may have arrived or not), -ENOTCONN (QoS 0, no connection and it is not to
 * be connected again), -ENOBUFS (received messages wait, and no more fit: take them with
 * ting_client_next()). */
int ting_client_publish(struct ting_client *c, const struct ting_message *m);

/* "hello" on "home/door", in one line. */
int ting_client_say(struct ting_client *c, const char *topic, const char *text, uint8_t qos);

/* Queues a copy and does not wait; without a connection it waits in the queue, QoS 0 too.  Answers
 * a ticket, above 0, or -errno: -ENOBUFS at requests_max messages or TING_QUEUE_BYTES_MAX bytes. */
int64_t ting_client_queue(struct ting_client *c, const struct ting_message *m);

enum { TING_QUEUE_BYTES_MAX = 64 << 20 };

/* Waits until all that is queued is with the server.  The messages that are not yet, 0 if all are;
 * or what ting_client_publish() answers, for one that failed. */
int ting_client_flush(struct ting_client *c, int timeout_ms);

/* Subscribes and waits for the answer.  The QoS that the server granted, of the last filter; or
 * -errno: -EACCES if it refused one. */
int ting_client_subscribe(struct ting_client *c, const char *filter, uint8_t qos);
int ting_client_subscribe_all(
	struct ting_client *c, const struct ting_filter *filters, size_t count);

/* 0 or -errno. */
int ting_client_unsubscribe(struct ting_client *c, const char *filter);

/* The next message: 1 and *ret, borrowed until the next call of this function or until the client
 * is closed; 0 if none came in time; -errno if none will come any more: the connection is lost and
 * is not to be connected again.  Unless `acknowledges_later`, this call acknowledges the message
 * that the one before gave: a program that ends in the middle gets it again. */
int ting_client_next(struct ting_client *c, struct ting_message *ret, int timeout_ms);

/* With `acknowledges_later`: the application has taken care of it; `reason` as in ting/core.h. */
int ting_client_acknowledge(struct ting_client *c, uint64_t receipt, uint8_t reason);

/* Request and response (MQTT 5).  Publishes *m with a response topic and correlation data of its
 * own, and waits for the answer, borrowed like a message of ting_client_next(); other messages wait
 * meanwhile.  0, -ETIMEDOUT, or what ting_client_publish() answers. */
int ting_client_request(struct ting_client *c, const struct ting_message *m,
	struct ting_message *ret, int timeout_ms);

/* Publishes the answer to a request that was received, with its QoS.  -EINVAL: it asks for none. */
int ting_client_respond(
	struct ting_client *c, const struct ting_message *request, struct ting_text payload);

/* To wait for, with poll(2), beside others: the socket, which may change; -1: there is none now.
 * `events` of poll(2) are in *ret; call ting_client_next() with timeout 0 when it is ready or after
 * the milliseconds in *ret_timeout. */
int ting_client_descriptor(const struct ting_client *c, short *ret, int *ret_timeout);

bool ting_client_is_connected(const struct ting_client *c);

/* What the server said when it let us in last. */
const struct ting_welcome *ting_client_welcome(const struct ting_client *c);

/* Says goodbye if there is a connection.  Waits for nothing: ting_client_flush() before does.  NULL
 * is fine. */
void ting_client_close(struct ting_client *c);

#ifdef __cplusplus
}
#endif

#endif
