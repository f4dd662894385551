/* conf_foreign.h - the options that mosquitto has and ting does not.
 *
 * A file that uses one expects something that would not happen, so that it is refused with a
 * sentence, unless it says what ting does anyway. */
#ifndef TING_CONF_FOREIGN_H
#define TING_CONF_FOREIGN_H

#include <stdbool.h>

struct conf_foreign {
	const char *name;   /* an end of * stands for any more letters */
	const char *why;    /* the rest of "NAME: ..." */
	const char *accept; /* the value that changes nothing, or NULL */
};

/* NULL: mosquitto does not have it either. */
const struct conf_foreign *conf_foreign_find(const char *name);

#endif
