/* fuzz_subscribe.c - the body of a SUBSCRIBE, SUBACK, UNSUBSCRIBE or UNSUBACK, in each version. */
#include "fuzz_target.h"
#include "mqtt/mqtt_any_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mqtt_frame f = {.body = span_of(data, size)};

	for (f.type = MQTT_SUBSCRIBE; f.type <= MQTT_UNSUBACK; f.type++)
		for (enum mqtt_version version = MQTT_3_1; version <= MQTT_5; version++)
			any_echo(&f, version);
	return 0;
}
