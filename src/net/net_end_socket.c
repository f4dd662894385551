/* net_end_socket.c - rows for streams, for messages on a connection, for datagrams to a group, and
 * for a listener's socket that is lent to one sender. */
#include "net/net_end_socket.h"

#include "net/net_connect.h"
#include "net/net_datagram.h"
#include "net/net_stream.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

struct socket_end {
	struct ting_end end;
	struct net_address other;    /* the group, or the sender */
	char path[NET_PATH_MAX + 1]; /* of the local end, to be removed; or "" */
	struct net_file file;        /* that it has */
};

static struct socket_end *socket_of(struct ting_end *e)
{
	return (struct socket_end *)e;
}

static ssize_t stream_read(struct ting_end *e, void *ret, size_t size)
{
	return net_stream_read(e->in, ret, size);
}

static ssize_t stream_write(struct ting_end *e, const void *bytes, size_t size)
{
	return net_stream_send(e->out, bytes, size);
}

static ssize_t message_read(struct ting_end *e, void *ret, size_t size)
{
	return net_datagram_receive(e->in, ret, size, NULL);
}

static ssize_t message_write(struct ting_end *e, const void *bytes, size_t size)
{
	return net_datagram_send(e->out, bytes, size, NULL);
}

static ssize_t group_write(struct ting_end *e, const void *bytes, size_t size)
{
	return net_datagram_send(e->out, bytes, size, &socket_of(e)->other);
}

/* What others send is thrown away; udp could be connected to the sender instead, but would forget
 * its port and its interface when that ends. */
static ssize_t lent_read(struct ting_end *e, void *ret, size_t size)
{
	const struct net_address *sender = &socket_of(e)->other;
	struct net_address from;
	ssize_t count;

	do {
		count = net_datagram_receive(e->in, ret, size, &from);
	} while ((count >= 0 || count == -EMSGSIZE) &&
		(from.size != sender->size || memcmp(&from.at, &sender->at, from.size) != 0));
	return count;
}

static int socket_shutdown(struct ting_end *e, enum ting_access directions)
{
	static const int how[] = {
		[TING_READ] = SHUT_RD, [TING_WRITE] = SHUT_WR, [TING_READ_WRITE] = SHUT_RDWR};

	if (shutdown(e->in, how[directions]) == 0 || errno == ENOTCONN) /* it has ended already */
		return 0;
	return -errno;
}

static int socket_close(struct ting_end *e)
{
	net_file_remove(socket_of(e)->path, socket_of(e)->file);
	return close(e->in) < 0 ? -errno : 0;
}

static int lent_close(struct ting_end *e)
{
	static const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	int err = connect(e->in, &nobody, sizeof nobody) < 0 ? -errno : 0;

	close(e->in);
	return err;
}

enum { BYTES = sizeof(struct socket_end) };

static const struct net_end_kind stream = {.bytes = BYTES,
	.read = stream_read,
	.write = stream_write,
	.shutdown = socket_shutdown,
	.close = socket_close};
static const struct net_end_kind messages = {.bytes = BYTES,
	.read = message_read,
	.write = message_write,
	.shutdown = socket_shutdown,
	.close = socket_close};
static const struct net_end_kind datagrams = {
	.bytes = BYTES, .read = message_read, .write = message_write, .close = socket_close};
static const struct net_end_kind group = {
	.bytes = BYTES, .read = message_read, .write = group_write, .close = socket_close};
static const struct net_end_kind lent_inet = {
	.bytes = BYTES, .read = lent_read, .write = group_write, .close = socket_close};
static const struct net_end_kind lent_unix = {
	.bytes = BYTES, .read = lent_read, .write = message_write, .close = lent_close};

/* A UNIX socket that was not bound has none. */
static void set_name(char *name, const struct net_address *a, enum net_scheme scheme)
{
	if (a->size > sizeof(sa_family_t))
		net_address_format(a, scheme, name);
}

struct ting_end *net_end_of(const struct net_end_kind *kind, int fd, enum net_scheme scheme,
	const struct ting_options *options)
{
	struct ting_end *e = net_end_new(kind, options);
	struct net_address a;

	e->in = e->out = fd;
	e->keeps_messages = net_scheme_get(scheme)->keeps_messages;
	if (net_socket_name(fd, &a) == 0)
		set_name(e->local, &a, scheme);
	a.size = sizeof a.at;
	if (getpeername(fd, (struct sockaddr *)&a.at, &a.size) == 0)
		set_name(e->remote, &a, scheme);
	return e;
}

struct net_socket_options net_end_socket_options(const struct ting_options *options)
{
	return (struct net_socket_options){.interface = options->interface,
		.hops = options->hops,
		.is_broadcast = options->is_broadcast,
		.has_no_delay = !options->has_delay};
}

struct ting_end *net_end_of_socket(
	int fd, enum net_scheme scheme, const struct ting_options *options)
{
	const struct net_scheme_traits *s = net_scheme_get(scheme);

	return net_end_of(s->is_datagrams   ? &datagrams
			: s->keeps_messages ? &messages
					    : &stream,
		fd, scheme, options);
}

struct ting_end *net_end_of_sender(int fd, enum net_scheme scheme, const struct net_address *sender,
	const struct ting_options *options)
{
	bool is_unix = sender->at.ss_family == AF_UNIX;
	struct ting_end *e = net_end_of(is_unix ? &lent_unix : &lent_inet, fd, scheme, options);

	socket_of(e)->other = *sender;
	set_name(e->remote, sender, scheme);
	return e;
}

int net_end_parse_bind(struct net_endpoint *ret, enum net_scheme scheme,
	const struct ting_options *options, struct ting_error *err)
{
	int failed = options->bind ? net_endpoint_parse(ret, options->bind, err) : 0;

	if (!failed && options->bind && ret->scheme != scheme)
		return net_error_set(err, -EINVAL, "\"%s\": the local end must be a %s too",
			options->bind, net_scheme_get(scheme)->form);
	return failed;
}

/* An end on its way: it becomes one of the others, or nothing. */
struct opening {
	struct ting_end end;
	struct ting_options options;
	struct net_connect connect;
	struct net_endpoint local;
	struct net_file file; /* of the local end */
};

static struct opening *opening_of(struct ting_end *e)
{
	return (struct opening *)e;
}

static int opening_close(struct ting_end *e)
{
	net_file_remove(opening_of(e)->local.path, opening_of(e)->file);
	net_connect_done(&opening_of(e)->connect);
	return 0;
}

static const struct net_end_kind opening = {
	.bytes = sizeof(struct opening), .close = opening_close};

int net_end_start_socket(struct ting_end **ret, const struct net_endpoint *e,
	const struct ting_options *options, struct ting_error *err)
{
	struct opening *o = opening_of(net_end_new(&opening, options));
	struct net_connect_options how = {
		.family = options->family, .socket = net_end_socket_options(options)};
	int failed = net_end_parse_bind(&o->local, e->scheme, options, err);

	how.bind = options->bind ? &o->local : NULL;
	o->options = *options;
	if (!failed)
		failed = net_connect_start(&o->connect, e, &how, err);
	if (failed) {
		net_end_free(&o->end);
		return failed;
	}
	o->end.in = o->end.out = o->connect.fd;
	o->file = net_file_of(o->local.path);
	*ret = &o->end;
	return 0;
}

/* The end for the socket that is connected now. */
static struct ting_end *opened(const struct opening *o)
{
	const struct net_connect *c = &o->connect;
	enum net_scheme scheme = c->endpoint.scheme;
	struct ting_end *e;

	if (c->is_group) {
		e = net_end_of(&group, c->fd, scheme, &o->options);
		socket_of(e)->other = c->addresses[c->tried - 1];
		net_address_format(&socket_of(e)->other, scheme, e->remote);
	} else {
		e = net_end_of_socket(c->fd, scheme, &o->options);
	}
	memcpy(socket_of(e)->path, o->local.path, sizeof socket_of(e)->path - 1);
	socket_of(e)->file = o->file;
	return e;
}

int net_end_finish_socket(struct ting_end **e, struct ting_error *err)
{
	struct opening *o = opening_of(*e);
	bool is_datagrams = net_scheme_get(o->connect.endpoint.scheme)->is_datagrams;
	struct pollfd wait = {.fd = o->connect.fd, .events = POLLOUT};
	int failed;

	/* Datagrams need no answer to begin, and a crowded queue there cannot be written to. */
	if (!is_datagrams && poll(&wait, 1, 0) <= 0)
		return -EAGAIN;
	failed = net_connect_finish(&o->connect, err);
	o->end.in = o->end.out = o->connect.fd;
	if (failed == -EINPROGRESS)
		return -EAGAIN;
	if (failed == -EAGAIN) /* the system's word for too few ports: to wait does not help */
		failed = -EADDRNOTAVAIL;
	*e = failed ? NULL : opened(o);
	net_end_free(&o->end);
	return failed;
}

static int no_answer(const struct net_endpoint *e, int timeout_ms, struct ting_error *err)
{
	char name[NET_ENDPOINT_MAX + 1];

	net_endpoint_format(e, name);
	return net_error_set(
		err, -ETIMEDOUT, "cannot connect to %s: no answer within %d ms", name, timeout_ms);
}

/* Begins.  Room in the backlog of a UNIX socket cannot be polled for. */
static int start(struct ting_end **ret, const struct net_endpoint *e,
	const struct ting_options *options, struct ting_error *err)
{
	bool is_unix = e->path[0] != '\0';
	int failed = net_end_start_socket(ret, e, options, err), waited_ms = 0;

	while (failed == -EAGAIN && is_unix) {
		if (options->timeout_ms > 0 && waited_ms >= options->timeout_ms)
			return no_answer(e, options->timeout_ms, err);
		waited_ms += net_end_pause();
		failed = net_end_start_socket(ret, e, options, err);
	}
	return failed;
}

int net_end_open_socket(struct ting_end **ret, const struct net_endpoint *e,
	const struct ting_options *options, struct ting_error *err)
{
	struct ting_end *end = NULL;
	int failed = start(&end, e, options, err);

	if (failed)
		return failed;
	assert(end);
	while ((failed = net_end_finish_socket(&end, err)) == -EAGAIN) {
		if (net_end_wait(end->out, POLLOUT, options->timeout_ms)) {
			(void)ting_close(end);
			return no_answer(e, options->timeout_ms, err);
		}
	}
	if (!failed)
		*ret = end;
	return failed;
}
