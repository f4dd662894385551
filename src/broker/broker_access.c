/* broker_access.c - the two simplest deciders. */
#include "broker/broker_access.h"

static struct broker_answer everyone(void *context, const struct broker_question *q)
{
	(void)context;
	if (q->auth_method.size || q->type == BROKER_ASK_AUTH)
		return (struct broker_answer){
			.verdict = BROKER_NO, .reason = MQTT_BAD_AUTHENTICATION_METHOD};
	return (struct broker_answer){.verdict = BROKER_YES};
}

static struct broker_answer nobody(void *context, const struct broker_question *q)
{
	(void)context;
	(void)q;
	return (struct broker_answer){.verdict = BROKER_NO, .reason = MQTT_NOT_AUTHORIZED};
}

const struct broker_access broker_access_everyone = {
	.ask = everyone,
	.granted = 1u << BROKER_ASK_PUBLISH | 1u << BROKER_ASK_SUBSCRIBE | 1u << BROKER_ASK_DELIVER,
};

const struct broker_access broker_access_nobody = {.ask = nobody};
