#include "base/base_test.h"
#include "mqtt/mqtt_types.h"

/* The reasons that the table of a packet's own section lists. */
static const struct {
	enum mqtt_type type;
	unsigned count;
	unsigned char reasons[32];
} tables[] = {
	{MQTT_CONNACK, 22,
		{0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90,
			0x95, 0x97, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9f}},
	{MQTT_PUBACK, 9, {0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99}},
	{MQTT_PUBREC, 9, {0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99}},
	{MQTT_PUBREL, 2, {0x00, 0x92}},
	{MQTT_PUBCOMP, 2, {0x00, 0x92}},
	{MQTT_SUBACK, 12, {0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2}},
	{MQTT_UNSUBACK, 7, {0x00, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91}},
	{MQTT_DISCONNECT, 30,
		{0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90,
			0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e,
			0x9f, 0xa0, 0xa1, 0xa2}},
	{MQTT_AUTH, 3, {0x00, 0x18, 0x19}},
};

TEST(reason, fits_the_packets_whose_tables_list_it_and_no_others,
	"MQTT-3.2.2-8 MQTT-3.4.2-1 MQTT-3.5.2-1 MQTT-3.6.2-1 MQTT-3.7.2-1 MQTT-3.9.3-2 "
	"MQTT-3.11.3-2 MQTT-3.14.2-1 MQTT-3.15.2-1")
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		unsigned listed = 0;

		for (unsigned reason = 0; reason < 300; reason++) {
			bool fits = mqtt_reason_fits(reason, tables[i].type);

			if (listed < tables[i].count && tables[i].reasons[listed] == reason) {
				cr_expect(fits, "%#x", reason);
				listed++;
			} else {
				cr_expect_not(fits, "%#x", reason);
			}
		}
		cr_expect_eq(listed, tables[i].count);
	}
}

TEST(reason, fits_no_packet_that_carries_none, "")
{
	static const enum mqtt_type types[] = {MQTT_CONNECT, MQTT_PUBLISH, MQTT_SUBSCRIBE,
		MQTT_UNSUBSCRIBE, MQTT_PINGREQ, MQTT_PINGRESP};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		for (unsigned reason = 0; reason < 256; reason++)
			cr_expect_not(mqtt_reason_fits(reason, types[i]));
}

TEST(reason, has_a_name_when_some_packet_carries_it, "")
{
	for (unsigned reason = 0; reason < 300; reason++) {
		bool is_used = false;

		for (unsigned type = 0; type < MQTT_TYPES; type++)
			is_used |= mqtt_reason_fits(reason, type);
		cr_expect_eq(is_used, strcmp(mqtt_reason_name(reason), "unknown reason") != 0);
	}
	cr_expect_str_eq(mqtt_reason_name(MQTT_PACKET_TOO_LARGE), "packet too large");
}

TEST(return_code, has_a_name, "")
{
	cr_expect_str_eq(mqtt_return_code_name(MQTT_ACCEPTED), "accepted");
	cr_expect_str_eq(mqtt_return_code_name(MQTT_REFUSED_NOT_AUTHORIZED), "not authorized");
	cr_expect_str_eq(mqtt_return_code_name(6), "unknown reason");
}

TEST(type, has_the_name_of_the_specification, "")
{
	cr_expect_str_eq(mqtt_type_name(MQTT_CONNECT), "CONNECT");
	cr_expect_str_eq(mqtt_type_name(MQTT_AUTH), "AUTH");
	cr_expect_str_eq(mqtt_type_name(0), "reserved");
	cr_expect_str_eq(mqtt_type_name(MQTT_TYPES), "reserved");
}

TEST(return_code, says_to_old_clients_what_it_can, "MQTT-3.2.2-6 of 3.1.1")
{
	static const struct {
		unsigned reason;
		int code;
	} rows[] = {
		{MQTT_SUCCESS, MQTT_ACCEPTED},
		{MQTT_UNSUPPORTED_VERSION, MQTT_REFUSED_VERSION},
		{MQTT_CLIENT_ID_NOT_VALID, MQTT_REFUSED_CLIENT_ID},
		{MQTT_SERVER_UNAVAILABLE, MQTT_REFUSED_UNAVAILABLE},
		{MQTT_SERVER_BUSY, MQTT_REFUSED_UNAVAILABLE},
		{MQTT_BAD_USER_NAME_OR_PASSWORD, MQTT_REFUSED_USER_OR_PASSWORD},
		{MQTT_NOT_AUTHORIZED, MQTT_REFUSED_NOT_AUTHORIZED},
		{MQTT_BANNED, MQTT_REFUSED_NOT_AUTHORIZED},
		{MQTT_MALFORMED_PACKET, -1},
		{MQTT_GRANTED_QOS_1, -1},
		{MQTT_RETAIN_NOT_SUPPORTED, -1},
		{0xff, -1},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		cr_expect_eq(
			mqtt_return_code_of(rows[i].reason), rows[i].code, "%#x", rows[i].reason);
}
