/* topic_match.c - a walk through the tree that can stop anywhere.
 *
 * The idea.  The walk keeps no stack, since nodes know their parents: its whole state is the node
 * at hand, what is to be done there next, and the depth.  When the node at hand is pruned, the walk
 * goes on at its parent as if it had just come back from it; the nodes further up have that one as
 * a child and cannot go before it.  The topic is taken apart and hashed once, at the start: a visit
 * costs the same however long the levels are. */
#include "topic/topic_node.h"

#include <assert.h>

/* What is to be done at the node at hand, in this order. */
enum step {
	STEP_TO_HASH = TOPIC_HASH, /* go to the child of that kind */
	STEP_TO_PLUS = TOPIC_PLUS,
	STEP_TO_LITERAL = TOPIC_LITERAL,
	STEP_LEAVE,
	STEP_VISIT, /* the first; it goes on with the subscriptions of a hit, or with the children
		     */
	STEP_SUBS,
	STEP_GROUPS,
};

void topic_match_start(struct topic_match *m, struct topic_tree *t, struct span topic)
{
	size_t at = 0;

	assert(!t->match);
	t->match = m;
	m->tree = t;
	m->node = t->root;
	m->next = NULL;
	m->step = STEP_VISIT;
	m->starts_with_dollar = topic.at[0] == '$';
	m->visited = m->depth = m->level_count = 0;
	while (topic_level_is_there(topic, at)) {
		struct span level = topic_level_at(topic, at);

		assert(m->level_count < TOPIC_LEVELS_MAX);
		m->levels[m->level_count++] = topic_level_of(&t->key, level);
		at = topic_level_after(at, level);
	}
}

void topic_match_stop(struct topic_match *m)
{
	if (m->tree && m->tree->match == m)
		m->tree->match = NULL;
	m->node = NULL;
}

/* Back to the parent, to what comes there after this child. */
static void leave(struct topic_match *m)
{
	const struct topic_node *n = m->node;

	if (n->parent && n->kind != TOPIC_HASH)
		m->depth--;
	m->step = n->kind + 1;
	m->node = n->parent;
	m->next = NULL;
}

void topic_match_forget_link(struct topic_tree *t, const struct list *link)
{
	if (t->match && t->match->next == link)
		t->match->next = link->next;
}

void topic_match_forget_node(struct topic_tree *t, const struct topic_node *n)
{
	if (t->match && t->match->node == n)
		leave(t->match);
}

/* Most nodes have no children of wildcards. */
static uint8_t step_to_children(const struct topic_node *n)
{
	return n->wild ? STEP_TO_HASH : STEP_TO_LITERAL;
}

static void visit(struct topic_match *m)
{
	bool is_hit = m->node->kind == TOPIC_HASH || m->depth == m->level_count;

	m->visited++;
	m->step = is_hit ? STEP_SUBS : step_to_children(m->node);
	if (!m->node->parent && m->starts_with_dollar)
		m->step = STEP_TO_LITERAL; /* [MQTT-4.7.2-1] */
	m->next = is_hit ? m->node->subs.next : NULL;
}

/* Goes to the child that the step names; there may be none. */
static void go_down(struct topic_match *m)
{
	struct topic_node *child = NULL;

	if (m->step == STEP_TO_HASH)
		child = topic_node_child(m->node, TOPIC_HASH);
	else if (m->depth == m->level_count)
		child = NULL;
	else if (m->step == STEP_TO_PLUS)
		child = topic_node_child(m->node, TOPIC_PLUS);
	else
		child = topic_node_find(m->tree, m->node, &m->levels[m->depth]);
	if (!child) {
		m->step++;
		return;
	}
	m->node = child;
	m->depth += child->kind != TOPIC_HASH;
	m->step = STEP_VISIT;
}

static bool spend(size_t *budget)
{
	if (*budget == 0)
		return false;
	--*budget;
	return true;
}

static struct list *take_link(struct topic_match *m)
{
	struct list *link = m->next;

	assert(link);
	m->next = link->next;
	return link;
}

enum topic_match_result topic_match_next(struct topic_match *m, size_t *budget,
	struct topic_sub **ret_sub, struct topic_group **ret_group)
{
	struct topic_group *group;

	while (m->node) {
		switch ((enum step)m->step) {
		case STEP_VISIT:
			if (!spend(budget))
				return TOPIC_MATCH_PAUSE;
			visit(m);
			break;
		case STEP_SUBS:
			if (m->next == &m->node->subs) {
				m->next = m->node->groups.next;
				m->step = STEP_GROUPS;
				break;
			}
			if (!spend(budget))
				return TOPIC_MATCH_PAUSE;
			*ret_sub = LIST_ENTRY(take_link(m), struct topic_sub, link);
			return TOPIC_MATCH_SUB;
		case STEP_GROUPS:
			if (m->next == &m->node->groups) {
				m->next = NULL;
				m->step = step_to_children(m->node);
				break;
			}
			if (!spend(budget))
				return TOPIC_MATCH_PAUSE;
			group = LIST_ENTRY(take_link(m), struct topic_group, link);
			if (topic_group_count(group) == 0)
				break;
			*ret_group = group;
			return TOPIC_MATCH_GROUP;
		case STEP_TO_HASH:
		case STEP_TO_PLUS:
		case STEP_TO_LITERAL:
			go_down(m);
			break;
		case STEP_LEAVE:
			leave(m);
			break;
		}
	}
	return TOPIC_MATCH_END;
}
