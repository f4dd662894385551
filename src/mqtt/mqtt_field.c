/* mqtt_field.c - reads the fields that can be wrong in themselves. */
#include "mqtt/mqtt_field.h"

#include "base/base_utf8.h"
#include "mqtt/mqtt_frame.h"

/* What was read is not what it should be. */
static void field_spoil(struct reader *r)
{
	r->is_short = true;
	r->at = r->end;
}

struct span mqtt_field_text(struct reader *r)
{
	struct span text = reader_string16(r);

	/* [MQTT-1.5.4-1] [MQTT-1.5.4-2]; in 3.1.1 [MQTT-1.5.3-1] [MQTT-1.5.3-2] */
	if (!utf8_is_text(text)) {
		field_spoil(r);
		return span_of(NULL, 0);
	}
	return text;
}

uint32_t mqtt_field_varint(struct reader *r)
{
	uint32_t value = 0;
	int used = mqtt_varint_decode(span_of(r->at, reader_left(r)), &value);

	/* [MQTT-1.5.5-1] [U50-1.5.5-1] */
	if (used <= 0 || (size_t)used != mqtt_varint_size(value)) {
		field_spoil(r);
		return 0;
	}
	reader_bytes(r, (size_t)used);
	return value;
}

bool mqtt_field_has_wildcard(struct span text)
{
	return text.size && (memchr(text.at, '+', text.size) || memchr(text.at, '#', text.size));
}

int mqtt_field_props_decode(
	struct reader *r, enum mqtt_version version, unsigned where, struct mqtt_props *ret)
{
	if (version == MQTT_5)
		return mqtt_props_decode(r, where, ret);
	mqtt_props_init(ret);
	return 0;
}

size_t mqtt_field_props_size(enum mqtt_version version, const struct mqtt_props *p)
{
	return version == MQTT_5 ? mqtt_props_size(p) : 0;
}

void mqtt_field_props_encode(
	struct writer *w, enum mqtt_version version, const struct mqtt_props *p)
{
	if (version == MQTT_5)
		mqtt_props_encode(w, p);
}
