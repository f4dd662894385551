/* apps_options_table.h - one row for each option of `ting pub`, `ting sub` and `ting rr`. */
#ifndef TING_APPS_OPTIONS_TABLE_H
#define TING_APPS_OPTIONS_TABLE_H

#include "apps/apps_options.h"

struct option_row {
	const char *short_name, *long_name; /* "-q", "--qos"; either may be NULL */
	const char *value;                  /* what follows, for the help; NULL: nothing */
	unsigned programs;                  /* bits of enum program */

	/* Takes the value (NULL: none).  0, or -1 with a sentence on standard error. */
	int (*apply)(struct options *o, const struct option_row *row, const char *value);
	size_t offset; /* of its field in struct options, where one is all it needs */
	int64_t min, max;
	const char *help;
};

/* Ends with a row without names. */
extern const struct option_row option_rows[];

/* "pub" of `ting pub`. */
const char *program_name(enum program program);

/* The row that is called `name` in that program, or NULL. */
const struct option_row *option_find(enum program program, const char *name);

#endif
