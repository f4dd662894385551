/* fuzz_packet.c - a stream of packets, as a peer of each version would read it. */
#include "fuzz_target.h"
#include "mqtt/mqtt_any_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (enum mqtt_version version = MQTT_3_1; version <= MQTT_5; version++) {
		struct span in = span_of(data, size);
		int used;

		while ((used = any_echo_bytes(in, version)) > 0)
			in = span_skip(in, (size_t)used);
	}
	return 0;
}
