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
 * so a program calls one of them now and then, at least once in a keep-alive interval, with a
 * timeout of 0 if it has no time.  When the connection is lost they connect again, ask again for
 * the subscriptions if the server has forgotten them, and send again what it has not acknowledged:
 * QoS 0 what had not yet reached the kernel, QoS 1 always, and QoS 2 unless the server has
 * forgotten the session.  A client whose place another of the same id has taken (MQTT 5 says so)
 * does not connect again.
 *
 * Timeouts are milliseconds; 0 does not wait, negative waits as long as it takes; only the
 *resolver, which looks up names, has a time of its own.  What fails answers -errno, and
 *ting_client_error() says it in a sentence.  A client is used by one thread at a time. */
#ifndef TING_CLIENT_FACE_H
#define TING_CLIENT_FACE_H

#include <ting/mqtt.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ting_client;

/* Connects, and waits until the server lets it in: reply_timeout_ms for the connection and as long
 * for its answer.  `server`: "mqtt://host", "mqtt://host:1884", "mqtt://user:password@host" with
 * both percent-encoded, or an endpoint (ting/endpoint.h): "tcp://[::1]:1883",
 * "unix:///run/ting.sock".  `options` may be NULL; what they point to is copied, and their user and
 * password go before those of `server`.  0, or -errno with a sentence and nothing to close:
 * -ECONNREFUSED, -EACCES (the server said no), -ETIMEDOUT, -EINVAL... */
int ting_client_open(struct ting_client **ret, const char *server,
	const struct ting_client_options *options, struct ting_error *err);

/* The longest that each of the calls may wait that name no time of their own; at first, as long as
 * it takes.  They answer -ETIMEDOUT then, and what they have begun goes on. */
void ting_client_set_timeout(struct ting_client *c, int timeout_ms);

/* What went wrong last: a sentence, borrowed until the next call; "": nothing did. */
const char *ting_client_error(const struct ting_client *c);

/* What the client keeps has bounds: what the application has asked for and the server has not yet
 * answered, and the received messages that nobody has taken. */
enum { TING_QUEUE_BYTES_MAX = 64 << 20, TING_INBOX_BYTES_MAX = 16 << 20 };

/* Publishes and waits until the server has the message as its QoS promises: for QoS 0 until it is
 * with the kernel, for the others until the last acknowledgement.  0, or nothing was done:
 *   -EINVAL, -EMSGSIZE, -EOPNOTSUPP  see ting/core.h
 *   -ENOTCONN    there is no connection, and it is not to be connected again
 *   -ENOBUFS     requests_max requests, or TING_QUEUE_BYTES_MAX bytes, are under way already, and
 *                none was over in time
 * or it may have arrived, or not:
 *   -EACCES      the server refused it
 *   -ECONNRESET  QoS 2: the session was lost; or the connection, and it is not to be connected
 * again or it was copied and goes on as if ting_client_queue() had been called: -ETIMEDOUT   see
 * ting_client_set_timeout() -EINPROGRESS received messages wait, and until they are taken with
 * ting_client_next() nothing more can be heard of the server */
int ting_client_publish(struct ting_client *c, const struct ting_message *m);

/* "hello" on "home/door", in one line. */
int ting_client_say(struct ting_client *c, const char *topic, const char *text, uint8_t qos);

/* Queues a copy and does not wait; without a connection it waits in the queue, QoS 0 too.  Answers
 * its number, above 0, or -errno: -ENOBUFS at the bounds (an empty queue takes a message of any
 * size), -EINVAL, -ENOTCONN. */
int64_t ting_client_queue(struct ting_client *c, const struct ting_message *m);

/* Waits until all that is queued is with the server, or one has failed.  How many are not yet; or
 * what ting_client_publish() answers, for the first that failed since the call before. */
int ting_client_flush(struct ting_client *c, int timeout_ms);

/* Subscribes and waits for the answer.  The QoS that the server granted, of the last filter; or
 * -errno: -EACCES if it refused one, or what ting_client_publish() answers. */
int ting_client_subscribe(struct ting_client *c, const char *filter, uint8_t qos);
int ting_client_subscribe_all(
	struct ting_client *c, const struct ting_filter *filters, size_t count);

/* 0 or -errno. */
int ting_client_unsubscribe(struct ting_client *c, const char *filter);

/* The next message: 1 and *ret, borrowed until the next call of this function or until the client
 * is closed; 0 if none came in time; or -errno:
 *   -ENOTCONN  the connection is lost and is not to be connected again
 *   -EACCES    (once) the server forgot a subscription, and refused it when it was asked for again
 *   -EINTR     a signal's handler ran while it waited; the other calls go on then
 *
 * Unless `acknowledges_later`, this call acknowledges the message that the one before gave: a
 * program that ends in the middle gets it again.  While TING_INBOX_BYTES_MAX bytes of messages wait
 * nothing is read from the server, which has to wait too. */
int ting_client_next(struct ting_client *c, struct ting_message *ret, int timeout_ms);

/* The application has taken care of it; `reason` as in ting/core.h.  Needed with
 * `acknowledges_later`; without, for the last message before the client is closed.  0 or -EINVAL.
 */
int ting_client_acknowledge(struct ting_client *c, uint64_t receipt, uint8_t reason);

/* Request and response (MQTT 5).  Publishes *m with a response topic and correlation data of its
 * own, and waits for the answer, which is acknowledged and borrowed until the next call of this
 * function or until the client is closed; other messages wait meanwhile, and an answer that comes
 * too late is dropped.  The topic is "ting/response/ID", or beneath what the server gives as
 * response information if it is asked for.  0, -ETIMEDOUT, or what ting_client_publish() answers;
 * -EOPNOTSUPP before MQTT 5. */
int ting_client_request(struct ting_client *c, const struct ting_message *m,
	struct ting_message *ret, int timeout_ms);

/* Publishes the answer to a request that was received, with its QoS.  -EINVAL: it asks for none. */
int ting_client_respond(
	struct ting_client *c, const struct ting_message *request, struct ting_text payload);

/* To wait for, with poll(2), beside others: the socket, which each call of the client may change;
 * -1: there is none now.  `events` of poll(2) are in *ret; call ting_client_next() with timeout 0
 * when it is ready or after the milliseconds in *ret_timeout (-1: none). */
int ting_client_descriptor(const struct ting_client *c, short *ret, int *ret_timeout);

bool ting_client_is_connected(const struct ting_client *c);

/* What the server said when it let us in last. */
const struct ting_welcome *ting_client_welcome(const struct ting_client *c);

/* Says goodbye if there is a connection, and waits a second at most until the server has heard it:
 * what was written arrives.  What is queued is lost: ting_client_flush() waits for that.  NULL is
 * fine. */
void ting_client_close(struct ting_client *c);

#ifdef __cplusplus
}
#endif

#endif
