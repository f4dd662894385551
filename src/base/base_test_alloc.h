/* base_test_alloc.h - an allocator that counts, can say no, and holds its callers to the contract.
 *
 * It asserts that each size given back is the size that was asked for. */
#ifndef TING_BASE_TEST_ALLOC_H
#define TING_BASE_TEST_ALLOC_H

#include "base/base_alloc.h"
#include "base/base_test.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct test_alloc {
	struct allocator alloc;
	size_t blocks, bytes; /* what is allocated now */
	size_t calls;         /* requests for memory so far, the refused ones included */
	size_t grants;        /* how many more requests succeed */
};

struct test_block {
	size_t size;
	alignas(max_align_t) unsigned char bytes[];
};

static inline void *test_alloc_resize(void *context, void *old, size_t old_size, size_t new_size)
{
	struct test_alloc *t = context;
	struct test_block *b = old ? (void *)((char *)old - sizeof *b) : NULL;

	cr_assert_eq(old_size, b ? b->size : 0, "a block is given back with the size it was given");
	if (new_size > 0) {
		t->calls++;
		if (t->grants == 0)
			return NULL;
		t->grants--;
	}
	t->bytes = t->bytes - old_size + new_size;
	t->blocks = t->blocks - (old != NULL) + (new_size > 0);
	if (new_size == 0) {
		free(b);
		return NULL;
	}
	b = realloc(b, sizeof *b + new_size);
	cr_assert(b);
	b->size = new_size;
	if (new_size > old_size) /* whoever relies on cleared memory where none is promised fails */
		memset(b->bytes + old_size, 0xa5, new_size - old_size);
	return b->bytes;
}

/* `t` says yes until t->grants is set to less. */
static inline void test_alloc_init(struct test_alloc *t)
{
	*t = (struct test_alloc){{test_alloc_resize, t}, 0, 0, 0, SIZE_MAX};
}

#endif
