/* topic_store.h - one value a topic name, and which names does a filter reach?
 *
 * A tree of name levels: what retained messages live in.  Values belong to the caller.  A search
 * can stop at a budget and go on later, while names come and go; many searches may be under way. */
#ifndef TING_TOPIC_STORE_H
#define TING_TOPIC_STORE_H

#include "base/base_alloc.h"
#include "base/base_hash.h"
#include "base/base_span.h"
#include "topic/topic_filter.h"
#include "topic/topic_level.h"

struct topic_store;
struct topic_store_node;

/* Never NULL.  `nodes_max`: levels of names that it may hold; one of 64 bytes or more counts as
 * several, so that this bounds the memory. */
struct topic_store *topic_store_new(
	const struct allocator *alloc, const struct hash_key *key, size_t nodes_max);

/* The values must be gone or forgotten.  NULL is fine. */
void topic_store_free(struct topic_store *t);

/* The value of that name, or NULL. */
void *topic_store_find(const struct topic_store *t, struct span name);

/* Sets the value (not NULL) of a valid name; the value before it, or NULL, is in *ret_old.  0;
 * ERR_LIMIT or ERR_MEMORY and *t unchanged. */
int topic_store_set(struct topic_store *t, struct span name, void *value, void **ret_old);

/* Removes the name and returns its value, or NULL. */
void *topic_store_take(struct topic_store *t, struct span name);

/* Names that have a value. */
size_t topic_store_count(const struct topic_store *t);

/* A search under way.  It owns no memory but holds its place in the tree until topic_search_stop().
 */
struct topic_search {
	struct topic_store *store;
	struct span filter;
	struct topic_store_node *at; /* NULL: at the end */
	size_t offset;               /* in the filter, of the level below the node */
	size_t below;                /* levels that its '#' stands for so far */
	struct topic_level literal;  /* the level without a wildcard that was last looked up */
};

enum topic_search_result { TOPIC_SEARCH_FOUND, TOPIC_SEARCH_PAUSE, TOPIC_SEARCH_END };

/* `filter` is valid, without $share, and stays until topic_search_stop(). */
void topic_search_start(struct topic_search *s, struct topic_store *t, struct span filter);

/* The next value, in an order that depends on nothing but the history of the store.  Each node
 * visited takes one from *budget. */
enum topic_search_result topic_search_next(
	struct topic_search *s, size_t *budget, void **ret_value);

/* Also after TOPIC_SEARCH_END.  Twice is fine. */
void topic_search_stop(struct topic_search *s);

#endif
