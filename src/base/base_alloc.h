/* base_alloc.h - where memory comes from.
 *
 * Pure code is handed an allocator, so that a simulator can make it fail and a test can count.
 * Sizes that we choose use alloc_sure(), which aborts; sizes that a peer chooses are capped first
 * and then use alloc_try(), which may say no: then that peer goes, not the process. */
#ifndef TING_BASE_ALLOC_H
#define TING_BASE_ALLOC_H

#include <stddef.h>

struct allocator {
	/* Like realloc: `old_size` is what was asked for `old`; new_size 0 frees and returns NULL.
	 * NULL on failure, and `old` is then untouched. */
	void *(*resize)(void *context, void *old, size_t old_size, size_t new_size);
	void *context;
};

/* Memory filled with zeroes, or NULL. */
void *alloc_try(const struct allocator *a, size_t size);

/* Memory filled with zeroes; never NULL. */
void *alloc_sure(const struct allocator *a, size_t size);

/* The new part is not cleared.  NULL leaves `old` as it was. */
void *alloc_resize(const struct allocator *a, void *old, size_t old_size, size_t new_size);

/* `size` is what was asked for.  NULL is fine. */
void alloc_free(const struct allocator *a, void *old, size_t size);

/* The allocator of the C library. */
extern const struct allocator alloc_libc;

#endif
