/* apps_sniff_mqtt.h - MQTT packets as words: PUBLISH "a/b" qos 1 id 7, 5 bytes. */
#ifndef TING_APPS_SNIFF_MQTT_H
#define TING_APPS_SNIFF_MQTT_H

#include "apps/apps_sniff_flow.h"

#include <stdio.h>

/* Prints the packets at the front of `bytes`, which came in that half of the flow, or nothing where
 * there are none.  Keeps in the flow what the next segments need to be understood. */
void sniff_mqtt_print(struct sniff_flow *f, struct sniff_half *h, struct span bytes, FILE *out);

#endif
