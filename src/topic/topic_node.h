/* topic_node.h - what the subscription tree is made of (private to src/topic).
 *
 * topic_node.c links and weighs nodes, topic_group.c keeps the members of $share groups,
 * topic_tree.c puts subscriptions in and takes them out, topic_match.c looks them up. */
#ifndef TING_TOPIC_NODE_H
#define TING_TOPIC_NODE_H

#include "topic/topic_level.h"
#include "topic/topic_tree.h"

/* In the order in which a match goes to the children of a node. */
enum topic_kind { TOPIC_HASH, TOPIC_PLUS, TOPIC_LITERAL, TOPIC_KINDS };

/* One level of the filters that begin with the levels above it. */
struct topic_node {
	struct map_node edge;                 /* literal nodes; key: parent and level */
	struct topic_node *parent;            /* NULL: the root */
	struct topic_node *literal;           /* the top of the heap of the children with a name */
	struct topic_node *wild;              /* the children '+' and '#', linked by `right` */
	struct topic_node *left, *right, *up; /* the heap of literal siblings */
	struct list subs, groups;
	uint64_t serial; /* never used twice */
	uint32_t visits; /* the most nodes that a match can visit from here down */
	uint16_t level_bytes;
	uint8_t kind; /* enum topic_kind */
	uint8_t rank; /* see topic_node.c */
	uint8_t level[];
};

struct topic_group {
	struct map_node by_name; /* key: node and name */
	struct list link;        /* among the groups of the node */
	struct topic_node *node;
	struct list online, offline; /* struct topic_sub; whose turn it is comes first */
	size_t online_count, offline_count;
	size_t refs;     /* of the tree's user: it stays, even without members */
	uint64_t serial; /* from the same count as those of the nodes */
	uint16_t name_bytes;
	uint8_t name[];
};

/* Bounds on memory count cells, see topic_level.h. */
struct topic_tree {
	const struct allocator *alloc;
	struct hash_key key;
	struct topic_tree_limits limits;
	struct map edges, groups, owners;
	struct topic_node *root;
	struct topic_match *match; /* under way, or NULL */
	uint64_t serial;           /* the last one given */
	size_t cells, sub_count, group_count;
};

static inline struct span topic_node_level(const struct topic_node *n)
{
	return span_of(n->level, n->level_bytes);
}

/* The child of that kind, the one on top if there are several; NULL: there is none. */
static inline struct topic_node *topic_node_child(const struct topic_node *n, enum topic_kind kind)
{
	struct topic_node *wild = n->wild;

	if (kind == TOPIC_LITERAL)
		return n->literal;
	while (wild && wild->kind != kind)
		wild = wild->right;
	return wild;
}

/* NULL: it has none. */
static inline struct topic_node *topic_node_any_child(const struct topic_node *n)
{
	return n->literal ? n->literal : n->wild;
}

enum topic_kind topic_kind_of(struct span level);

/* The child with that level, or NULL. */
struct topic_node *topic_node_find(
	const struct topic_tree *t, struct topic_node *parent, const struct topic_level *level);

/* A new child with that level, which is not there yet; the nodes above are not weighed again.  NULL
 * when there is no memory.  A NULL parent makes the root. */
struct topic_node *topic_node_new(
	struct topic_tree *t, struct topic_node *parent, const struct topic_level *level);

/* Unlinks and frees a node without children, subscriptions and groups; the nodes above are not
 * weighed again. */
void topic_node_free(struct topic_tree *t, struct topic_node *n);

/* Removes the node, and those above it, as far as nothing needs them; weighs the others again. */
void topic_node_prune(struct topic_tree *t, struct topic_node *n);

/* Brings `visits` up to date after a child of `n` came, went or changed. */
void topic_node_weigh(struct topic_node *n);

/* What the root would weigh with a chain of `count` new nodes below `n`, the first of `kind`. */
size_t topic_node_weight_with(const struct topic_node *n, enum topic_kind kind, size_t count);

/* The group of that name at the node, or NULL. */
struct topic_group *topic_group_find(
	const struct topic_tree *t, const struct topic_node *n, const struct topic_level *name);

/* A new group without members, or NULL when there is no memory. */
struct topic_group *topic_group_new(
	struct topic_tree *t, struct topic_node *n, const struct topic_level *name);

/* Frees the group unless it has members or somebody refers to it. */
void topic_group_free_unused(struct topic_tree *t, struct topic_group *g);

void topic_group_join(struct topic_group *g, struct topic_sub *sub);
void topic_group_leave(struct topic_group *g, struct topic_sub *sub);

/* Something that the match under way may have at hand is about to go. */
void topic_match_forget_link(struct topic_tree *t, const struct list *link);
void topic_match_forget_node(struct topic_tree *t, const struct topic_node *n);

#endif
