/* ting/mqtt.h - the words of MQTT that the client's two faces share: messages, filters, what a
 * client asks for when it connects, and what it is told.
 *
 * ting/client.h waits for you and does the input and output; ting/core.h does neither, and fits
 * into a program that has a loop of its own.  Both speak MQTT 5, 3.1.1 and 3.1.  In every structure
 * all zeroes is what most want. */
#ifndef TING_MQTT_H
#define TING_MQTT_H

#include <ting/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that somebody else owns, perhaps without a final NUL: printf("%.*s", (int)t.size, t.at). */
struct ting_text {
	const char *at; /* NULL: absent */
	size_t size;
};

static inline struct ting_text ting_text(const char *text)
{
	struct ting_text t = {text, text ? strlen(text) : 0};

	return t;
}

struct ting_pair {
	struct ting_text name, value;
};

/* Of a message (a will is one too); before MQTT 5 there are none, and they are left out. */
struct ting_properties {
	bool is_text;    /* the payload is UTF-8 */
	bool has_expiry; /* after so many seconds it is not worth delivering any more */
	uint32_t expiry_s;
	struct ting_text content_type;
	struct ting_text response_topic,
		correlation;          /* of a request; correlation: of its answer too */
	const struct ting_pair *user; /* to give; of a received message see ting_user_property() */
	size_t user_count;
	/* Received: all of them, as they came.  In a message that is published, hence passed on,
	 * the user properties in it go along, unless `user` gives some. */
	struct ting_text encoded;
};

/* The user property at *place, and moves *place on; begin with 0.  False: that was the last.  For
 * properties that are given and for received ones. */
bool ting_user_property(const struct ting_properties *p, size_t *place, struct ting_pair *ret);

/* Likewise the subscription identifiers that a received message answers to. */
bool ting_subscription_id(const struct ting_properties *p, size_t *place, uint32_t *ret);

struct ting_message {
	struct ting_text topic, payload;
	uint8_t qos; /* 0, 1 or 2 */
	bool is_retained;
	bool is_duplicate; /* received: it may have come before (only QoS 1) */
	struct ting_properties properties;
	uint64_t receipt; /* received: what acknowledges it, see acknowledges_later; 0: nothing */
};

struct ting_filter {
	struct ting_text filter; /* "home/+/door", "$share/group/home/#" */
	uint8_t qos;             /* at most */
	/* MQTT 5. */
	bool is_no_local;            /* not what this client publishes itself */
	bool is_retain_as_published; /* the messages keep their retain flag */
	uint8_t retain_handling;     /* retained messages: 0 always, 1 for a new one, 2 never */
	uint32_t subscription_id; /* 1 to 268,435,455; 0: none.  The same for all of one request */
};

struct ting_will {
	struct ting_message message; /* a topic makes it a will */
	uint32_t delay_s;            /* MQTT 5: so long after the connection is lost */
};

enum ting_mqtt_version { TING_MQTT_3_1 = 3, TING_MQTT_3_1_1 = 4, TING_MQTT_5 = 5 };

/* What a client is.  What the pointers lead to must live as long as the client. */
struct ting_client_options {
	enum ting_mqtt_version version; /* 0: TING_MQTT_5 */
	struct ting_text id;            /* empty: the server, or the client itself, makes one up */
	struct ting_text user, password;
	struct ting_will will;
	int keepalive_s; /* 0: 60; negative: none */

	/* The session: subscriptions and unfinished messages, which the server keeps. */
	bool resumes_session; /* goes on with the one that the server may have for this id; before
			       * MQTT 5 it also outlives the connection (Clean Session 0) */
	uint32_t session_expiry_s; /* MQTT 5: it outlives the connection for so long; UINT32_MAX:
				    * for ever */

	/* Connecting again, when the connection is lost: after about retry_min_ms, twice as long
	 * each time up to retry_max_ms, each wait between half of that and all of it, by chance; a
	 * connection that lasted as long as the next wait would be lets the waits begin anew. */
	int retry_min_ms; /* 0: 1,000; negative: never connects again */
	int retry_max_ms; /* 0: 60,000, or retry_min_ms if that is more */
	uint64_t seed;    /* of that chance; ting/client.h: 0 draws one */

	/* Bounds. */
	uint16_t requests_max; /* QoS 1 and 2 messages, subscriptions and unsubscriptions that are
				* not yet answered, sent or waiting for a connection.  0: 64 */
	uint16_t receive_max;  /* QoS 1 and 2 messages received and not yet acknowledged; announced
				* as Receive Maximum, which before MQTT 5 nobody hears of: there the
				* last is for QoS 1 alone.  0: 64 */
	uint32_t packet_bytes_max; /* that the server may send; announced.  0: 1 MiB */
	uint32_t send_bytes_max;   /* a packet to the server without its payload.  0: 64 KiB */
	uint16_t aliases_max;      /* topics that may be replaced by numbers (MQTT 5).  0: none */
	uint16_t alias_topic_max;  /* bytes of a topic that is.  0: 128; 65,535: the server may use
				    * numbers too, for then any topic has room */
	int reply_timeout_ms;      /* for CONNACK and PINGRESP.  0: 10,000 */

	/* A QoS 1 or 2 message is acknowledged when the application says so, and not before; in the
	 * order in which they came, whatever the order of the calls.  With receive_max of them open
	 * the server sends no more. */
	bool acknowledges_later;

	/* MQTT 5, of CONNECT. */
	bool wants_response_information;
	bool wants_no_problem_information; /* reason strings and user properties with errors */
	struct ting_text auth_method, auth_data; /* enhanced authentication */
	const struct ting_pair *user_properties;
	size_t user_properties_count;

	/* ting/client.h alone: the answer to what the server asks in enhanced authentication,
	 * borrowed until the next.  0; anything else gives the connection up. */
	int (*authenticate)(void *context, struct ting_text challenge, struct ting_text *ret);
	void *authenticate_context;
};

/* What the server said when it let us in; spans are borrowed until the next call. */
struct ting_welcome {
	bool is_session_present;
	struct ting_text assigned_id, response_information, server_reference, reason_string;
	uint8_t qos_max;
	bool has_retain, has_wildcards, has_subscription_ids, has_shared;
	uint16_t receive_max, keepalive_s, aliases_max;
	uint32_t packet_bytes_max, session_expiry_s;
	struct ting_properties properties; /* only its user properties */
};

/* How a request ended. */
enum ting_outcome {
	TING_ANSWERED,  /* the server answered: `reason`, or one of `reasons` for each filter */
	TING_FORBIDDEN, /* not sent: a limit of the server's forbids it; `reason` says which */
	TING_LOST,      /* the session ended before an answer: it may have arrived, or not */
};

struct ting_answer {
	enum ting_outcome outcome;
	uint64_t ticket;
	uint8_t reason;           /* 0x80 and above: refused */
	struct ting_text reasons; /* one byte a filter */
	struct ting_text reason_string;
};

/* Why a connection ended. */
enum ting_cause {
	TING_ASKED,    /* the application did */
	TING_REFUSED,  /* CONNACK said no: `reason` */
	TING_SENT_OFF, /* the server said goodbye: `reason` */
	TING_BROKEN,   /* the transport went away */
	TING_FAULT,    /* the server broke the protocol: `reason` */
	TING_SILENT,   /* no answer in time */
};

struct ting_farewell {
	enum ting_cause cause;
	uint8_t reason; /* before MQTT 5 of TING_REFUSED: a return code, 1 to 5 */
	struct ting_text reason_string, server_reference;
};

/* "not authorized": the words of the specification for a reason code of MQTT 5. */
const char *ting_reason_name(uint8_t reason);

/* Likewise for a return code with which CONNACK refuses before MQTT 5. */
const char *ting_return_code_name(uint8_t code);

/* May it be published to?  Subscribed to? */
bool ting_topic_is_valid(struct ting_text topic);
bool ting_filter_is_valid(struct ting_text filter);

#ifdef __cplusplus
}
#endif

#endif
