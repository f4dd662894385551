/* topic_match.c - a walk through the tree that can stop anywhere.
 *
 * The idea.  The walk keeps no stack: nodes know their parents, and where the topic's previous
 * level starts is seen in the topic itself.  So the whole state is the node at hand, what is to be
 * done there next, and the offset of the topic's level below it.  When the node at hand is pruned,
 * the walk goes on at its parent as if it had just come back from it; the nodes further up have
 * that one as a child and cannot go before it. */
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
	assert(!t->match);
	t->match = m;
	*m = (struct topic_match){.tree = t, .topic = topic, .node = t->root, .step = STEP_VISIT};
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
		m->offset = topic_level_before(m->topic, m->offset);
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

static void visit(struct topic_match *m)
{
	bool is_hit = m->node->kind == TOPIC_HASH || !topic_level_is_there(m->topic, m->offset);

	m->visited++;
	m->step = is_hit ? STEP_SUBS : STEP_TO_HASH;
	if (m->node->parent == NULL && m->topic.at[0] == '$')
		m->step = STEP_TO_LITERAL; /* [MQTT-4.7.2-1] */
	m->next = is_hit ? m->node->subs.next : NULL;
}

/* Goes to the child that the step names; there may be none. */
static void go_down(struct topic_match *m)
{
	struct topic_node *child = NULL;
	size_t offset = m->offset;

	if (m->step == STEP_TO_HASH) {
		child = m->node->child[TOPIC_HASH];
	} else if (m->node->kind != TOPIC_HASH && topic_level_is_there(m->topic, offset)) {
		struct span level = topic_level_at(m->topic, offset);

		offset = topic_level_after(offset, level);
		child = m->step == STEP_TO_PLUS ? m->node->child[TOPIC_PLUS]
						: topic_node_find(m->tree, m->node, level);
	}
	if (!child) {
		m->step++;
		return;
	}
	m->node = child;
	m->offset = offset;
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

	m->next = link->next;
	return link;
}

enum topic_match_result topic_match_next(struct topic_match *m, size_t *budget,
	struct topic_sub **ret_sub, struct topic_group **ret_group)
{
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
				m->step = STEP_TO_HASH;
				break;
			}
			if (!spend(budget))
				return TOPIC_MATCH_PAUSE;
			*ret_group = LIST_ENTRY(take_link(m), struct topic_group, link);
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
