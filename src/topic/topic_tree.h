/* topic_tree.h - which subscribers does a topic reach?
 *
 * A tree of filter levels.  A subscription is a struct topic_sub inside the subscriber's own
 * record: the tree links it and never frees it.  Matching allocates nothing, visits only nodes
 * whose path matches a prefix of the topic, and can stop at a budget and go on later, while
 * subscriptions come and go. */
#ifndef TING_TOPIC_TREE_H
#define TING_TOPIC_TREE_H

#include "base/base_alloc.h"
#include "base/base_hash.h"
#include "base/base_list.h"
#include "base/base_map.h"
#include "base/base_span.h"
#include "base/base_writer.h"
#include "topic/topic_filter.h"
#include "topic/topic_level.h"

struct topic_tree;
struct topic_node;
struct topic_group; /* the members of one $share group on one filter */

struct topic_tree_limits {
	/* Levels of filters, and groups, that the tree may hold.  One of 64 bytes or more counts as
	 * several, so that this bounds the memory. */
	size_t nodes_max;
	/* The most nodes that any one topic may make a match visit.  A filter that would pass it is
	 * refused, which bounds what a set of filters that mixes names and '+' can cost. */
	size_t visits_max;
};

/* One subscription.  Private to the tree, but for reading `subscriber` and `group`. */
struct topic_sub {
	uint64_t subscriber;
	bool is_online;            /* matters in a group only */
	struct topic_node *node;   /* NULL: not in the tree */
	struct topic_group *group; /* NULL: not shared */
	struct list link;          /* among the subscriptions of the node or of the group */
	struct map_node by_owner;  /* key: node, group and subscriber */
};

/* Never NULL.  `key` seeds the hash tables. */
struct topic_tree *topic_tree_new(const struct allocator *alloc, const struct hash_key *key,
	const struct topic_tree_limits *limits);

/* The subscriptions that are still in it are no longer linked.  NULL is fine. */
void topic_tree_free(struct topic_tree *t);

/* Limits may change at any time; what is there already stays. */
void topic_tree_set_limits(struct topic_tree *t, const struct topic_tree_limits *limits);

/* The subscription of that subscriber to exactly that filter and group, or NULL. */
struct topic_sub *topic_tree_find(
	const struct topic_tree *t, const struct topic_filter *f, uint64_t subscriber);

/* Links `sub`, online.  0; ERR_LIMIT or ERR_MEMORY and *t unchanged; ERR_EXISTS. */
int topic_tree_add(struct topic_tree *t, const struct topic_filter *f, uint64_t subscriber,
	struct topic_sub *sub);

/* Unlinks `sub`, also while a match is under way.  A sub that is not in the tree is left alone. */
void topic_tree_remove(struct topic_tree *t, struct topic_sub *sub);

/* The text of its filter, with $share/group/ in front when it is shared. */
void topic_sub_write_filter(const struct topic_sub *sub, struct writer *w);

/* Does the filter have wildcards? */
bool topic_sub_has_wildcards(const struct topic_sub *sub);

/* A member of a group whose client went away is asked only when nobody else is left. */
void topic_sub_set_online(struct topic_sub *sub, bool is_online);

/* The member whose turn it is: the online ones in turn, or, when there is none, the others in turn.
 * NULL only for a group that a reference keeps without members. */
struct topic_sub *topic_group_pick(struct topic_group *g);

/* Members, and how many of them are online. */
size_t topic_group_count(const struct topic_group *g);
size_t topic_group_online_count(const struct topic_group *g);

/* A reference keeps the group while members leave and join: a message that one left undone can go
 * to another later.  All are given back before the tree is freed. */
void topic_group_ref(struct topic_group *g);
void topic_group_unref(struct topic_tree *t, struct topic_group *g);

/* A match under way.  One at a time in a tree; `topic` must stay until topic_match_stop(). */
struct topic_match {
	struct topic_tree *tree;
	size_t visited;          /* nodes so far */
	struct topic_node *node; /* at hand; NULL: at the end */
	struct list *next;       /* of the node's subscriptions or groups */
	uint8_t step;            /* what is to be done at the node */
	bool starts_with_dollar;
	size_t depth; /* levels of the topic that lead to the node */
	size_t level_count;
	struct topic_level levels[TOPIC_LEVELS_MAX]; /* of the topic */
};

enum topic_match_result {
	TOPIC_MATCH_SUB,   /* *ret_sub is a subscription that is not shared */
	TOPIC_MATCH_GROUP, /* *ret_group has the topic, and members: pick one */
	TOPIC_MATCH_PAUSE, /* the budget is spent: call again */
	TOPIC_MATCH_END,
};

/* `topic` is a valid name.  [MQTT-4.7.2-1] */
void topic_match_start(struct topic_match *m, struct topic_tree *t, struct span topic);

/* The next hit.  Each node visited and each hit take one from *budget. */
enum topic_match_result topic_match_next(struct topic_match *m, size_t *budget,
	struct topic_sub **ret_sub, struct topic_group **ret_group);

/* Also after TOPIC_MATCH_END.  Twice is fine. */
void topic_match_stop(struct topic_match *m);

struct topic_tree_stats {
	size_t nodes; /* what topic_tree_limits.nodes_max bounds */
	size_t subs, groups;
	size_t visits_worst; /* the most nodes that one topic can make a match visit now */
};

struct topic_tree_stats topic_tree_stats(const struct topic_tree *t);

#endif
