/* mqtt_sample_test.h - good packets of every type and version, with all that they may carry.
 *
 * Tests cut and bend them; the fuzz targets start from them. */
#ifndef TING_MQTT_SAMPLE_TEST_H
#define TING_MQTT_SAMPLE_TEST_H

#include "mqtt/mqtt_types.h"

struct mqtt_sample {
	const char *name; /* fit for a file */
	enum mqtt_version version;
	const char *packet; /* see mqtt_notation_test.h */
};

/* Ends with a row without a name. */
extern const struct mqtt_sample mqtt_samples[];

#endif
