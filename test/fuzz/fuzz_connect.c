/* fuzz_connect.c - the body of a CONNECT, and of a CONNACK in each version. */
#include "fuzz_target.h"
#include "mqtt/mqtt_any_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mqtt_frame f = {.type = MQTT_CONNECT, .body = span_of(data, size)};

	any_echo(&f, MQTT_5);
	f.type = MQTT_CONNACK;
	for (enum mqtt_version version = MQTT_3_1; version <= MQTT_5; version++)
		any_echo(&f, version);
	return 0;
}
