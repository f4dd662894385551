/* conf_file.c - lines to options.
 *
 * A file is read whole, then cut into lines in place.  The first fault ends the reading. */
#include "conf/conf_file.h"

#include "base/base_utf8.h"
#include "conf/conf_foreign.h"
#include "conf/conf_listener.h"
#include "conf/conf_nearest.h"
#include "conf/conf_table.h"
#include "conf/conf_value.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLANKS " \t"

struct conf_reader {
	struct conf *conf;
	struct conf_place place; /* the line that is being read */
	bool is_included;
	struct conf_error *error;
};

static int read_file(const struct conf_reader *outer, const char *path, bool is_included);

/* Puts FILE:LINE and the option before the sentence that somebody left in *e. */
static int located(const struct conf_reader *r, const char *option)
{
	struct conf_error cause = *r->error;

	return conf_error_set(
		r->error, "%s:%u: %s: %s", r->place.file, r->place.line, option, cause.text);
}

/* A name that is not in the table: mosquitto's, or nobody's. */
static int read_stranger(const struct conf_reader *r, const char *name, const char *value)
{
	const struct conf_foreign *foreign = conf_foreign_find(name);
	const char *nearest;
	char quoted[CONF_QUOTE_ROOM];

	if (foreign && foreign->accept && strcmp(value, foreign->accept) == 0)
		return 0;
	if (foreign) {
		(void)conf_error_set(r->error, "%s%s%s%s", foreign->why,
			foreign->accept ? " (only " : "", foreign->accept ? foreign->accept : "",
			foreign->accept ? " is accepted)" : "");
		return located(r, name);
	}
	nearest = conf_nearest_option(name);
	return conf_error_set(r->error, "%s:%u: expected an option, found %s%s%s", r->place.file,
		r->place.line, conf_quote(quoted, name), nearest ? "; the nearest is " : "",
		nearest ? nearest : "");
}

/* Each letter's upper case stands right before its lower case: 0 A a B b. */
static int by_letters(const struct dirent **a, const struct dirent **b)
{
	const char *x = (*a)->d_name, *y = (*b)->d_name;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	if (toupper((unsigned char)*x) != toupper((unsigned char)*y))
		return toupper((unsigned char)*x) - toupper((unsigned char)*y);
	return (unsigned char)*x - (unsigned char)*y;
}

static int is_conf(const struct dirent *entry)
{
	static const char ending[] = ".conf";
	size_t size = strlen(entry->d_name), ending_size = sizeof ending - 1;

	return size > ending_size && strcmp(entry->d_name + size - ending_size, ending) == 0;
}

static int include_dir(const struct conf_reader *r, const char *dir)
{
	struct dirent **entries;
	char path[CONF_LINE_BYTES_MAX + 258];
	int count = -1, error = 0;

	if (!*dir)
		(void)conf_error_set(r->error, "expected a directory, found nothing");
	else if (r->is_included)
		(void)conf_error_set(r->error, "only the main file may include others");
	else if ((count = scandir(dir, &entries, is_conf, by_letters)) < 0)
		(void)conf_error_set(r->error, "cannot read %s: %s", dir, strerror(errno));
	if (count < 0)
		return located(r, "include_dir");
	for (int i = 0; i < count; i++) {
		if (!error) {
			(void)snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
			error = read_file(r, path, true);
		}
		free(entries[i]);
	}
	free(entries);
	return error;
}

/* The structure that the option's field is in. */
static void *base_of(struct conf *c, const struct conf_row *row)
{
	switch (row->scope) {
	case CONF_GLOBAL:
		return c;
	case CONF_PER_LISTENER:
		return conf_listener_current(c);
	case CONF_STANDARD:
		return &c->standard;
	}
	abort();
}

/* Where this option of the same thing was set, for the caller to read and write. */
static struct conf_place *place_of(struct conf *c, const struct conf_row *row)
{
	struct conf_place *places = c->places;

	if (row->scope != CONF_GLOBAL)
		places = ((struct conf_listener *)base_of(c, row))->places;
	return &places[conf_row_index(row)];
}

static int read_option(const struct conf_reader *r, const char *name, const char *value)
{
	const struct conf_row *row = conf_row_find(name);
	struct conf_place *place;
	int error;

	if (!row)
		return read_stranger(r, name, value);
	if (row->type == CONF_INCLUDE_DIR)
		return include_dir(r, value);
	place = place_of(r->conf, row);
	if (place->line && !row->repeats) {
		(void)conf_error_set(
			r->error, "was set before, in %s:%u", place->file, place->line);
		return located(r, name);
	}
	*place = r->place;
	if (row->type == CONF_LISTENER)
		error = conf_listener_open(r->conf, value, r->place, r->error);
	else
		error = conf_value_set(row, base_of(r->conf, row), value, r->error);
	return error == -EINVAL ? located(r, name) : error;
}

/* One line, with its NUL in the place of its end. */
static int read_line(const struct conf_reader *r, char *line, size_t size)
{
	char *name = line + strspn(line, BLANKS), *value;

	if (!utf8_is_text(span_of(line, size)))
		return conf_error_set(r->error, "%s:%u: expected UTF-8 text without NUL bytes",
			r->place.file, r->place.line);
	if (*name == '\0' || *name == '#')
		return 0;
	if (size > CONF_LINE_BYTES_MAX)
		return conf_error_set(r->error, "%s:%u: expected at most %d bytes in a line",
			r->place.file, r->place.line, CONF_LINE_BYTES_MAX);
	while (size && strchr(BLANKS, line[size - 1]))
		line[--size] = '\0';
	value = name + strcspn(name, BLANKS);
	if (*value) {
		*value++ = '\0';
		value += strspn(value, BLANKS);
	}
	return read_option(r, name, value);
}

static int read_lines(struct conf_reader *r, char *text, size_t size)
{
	int error = 0;

	for (size_t at = 0; !error && at < size; r->place.line++) {
		char *line = text + at, *end = memchr(line, '\n', size - at);
		size_t length = end ? (size_t)(end - line) : size - at;

		at += length + 1;
		if (length && line[length - 1] == '\r')
			length--;
		line[length] = '\0';
		error = read_line(r, line, length);
	}
	return error;
}

/* All of it into `text`, which has room for one byte more than a file may have. */
static ssize_t load(const char *path, char *text, struct conf_error *e)
{
	size_t size = 0;
	ssize_t got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && size <= CONF_FILE_BYTES_MAX) {
		got = read(fd, text + size, CONF_FILE_BYTES_MAX + 1 - size);
		if (got <= 0 && !(got < 0 && errno == EINTR))
			break;
		size += got > 0 ? (size_t)got : 0;
	}
	if (fd < 0 || got < 0) {
		int error = errno;

		(void)conf_error_set(e, "%s: %s", path, strerror(error));
		if (fd >= 0)
			(void)close(fd);
		return -error;
	}
	(void)close(fd);
	if (size > CONF_FILE_BYTES_MAX)
		return conf_error_set(
			e, "%s: expected at most %d bytes", path, CONF_FILE_BYTES_MAX);
	return (ssize_t)size;
}

/* Keeps the name for the places, as long as *c lives.  NULL: no memory. */
static const char *keep_name(struct conf *c, const char *path)
{
	char **files = realloc(c->files, (c->file_count + 1) * sizeof *files);
	char *copy = strdup(path);

	if (files)
		c->files = files;
	if (!files || !copy) {
		free(copy);
		return NULL;
	}
	c->files[c->file_count++] = copy;
	return copy;
}

static int read_file(const struct conf_reader *outer, const char *path, bool is_included)
{
	struct conf_reader r = *outer;
	char *text = malloc(CONF_FILE_BYTES_MAX + 2);
	ssize_t size = -ENOMEM;
	int error;

	r.is_included = is_included;
	r.place = (struct conf_place){keep_name(r.conf, path), 1};
	if (text && r.place.file)
		size = load(path, text, r.error);
	error = size < 0 ? (int)size : read_lines(&r, text, (size_t)size);
	free(text);
	return error;
}

int conf_file_read(struct conf *c, const char *path, struct conf_error *e)
{
	struct conf_reader r = {.conf = c, .error = e};

	return read_file(&r, path, false);
}
