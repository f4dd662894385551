/* broker_access.h - who may log in, publish, subscribe and be delivered to?
 *
 * The broker asks; somebody else decides: yes, no, or later.  After "later" the answer comes as an
 * event, and until then only that client's following packets wait. */
#ifndef TING_BROKER_ACCESS_H
#define TING_BROKER_ACCESS_H

#include "base/base_ids.h"
#include "base/base_span.h"
#include "mqtt/mqtt_types.h"

enum broker_question_type {
	BROKER_ASK_LOGIN,     /* user name, password; or auth_method and auth_data */
	BROKER_ASK_AUTH,      /* auth_data: the client's next move in an enhanced authentication */
	BROKER_ASK_PUBLISH,   /* topic, qos, is_retained; wills too, at CONNECT */
	BROKER_ASK_SUBSCRIBE, /* topic: the filter, without $share; qos */
	BROKER_ASK_DELIVER,   /* topic, qos */
};

/* The spans are borrowed until the call returns. */
struct broker_question {
	enum broker_question_type type;
	conn_id conn;
	uint64_t ticket; /* names the question in a later answer */
	struct span client_id, user_name;
	bool has_user_name, has_password;
	struct span password;
	struct span auth_method, auth_data;
	bool is_reauthentication;
	struct span topic;
	uint8_t qos;
	bool is_retained;
};

enum broker_verdict {
	BROKER_YES,
	BROKER_NO,
	BROKER_LATER,    /* an event BROKER_ANSWERED will follow */
	BROKER_CONTINUE, /* enhanced authentication only: send auth_data and wait for the client's
			    AUTH */
};

struct broker_answer {
	enum broker_verdict verdict;
	enum mqtt_reason reason; /* of a NO; 0: the usual one for the question */
	struct span auth_data;   /* borrowed until the answer is taken: for AUTH and CONNACK */
};

struct broker_access {
	struct broker_answer (*ask)(void *context, const struct broker_question *q);
	void *context;
	/* Bits of 1 << enum broker_question_type that need no asking: the answer is always yes. */
	unsigned granted;
};

/* Lets everyone do everything, but no enhanced authentication (0x8C). */
extern const struct broker_access broker_access_everyone;

/* Lets nobody in (0x87). */
extern const struct broker_access broker_access_nobody;

#endif
