/* conf_table.h - the one table of options: reading, checking, help and manual follow from it. */
#ifndef TING_CONF_TABLE_H
#define TING_CONF_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the text after the name is read, and what the field is. */
enum conf_type {
	CONF_BOOL,        /* bool: true false 1 0 */
	CONF_NUMBER,      /* int64_t: decimal, from min to max, or `also` */
	CONF_DURATION,    /* int64_t seconds: 14d, or never */
	CONF_TEXT,        /* char *: UTF-8 of up to max bytes, inner blanks kept; NULL: unset */
	CONF_CHOICE,      /* int64_t: one of the words */
	CONF_FLAGS,       /* unsigned: one of the words; each line adds, "none" clears */
	CONF_LOG_DEST,    /* likewise, or file PATH */
	CONF_LISTENER,    /* opens a listener; no field */
	CONF_INCLUDE_DIR, /* reads the files of a directory; no field */
};

/* Where the field is. */
enum conf_scope {
	CONF_GLOBAL,       /* in struct conf */
	CONF_PER_LISTENER, /* in struct conf_listener: of the listener opened last */
	CONF_STANDARD,     /* in struct conf_listener: of the one that is opened by this option */
};

struct conf_word {
	const char *word;
	unsigned value;
	const char *refusal; /* mosquitto has it and ting does not: why not, or NULL */
};

struct conf_row {
	const char *name, *other_name; /* the second may be NULL */
	const char *argument;          /* as help shows it */
	enum conf_type type;
	enum conf_scope scope;
	size_t offset;
	int64_t min, max;
	int64_t also;     /* with has_also: a value outside of min to max that has a meaning */
	const char *unit; /* of a number: "seconds", or NULL */
	const struct conf_word *words; /* ended by an empty one */
	const char *standard;          /* the default as a file would say it; NULL: unset */
	bool has_also, repeats, needs_restart;
	const char *help; /* sentences; %s nowhere */
};

extern const struct conf_row conf_rows[];
extern const size_t conf_row_count;

/* By either name; NULL: there is none. */
const struct conf_row *conf_row_find(const char *name);

static inline size_t conf_row_index(const struct conf_row *row)
{
	return (size_t)(row - conf_rows);
}

#endif
