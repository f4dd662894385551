/* service_file.h - one file or device, opened for a client elsewhere.
 *
 * Nothing here waits for somebody: a device or a pipe that has nothing now says REMOTE_LATER. */
#ifndef TING_SERVICE_FILE_H
#define TING_SERVICE_FILE_H

#include "base/base_span.h"
#include "remote/remote_wire.h"

/* All zeroes: not open. */
struct service_file {
	int fd; /* if is_open */
	bool is_open;
	bool has_places;   /* a file or a block device; or else bytes come and go in order */
	bool is_pipe;      /* a FIFO, which may be waiting for its first writer */
	uint64_t identity; /* the same for the same file, to write it until the machine restarts */
};

/* Opens what is at that path beneath the folder, for `flags` of enum remote_flag.  *f is not open.
 * REMOTE_DONE, or why not. */
enum remote_code service_file_open(
	struct service_file *f, int folder, struct span path, unsigned flags);

/* What is there, at most `size` bytes; none at the end.  Where there are no places, `place` means
 * nothing. */
enum remote_code service_file_read(
	struct service_file *f, uint64_t place, void *ret, size_t size, size_t *ret_count);

/* REMOTE_DONE and at least one byte is written: as many as could be.  There is one at least. */
enum remote_code service_file_write(
	struct service_file *f, uint64_t place, struct span bytes, size_t *ret_count);

enum remote_code service_file_size(const struct service_file *f, uint64_t *ret);

/* What the system says of it, for some file systems notice only now that they have no room.  It is
 * not open afterwards. */
enum remote_code service_file_close(struct service_file *f);

#endif
