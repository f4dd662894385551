/* mqtt_types.c - the tables of names and of who may carry which reason. */
#include "mqtt/mqtt_types.h"

#include <stddef.h>
#include <stdint.h>

#define IN(type) (UINT32_C(1) << (type))

#define IN_PUBLISH_ANSWER   (IN(MQTT_PUBACK) | IN(MQTT_PUBREC))
#define IN_RELEASE          (IN(MQTT_PUBREL) | IN(MQTT_PUBCOMP))
#define IN_SUBSCRIBE_ANSWER (IN(MQTT_SUBACK) | IN(MQTT_UNSUBACK))
#define IN_ENDING           (IN(MQTT_CONNACK) | IN(MQTT_DISCONNECT))

static const char *const type_names[MQTT_TYPES] = {
	[MQTT_CONNECT] = "CONNECT",
	[MQTT_CONNACK] = "CONNACK",
	[MQTT_PUBLISH] = "PUBLISH",
	[MQTT_PUBACK] = "PUBACK",
	[MQTT_PUBREC] = "PUBREC",
	[MQTT_PUBREL] = "PUBREL",
	[MQTT_PUBCOMP] = "PUBCOMP",
	[MQTT_SUBSCRIBE] = "SUBSCRIBE",
	[MQTT_SUBACK] = "SUBACK",
	[MQTT_UNSUBSCRIBE] = "UNSUBSCRIBE",
	[MQTT_UNSUBACK] = "UNSUBACK",
	[MQTT_PINGREQ] = "PINGREQ",
	[MQTT_PINGRESP] = "PINGRESP",
	[MQTT_DISCONNECT] = "DISCONNECT",
	[MQTT_AUTH] = "AUTH",
};

/* Section 2.4 of MQTT 5, and which return code says the same to an older client. */
static const struct reason {
	const char *name; /* NULL: no such reason */
	uint32_t where;
	uint8_t return_code; /* 0: none */
} reasons[] = {
	[0x00] = {"success",
		IN(MQTT_CONNACK) | IN_PUBLISH_ANSWER | IN_RELEASE | IN_SUBSCRIBE_ANSWER |
			IN(MQTT_DISCONNECT) | IN(MQTT_AUTH),
		MQTT_ACCEPTED},
	[0x01] = {"granted QoS 1", IN(MQTT_SUBACK), 0},
	[0x02] = {"granted QoS 2", IN(MQTT_SUBACK), 0},
	[0x04] = {"disconnect with will", IN(MQTT_DISCONNECT), 0},
	[0x10] = {"no matching subscribers", IN_PUBLISH_ANSWER, 0},
	[0x11] = {"no subscription existed", IN(MQTT_UNSUBACK), 0},
	[0x18] = {"continue authentication", IN(MQTT_AUTH), 0},
	[0x19] = {"re-authenticate", IN(MQTT_AUTH), 0},
	[0x80] = {"unspecified error", IN_ENDING | IN_PUBLISH_ANSWER | IN_SUBSCRIBE_ANSWER, 0},
	[0x81] = {"malformed packet", IN_ENDING, 0},
	[0x82] = {"protocol error", IN_ENDING, 0},
	[0x83] = {"implementation specific error",
		IN_ENDING | IN_PUBLISH_ANSWER | IN_SUBSCRIBE_ANSWER, 0},
	[0x84] = {"unsupported protocol version", IN(MQTT_CONNACK), MQTT_REFUSED_VERSION},
	[0x85] = {"client identifier not valid", IN(MQTT_CONNACK), MQTT_REFUSED_CLIENT_ID},
	[0x86] = {"bad user name or password", IN(MQTT_CONNACK), MQTT_REFUSED_USER_OR_PASSWORD},
	[0x87] = {"not authorized", IN_ENDING | IN_PUBLISH_ANSWER | IN_SUBSCRIBE_ANSWER,
		MQTT_REFUSED_NOT_AUTHORIZED},
	[0x88] = {"server unavailable", IN(MQTT_CONNACK), MQTT_REFUSED_UNAVAILABLE},
	[0x89] = {"server busy", IN_ENDING, MQTT_REFUSED_UNAVAILABLE},
	[0x8a] = {"banned", IN(MQTT_CONNACK), MQTT_REFUSED_NOT_AUTHORIZED},
	[0x8b] = {"server shutting down", IN(MQTT_DISCONNECT), MQTT_REFUSED_UNAVAILABLE},
	[0x8c] = {"bad authentication method", IN_ENDING, MQTT_REFUSED_NOT_AUTHORIZED},
	[0x8d] = {"keep alive timeout", IN(MQTT_DISCONNECT), 0},
	[0x8e] = {"session taken over", IN(MQTT_DISCONNECT), 0},
	[0x8f] = {"topic filter invalid", IN_SUBSCRIBE_ANSWER | IN(MQTT_DISCONNECT), 0},
	[0x90] = {"topic name invalid", IN_ENDING | IN_PUBLISH_ANSWER, 0},
	[0x91] = {"packet identifier in use", IN_PUBLISH_ANSWER | IN_SUBSCRIBE_ANSWER, 0},
	[0x92] = {"packet identifier not found", IN_RELEASE, 0},
	[0x93] = {"receive maximum exceeded", IN(MQTT_DISCONNECT), 0},
	[0x94] = {"topic alias invalid", IN(MQTT_DISCONNECT), 0},
	[0x95] = {"packet too large", IN_ENDING, 0},
	[0x96] = {"message rate too high", IN(MQTT_DISCONNECT), 0},
	[0x97] = {"quota exceeded", IN_ENDING | IN_PUBLISH_ANSWER | IN(MQTT_SUBACK),
		MQTT_REFUSED_UNAVAILABLE},
	[0x98] = {"administrative action", IN(MQTT_DISCONNECT), 0},
	[0x99] = {"payload format invalid", IN_ENDING | IN_PUBLISH_ANSWER, 0},
	[0x9a] = {"retain not supported", IN_ENDING, 0},
	[0x9b] = {"QoS not supported", IN_ENDING, 0},
	[0x9c] = {"use another server", IN_ENDING, MQTT_REFUSED_UNAVAILABLE},
	[0x9d] = {"server moved", IN_ENDING, MQTT_REFUSED_UNAVAILABLE},
	[0x9e] = {"shared subscriptions not supported", IN(MQTT_SUBACK) | IN(MQTT_DISCONNECT), 0},
	[0x9f] = {"connection rate exceeded", IN_ENDING, MQTT_REFUSED_UNAVAILABLE},
	[0xa0] = {"maximum connect time", IN(MQTT_DISCONNECT), 0},
	[0xa1] = {"subscription identifiers not supported", IN(MQTT_SUBACK) | IN(MQTT_DISCONNECT),
		0},
	[0xa2] = {"wildcard subscriptions not supported", IN(MQTT_SUBACK) | IN(MQTT_DISCONNECT), 0},
};

/* NULL when there is none. */
static const struct reason *reason_find(unsigned reason)
{
	if (reason >= sizeof(reasons) / sizeof(*reasons) || !reasons[reason].name)
		return NULL;
	return &reasons[reason];
}

const char *mqtt_type_name(unsigned type)
{
	return type < MQTT_TYPES && type_names[type] ? type_names[type] : "reserved";
}

const char *mqtt_reason_name(unsigned reason)
{
	const struct reason *row = reason_find(reason);

	return row ? row->name : "unknown reason";
}

bool mqtt_reason_fits(unsigned reason, enum mqtt_type type)
{
	const struct reason *row = reason_find(reason);

	return row && row->where & IN(type);
}

int mqtt_return_code_of(unsigned reason)
{
	const struct reason *row = reason_find(reason);

	if (reason == MQTT_SUCCESS)
		return MQTT_ACCEPTED;
	return row && row->return_code ? row->return_code : -1;
}

const char *mqtt_return_code_name(unsigned code)
{
	static const char *const names[] = {
		[MQTT_ACCEPTED] = "accepted",
		[MQTT_REFUSED_VERSION] = "protocol version not supported",
		[MQTT_REFUSED_CLIENT_ID] = "client id not valid",
		[MQTT_REFUSED_UNAVAILABLE] = "server unavailable",
		[MQTT_REFUSED_USER_OR_PASSWORD] = "bad user name or password",
		[MQTT_REFUSED_NOT_AUTHORIZED] = "not authorized",
	};

	return code < sizeof(names) / sizeof(names[0]) ? names[code] : "unknown reason";
}
