/* ting/server.h - a server of your own on any of ting's nine server models.
 *
 * A service owns no socket: it is told what came, and says what to answer.  How its clients are
 * waited for is the model, a name: "iterative", "fork", "prefork", "thread", "pool", "select",
 * "poll", "epoll", "reuseport".  The same service runs on all that give it what it needs. */
#ifndef TING_SERVER_H
#define TING_SERVER_H

#include <ting/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ting_server;

/* A client's connection, until it is over; never 0 and not used again. */
typedef uint64_t ting_conn;

/* What a service may need of its model. */
enum ting_need {
	TING_ONE_MEMORY = 1, /* all clients are served in one process, and a call for one may send
			      * to and close any other */
	TING_ONE_THREAD = 2, /* never two calls at once */
};

/* All but `name` and `received` may be NULL.  `self` is what ting_serve() was given; unless the
 * service needs one memory and one thread, several threads or processes use it at once, and a call
 * knows of its own connection only. */
struct ting_service {
	const char *name;
	unsigned needs;       /* of enum ting_need */
	bool takes_datagrams; /* udp and unixgram: each datagram is a connection of its own, told as
			       * opened, received once, and over when `received` returns */
	size_t state_bytes;   /* of its own for each connection: see ting_server_state() */

	/* Someone connected; `peer` is an endpoint as text, NULL for a datagram. */
	void (*opened)(void *self, struct ting_server *s, ting_conn conn, const char *peer);

	/* Bytes came, in the order of the stream and cut anywhere; or a whole message, where the
	 * endpoint keeps messages.  Borrowed. */
	void (*received)(
		void *self, struct ting_server *s, ting_conn conn, const void *bytes, size_t size);

	/* Some of what was sent has left; about `waiting` bytes have not.  For who sends more than
	 * fits into memory. */
	void (*written)(void *self, struct ting_server *s, ting_conn conn, size_t waiting);

	/* The connection is over.  err is 0 when the client ended its stream in order: then the
	 * service may still send, in this call; otherwise -errno.  Not called for what the service
	 * closed itself. */
	void (*closed)(void *self, struct ting_server *s, ting_conn conn, int err);
};

/* All zeroes: epoll, as many clients as it bears, for ever. */
struct ting_serve_options {
	const char *model;
	uint32_t clients_max; /* at once; the excess is refused.  0: what the model bears */
	uint32_t workers;     /* of prefork, pool and reuseport.  0: as many as is usual */
	int idle_ms;          /* a client on which nothing moved for so long is closed.  0: never */
	int backlog;          /* of connections not yet accepted.  0: the system's maximum */

	/* Told once for each socket, before the first client: "tcp://127.0.0.1:43211".  NULL is
	 * fine. */
	void (*listening)(void *self, const char *endpoint);

	/* What no client can be told: one line.  From any thread or process.  NULL is fine. */
	void (*log)(void *self, const char *text);
};

/* Listens on the endpoints (ting/endpoint.h), whose last is followed by NULL, and serves until
 * SIGTERM or SIGINT: then it takes no more clients and ends when the present ones are served; at a
 * second signal it cuts them.  Meanwhile SIGALRM, SIGCHLD and SIGPIPE are the server's too; it puts
 * them all back, and leaves the soft limit of descriptors raised to the hard one.
 *
 * 0, or -errno with a sentence, which err, unless it is NULL, holds: -EINVAL, no such model or
 * endpoint; -ENOTSUP, the model cannot carry the service ("fork cannot carry chat: ..."), or not so
 * many clients, or the service takes no datagrams; -EBUSY, this process serves already; or what
 * listening answers. */
int ting_serve(const char *const *endpoints, const struct ting_service *service, void *self,
	const struct ting_serve_options *options, struct ting_error *err);

/* From within the slots.  A connection that is over is ignored by all of these. */

/* Sends a copy, in the order of the calls; one message where the endpoint keeps messages.  Answers
 * about how many bytes wait to leave now.
 *
 * A client that does not read what it is sent is not read either: with more than 256 KiB waiting,
 * `received` is not called for it until most of them have left.  What a service sends it on
 * another's behalf has no bound but the service's own. */
size_t ting_server_send(struct ting_server *s, ting_conn conn, const void *bytes, size_t size);

/* Ends it once what was sent has left; or at once. */
void ting_server_close(struct ting_server *s, ting_conn conn, bool is_graceful);

/* Goes on reading, as at first, or stops until told otherwise; the end is not noticed meanwhile. */
void ting_server_set_reading(struct ting_server *s, ting_conn conn, bool is_reading);

/* state_bytes of the connection, zeroes at first; NULL when it is over. */
void *ting_server_state(struct ting_server *s, ting_conn conn);

/* Is what is sent in one call received in one call? */
bool ting_server_keeps_messages(const struct ting_server *s, ting_conn conn);

#ifdef __cplusplus
}
#endif

#endif
