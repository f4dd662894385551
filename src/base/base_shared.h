/* base_shared.h - the one thing that is counted: a message that several outputs still need.
 *
 * A struct shared is the first member of what it counts.  The count is not atomic: one thread owns
 * all the references. */
#ifndef TING_BASE_SHARED_H
#define TING_BASE_SHARED_H

#include <stddef.h>
#include <stdint.h>

struct shared {
	uint32_t refs;
	void (*free)(struct shared *s); /* called when the last reference goes */
};

/* A new thing with one reference, the caller's. */
static inline void shared_init(struct shared *s, void (*free)(struct shared *))
{
	s->refs = 1;
	s->free = free;
}

static inline void shared_ref(struct shared *s)
{
	s->refs++;
}

/* NULL is fine. */
static inline void shared_unref(struct shared *s)
{
	if (s && --s->refs == 0)
		s->free(s);
}

#endif
