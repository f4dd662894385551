/* apps_serve_listen.h - from the listeners of a file to listening sockets of a server. */
#ifndef TING_APPS_SERVE_LISTEN_H
#define TING_APPS_SERVE_LISTEN_H

#include "apps/apps_serve_log.h"
#include "net/net_server.h"

struct serve_listeners {
	struct net_listener
		*list; /* one per listener of the file; without sockets if passed over */
	size_t count;
	size_t given; /* the first so many are the server's */
};

/* Opens all of them, or none.  0, or -errno and a sentence. */
int serve_listeners_open(struct serve_listeners *ret, const struct conf *c, struct conf_error *e);

/* Gives them to the server, which closes them.  0, or -errno and a sentence. */
int serve_listeners_add(struct serve_listeners *l, const struct conf *c, struct net_server *s,
	struct conf_error *e);

/* One line per socket: "listening on tcp://127.0.0.1:1883". */
void serve_listeners_tell(const struct serve_listeners *l, struct serve_log *log);

/* Closes what the server does not have. */
void serve_listeners_done(struct serve_listeners *l);

#endif
