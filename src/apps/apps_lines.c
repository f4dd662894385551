/* apps_lines.c - one buffer that grows to the longest line. */
#include "apps/apps_lines.h"

#include "base/base_alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 16 };

void lines_init(struct lines *l)
{
	*l = (struct lines){.bytes = alloc_sure(&alloc_libc, READ_BYTES), .room = READ_BYTES};
}

void lines_done(struct lines *l)
{
	free(l->bytes);
}

/* Room for one more read after what is there. */
static void make_room(struct lines *l)
{
	size_t room;

	if (l->start) {
		memmove(l->bytes, l->bytes + l->start, l->end - l->start);
		l->end -= l->start;
		l->start = 0;
	}
	if (l->room - l->end >= READ_BYTES)
		return;
	room = 2 * l->room + READ_BYTES;
	l->bytes = alloc_resize(&alloc_libc, l->bytes, l->room, room);
	if (!l->bytes)
		abort(); /* the caller bounds the size */
	l->room = room;
}

int lines_read(struct lines *l, int fd, size_t max)
{
	ssize_t count;

	make_room(l);
	do {
		count = read(fd, l->bytes + l->end, READ_BYTES);
	} while (count < 0 && errno == EINTR);
	if (count < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (count == 0)
		l->is_at_end = true;
	l->end += (size_t)count;
	return l->end - l->start > max + READ_BYTES ? -EMSGSIZE : 0;
}

bool lines_next(struct lines *l, struct span *ret)
{
	struct span left = span_of(l->bytes + l->start, l->end - l->start);
	const uint8_t *newline = left.size > l->searched
		? memchr(left.at + l->searched, '\n', left.size - l->searched)
		: NULL;

	if (!newline && (!l->is_at_end || left.size == 0)) {
		l->searched = left.size;
		return false;
	}
	*ret = span_of(left.at, newline ? (size_t)(newline - left.at) : left.size);
	l->start += ret->size + (newline != NULL);
	l->searched = 0;
	return true;
}

int lines_slurp(int fd, size_t max, struct span *ret)
{
	struct lines l;
	int err = 0;

	lines_init(&l);
	while (err == 0 && !l.is_at_end) {
		err = lines_read(&l, fd, max);
		if (err == 0 && l.end > max)
			err = -EMSGSIZE;
	}
	if (err) {
		lines_done(&l);
		return err;
	}
	*ret = span_of(l.bytes, l.end);
	return 0;
}
