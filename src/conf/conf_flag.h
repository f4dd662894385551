/* conf_flag.h - takes a command line apart by a table of what may be in it.
 *
 * As POSIX has it: -d -v, or -dv; -p 1883, or -p1883; and --name for what has a long name. */
#ifndef TING_CONF_FLAG_H
#define TING_CONF_FLAG_H

#include "conf/conf_error.h"

#include <stdbool.h>
#include <stdio.h>

/* The letter of the row, if there is one, for words that are no flags: each comes back as a value
 * of that row, "-" too, and all that follow "--". */
enum { CONF_FLAG_WORD = '\1' };

/* A row of the table, which ends with one that is all empty. */
struct conf_flag {
	char letter;          /* '\0': it has none */
	const char *name;     /* without "--"; NULL: it has none */
	const char *argument; /* what must follow, as help calls it; NULL: nothing */
	const char *help;
};

struct conf_flag_reader {
	char **at;          /* the argument in hand, as in argv: a NULL ends them */
	const char *letter; /* inside -dv, the next one; or NULL */
	bool is_past_flags; /* "--" was there */
};

/* argv without the name of the program. */
struct conf_flag_reader conf_flag_reader_of(char **arguments);

/* The next flag, with its argument in *value; NULL at the end, or on an error, which then has a
 * text in *e. */
const struct conf_flag *conf_flag_next(struct conf_flag_reader *r, const struct conf_flag *flags,
	const char **value, struct conf_error *e);

/* One line per flag. */
void conf_flag_print(const struct conf_flag *flags, FILE *out);

#endif
