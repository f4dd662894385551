/* apps_lines.h - the lines of a descriptor, as they come. */
#ifndef TING_APPS_LINES_H
#define TING_APPS_LINES_H

#include "base/base_span.h"

#include <sys/types.h>

struct lines {
	uint8_t *bytes;
	size_t start, end, room;
	size_t searched; /* of what is there, without a newline */
	bool is_at_end;
};

void lines_init(struct lines *l);
void lines_done(struct lines *l);

/* Reads once.  0; -EMSGSIZE: a line has more than `max` bytes; or another -errno. */
int lines_read(struct lines *l, int fd, size_t max);

/* The next line without its newline, borrowed until lines_read(); what stands after the last
 * newline is a line too.  False: no whole line is there yet, or there are no more. */
bool lines_next(struct lines *l, struct span *ret);

/* All of a descriptor.  0; -EMSGSIZE: it has more than `max` bytes; or another -errno.  *ret->at is
 * memory to be freed. */
int lines_slurp(int fd, size_t max, struct span *ret);

#endif
