/* conf_nearest.h - what did they mean to write? */
#ifndef TING_CONF_NEAREST_H
#define TING_CONF_NEAREST_H

#include <stddef.h>

/* How many letters must be put in, left out, replaced or swapped with their neighbour to make one
 * of the other.  Only the first 63 bytes of each count. */
size_t conf_distance(const char *a, const char *b);

/* The name of an option that is near enough to be meant, or NULL. */
const char *conf_nearest_option(const char *name);

#endif
