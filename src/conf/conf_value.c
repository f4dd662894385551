/* conf_value.c - one reader per type, in a table. */
#include "conf/conf_value.h"

#include "conf/conf.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"

enum { CONF_DESCRIPTION_MAX = 200 };

/* Writes its own sentence, or leaves *e empty for the usual one. */
typedef int (*reader_fn)(
	const struct conf_row *row, void *base, const char *text, struct conf_error *e);

static void *field_of(const struct conf_row *row, void *base)
{
	return (char *)base + row->offset;
}

static const void *const_field_of(const struct conf_row *row, const void *base)
{
	return (const char *)base + row->offset;
}

int conf_value_number(int64_t *ret, const char *text, int64_t min, int64_t max)
{
	char *end;
	intmax_t value;

	if (!isdigit((unsigned char)text[text[0] == '-']))
		return -EINVAL;
	errno = 0;
	value = strtoimax(text, &end, 10);
	if (errno || *end || value < min || value > max)
		return -EINVAL;
	*ret = value;
	return 0;
}

int conf_value_seconds(int64_t *ret_ms, const char *text, int64_t min_ms, int64_t max_ms)
{
	const char *at = text;
	int64_t value = 0, unit = 1000;

	for (; isdigit((unsigned char)*at) && value <= max_ms; at++)
		value = 10 * value + 1000 * (*at - '0');
	if (at == text)
		return -EINVAL;
	if (*at == '.')
		for (at++; isdigit((unsigned char)*at); at++)
			value += (*at - '0') * (unit /= 10);
	if (*at || value < min_ms || value > max_ms)
		return -EINVAL;
	*ret_ms = value;
	return 0;
}

static int read_bool(const struct conf_row *row, void *base, const char *text, struct conf_error *e)
{
	bool is_true = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;

	(void)e;
	if (!is_true && strcmp(text, "false") != 0 && strcmp(text, "0") != 0)
		return -EINVAL;
	*(bool *)field_of(row, base) = is_true;
	return 0;
}

static int read_number(
	const struct conf_row *row, void *base, const char *text, struct conf_error *e)
{
	int64_t *field = field_of(row, base);

	(void)e;
	if (row->has_also && conf_value_number(field, text, row->also, row->also) == 0)
		return 0;
	return conf_value_number(field, text, row->min, row->max);
}

static int64_t unit_seconds(char unit)
{
	enum { HOUR = 3600, DAY = 24 * HOUR };

	switch (unit) {
	case 's':
		return 1;
	case 'h':
		return HOUR;
	case 'd':
		return DAY;
	case 'w':
		return 7 * DAY;
	case 'm':
		return 30 * DAY;
	case 'y':
		return 365 * DAY;
	default:
		return 0;
	}
}

static int read_duration(
	const struct conf_row *row, void *base, const char *text, struct conf_error *e)
{
	int64_t *field = field_of(row, base);
	char digits[16];
	size_t size = strlen(text);
	int64_t unit, count;

	(void)e;
	if (strcmp(text, "never") == 0) {
		*field = CONF_NEVER;
		return 0;
	}
	if (size < 2 || size > sizeof digits)
		return -EINVAL;
	unit = unit_seconds(text[size - 1]);
	memcpy(digits, text, size - 1);
	digits[size - 1] = '\0';
	if (!unit || conf_value_number(&count, digits, 1, row->max / unit))
		return -EINVAL;
	*field = count * unit;
	return 0;
}

static int replace_text(char **field, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

static int read_text(const struct conf_row *row, void *base, const char *text, struct conf_error *e)
{
	(void)e;
	if (strlen(text) > (size_t)row->max)
		return -EINVAL;
	return replace_text(field_of(row, base), text);
}

/* The word of that many letters; NULL and maybe a sentence. */
static const struct conf_word *find_word(
	const struct conf_row *row, const char *text, size_t size, struct conf_error *e)
{
	for (const struct conf_word *w = row->words; w->word; w++) {
		if (strlen(w->word) != size || memcmp(w->word, text, size) != 0)
			continue;
		if (!w->refusal)
			return w;
		(void)conf_error_set(e, "%s: %s", w->word, w->refusal);
	}
	return NULL;
}

static int read_choice(
	const struct conf_row *row, void *base, const char *text, struct conf_error *e)
{
	const struct conf_word *w = find_word(row, text, strlen(text), e);

	if (!w)
		return -EINVAL;
	*(int64_t *)field_of(row, base) = w->value;
	return 0;
}

static int read_flags(
	const struct conf_row *row, void *base, const char *text, struct conf_error *e)
{
	unsigned *field = field_of(row, base);
	unsigned flags = *field & CONF_LOG_STANDARD ? 0 : *field;

	while (*text) {
		size_t size = strcspn(text, BLANKS);
		const struct conf_word *w = find_word(row, text, size, e);

		if (!w)
			return -EINVAL;
		flags = w->value ? flags | w->value : 0;
		text += size + strspn(text + size, BLANKS);
	}
	*field = flags;
	return 0;
}

static int read_log_dest(
	const struct conf_row *row, void *base, const char *text, struct conf_error *e)
{
	struct conf *c = base;
	const char *path;
	size_t blanks;

	if (strncmp(text, "file", 4) != 0)
		return read_flags(row, base, text, e);
	path = text + 4;
	blanks = strspn(path, BLANKS);
	if (!blanks || !path[blanks])
		return -EINVAL;
	if (c->log_file)
		return conf_error_set(e, "only one destination may be a file");
	if (c->log_dests & CONF_LOG_STANDARD)
		c->log_dests = 0;
	c->log_dests |= CONF_LOG_FILE;
	return replace_text(&c->log_file, path + blanks);
}

static const reader_fn readers[] = {
	[CONF_BOOL] = read_bool,
	[CONF_NUMBER] = read_number,
	[CONF_DURATION] = read_duration,
	[CONF_TEXT] = read_text,
	[CONF_CHOICE] = read_choice,
	[CONF_FLAGS] = read_flags,
	[CONF_LOG_DEST] = read_log_dest,
};

int conf_value_set(const struct conf_row *row, void *base, const char *text, struct conf_error *e)
{
	char expected[CONF_DESCRIPTION_MAX], found[CONF_QUOTE_ROOM];
	int error = -EINVAL;

	assert(row->type < sizeof readers / sizeof readers[0] && readers[row->type]);
	e->text[0] = '\0';
	if (*text)
		error = readers[row->type](row, base, text, e);
	if (error == -EINVAL && !e->text[0]) {
		conf_value_describe(row, expected, sizeof expected);
		(void)conf_error_set(e, "expected %s, found %s", expected,
			*text ? conf_quote(found, text) : "nothing");
	}
	return error;
}

void conf_value_free(const struct conf_row *row, void *base)
{
	if (row->type != CONF_TEXT)
		return;
	free(*(char **)field_of(row, base));
	*(char **)field_of(row, base) = NULL;
}

bool conf_value_equal(const struct conf_row *row, const void *base_a, const void *base_b)
{
	const void *a = const_field_of(row, base_a), *b = const_field_of(row, base_b);
	const char *text_a, *text_b;

	switch (row->type) {
	case CONF_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case CONF_NUMBER:
	case CONF_DURATION:
	case CONF_CHOICE:
		return *(const int64_t *)a == *(const int64_t *)b;
	case CONF_TEXT:
		text_a = *(char *const *)a;
		text_b = *(char *const *)b;
		return text_a && text_b ? strcmp(text_a, text_b) == 0 : text_a == text_b;
	case CONF_FLAGS:
	case CONF_LOG_DEST:
		return *(const unsigned *)a == *(const unsigned *)b;
	case CONF_LISTENER:
	case CONF_INCLUDE_DIR:
		break;
	}
	return true; /* no field */
}

static void describe_number(const struct conf_row *row, char *room, size_t size)
{
	char also[32] = "";

	if (row->has_also)
		(void)snprintf(also, sizeof also, ", or %" PRId64, row->also);
	(void)snprintf(room, size, "a number%s%s from %" PRId64 " to %" PRId64 "%s",
		row->unit ? " of " : "", row->unit ? row->unit : "", row->min, row->max, also);
}

void conf_value_describe(const struct conf_row *row, char *room, size_t size)
{
	switch (row->type) {
	case CONF_BOOL:
		(void)snprintf(room, size, "true or false");
		break;
	case CONF_NUMBER:
		describe_number(row, room, size);
		break;
	case CONF_DURATION:
		(void)snprintf(room, size,
			"a number and one of s h d w m y, like 14d, for at most %" PRId64
			" days, or never",
			row->max / unit_seconds('d'));
		break;
	case CONF_TEXT:
		(void)snprintf(room, size, "a text of at most %" PRId64 " bytes", row->max);
		break;
	case CONF_CHOICE:
	case CONF_FLAGS:
	case CONF_LOG_DEST:
	case CONF_LISTENER:
	case CONF_INCLUDE_DIR:
		(void)snprintf(room, size, "%s", row->argument);
		break;
	}
}
