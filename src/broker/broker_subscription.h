/* broker_subscription.h - who gets what: the subscriptions of a session, and SUBSCRIBE. */
#ifndef TING_BROKER_SUBSCRIPTION_H
#define TING_BROKER_SUBSCRIPTION_H

#include "mqtt/mqtt_subscribe.h"
#include "topic/topic_filter.h"

#include <stdbool.h>
#include <stdint.h>

struct broker;
struct broker_message;
struct broker_session;
struct broker_subscription;

/* The memory of all sessions' subscriptions. */
void broker_subscription_pool_init(struct broker *b);

/* Adds the subscription, or gives the one that is there new options; *ret_is_new tells which.  The
 * granted QoS is in `options`.  0, ERR_LIMIT or ERR_MEMORY and nothing changed. */
int broker_subscription_put(struct broker *b, struct broker_session *s,
	const struct topic_filter *f, const struct mqtt_filter *options, uint32_t id,
	struct broker_subscription **ret, bool *ret_is_new);

void broker_subscription_remove(struct broker *b, struct broker_subscription *subscription);

/* Is it a message of the subscriber's own client id, and the subscription has No Local?
 * [MQTT-3.8.3-3] */
bool broker_subscription_is_own(
	const struct broker_subscription *subscription, const struct broker_message *m);

/* Shared subscriptions prefer members that are online. */
void broker_subscription_set_online(struct broker_session *s, bool is_online);

/* Removes one of a session that ended.  False when there are no more. */
bool broker_subscription_drop_one(struct broker *b, struct broker_session *s);

#endif
