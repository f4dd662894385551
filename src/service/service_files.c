/* service_files.c - a folder for clients elsewhere: they open, read, write and close what is in it.
 *
 * doc/files.md has the protocol.  A connection has one file open, and all that is known of it is in
 * the connection's state: nothing is shared, so that every model can carry it.  What a client
 * writes goes to the file in pieces, as it comes; what it reads is read once and kept by the output
 * until it has left.  Whoever asks for more than REMOTE_REQUESTS_MAX times without taking the
 * answers is sent away, so that the output has a bound. */
#include "net/net_error.h"
#include "net/net_remote.h"
#include "service/service.h"
#include "service/service_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { WAITING_MAX = REMOTE_REQUESTS_MAX * (REMOTE_DATA_MAX + REMOTE_ANSWER_MAX) };

struct folder {
	int fd;
	bool is_writable;
};

/* Of a connection; all zeroes at first. */
struct files {
	struct service_file file;
	bool is_greeted;
	uint8_t code;      /* enum remote_code of the write under way */
	uint32_t to_write; /* its bytes that are to come */
	uint32_t written;  /* those that are in the file; after a fault, no more follow */
	uint64_t place;    /* where it began */
	size_t head_size;  /* bytes of a request whose head has not come in full */
	uint8_t head[REMOTE_HEAD_MAX];
};

/* The contents of an answer, for as long as the output needs them. */
struct contents {
	struct shared count; /* first */
	uint8_t bytes[];
};

/* Where an answer goes. */
struct client {
	struct net_server *server;
	conn_id conn;
	struct files *files;
};

static void free_contents(struct shared *count)
{
	free(count);
}

/* False: the client is gone. */
static bool send_away(const struct client *c, const char *why, bool is_graceful)
{
	net_server_log(c->server, "files: a client was sent away: %s", why);
	(void)service_file_close(&c->files->file);
	net_close(c->server, c->conn, is_graceful);
	return false;
}

/* False: the client is gone. */
static bool answer(const struct client *c, const struct remote_answer *a, struct contents *contents)
{
	uint8_t head[REMOTE_ANSWER_MAX];
	struct writer w = writer_of(head, sizeof head);
	size_t waiting;

	remote_answer_encode(&w, a);
	waiting = net_send(c->server, c->conn, writer_span(&w),
		contents ? span_of(contents->bytes, a->count) : span_of(NULL, 0),
		contents ? &contents->count : NULL);
	return waiting <= WAITING_MAX || send_away(c, "it does not take its answers", false);
}

/* The client does what no client of this version does.  It is told so as an answer to its greeting,
 * since what it wanted is not known. */
static bool refuse(const struct client *c)
{
	const struct remote_answer a = {.type = REMOTE_HELLO, .code = REMOTE_MALFORMED};

	return answer(c, &a, NULL) &&
		send_away(c, "it speaks another protocol, or another version", true);
}

static bool open_file(
	const struct folder *folder, const struct client *c, const struct remote_request *q)
{
	struct service_file *f = &c->files->file;
	struct remote_answer a = {.type = REMOTE_OPEN};

	if (q->flags & REMOTE_TO_WRITE && !folder->is_writable)
		a.code = REMOTE_READ_ONLY;
	else
		a.code = (uint8_t)service_file_open(f, folder->fd, q->path, q->flags);
	a.has_places = f->has_places;
	a.identity = f->identity;
	return answer(c, &a, NULL);
}

static bool read_file(const struct client *c, const struct remote_request *q)
{
	struct contents *contents = malloc(sizeof *contents + q->size);
	struct remote_answer a = {.type = REMOTE_READ, .code = REMOTE_CROWDED};
	size_t count = 0;
	bool is_there;

	if (!contents)
		return answer(c, &a, NULL);
	shared_init(&contents->count, free_contents);
	a.code = (uint8_t)service_file_read(
		&c->files->file, q->place, contents->bytes, q->size, &count);
	a.count = (uint32_t)count;
	is_there = answer(c, &a, contents);
	shared_unref(&contents->count);
	return is_there;
}

/* Some more of what is to be written, or all of it. */
static bool write_file(const struct client *c, struct span bytes)
{
	struct files *f = c->files;
	size_t count = 0;

	if (f->code == REMOTE_DONE) {
		f->code =
			(uint8_t)service_file_write(&f->file, f->place + f->written, bytes, &count);
		f->written += (uint32_t)count;
		if (f->code == REMOTE_DONE && count < bytes.size)
			f->code = REMOTE_LATER; /* for the rest, which is not tried */
	}
	f->to_write -= (uint32_t)bytes.size;
	return f->to_write ||
		answer(c,
			&(struct remote_answer){
				.type = REMOTE_WRITE,
				.code = f->written ? REMOTE_DONE : f->code,
				.count = f->written,
			},
			NULL);
}

static bool size_file(const struct client *c)
{
	struct remote_answer a = {.type = REMOTE_SIZE};

	a.code = (uint8_t)service_file_size(&c->files->file, &a.size);
	return answer(c, &a, NULL);
}

static bool close_file(const struct client *c)
{
	struct remote_answer a = {.type = REMOTE_CLOSE};

	a.code = (uint8_t)service_file_close(&c->files->file);
	return answer(c, &a, NULL);
}

/* A client greets once, before all else, and opens one file at a time. */
static bool is_in_order(const struct files *f, const struct remote_request *q)
{
	if (q->type == REMOTE_HELLO)
		return !f->is_greeted && q->version == REMOTE_VERSION;
	return f->is_greeted && !(q->type == REMOTE_OPEN && f->file.is_open);
}

/* False: the client is gone. */
static bool act(const struct folder *folder, const struct client *c, const struct remote_request *q)
{
	const struct remote_answer greeting = {.type = REMOTE_HELLO, .version = REMOTE_VERSION};
	struct files *f = c->files;

	if (!is_in_order(f, q))
		return refuse(c);
	switch (q->type) {
	case REMOTE_HELLO:
		f->is_greeted = true;
		return answer(c, &greeting, NULL);
	case REMOTE_OPEN:
		return open_file(folder, c, q);
	case REMOTE_READ:
		return read_file(c, q);
	case REMOTE_WRITE:
		f->place = q->place;
		f->to_write = q->size;
		f->written = 0;
		f->code = REMOTE_DONE;
		return true;
	case REMOTE_SIZE:
		return size_file(c);
	case REMOTE_CLOSE:
		return close_file(c);
	}
	return true;
}

/* The request at the front of *bytes, whose head may have begun before them.  False: the client is
 * gone. */
static bool take_request(const struct folder *folder, const struct client *c, struct span *bytes)
{
	struct files *f = c->files;
	struct remote_request q;
	size_t room = sizeof f->head - f->head_size;
	size_t more = bytes->size < room ? bytes->size : room;
	int used;

	memcpy(f->head + f->head_size, bytes->at, more);
	used = remote_request_decode(span_of(f->head, f->head_size + more), &q);
	if (used < 0)
		return refuse(c);
	if (used == 0) {
		f->head_size += more;
		*bytes = span_of(NULL, 0);
		return true;
	}
	*bytes = span_skip(*bytes, (size_t)used - f->head_size);
	f->head_size = 0;
	return act(folder, c, &q);
}

static void received(void *self, struct net_server *s, conn_id conn, struct span bytes)
{
	const struct client c = {s, conn, net_state(s, conn)};
	bool is_there = true;

	while (is_there && bytes.size) {
		size_t size = c.files->to_write < bytes.size ? c.files->to_write : bytes.size;

		if (size) {
			is_there = write_file(&c, span_of(bytes.at, size));
			bytes = span_skip(bytes, size);
		} else {
			is_there = take_request(self, &c, &bytes);
		}
	}
}

static void closed(void *self, struct net_server *s, conn_id conn, int err)
{
	struct files *f = net_state(s, conn);

	(void)self;
	(void)err;
	(void)service_file_close(&f->file);
}

static int make(void **ret, const struct service_options *options, struct ting_error *err)
{
	struct folder *folder;
	int fd;

	if (!options->root)
		return net_error_set(err, -EINVAL, "files needs a folder: --root DIR");
	fd = open(options->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return net_error_set(
			err, -errno, "cannot serve %s: %s", options->root, strerror(errno));
	folder = malloc(sizeof *folder);
	if (!folder) {
		close(fd);
		return net_error_set(err, -ENOMEM, "cannot serve %s: no memory", options->root);
	}
	*folder = (struct folder){fd, options->is_writable};
	*ret = folder;
	return 0;
}

static void free_folder(void *self)
{
	struct folder *folder = self;

	close(folder->fd);
	free(folder);
}

static const struct net_protocol protocol = {
	.name = "files",
	.datagrams = NET_DATAGRAMS_REFUSED,
	.state_bytes = sizeof(struct files),
	.received = received,
	.closed = closed,
};

const struct service service_files = {
	.protocol = &protocol,
	.help = "a folder, for files:// endpoints elsewhere (--root, --writable)",
	.standard = "tcp://127.0.0.1:7021",
	.make = make,
	.free = free_folder,
};
