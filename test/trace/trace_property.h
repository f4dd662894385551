/* trace_property.h - the properties of MQTT 5 in the words of a trace.
 *
 * Independent of the codec's table, so that a trace can say what the codec would refuse: any
 * property in any packet, any value, as often as it likes. */
#ifndef TING_TRACE_PROPERTY_H
#define TING_TRACE_PROPERTY_H

#include "base/base_writer.h"
#include "mqtt/mqtt_property.h"
#include "trace_text.h"

/* The property of that name, or 0. */
enum mqtt_property trace_property_find(struct span name);

/* Appends one property; for "*" a value that the format allows.  False: not a value for it. */
bool trace_property_encode(struct writer *w, enum mqtt_property id, struct span value);

/* How properties are compared: as bits of MQTT_PROPERTY_BIT. */
struct trace_property_mask {
	uint64_t shown; /* the others are left out */
	uint64_t any;   /* printed as name=* */
};

/* Prints the encoded list in the order of the numbers; what repeats keeps its order, but for
 * subscription identifiers, which mean the same in any order. */
void trace_properties_print(
	struct writer *w, struct span encoded, const struct trace_property_mask *mask);

/* Bare if it can be, else quoted. */
void trace_print_text(struct writer *w, struct span text);
void trace_print_quoted(struct writer *w, struct span text);
void trace_print(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
