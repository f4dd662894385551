/* net_address.c - a table of schemes: how each is read, written and looked up. */
#include "net/net_address.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

static_assert(NET_PATH_MAX == sizeof((struct sockaddr_un *)0)->sun_path - 1, "the kernel's bound");

/* The parts that an endpoint's text has after the prefix, in this order. */
enum part { HOST = 1, PORT = 2, PATH = 4 };

typedef int resolve_fn(const struct net_endpoint *e, int family, enum net_purpose purpose,
	struct net_address *ret, size_t *ret_count, struct ting_error *err);

static resolve_fn resolve_inet, resolve_unix;

static const struct scheme {
	const char *prefix;
	unsigned parts; /* of enum part */
	size_t path_max;
	resolve_fn *resolve; /* NULL: it has no sockets */
	struct net_scheme_traits traits;
} schemes[] = {
	/* traits: form, socket, datagrams, keeps messages, can serve */
	[NET_TCP] = {"tcp://", HOST | PORT, 0, resolve_inet,
		{"tcp://host:port", SOCK_STREAM, false, false, true}},
	[NET_UDP] = {"udp://", HOST | PORT, 0, resolve_inet,
		{"udp://host:port", SOCK_DGRAM, true, true, true}},
	[NET_UNIX] = {"unix://", PATH, NET_PATH_MAX, resolve_unix,
		{"unix:///path", SOCK_STREAM, false, false, true}},
	[NET_UNIXGRAM] = {"unixgram://", PATH, NET_PATH_MAX, resolve_unix,
		{"unixgram:///path", SOCK_DGRAM, true, true, true}},
	[NET_UNIXSEQ] = {"unixseq://", PATH, NET_PATH_MAX, resolve_unix,
		{"unixseq:///path", SOCK_SEQPACKET, false, true, true}},
	[NET_FIFO] = {"fifo://", PATH, NET_FILE_MAX, NULL,
		{"fifo:///path", 0, false, false, false}},
	[NET_FILE] = {"file://", PATH, NET_FILE_MAX, NULL,
		{"file:///path", 0, false, false, false}},
	[NET_FILES] = {"files://", HOST | PORT | PATH, NET_FILE_MAX, resolve_inet,
		{"files://host:port/path", SOCK_STREAM, false, false, false}},
	[NET_ICMP] = {"icmp://", HOST, 0, resolve_inet,
		{"icmp://host", SOCK_DGRAM, true, true, false}},
	[NET_STANDARD] = {"-", 0, 0, NULL, {"-", 0, false, false, false}},
};

enum { SCHEMES = sizeof schemes / sizeof schemes[0] };

const struct net_scheme_traits *net_scheme_get(enum net_scheme scheme)
{
	assert((unsigned)scheme < SCHEMES);
	return &schemes[scheme].traits;
}

/* Copies size bytes and a NUL, or answers that they do not fit. */
static bool copy_text(char *to, size_t room, const char *from, size_t size)
{
	if (size >= room)
		return false;
	memcpy(to, from, size);
	to[size] = '\0';
	return true;
}

/* What comes before the path is a host and a port, "host:port" or "[host]:port", or a host alone.
 */
static int parse_host(struct net_endpoint *ret, const char *at, size_t size, const char *text,
	struct ting_error *err)
{
	const struct scheme *s = &schemes[ret->scheme];
	bool is_literal = size > 0 && at[0] == '[', has_port = s->parts & PORT;
	const char *host = at + is_literal, *last = at + size;
	const char *end = is_literal ? memchr(host, ']', size - 1)
		: has_port           ? memrchr(host, ':', size)
				     : last;
	const char *port = end ? end + is_literal : NULL; /* with its colon */

	if (!end || (has_port ? port == last || *port != ':' : port != last))
		return net_error_set(err, -EINVAL,
			"\"%s\": expected %s, with an IPv6 address in []", text, s->traits.form);
	if (!is_literal && memchr(host, ':', (size_t)(end - host)))
		return net_error_set(
			err, -EINVAL, "\"%s\": an IPv6 address is written in []", text);
	if (end == host)
		return net_error_set(err, -EINVAL, "\"%s\": the host is missing%s", text,
			has_port ? " (* is every interface)" : "");
	if (has_port && port + 1 == last)
		return net_error_set(err, -EINVAL, "\"%s\": the port is missing", text);
	if (!copy_text(ret->host, sizeof ret->host, host, (size_t)(end - host)))
		return net_error_set(
			err, -EINVAL, "\"%s\": a host has at most %d bytes", text, NET_HOST_MAX);
	if (has_port &&
		!copy_text(ret->port, sizeof ret->port, port + 1, (size_t)(last - port - 1)))
		return net_error_set(
			err, -EINVAL, "\"%s\": a port has at most %d bytes", text, NET_PORT_MAX);
	return 0;
}

static int parse_path(
	struct net_endpoint *ret, const char *path, const char *text, struct ting_error *err)
{
	const struct scheme *s = &schemes[ret->scheme];

	if (path[0] != '/')
		return net_error_set(err, -EINVAL, "\"%s\": expected %s, the path from the root",
			text, s->traits.form);
	if (!copy_text(ret->path, s->path_max + 1, path, strlen(path)))
		return net_error_set(err, -EINVAL,
			"\"%s\": the path of %s has at most %zu bytes, this one has %zu", text,
			s->traits.type ? "a UNIX socket" : "a file", s->path_max, strlen(path));
	return 0;
}

/* Names all schemes. */
static int unknown_scheme(const char *text, struct ting_error *err)
{
	char forms[320] = "";
	size_t used = 0;

	for (unsigned i = 0; i < SCHEMES; i++)
		used += (size_t)snprintf(forms + used, sizeof forms - used, "%s%s",
			i == 0                    ? ""
				: i + 1 < SCHEMES ? ", "
						  : " or ",
			schemes[i].traits.form);
	return net_error_set(err, -EINVAL, "\"%s\": expected %s", text, forms);
}

/* What comes after the prefix. */
static int parse_parts(
	struct net_endpoint *ret, const char *rest, const char *text, struct ting_error *err)
{
	unsigned parts = schemes[ret->scheme].parts;
	size_t host = parts & HOST ? parts & PATH ? strcspn(rest, "/") : strlen(rest) : 0;
	int failed = parts & HOST ? parse_host(ret, rest, host, text, err) : 0;

	return !failed && parts & PATH ? parse_path(ret, rest + host, text, err) : failed;
}

int net_endpoint_parse(struct net_endpoint *ret, const char *text, struct ting_error *err)
{
	for (unsigned i = 0; i < SCHEMES; i++) {
		const struct scheme *s = &schemes[i];
		struct net_endpoint e = {.scheme = (enum net_scheme)i};
		size_t prefix = strlen(s->prefix);
		int failed;

		if (strncmp(text, s->prefix, prefix) != 0 ||
			(s->parts == 0 && text[prefix] != '\0'))
			continue;
		failed = parse_parts(&e, text + prefix, text, err);
		if (!failed)
			*ret = e;
		return failed;
	}
	return unknown_scheme(text, err);
}

void net_endpoint_format(const struct net_endpoint *e, char ret[NET_ENDPOINT_MAX + 1])
{
	const struct scheme *s = &schemes[e->scheme];
	bool is_literal = strchr(e->host, ':') != NULL;
	const char *open = is_literal ? "[" : "", *close = is_literal ? "]" : "";

	snprintf(ret, NET_ENDPOINT_MAX + 1, "%s%s%s%s%s%s%s", s->prefix, open, e->host, close,
		s->parts & PORT ? ":" : "", e->port, e->path);
}

/* getaddrinfo() takes any number and cuts it to 16 bits; it takes blanks and signs before it. */
static bool is_port(const char *port)
{
	size_t digits = strspn(port, "0123456789");
	unsigned value = 0;

	if (port[digits] != '\0')
		return isalnum((unsigned char)port[0]); /* a name, for the resolver to judge */
	for (size_t i = 0; i < digits && value <= UINT16_MAX; i++)
		value = value * 10 + (unsigned)(port[i] - '0');
	return value <= UINT16_MAX;
}

static int resolver_error(const struct net_endpoint *e, int code, struct ting_error *err)
{
	static const struct {
		int code, err;
		const char *text; /* NULL: the resolver's own */
	} table[] = {
		{EAI_NONAME, -ENOENT, "no such host or service"},
		{EAI_NODATA, -ENOENT, "the host has no address"},
		{EAI_SERVICE, -ENOENT, "no such service"},
		{EAI_AGAIN, -EAGAIN, "the resolver has no answer now"},
		{EAI_FAMILY, -EAFNOSUPPORT, NULL},
		{EAI_ADDRFAMILY, -EAFNOSUPPORT, "the host has no address of this family"},
		{EAI_MEMORY, -ENOMEM, NULL},
	};
	char name[NET_ENDPOINT_MAX + 1];

	net_endpoint_format(e, name);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].code == code && table[i].text)
			return net_error_set(err, table[i].err, "%s: %s", name, table[i].text);
		else if (table[i].code == code)
			return net_error_set(err, table[i].err, "%s: %s", name, gai_strerror(code));
	return net_error_set(err, -ENOENT, "%s: %s", name, gai_strerror(code));
}

static int resolve_inet(const struct net_endpoint *e, int family, enum net_purpose purpose,
	struct net_address *ret, size_t *ret_count, struct ting_error *err)
{
	bool is_any = strcmp(e->host, "*") == 0;
	const char *port = e->port[0] != '\0' ? e->port : "0"; /* icmp has none */
	struct addrinfo hints = {
		.ai_family = family, .ai_socktype = schemes[e->scheme].traits.type};
	struct addrinfo *list;
	char name[NET_ENDPOINT_MAX + 1];
	size_t count = 0;
	int code;

	net_endpoint_format(e, name);
	if (!is_port(e->port))
		return net_error_set(
			err, -ENOENT, "%s: a port is a name, or a number up to 65535", name);
	if (purpose == NET_TO_LISTEN)
		hints.ai_flags = AI_PASSIVE; /* no host means every interface */
	code = getaddrinfo(is_any ? NULL : e->host, port, &hints, &list);
	if (code != 0)
		return resolver_error(e, code, err);
	for (struct addrinfo *a = list; a && count < NET_ADDRESSES_MAX; a = a->ai_next) {
		if (a->ai_addrlen > sizeof ret[count].at)
			continue;
		memcpy(&ret[count].at, a->ai_addr, a->ai_addrlen);
		ret[count++].size = a->ai_addrlen;
	}
	freeaddrinfo(list);
	*ret_count = count;
	return count ? 0 : resolver_error(e, EAI_NODATA, err);
}

static int resolve_unix(const struct net_endpoint *e, int family, enum net_purpose purpose,
	struct net_address *ret, size_t *ret_count, struct ting_error *err)
{
	struct sockaddr_un *at = (struct sockaddr_un *)&ret->at;

	(void)family;
	(void)purpose;
	if (strlen(e->path) > NET_PATH_MAX)
		return net_error_set(err, -ENAMETOOLONG,
			"%s: the path of a UNIX socket has at most %d bytes", e->path,
			NET_PATH_MAX);
	*at = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(at->sun_path, e->path, strlen(e->path));
	ret->size = sizeof *at;
	*ret_count = 1;
	return 0;
}

int net_endpoint_resolve(const struct net_endpoint *e, int family, enum net_purpose purpose,
	struct net_address ret[NET_ADDRESSES_MAX], size_t *ret_count, struct ting_error *err)
{
	resolve_fn *resolve = schemes[e->scheme].resolve;
	char name[NET_ENDPOINT_MAX + 1];

	if (resolve)
		return resolve(e, family, purpose, ret, ret_count, err);
	net_endpoint_format(e, name);
	return net_error_set(err, -ENOTSUP, "%s is not a socket", name);
}

static void format_inet(const struct net_address *a, const struct scheme *s, char *ret)
{
	bool is_literal = a->at.ss_family == AF_INET6, has_port = s->parts & PORT;
	char host[NI_MAXHOST], port[NI_MAXSERV];
	int code = getnameinfo((const struct sockaddr *)&a->at, a->size, host, sizeof host, port,
		sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);

	assert(code == 0 && "numbers need no resolver");
	snprintf(ret, NET_NAME_MAX + 1, is_literal ? "%s[%s]%s%s" : "%s%s%s%s", s->prefix, host,
		has_port ? ":" : "", has_port ? port : "");
}

/* The name is the peer's choice and may be shown on a terminal: what cannot be printed is '?'. */
static void format_unix(const struct net_address *a, const struct scheme *s, char *ret)
{
	const struct sockaddr_un *un = (const void *)&a->at;
	size_t used = strlen(s->prefix), before = offsetof(struct sockaddr_un, sun_path);
	size_t size = a->size > before ? a->size - before : 0; /* one that connected has no path */
	bool is_abstract = size > 0 && un->sun_path[0] == '\0';

	memcpy(ret, s->prefix, used);
	if (!is_abstract)
		size = strnlen(un->sun_path, size);
	for (size_t i = 0; i < size && used < NET_NAME_MAX; i++) {
		unsigned char c = (unsigned char)un->sun_path[i];

		ret[used++] = i == 0 && is_abstract ? '@' : c < ' ' || c == 0x7f ? '?' : (char)c;
	}
	ret[used] = '\0';
}

void net_address_format(
	const struct net_address *a, enum net_scheme scheme, char ret[NET_NAME_MAX + 1])
{
	const struct scheme *s = &schemes[scheme];

	switch (a->at.ss_family) {
	case AF_INET:
	case AF_INET6:
		format_inet(a, s, ret);
		break;
	case AF_UNIX:
	case AF_UNSPEC:
		format_unix(a, s, ret);
		break;
	default:
		snprintf(ret, NET_NAME_MAX + 1, "family %d", a->at.ss_family);
	}
}
