/* net_end_files.c - a file elsewhere: doc/files.md from the client's side.
 *
 * Under it is a stream, an endpoint like any other, which may be cut at any moment.  What an answer
 * has confirmed is done; what none has is asked for again on another stream.  That is right as long
 * as each request names its place; where it cannot, a cut is an error. */
#include "net/net_end.h"
#include "net/net_remote.h"

#include "base/base_alloc.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	RETRIES_USUAL = 8,
	RETRY_FIRST_MS = 100, /* then twice as long each time */
	RETRY_MAX_MS = 5000,
	POLL_FIRST_MS = 10, /* likewise, while a device has nothing */
	POLL_MAX_MS = 250,
	PEER_ASKED_S = 15,    /* after so long without a byte, and then as often */
	PEER_GONE_MS = 60000, /* nothing came for so long, and something was sent */
};

struct files {
	struct ting_end end; /* first */
	struct net_endpoint at;
	struct ting_options options; /* its strings are copies */
	struct ting_end *link;       /* NULL: it is cut */
	unsigned flags;              /* with which it was opened, of enum remote_flag */
	bool has_places;             /* or bytes come and go in order */
	bool goes_on;                /* after a cut, since each request names its place */
	uint64_t identity, place;
	int tries; /* since something was last done */
};

static struct files *files_of(struct ting_end *e)
{
	return (struct files *)e;
}

static void wait_ms(int ms)
{
	(void)net_end_wait(-1, 0, ms); /* for nobody: until the time is up */
}

/* first, then twice as long each time, at most `most`. */
static int backoff_ms(int first, int most, int tries)
{
	return tries < 16 && first << tries < most ? first << tries : most;
}

static void cut(struct files *f)
{
	(void)ting_close(f->link);
	f->link = NULL;
}

/* Has the stream to be opened anew?  The server's reasons are final, and so is another protocol. */
static bool is_cut(int err)
{
	return err == -ECONNRESET || err == -EPIPE || err == -ECONNREFUSED ||
		err == -ECONNABORTED || err == -ETIMEDOUT || err == -EHOSTUNREACH ||
		err == -ENETUNREACH || err == -ENETDOWN || err == -EAGAIN;
}

/* 0 or -errno. */
static int send_bytes(struct files *f, const void *bytes, size_t size)
{
	while (size) {
		ssize_t count = ting_write(f->link, bytes, size);

		if (count < 0)
			return (int)count;
		bytes = (const uint8_t *)bytes + count;
		size -= (size_t)count;
	}
	return 0;
}

/* 0 or -errno. */
static int receive_bytes(struct files *f, void *ret, size_t size)
{
	while (size) {
		ssize_t count = ting_read(f->link, ret, size);

		if (count <= 0)
			return count ? (int)count : -ECONNRESET;
		ret = (uint8_t *)ret + count;
		size -= (size_t)count;
	}
	return 0;
}

/* What has come and was not taken. */
static struct span ahead_of(const struct ting_end *e)
{
	return ting_is_ready(e) ? span_of(e->ahead.bytes + e->ahead.at, e->ahead.size - e->ahead.at)
				: span_of(NULL, 0);
}

/* The head of the next answer, which must be of that type.  0 or -errno. */
static int receive_answer(struct files *f, enum remote_type type, struct remote_answer *ret)
{
	int used;

	while ((used = remote_answer_decode(ahead_of(f->link), ret)) == 0) {
		ssize_t count = net_end_read_ahead(f->link, REMOTE_ANSWER_MAX);

		if (count <= 0)
			return count ? (int)count : -ECONNRESET;
	}
	if (used < 0 || ret->type != type)
		return -EPROTO;
	f->link->ahead.at += (size_t)used;
	return 0;
}

/* The greeting of a new stream, and what opens the file there, or a file that could not be opened
 * otherwise.  0 and *ret, or -errno. */
static int ask_to_open(struct files *f, unsigned flags, bool is_greeted, struct remote_answer *ret)
{
	const struct remote_request hello = {.type = REMOTE_HELLO, .version = REMOTE_VERSION};
	const struct remote_request q = {
		.type = REMOTE_OPEN,
		.flags = (uint8_t)flags,
		.path = span_of_text(f->at.path + 1), /* beneath the folder */
	};
	uint8_t bytes[2 * REMOTE_HEAD_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct remote_answer greeting = {.code = REMOTE_DONE};
	int err;

	if (!is_greeted)
		remote_request_encode(&w, &hello);
	remote_request_encode(&w, &q);
	err = send_bytes(f, bytes, writer_span(&w).size);
	if (!err && !is_greeted)
		err = receive_answer(f, REMOTE_HELLO, &greeting);
	if (!err && greeting.code)
		err = net_remote_error(greeting.code);
	return err ? err : receive_answer(f, REMOTE_OPEN, ret);
}

/* A machine that vanished says nothing: the kernel asks now and then whether it is there. */
static void watch_peer(const struct files *f)
{
	static const struct {
		int level, name, value;
	} rows[] = {
		{SOL_SOCKET, SO_KEEPALIVE, 1},
		{IPPROTO_TCP, TCP_KEEPIDLE, PEER_ASKED_S},
		{IPPROTO_TCP, TCP_KEEPINTVL, PEER_ASKED_S},
		{IPPROTO_TCP, TCP_USER_TIMEOUT, PEER_GONE_MS},
	};
	int fd = ting_descriptor(f->link, TING_READ);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		(void)setsockopt(
			fd, rows[i].level, rows[i].name, &rows[i].value, sizeof rows[i].value);
}

/* A new stream to the server.  0, or -errno with a sentence. */
static int link_up(struct files *f, struct ting_error *err)
{
	struct net_endpoint server = f->at;
	int failed;

	server.scheme = NET_TCP;
	server.path[0] = '\0';
	failed = net_end_open_socket(&f->link, &server, &f->options, err);
	if (!failed)
		watch_peer(f);
	return failed;
}

/* Once more, without making or cutting the file again.  0 or -errno; then f->link is NULL. */
static int open_again(struct files *f)
{
	struct remote_answer a;
	int err = link_up(f, NULL);

	if (err)
		return err;
	err = ask_to_open(f, f->flags & ~(unsigned)(REMOTE_CREATES | REMOTE_CUTS), false, &a);
	if (!err && a.code)
		err = net_remote_error(a.code);
	if (!err && a.identity != f->identity)
		err = -ESTALE; /* another file has its name now, or its machine restarted */
	if (err)
		cut(f);
	return err;
}

/* After a request that failed with `err`: 0, it may be made again, on a stream that works, or
 * -errno. */
static int recover(struct files *f, int err)
{
	int retries = f->options.retries ? f->options.retries : RETRIES_USUAL;

	cut(f);
	if (!f->goes_on)
		return err; /* nobody knows whether it was done */
	while (is_cut(err) && f->tries < retries) {
		wait_ms(backoff_ms(RETRY_FIRST_MS, RETRY_MAX_MS, f->tries++));
		err = open_again(f);
	}
	return err == -EAGAIN ? -EHOSTUNREACH : err; /* the resolver's; a device's means wait */
}

/* A request without contents.  0 and *ret, whose code may be any, or -errno. */
static int ask(struct files *f, enum remote_type type, struct remote_answer *ret)
{
	const struct remote_request q = {.type = type};
	uint8_t bytes[REMOTE_HEAD_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);
	int err = f->link ? 0 : -ECONNRESET;

	remote_request_encode(&w, &q);
	for (;;) {
		if (!err)
			err = send_bytes(f, bytes, writer_span(&w).size);
		if (!err)
			err = receive_answer(f, type, ret);
		if (!err) {
			f->tries = 0;
			return 0;
		}
		err = recover(f, err);
		if (err)
			return err;
	}
}

/* One call to read or to write: requests for a part each, many of them under way. */
struct transfer {
	enum remote_type type; /* REMOTE_READ or REMOTE_WRITE */
	uint8_t *bytes;        /* not changed by a write */
	size_t size;
	size_t asked, answered; /* bytes; all of them in this order */
	size_t done;            /* bytes that are there, without a gap */
	bool is_over;           /* no more are wanted than those that are done */
	int err;                /* 0, or why it is over: -errno */
};

static size_t part_of(const struct transfer *t, size_t at)
{
	return t->size - at < REMOTE_DATA_MAX ? t->size - at : REMOTE_DATA_MAX;
}

/* Sends as many requests as may be under way: without places, one, for what follows a part that is
 * short would be in its place.  0 or -errno. */
static int send_requests(struct files *f, struct transfer *t)
{
	size_t window = f->goes_on ? (size_t)REMOTE_REQUESTS_MAX * REMOTE_DATA_MAX : 1;
	uint8_t bytes[REMOTE_REQUESTS_MAX * 32];
	struct writer w = writer_of(bytes, sizeof bytes);
	int err = 0;

	while (!err && !t->is_over && t->asked < t->size && t->asked - t->answered < window) {
		const struct remote_request q = {
			.type = t->type,
			.place = f->place + t->asked,
			.size = (uint32_t)part_of(t, t->asked),
		};

		remote_request_encode(&w, &q);
		if (t->type == REMOTE_WRITE) {
			err = send_bytes(f, bytes, writer_span(&w).size);
			w = writer_of(bytes, sizeof bytes);
			if (!err)
				err = send_bytes(f, t->bytes + t->asked, q.size);
		}
		t->asked += q.size;
	}
	return err ? err : send_bytes(f, bytes, writer_span(&w).size);
}

/* Takes one answer.  What comes after a part that is short has no use.  0 or -errno. */
static int take_answer(struct files *f, struct transfer *t)
{
	size_t part = part_of(t, t->answered);
	struct remote_answer a;
	int err = receive_answer(f, t->type, &a);

	if (!err && a.count > part)
		err = -EPROTO;
	if (!err && t->type == REMOTE_READ)
		err = receive_bytes(f, t->bytes + t->answered, a.count);
	if (err)
		return err;
	if (!t->is_over) {
		t->done += a.count;
		t->is_over = a.count < part;
		t->err = a.code ? net_remote_error(a.code) : 0;
	}
	t->answered += part;
	f->tries = 0;
	return 0;
}

/* Until all that was asked is answered.  0 or -errno. */
static int run_transfer(struct files *f, struct transfer *t)
{
	int err = f->link ? 0 : -ECONNRESET;

	for (;;) {
		if (!err)
			err = send_requests(f, t);
		if (!err && t->answered == t->asked)
			return 0;
		if (!err)
			err = take_answer(f, t);
		if (!err)
			continue;
		if (t->is_over) { /* what is left to be answered has no use */
			cut(f);
			return 0;
		}
		err = recover(f, err);
		if (err)
			return err;
		t->asked = t->answered = t->done;
	}
}

/* Reads or writes at the place, and goes on from there.  Bytes, at least one but for the end, or
 * -errno; what was done before an error is told first. */
static ssize_t transfer(struct files *f, const struct transfer *wanted)
{
	int64_t waited_ms = 0;

	for (int tries = 0;; tries++) {
		struct transfer t = *wanted;
		int err, pause_ms = backoff_ms(POLL_FIRST_MS, POLL_MAX_MS, tries);

		if (t.size > REMOTE_PLACE_MAX - f->place)
			t.size = REMOTE_PLACE_MAX - f->place;
		err = run_transfer(f, &t);
		if (t.done == 0 && !err)
			err = t.err;
		f->place += t.done;
		if (t.done > 0 || err != -EAGAIN)
			return t.done > 0 ? (ssize_t)t.done : err;
		if (f->end.timeout_ms && waited_ms >= f->end.timeout_ms)
			return -ETIMEDOUT;
		wait_ms(pause_ms); /* it is a device */
		waited_ms += pause_ms;
	}
}

static ssize_t files_read(struct ting_end *e, void *ret, size_t size)
{
	const struct transfer t = {.type = REMOTE_READ, .bytes = ret, .size = size};

	return size ? transfer(files_of(e), &t) : 0;
}

static ssize_t files_write(struct ting_end *e, const void *bytes, size_t size)
{
	const struct transfer t = {.type = REMOTE_WRITE, .bytes = (uint8_t *)bytes, .size = size};

	if (size && files_of(e)->place == REMOTE_PLACE_MAX)
		return -EFBIG;
	return size ? transfer(files_of(e), &t) : 0;
}

static int64_t files_size(struct ting_end *e)
{
	struct remote_answer a;
	int err = ask(files_of(e), REMOTE_SIZE, &a);

	if (!err && a.code)
		err = net_remote_error(a.code);
	return err ? err : (int64_t)a.size;
}

static int64_t files_seek(struct ting_end *e, int64_t place)
{
	struct files *f = files_of(e);

	if (!f->has_places)
		return -ESPIPE;
	if (place < 0)
		place = files_size(e);
	if (place > (int64_t)REMOTE_PLACE_MAX)
		return -EINVAL;
	if (place >= 0)
		f->place = (uint64_t)place;
	return place;
}

static int files_close(struct ting_end *e)
{
	struct files *f = files_of(e);
	struct remote_answer a = {.code = REMOTE_DONE};
	int err = 0;

	/* Who only read has what there was. */
	if (f->flags & REMOTE_TO_WRITE)
		err = ask(f, REMOTE_CLOSE, &a);
	if (!err && a.code)
		err = net_remote_error(a.code);
	cut(f);
	free((char *)f->options.bind);
	free((char *)f->options.interface);
	return err;
}

static const struct net_end_kind kind = {
	.bytes = sizeof(struct files),
	.read = files_read,
	.write = files_write,
	.seek = files_seek,
	.size = files_size,
	.close = files_close,
};

static unsigned flags_of(const struct ting_options *o)
{
	unsigned flags = o->access ? 0 : REMOTE_TO_READ | REMOTE_TO_WRITE;

	flags |= o->access & TING_READ ? REMOTE_TO_READ : 0;
	flags |= o->access & TING_WRITE ? REMOTE_TO_WRITE : 0;
	if (!(flags & REMOTE_TO_WRITE))
		return flags;
	flags |= o->is_created ? REMOTE_CREATES : 0;
	flags |= o->is_cut ? REMOTE_CUTS : 0;
	return flags | (o->is_appended ? REMOTE_APPENDS : 0);
}

/* 0, or -errno with a sentence. */
static int open_first(struct files *f, struct ting_error *err)
{
	unsigned flags = flags_of(&f->options);
	struct remote_answer a = {.code = REMOTE_DONE};
	char name[NET_ENDPOINT_MAX + 1];
	int failed = link_up(f, err);

	if (failed)
		return failed;
	net_endpoint_format(&f->at, name);
	failed = ask_to_open(f, flags, false, &a);
	if (!failed && !f->options.access &&
		(a.code == REMOTE_READ_ONLY || a.code == REMOTE_DENIED)) {
		flags = REMOTE_TO_READ;
		failed = ask_to_open(f, flags, true, &a);
	}
	if (failed == -EPROTO)
		return net_error_set(err, failed,
			"cannot open %s: it is no server of files, or one of another version",
			name);
	if (failed == -ECONNRESET)
		return net_error_set(err, failed,
			"cannot open %s: it closed the connection; perhaps it has too many", name);
	if (failed)
		return net_error_set(err, failed, "cannot open %s: %s", name, strerror(-failed));
	if (a.code)
		return net_error_set(err, net_remote_error(a.code), "cannot open %s: %s", name,
			net_remote_text(a.code));
	f->flags = flags;
	f->has_places = a.has_places;
	f->goes_on = a.has_places && !(flags & REMOTE_APPENDS);
	f->identity = a.identity;
	return 0;
}

static char *copy_of(const char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;

	return text ? memcpy(alloc_sure(&alloc_libc, size), text, size) : NULL;
}

int net_end_open_files(struct ting_end **ret, const struct net_endpoint *e,
	const struct ting_options *options, struct ting_error *err)
{
	struct files *f = files_of(net_end_new(&kind, options));
	int failed;

	f->at = *e;
	f->options = *options;
	f->options.bind = copy_of(options->bind);
	f->options.interface = copy_of(options->interface);
	failed = open_first(f, err);
	if (failed) {
		(void)files_close(&f->end);
		net_end_free(&f->end);
		return failed;
	}
	memcpy(f->end.local, ting_local_name(f->link), strlen(ting_local_name(f->link)) + 1);
	(void)snprintf(f->end.remote, sizeof f->end.remote, "files%s%s",
		strchr(ting_remote_name(f->link), ':'), e->path);
	*ret = &f->end;
	return 0;
}
