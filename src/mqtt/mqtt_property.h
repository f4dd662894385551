/* mqtt_property.h - the properties of MQTT 5.
 *
 * One table says of each property its type, in which packets (the will counts as one) it may stand
 * and whether it may repeat; decoding and encoding follow it.  Source: MQTT 5.0, section 2.2.2.2.
 */
#ifndef TING_MQTT_PROPERTY_H
#define TING_MQTT_PROPERTY_H

#include "base/base_reader.h"
#include "base/base_span.h"
#include "base/base_writer.h"
#include "mqtt/mqtt_types.h"

enum mqtt_property {
	MQTT_PAYLOAD_FORMAT_INDICATOR = 1,
	MQTT_MESSAGE_EXPIRY_INTERVAL = 2,
	MQTT_CONTENT_TYPE = 3,
	MQTT_RESPONSE_TOPIC = 8,
	MQTT_CORRELATION_DATA = 9,
	MQTT_SUBSCRIPTION_IDENTIFIER = 11,
	MQTT_SESSION_EXPIRY_INTERVAL = 17,
	MQTT_ASSIGNED_CLIENT_IDENTIFIER = 18,
	MQTT_SERVER_KEEP_ALIVE = 19,
	MQTT_AUTHENTICATION_METHOD = 21,
	MQTT_AUTHENTICATION_DATA = 22,
	MQTT_REQUEST_PROBLEM_INFORMATION = 23,
	MQTT_WILL_DELAY_INTERVAL = 24,
	MQTT_REQUEST_RESPONSE_INFORMATION = 25,
	MQTT_RESPONSE_INFORMATION = 26,
	MQTT_SERVER_REFERENCE = 28,
	MQTT_REASON_STRING = 31,
	MQTT_RECEIVE_MAXIMUM = 33,
	MQTT_TOPIC_ALIAS_MAXIMUM = 34,
	MQTT_TOPIC_ALIAS = 35,
	MQTT_MAXIMUM_QOS = 36,
	MQTT_RETAIN_AVAILABLE = 37,
	MQTT_USER_PROPERTY = 38,
	MQTT_MAXIMUM_PACKET_SIZE = 39,
	MQTT_WILDCARD_SUBSCRIPTION_AVAILABLE = 40,
	MQTT_SUBSCRIPTION_IDENTIFIER_AVAILABLE = 41,
	MQTT_SHARED_SUBSCRIPTION_AVAILABLE = 42,
	MQTT_PROPERTIES
};

/* Where a property list stands: a packet type, or the will inside CONNECT. */
enum { MQTT_IN_WILL = MQTT_TYPES };

#define MQTT_PROPERTY_BIT(id) (UINT64_C(1) << (id))

/* User properties in the application's own form, to be encoded when their packet is: `next` gives
 * the one at *place, which begins with 0, and moves *place on; false: that was the last.  All
 * zeroes: none.  It gives the same ones each time. */
struct mqtt_user {
	const void *at;
	size_t size;
	bool (*next)(const struct mqtt_user *u, size_t *place, struct span *ret_name,
		struct span *ret_value);
};

/* One property list.  A field means something only when its bit is in `present`, but
 * mqtt_props_init() and the decoder give every absent field the value that the specification names
 * for absence. */
struct mqtt_props {
	uint64_t present; /* MQTT_PROPERTY_BIT() of each property met */
	uint8_t payload_format;
	uint8_t request_problem;  /* absent: 1 */
	uint8_t request_response; /* absent: 0 */
	uint8_t qos_max;          /* absent: 2 */
	uint8_t retain_available, wildcard_available, subscription_id_available,
		shared_available; /* absent: 1 */
	uint16_t server_keepalive_s;
	uint16_t receive_max; /* absent: 65,535 */
	uint16_t topic_alias_max, topic_alias;
	uint32_t message_expiry_s, session_expiry_s, will_delay_s;
	uint32_t packet_bytes_max; /* absent: MQTT_PACKET_MAX */
	uint32_t subscription_id;  /* decoded: the last one */
	struct span content_type, response_topic, correlation_data, assigned_client_id, auth_method,
		auth_data, response_information, server_reference, reason_string;
	/* Decoded: the whole list as it came, without its length.  To encode: properties that are
	 * already encoded (user properties, further subscription identifiers), written after those
	 * of `present`; the bit of MQTT_USER_PROPERTY itself then means nothing. */
	struct span raw;
	struct mqtt_user user; /* to encode: written last */
};

void mqtt_props_init(struct mqtt_props *p);

/* Reads the length and the list.  0, or a negative reason: an unknown property, one that may not
 * stand in `where` (a packet type or MQTT_IN_WILL), one that may not repeat, a value out of its
 * range, bad UTF-8. */
int mqtt_props_decode(struct reader *r, unsigned where, struct mqtt_props *ret);

/* Bytes that the list takes with its length. */
size_t mqtt_props_size(const struct mqtt_props *p);

/* Writes the length and the list: the properties of `present` in the order of their numbers, then
 * `raw`, then `user`. */
void mqtt_props_encode(struct writer *w, const struct mqtt_props *p);

/* Walks all properties of `raw` in order.  Start with reader_of(raw); 0 at the end. */
unsigned mqtt_props_next(struct reader *r);

/* Walks the user properties of `raw` in order.  Start with reader_of(raw); false at the end. */
bool mqtt_props_next_user(struct reader *r, struct span *ret_name, struct span *ret_value);

/* Walks the subscription identifiers of `raw`.  Start with reader_of(raw); false at the end. */
bool mqtt_props_next_subscription_id(struct reader *r, uint32_t *ret_id);

/* Copies the properties of `raw` whose bit is in `which`, as they were encoded and in their order;
 * nothing is written when they do not all fit.  Returns their bytes in either case. */
size_t mqtt_props_copy(struct writer *w, struct span raw, uint64_t which);

/* One user property, encoded. */
void mqtt_props_encode_user(struct writer *w, struct span name, struct span value);

/* One property with a string value from its name in the table, e.g. for a command line:
 * "message-expiry-interval".  0 when there is none. */
enum mqtt_property mqtt_property_by_name(struct span name);

/* May the property stand in `where`? */
bool mqtt_property_fits(enum mqtt_property id, unsigned where);

#endif
