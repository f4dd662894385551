/* net_output.h - bytes that wait to be written.
 *
 * A chain of blocks of one size.  What is small is copied into a block; what is large stays where
 * it is, and the block keeps a reference to it.  An empty output holds no block. */
#ifndef TING_NET_OUTPUT_H
#define TING_NET_OUTPUT_H

#include "base/base_alloc.h"
#include "base/base_shared.h"
#include "base/base_span.h"

#include <sys/uio.h>

enum {
	NET_BLOCK_BYTES = 1024,
	NET_BLOCKS_IDLE_MAX = 4096, /* kept for reuse; more go back to the allocator */
	NET_COPY_MAX = 512,         /* bytes that are cheaper to copy than to refer to */
};

struct net_block;

/* Where blocks come from; one for many outputs. */
struct net_blocks {
	const struct allocator *alloc;
	struct net_block *idle;
	size_t idle_count, used;
};

void net_blocks_init(struct net_blocks *b, const struct allocator *alloc);

/* All outputs are cleared already. */
void net_blocks_done(struct net_blocks *b);

/* All zeroes at first. */
struct net_output {
	struct net_block *first, *last;
	size_t size; /* in bytes */
};

/* Appends a copy of the bytes.  0, or -ENOMEM and a part of them may have been appended. */
int net_output_copy(struct net_output *o, struct net_blocks *b, struct span bytes);

/* Appends bytes inside what `owner` counts, and takes a reference to it unless they are so few that
 * they are copied.  0 or -ENOMEM. */
int net_output_share(
	struct net_output *o, struct net_blocks *b, struct span bytes, struct shared *owner);

/* Appends head, which is copied, and body: as net_output_share() does, or copied if there is no
 * owner.  0, or -ENOMEM and a part of them may have been appended. */
int net_output_add(struct net_output *o, struct net_blocks *b, struct span head, struct span body,
	struct shared *owner);

/* Describes the first bytes, in at most `max` parts.  Answers the number of parts. */
size_t net_output_gather(const struct net_output *o, struct iovec *ret, size_t max);

/* The first `size` bytes are gone. */
void net_output_drop(struct net_output *o, struct net_blocks *b, size_t size);

void net_output_clear(struct net_output *o, struct net_blocks *b);

#endif
