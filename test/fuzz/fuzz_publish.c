/* fuzz_publish.c - a byte whose low half are flags, then the body of a PUBLISH or of one of its
 * acknowledgements, in each version. */
#include "fuzz_target.h"
#include "mqtt/mqtt_any_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mqtt_frame f;

	if (size == 0)
		return 0;
	f.flags = data[0] & 15;
	f.body = span_of(data + 1, size - 1);
	for (f.type = MQTT_PUBLISH; f.type <= MQTT_PUBCOMP; f.type++)
		for (enum mqtt_version version = MQTT_3_1; version <= MQTT_5; version++)
			any_echo(&f, version);
	return 0;
}
