/* apps_copy_progress.h - how far a copy is, in a line that is written over. */
#ifndef TING_APPS_COPY_PROGRESS_H
#define TING_APPS_COPY_PROGRESS_H

#include "base/base_ids.h"

#include <stdbool.h>
#include <stddef.h>

struct copy_progress {
	bool is_shown;
	int64_t total; /* bytes there will be; -1: nobody knows */
	int64_t first; /* bytes that were there already */
	int64_t done;  /* bytes that are there */
	msec began_ms, told_ms;
};

/* Of a copy that begins now. */
struct copy_progress copy_progress_of(bool is_shown, int64_t total, int64_t first);

/* So many more; the line is written anew, but not for each of them. */
void copy_progress_add(struct copy_progress *p, size_t bytes);

/* The last line stays, and there are no more. */
void copy_progress_end(struct copy_progress *p);

enum { COPY_PROGRESS_ROOM = 128 };

/* "1.5 MiB of 3.0 MiB, 50 %, 512.0 KiB/s, 0:03 left", so long after it began. */
void copy_progress_format(
	const struct copy_progress *p, msec elapsed_ms, char ret[COPY_PROGRESS_ROOM]);

#endif
