/* broker_subscription.c - the records behind the topic tree.
 *
 * In a session's list the shared ones come first, so that those that care whether it is online are
 * found without looking at the others. */
#include "broker/broker_subscription.h"

#include "base/base_err.h"
#include "broker/broker_state.h"

enum { SUBSCRIPTIONS_PER_SLAB = 64 };

void broker_subscription_pool_init(struct broker *b)
{
	pool_init(&b->subscriptions, b->alloc, sizeof(struct broker_subscription),
		SUBSCRIPTIONS_PER_SLAB);
}

static struct broker_subscription *entry(struct list *l)
{
	return LIST_ENTRY(l, struct broker_subscription, link);
}

static int add(struct broker *b, struct broker_session *s, const struct topic_filter *f,
	struct broker_subscription **ret)
{
	struct broker_subscription *added;
	int err;

	if (s->subscriptions_count >= b->config.subscriptions_max)
		return ERR_LIMIT;
	added = pool_take(&b->subscriptions);
	if (!added)
		return ERR_MEMORY;
	err = topic_tree_add(b->tree, f, s->serial, &added->sub);
	if (err) {
		pool_give(&b->subscriptions, added);
		return err;
	}
	added->session = s;
	if (f->group.size)
		list_prepend(&s->subscriptions, &added->link);
	else
		list_append(&s->subscriptions, &added->link);
	s->subscriptions_count++;
	b->stats.subscriptions_now++;
	b->stats.shared_subscriptions_now += f->group.size != 0;
	*ret = added;
	return 0;
}

int broker_subscription_put(struct broker *b, struct broker_session *s,
	const struct topic_filter *f, struct broker_subscription **ret, bool *ret_is_new)
{
	struct topic_sub *found = topic_tree_find(b->tree, f, s->serial);

	*ret_is_new = !found;
	if (!found)
		return add(b, s, f, ret);
	*ret = LIST_ENTRY(found, struct broker_subscription, sub);
	return 0;
}

void broker_subscription_set(
	struct broker_subscription *subscription, const struct mqtt_filter *options, uint32_t id)
{
	subscription->id = id;
	subscription->qos = options->qos;
	subscription->is_no_local = options->is_no_local;
	subscription->is_retain_as_published = options->is_retain_as_published;
}

void broker_subscription_remove(struct broker *b, struct broker_subscription *subscription)
{
	struct broker_session *s = subscription->session;

	broker_retain_forget(b, subscription);
	b->stats.subscriptions_now--;
	b->stats.shared_subscriptions_now -= subscription->sub.group != NULL;
	topic_tree_remove(b->tree, &subscription->sub);
	list_remove(&subscription->link);
	s->subscriptions_count--;
	pool_give(&b->subscriptions, subscription);
}

/* Client ids are compared by their keyed hashes, so that a message need not carry one. */
bool broker_subscription_is_own(
	const struct broker_subscription *subscription, const struct broker_message *m)
{
	return subscription->is_no_local &&
		m->publisher == subscription->session->by_client_id.hash;
}

void broker_subscription_set_online(struct broker_session *s, bool is_online)
{
	list_for_each (l, &s->subscriptions) {
		if (!entry(l)->sub.group)
			break;
		topic_sub_set_online(&entry(l)->sub, is_online);
	}
}

bool broker_subscription_drop_one(struct broker *b, struct broker_session *s)
{
	struct list *l = list_first(&s->subscriptions);

	if (!l)
		return false;
	broker_subscription_remove(b, entry(l));
	return true;
}
