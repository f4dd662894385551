/* mqtt_field.h - the fields of packets that are more than a number or some bytes.
 *
 * Private to src/mqtt.  A field that is there but breaks its format counts as missing: the reader
 * becomes short, so that a decoder reads a whole packet first and tests once. */
#ifndef TING_MQTT_FIELD_H
#define TING_MQTT_FIELD_H

#include "base/base_reader.h"
#include "base/base_writer.h"
#include "mqtt/mqtt_property.h"
#include "mqtt/mqtt_types.h"

/* A string of UTF-8 without U+0000, after its 16-bit length. */
struct span mqtt_field_text(struct reader *r);

/* A variable byte integer in its shortest form. */
uint32_t mqtt_field_varint(struct reader *r);

/* Has it a '+' or a '#'?  Such a text is no topic name. */
bool mqtt_field_has_wildcard(struct span text);

/* The properties of a packet: what mqtt_props_decode(), _size() and _encode() do, but before MQTT 5
 * there are none and no bytes stand for them. */
int mqtt_field_props_decode(
	struct reader *r, enum mqtt_version version, unsigned where, struct mqtt_props *ret);
size_t mqtt_field_props_size(enum mqtt_version version, const struct mqtt_props *p);
void mqtt_field_props_encode(
	struct writer *w, enum mqtt_version version, const struct mqtt_props *p);

#endif
