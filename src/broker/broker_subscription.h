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

/* Finds the subscription, or adds it, as yet without options; *ret_is_new tells which.  0,
 * ERR_LIMIT or ERR_MEMORY and nothing changed. */
int broker_subscription_put(struct broker *b, struct broker_session *s,
	const struct topic_filter *f, struct broker_subscription **ret, bool *ret_is_new);

/* Gives it options; the granted QoS is among them.  `id`: 0 for none. */
void broker_subscription_set(
	struct broker_subscription *subscription, const struct mqtt_filter *options, uint32_t id);

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
