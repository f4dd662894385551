/* conf.c - from defaults, a file and a command line to one set of values. */
#include "conf/conf.h"

#include "conf/conf_file.h"
#include "conf/conf_listener.h"
#include "conf/conf_table.h"
#include "conf/conf_value.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define for_each_row(row)                                                                          \
	for (const struct conf_row *(row) = conf_rows; (row) < conf_rows + conf_row_count; (row)++)

/* 0 or -ENOMEM: the defaults in the table are well-formed. */
static int set_defaults(struct conf *c)
{
	struct conf_error e;

	for_each_row(row)
	{
		void *base = row->scope == CONF_GLOBAL ? (void *)c : &c->standard;
		int error = row->standard ? conf_value_set(row, base, row->standard, &e) : 0;

		assert(error != -EINVAL);
		if (error)
			return error;
	}
	c->log_dests |= CONF_LOG_STANDARD;
	c->log_types |= CONF_LOG_STANDARD;
	return 0;
}

int conf_new(struct conf **ret, const char *file, const int64_t *ports, size_t port_count,
	struct conf_error *e)
{
	struct conf *c = calloc(1, sizeof *c);
	int error = c ? set_defaults(c) : -ENOMEM;

	e->text[0] = '\0';
	if (!error && file)
		error = conf_file_read(c, file, e);
	if (!error)
		error = conf_listeners_finish(c, ports, port_count, e);
	if (error) {
		if (!e->text[0])
			(void)conf_error_set(e, "%s", strerror(-error));
		conf_free(c);
		return error;
	}
	if (!c->places[conf_row_index(conf_row_find("allow_anonymous"))].line)
		c->allow_anonymous = c->is_local_only;
	*ret = c;
	return 0;
}

void conf_free(struct conf *c)
{
	if (!c)
		return;
	for_each_row(row)
	{
		if (row->scope == CONF_GLOBAL)
			conf_value_free(row, c);
	}
	free(c->log_file);
	for (size_t i = 0; i < c->listener_count; i++)
		conf_listener_free(&c->listeners[i]);
	free(c->listeners);
	conf_listener_free(&c->standard);
	for (size_t i = 0; i < c->file_count; i++)
		free(c->files[i]);
	free(c->files);
	free(c);
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Do both have the same listeners, whatever their options? */
static bool is_same_listening(const struct conf *a, const struct conf *b)
{
	if (a->listener_count != b->listener_count)
		return false;
	for (size_t i = 0; i < a->listener_count; i++) {
		const struct conf_listener *x = &a->listeners[i], *y = &b->listeners[i];

		if (x->port != y->port || x->socket_domain != y->socket_domain ||
			!is_same_text(x->address, y->address))
			return false;
	}
	return true;
}

static bool is_same_option(const struct conf_row *row, const struct conf *a, const struct conf *b)
{
	if (row->scope == CONF_GLOBAL)
		return conf_value_equal(row, a, b);
	for (size_t i = 0; i < a->listener_count; i++)
		if (!conf_value_equal(row, &a->listeners[i], &b->listeners[i]))
			return false;
	return true;
}

void conf_differences(const struct conf *old, const struct conf *new,
	void (*tell)(void *context, const char *option), void *context)
{
	bool is_listening_same = is_same_listening(old, new);

	if (!is_listening_same)
		tell(context, "listener");
	for_each_row(row)
	{
		/* With other listeners there is nothing to compare theirs to. */
		if (row->needs_restart && (row->scope == CONF_GLOBAL || is_listening_same) &&
			!is_same_option(row, old, new))
			tell(context, row->name);
	}
}
