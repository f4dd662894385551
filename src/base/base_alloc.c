/* base_alloc.c - the C library's memory behind the allocator interface. */
#include "base/base_alloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void *alloc_try(const struct allocator *a, size_t size)
{
	void *at = a->resize(a->context, NULL, 0, size);

	if (at)
		memset(at, 0, size);
	return at;
}

void *alloc_sure(const struct allocator *a, size_t size)
{
	void *at = alloc_try(a, size);

	assert(at && "out of memory for a size that we chose");
	return at;
}

void *alloc_resize(const struct allocator *a, void *old, size_t old_size, size_t new_size)
{
	assert(new_size > 0);
	return a->resize(a->context, old, old_size, new_size);
}

void alloc_free(const struct allocator *a, void *old, size_t size)
{
	if (old)
		a->resize(a->context, old, size, 0);
}

static void *libc_resize(void *context, void *old, size_t old_size, size_t new_size)
{
	(void)context;
	(void)old_size;
	if (new_size == 0) {
		free(old);
		return NULL;
	}
	return realloc(old, new_size);
}

const struct allocator alloc_libc = {libc_resize, NULL};
