/* conf_listener.c - which listeners a file and the command line amount to.
 *
 * The standard listener is the one that `port` and `bind_address` open without a line `listener`.
 * Options per listener that stand before any listener are its own. */
#include "conf/conf_listener.h"

#include "conf/conf_table.h"
#include "conf/conf_value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char command_line[] = "the command line";

static bool is_set(const struct conf_listener *l, const struct conf_row *row)
{
	return l->places[conf_row_index(row)].line != 0;
}

static bool is_path(const struct conf_listener *l)
{
	return l->address && strchr(l->address, '/');
}

struct conf_listener *conf_listener_current(struct conf *c)
{
	return c->listener_count ? &c->listeners[c->listener_count - 1] : &c->standard;
}

void conf_listener_free(struct conf_listener *l)
{
	free(l->address);
	l->address = NULL;
}

/* Adds a listener with the defaults.  NULL: no memory. */
static struct conf_listener *add(
	struct conf *c, int64_t port, const char *address, struct conf_place place)
{
	struct conf_listener *list, *added;
	struct conf_error ignored;
	char *copy = NULL;

	list = realloc(c->listeners, (c->listener_count + 1) * sizeof *list);
	if (!list)
		return NULL;
	c->listeners = list;
	if (address && !(copy = strdup(address)))
		return NULL;
	added = &list[c->listener_count++];
	*added = (struct conf_listener){.address = copy, .opened = place};
	for (const struct conf_row *row = conf_rows; row < conf_rows + conf_row_count; row++)
		if (row->scope == CONF_PER_LISTENER && row->standard)
			(void)conf_value_set(row, added, row->standard, &ignored);
	added->port = port;
	return added;
}

int conf_listener_open(
	struct conf *c, const char *text, struct conf_place place, struct conf_error *e)
{
	char digits[8], found[CONF_QUOTE_ROOM];
	size_t size = strcspn(text, " \t");
	const char *address = text + size + strspn(text + size, " \t");
	int64_t port = -1;

	if (size < sizeof digits) {
		memcpy(digits, text, size);
		digits[size] = '\0';
		(void)conf_value_number(&port, digits, 0, conf_row_find("listener")->max);
	}
	if (port < 0)
		return conf_error_set(e, "expected a port from 0 to %" PRId64 "%s, found %s",
			conf_row_find("listener")->max, " and maybe an address or a path",
			*text ? conf_quote(found, text) : "nothing");
	return add(c, port, *address ? address : NULL, place) ? 0 : -ENOMEM;
}

/* Where the option of the listener was set, or the listener itself. */
static struct conf_place place_of(const struct conf_listener *l, const struct conf_row *row)
{
	return is_set(l, row) ? l->places[conf_row_index(row)] : l->opened;
}

/* Fails at that place: "FILE:LINE: NAME: SENTENCE [FILE:LINE]". */
static int fail(struct conf_error *e, struct conf_place at, const char *name, const char *sentence,
	const struct conf_place *other)
{
	char where[32] = "", other_where[32] = "";

	if (at.line)
		(void)snprintf(where, sizeof where, ":%u", at.line);
	if (other && other->line)
		(void)snprintf(other_where, sizeof other_where, ":%u", other->line);
	return conf_error_set(e, "%s%s: %s: %s%s%s", at.file, where, name, sentence,
		other ? other->file : "", other_where);
}

/* `port` and `bind_address` open the standard listener, before all others. */
static int open_standard(struct conf *c, struct conf_error *e)
{
	const struct conf_row *row, *end = conf_rows + conf_row_count, *opens = NULL;

	for (row = conf_rows; row < end; row++)
		if (row->scope == CONF_STANDARD && is_set(&c->standard, row))
			opens = row;
	if (opens) {
		struct conf_place at = place_of(&c->standard, opens);
		struct conf_listener standard = c->standard;

		if (!add(c, 0, NULL, at))
			return -ENOMEM;
		memmove(c->listeners + 1, c->listeners,
			(c->listener_count - 1) * sizeof *c->listeners);
		c->standard.address = NULL;
		c->listeners[0] = standard;
		c->listeners[0].opened = at;
		return 0;
	}
	for (row = conf_rows; c->listener_count && row < end; row++)
		if (row->scope == CONF_PER_LISTENER && is_set(&c->standard, row))
			return fail(e, place_of(&c->standard, row), row->name,
				"must stand after the listener that it is for", NULL);
	return 0;
}

/* Loopback of both families, with what was said about the standard listener. */
static int open_loopback(struct conf *c, int64_t port)
{
	static const struct {
		const char *address;
		enum conf_domain domain;
		bool is_optional; /* a machine may do without IPv6 */
	} families[] = {{"127.0.0.1", CONF_IPV4, false}, {"::1", CONF_IPV6, true}};

	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
		struct conf_listener *l;
		char *address;

		if (c->standard.socket_domain != CONF_ANY_DOMAIN &&
			c->standard.socket_domain != (int64_t)families[i].domain)
			continue;
		l = add(c, port, families[i].address, (struct conf_place){command_line, 0});
		if (!l)
			return -ENOMEM;
		address = l->address;
		*l = c->standard;
		l->address = address;
		l->port = port;
		l->opened = (struct conf_place){command_line, 0};
		l->is_optional = families[i].is_optional;
	}
	return 0;
}

/* Decides whether the address is a path, and whether the rest fits to that. */
static int check_domain(struct conf_listener *l, struct conf_error *e)
{
	struct conf_place at = place_of(l, conf_row_find("socket_domain"));

	if (l->socket_domain == CONF_ANY_DOMAIN && l->port == 0 && is_path(l))
		l->socket_domain = CONF_UNIX;
	if (l->socket_domain != CONF_UNIX && is_path(l))
		return fail(e, at, "listener",
			"the path of a UNIX socket needs port 0 and no socket_domain but unix",
			NULL);
	if (l->socket_domain != CONF_UNIX)
		return 0;
	if (!l->address || l->port != 0)
		return fail(e, at, "socket_domain", "unix needs \"listener 0 PATH\"", NULL);
	if (strlen(l->address) > CONF_UNIX_PATH_MAX)
		return fail(e, l->opened, "listener",
			"the path of a UNIX socket has at most 107 bytes", NULL);
	return 0;
}

static bool is_same_place_to_listen(const struct conf_listener *a, const struct conf_listener *b)
{
	if (a->port != b->port || a->socket_domain != b->socket_domain)
		return false;
	if (!a->address || !b->address)
		return a->address == b->address && a->port != 0;
	return strcmp(a->address, b->address) == 0 &&
		(a->port != 0 || a->socket_domain == CONF_UNIX);
}

/* The broker knows one value for all. */
static int check_agreement(const struct conf_listener *first, const struct conf_listener *l,
	const char *option, struct conf_error *e)
{
	const struct conf_row *row = conf_row_find(option);
	struct conf_place other = place_of(first, row);

	return conf_value_equal(row, first, l)
		? 0
		: fail(e, place_of(l, row), option, "all listeners must agree so far; see ",
			  &other);
}

static int check(struct conf *c, struct conf_error *e)
{
	for (size_t i = 0; i < c->listener_count; i++) {
		struct conf_listener *l = &c->listeners[i];
		int error = check_domain(l, e);

		if (!error)
			error = check_agreement(c->listeners, l, "max_qos", e);
		if (!error)
			error = check_agreement(c->listeners, l, "max_topic_alias", e);
		for (size_t k = 0; !error && k < i; k++)
			if (is_same_place_to_listen(&c->listeners[k], l))
				error = fail(e, l->opened, "listener", "the same is opened by ",
					&c->listeners[k].opened);
		if (error)
			return error;
	}
	return 0;
}

int conf_listeners_finish(
	struct conf *c, const int64_t *ports, size_t port_count, struct conf_error *e)
{
	static const int64_t port_standard = CONF_PORT_STANDARD;
	int error = open_standard(c, e);

	c->is_local_only = c->listener_count == 0;
	if (c->is_local_only && port_count == 0) {
		ports = &port_standard;
		port_count = 1;
	}
	if (c->is_local_only && c->standard.socket_domain == CONF_UNIX)
		return fail(e, place_of(&c->standard, conf_row_find("socket_domain")),
			"socket_domain", "unix needs \"listener 0 PATH\"", NULL);
	for (size_t i = 0; !error && i < port_count; i++)
		error = open_loopback(c, ports[i]);
	return error ? error : check(c, e);
}
