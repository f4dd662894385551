/* mqtt_types.h - the numbers that MQTT gives to versions, packets and reasons.
 *
 * Sources: MQTT 3.1.1 (OASIS, 2014) and MQTT 5.0 (OASIS, 2019), sections 2.1.2 and 2.4. */
#ifndef TING_MQTT_TYPES_H
#define TING_MQTT_TYPES_H

#include <stdbool.h>

/* The protocol level that CONNECT carries. */
enum mqtt_version { MQTT_3_1 = 3, MQTT_3_1_1 = 4, MQTT_5 = 5 };

enum mqtt_type {
	MQTT_CONNECT = 1,
	MQTT_CONNACK,
	MQTT_PUBLISH,
	MQTT_PUBACK,
	MQTT_PUBREC,
	MQTT_PUBREL,
	MQTT_PUBCOMP,
	MQTT_SUBSCRIBE,
	MQTT_SUBACK,
	MQTT_UNSUBSCRIBE,
	MQTT_UNSUBACK,
	MQTT_PINGREQ,
	MQTT_PINGRESP,
	MQTT_DISCONNECT,
	MQTT_AUTH, /* MQTT 5 only */
	MQTT_TYPES
};

/* Reason codes of MQTT 5.  Codes below 0x80 are successes. */
enum mqtt_reason {
	MQTT_SUCCESS = 0x00, /* also: normal disconnection, granted QoS 0 */
	MQTT_GRANTED_QOS_1 = 0x01,
	MQTT_GRANTED_QOS_2 = 0x02,
	MQTT_DISCONNECT_WITH_WILL = 0x04,
	MQTT_NO_MATCHING_SUBSCRIBERS = 0x10,
	MQTT_NO_SUBSCRIPTION_EXISTED = 0x11,
	MQTT_CONTINUE_AUTHENTICATION = 0x18,
	MQTT_REAUTHENTICATE = 0x19,
	MQTT_UNSPECIFIED_ERROR = 0x80,
	MQTT_MALFORMED_PACKET = 0x81,
	MQTT_PROTOCOL_ERROR = 0x82,
	MQTT_IMPLEMENTATION_ERROR = 0x83,
	MQTT_UNSUPPORTED_VERSION = 0x84,
	MQTT_CLIENT_ID_NOT_VALID = 0x85,
	MQTT_BAD_USER_NAME_OR_PASSWORD = 0x86,
	MQTT_NOT_AUTHORIZED = 0x87,
	MQTT_SERVER_UNAVAILABLE = 0x88,
	MQTT_SERVER_BUSY = 0x89,
	MQTT_BANNED = 0x8a,
	MQTT_SERVER_SHUTTING_DOWN = 0x8b,
	MQTT_BAD_AUTHENTICATION_METHOD = 0x8c,
	MQTT_KEEP_ALIVE_TIMEOUT = 0x8d,
	MQTT_SESSION_TAKEN_OVER = 0x8e,
	MQTT_TOPIC_FILTER_INVALID = 0x8f,
	MQTT_TOPIC_NAME_INVALID = 0x90,
	MQTT_PACKET_ID_IN_USE = 0x91,
	MQTT_PACKET_ID_NOT_FOUND = 0x92,
	MQTT_RECEIVE_MAXIMUM_EXCEEDED = 0x93,
	MQTT_TOPIC_ALIAS_INVALID = 0x94,
	MQTT_PACKET_TOO_LARGE = 0x95,
	MQTT_MESSAGE_RATE_TOO_HIGH = 0x96,
	MQTT_QUOTA_EXCEEDED = 0x97,
	MQTT_ADMINISTRATIVE_ACTION = 0x98,
	MQTT_PAYLOAD_FORMAT_INVALID = 0x99,
	MQTT_RETAIN_NOT_SUPPORTED = 0x9a,
	MQTT_QOS_NOT_SUPPORTED = 0x9b,
	MQTT_USE_ANOTHER_SERVER = 0x9c,
	MQTT_SERVER_MOVED = 0x9d,
	MQTT_SHARED_NOT_SUPPORTED = 0x9e,
	MQTT_CONNECTION_RATE_EXCEEDED = 0x9f,
	MQTT_MAXIMUM_CONNECT_TIME = 0xa0,
	MQTT_SUBSCRIPTION_IDS_NOT_SUPPORTED = 0xa1,
	MQTT_WILDCARDS_NOT_SUPPORTED = 0xa2,
};

/* CONNACK return codes of MQTT 3.1 and 3.1.1. */
enum mqtt_return_code {
	MQTT_ACCEPTED = 0,
	MQTT_REFUSED_VERSION = 1,
	MQTT_REFUSED_CLIENT_ID = 2,
	MQTT_REFUSED_UNAVAILABLE = 3,
	MQTT_REFUSED_USER_OR_PASSWORD = 4,
	MQTT_REFUSED_NOT_AUTHORIZED = 5,
};

/* The SUBACK code of MQTT 3.1.1 for "no". */
enum { MQTT_SUBACK_FAILURE = 0x80 };

enum {
	MQTT_REMAINING_MAX = 268435455,          /* largest Remaining Length [U311-2.2.3-1] */
	MQTT_PACKET_MAX = MQTT_REMAINING_MAX + 5 /* with the longest fixed header */
};

/* The reason that a decoder's negative answer stands for. */
static inline enum mqtt_reason mqtt_reason_of(int err)
{
	return (enum mqtt_reason) - err;
}

/* "PUBLISH"; "reserved" for a number that is no packet type. */
const char *mqtt_type_name(unsigned type);

/* "packet too large"; "unknown reason" for a number that is not in the table. */
const char *mqtt_reason_name(unsigned reason);

/* May a packet of `type` carry `reason`?  The table of section 2.4, with 3.x's CONNACK and SUBACK
 * codes left aside. */
bool mqtt_reason_fits(unsigned reason, enum mqtt_type type);

/* The CONNACK return code that says `reason` to a client before MQTT 5, or -1 when none fits and
 * the connection is closed without a CONNACK.  [MQTT-3.2.2-6] of 3.1.1 */
int mqtt_return_code_of(unsigned reason);

/* "not authorized": the words of MQTT 3.1.1 for a CONNACK return code; "unknown reason" for another
 * number. */
const char *mqtt_return_code_name(unsigned code);

#endif
