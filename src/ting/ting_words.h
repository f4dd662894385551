/* ting_words.h - the words of ting/mqtt.h and those of the codec: the same things, other types. */
#ifndef TING_WORDS_H
#define TING_WORDS_H

#include "base/base_span.h"
#include "mqtt/mqtt_property.h"
#include "mqtt/mqtt_publish.h"

#include <ting/mqtt.h>

static inline struct span words_span(struct ting_text t)
{
	return span_of(t.at, t.at ? t.size : 0);
}

static inline struct ting_text words_text(struct span s)
{
	struct ting_text t = {(const char *)s.at, s.size};

	return t;
}

/* What has a length of 16 bits in a packet; a string is UTF-8 too. */
bool words_is_data(struct ting_text t);
bool words_is_string(struct ting_text t);

/* A property with a text, unless that is absent; `field` is its own in *p. */
void words_put(
	struct mqtt_props *p, enum mqtt_property id, struct span *field, struct ting_text value);

/* Borrowed: the codec reads the pairs when it encodes them.  False: one cannot be sent. */
bool words_user(const struct ting_pair *pairs, size_t count, struct mqtt_user *ret);

/* Likewise of a message or a will, which is then good for MQTT 5; before, everything but the
 * properties is.  False: something in it has no place in the protocol. */
bool words_to_message(
	const struct ting_message *m, enum mqtt_version version, struct mqtt_publish *ret);

/* A message that was received.  It has no receipt yet. */
void words_of_message(const struct mqtt_publish *p, struct ting_message *ret);

#endif
