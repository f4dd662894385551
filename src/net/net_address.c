/* net_address.c - a table of schemes: how each is read, written and looked up. */
#include "net/net_address.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

static_assert(NET_PATH_MAX == sizeof((struct sockaddr_un *)0)->sun_path - 1, "the kernel's bound");

struct scheme {
	const char *prefix;
	int (*parse)(struct net_endpoint *ret, const char *rest, const char *text,
		struct ting_error *err);
	int (*resolve)(const struct net_endpoint *e, int family, enum net_purpose purpose,
		struct net_address *ret, size_t *ret_count, struct ting_error *err);
};

/* Copies size bytes and a NUL, or answers that they do not fit. */
static bool copy_text(char *to, size_t room, const char *from, size_t size)
{
	if (size >= room)
		return false;
	memcpy(to, from, size);
	to[size] = '\0';
	return true;
}

static int parse_tcp(
	struct net_endpoint *ret, const char *rest, const char *text, struct ting_error *err)
{
	bool is_literal = rest[0] == '[';
	const char *host = rest + is_literal;
	const char *end = is_literal ? strchr(host, ']') : strrchr(host, ':');
	const char *port = end ? end + 1 + is_literal : NULL;

	if (!end || (is_literal && end[1] != ':'))
		return net_error_set(err, -EINVAL,
			"\"%s\": expected tcp://host:port, with an IPv6 address in []", text);
	if (!is_literal && memchr(host, ':', (size_t)(end - host)))
		return net_error_set(
			err, -EINVAL, "\"%s\": an IPv6 address is written in []", text);
	if (end == host)
		return net_error_set(
			err, -EINVAL, "\"%s\": the host is missing (* is every interface)", text);
	if (*port == '\0')
		return net_error_set(err, -EINVAL, "\"%s\": the port is missing", text);
	if (!copy_text(ret->host, sizeof ret->host, host, (size_t)(end - host)))
		return net_error_set(
			err, -EINVAL, "\"%s\": a host has at most %d bytes", text, NET_HOST_MAX);
	if (!copy_text(ret->port, sizeof ret->port, port, strlen(port)))
		return net_error_set(
			err, -EINVAL, "\"%s\": a port has at most %d bytes", text, NET_PORT_MAX);
	return 0;
}

static int parse_unix(
	struct net_endpoint *ret, const char *rest, const char *text, struct ting_error *err)
{
	if (rest[0] != '/')
		return net_error_set(err, -EINVAL,
			"\"%s\": expected unix:///path, the path from the root", text);
	if (!copy_text(ret->path, sizeof ret->path, rest, strlen(rest)))
		return net_error_set(err, -EINVAL,
			"\"%s\": the path of a UNIX socket has at most %d bytes, this one has %zu",
			text, NET_PATH_MAX, strlen(rest));
	return 0;
}

/* getaddrinfo() takes any number and cuts it to 16 bits. */
static bool is_port(const char *port)
{
	size_t digits = strspn(port, "0123456789");
	unsigned value = 0;

	if (port[digits] != '\0')
		return true; /* a name, for the resolver to judge */
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

static int resolve_tcp(const struct net_endpoint *e, int family, enum net_purpose purpose,
	struct net_address *ret, size_t *ret_count, struct ting_error *err)
{
	bool is_any = strcmp(e->host, "*") == 0;
	struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
	struct addrinfo *list;
	size_t count = 0;
	int code;

	if (!is_port(e->port))
		return net_error_set(
			err, -ENOENT, "tcp://%s:%s: a port is at most 65535", e->host, e->port);
	if (purpose == NET_TO_LISTEN)
		hints.ai_flags = AI_PASSIVE; /* no host means every interface */
	code = getaddrinfo(is_any ? NULL : e->host, e->port, &hints, &list);
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
	(void)err;
	*at = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(at->sun_path, e->path, strlen(e->path));
	ret->size = sizeof *at;
	*ret_count = 1;
	return 0;
}

static const struct scheme schemes[] = {
	[NET_TCP] = {"tcp://", parse_tcp, resolve_tcp},
	[NET_UNIX] = {"unix://", parse_unix, resolve_unix},
};

enum { SCHEMES = sizeof schemes / sizeof schemes[0] };

int net_endpoint_parse(struct net_endpoint *ret, const char *text, struct ting_error *err)
{
	for (unsigned i = 0; i < SCHEMES; i++) {
		size_t size = strlen(schemes[i].prefix);
		struct net_endpoint e = {.scheme = (enum net_scheme)i};
		int failed;

		if (strncmp(text, schemes[i].prefix, size) != 0)
			continue;
		failed = schemes[i].parse(&e, text + size, text, err);
		if (failed == 0)
			*ret = e;
		return failed;
	}
	return net_error_set(
		err, -EINVAL, "\"%s\": expected tcp://host:port or unix:///path", text);
}

void net_endpoint_format(const struct net_endpoint *e, char ret[NET_ENDPOINT_MAX + 1])
{
	bool is_literal = strchr(e->host, ':') != NULL;

	switch (e->scheme) {
	case NET_TCP:
		snprintf(ret, NET_ENDPOINT_MAX + 1, is_literal ? "tcp://[%s]:%s" : "tcp://%s:%s",
			e->host, e->port);
		break;
	case NET_UNIX:
		snprintf(ret, NET_ENDPOINT_MAX + 1, "unix://%s", e->path);
		break;
	}
}

int net_endpoint_resolve(const struct net_endpoint *e, int family, enum net_purpose purpose,
	struct net_address ret[NET_ADDRESSES_MAX], size_t *ret_count, struct ting_error *err)
{
	return schemes[e->scheme].resolve(e, family, purpose, ret, ret_count, err);
}

static void format_inet(const struct net_address *a, const char *format, char *ret)
{
	char host[NI_MAXHOST], port[NI_MAXSERV];
	int code = getnameinfo((const struct sockaddr *)&a->at, a->size, host, sizeof host, port,
		sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);

	assert(code == 0 && "numbers need no resolver");
	snprintf(ret, NET_NAME_MAX + 1, format, host, port);
}

void net_address_format(const struct net_address *a, char ret[NET_NAME_MAX + 1])
{
	const struct sockaddr_un *un = (const void *)&a->at;

	switch (a->at.ss_family) {
	case AF_INET:
		format_inet(a, "tcp://%s:%s", ret);
		break;
	case AF_INET6:
		format_inet(a, "tcp://[%s]:%s", ret);
		break;
	case AF_UNIX: /* one that connected has no path */
		snprintf(ret, NET_NAME_MAX + 1, "unix://%.*s", NET_PATH_MAX,
			a->size > offsetof(struct sockaddr_un, sun_path) ? un->sun_path : "");
		break;
	default:
		snprintf(ret, NET_NAME_MAX + 1, "family %d", a->at.ss_family);
	}
}
