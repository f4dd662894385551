/* mqtt_frame.c - the fixed header: one byte of type and flags, one to four bytes of length. */
#include "mqtt/mqtt_frame.h"

#include <assert.h>

enum { DUP = 8, FLAGS = 15, NEVER = 255 };

/* What the low four bits of the first byte must be. [MQTT-2.1.3-1] In MQTT 3.1 a request that is
 * sent again has DUP set, as a PUBLISH has. */
static const struct frame_rule {
	uint8_t flags;            /* must have these bits... */
	uint8_t free, free_in_31; /* ...but for those that say something */
	uint8_t version_min;
} frame_rules[MQTT_TYPES] = {
	[0] = {0, 0, 0, NEVER},
	[MQTT_CONNECT] = {0, 0, 0, MQTT_3_1},
	[MQTT_CONNACK] = {0, 0, 0, MQTT_3_1},
	[MQTT_PUBLISH] = {0, FLAGS, FLAGS, MQTT_3_1},
	[MQTT_PUBACK] = {0, 0, 0, MQTT_3_1},
	[MQTT_PUBREC] = {0, 0, 0, MQTT_3_1},
	[MQTT_PUBREL] = {2, 0, DUP, MQTT_3_1}, /* [MQTT-3.6.1-1] */
	[MQTT_PUBCOMP] = {0, 0, 0, MQTT_3_1},
	[MQTT_SUBSCRIBE] = {2, 0, DUP, MQTT_3_1}, /* [MQTT-3.8.1-1] */
	[MQTT_SUBACK] = {0, 0, 0, MQTT_3_1},
	[MQTT_UNSUBSCRIBE] = {2, 0, DUP, MQTT_3_1}, /* [MQTT-3.10.1-1] */
	[MQTT_UNSUBACK] = {0, 0, 0, MQTT_3_1},
	[MQTT_PINGREQ] = {0, 0, 0, MQTT_3_1},
	[MQTT_PINGRESP] = {0, 0, 0, MQTT_3_1},
	[MQTT_DISCONNECT] = {0, 0, 0, MQTT_3_1}, /* [MQTT-3.14.1-1] */
	[MQTT_AUTH] = {0, 0, 0, MQTT_5},         /* [MQTT-3.15.1-1] */
};

static bool first_byte_fits(uint8_t first, enum mqtt_version version)
{
	const struct frame_rule *rule = &frame_rules[first >> 4];
	uint8_t free = version == MQTT_3_1 ? rule->free_in_31 : rule->free;

	return version >= rule->version_min && (((first ^ rule->flags) & FLAGS) & ~free) == 0;
}

int mqtt_varint_decode(struct span in, uint32_t *ret)
{
	uint32_t value = 0;

	for (size_t i = 0; i < 4; i++) {
		if (i == in.size)
			return 0;
		value |= (uint32_t)(in.at[i] & 0x7f) << 7 * i;
		if (in.at[i] < 0x80) {
			*ret = value;
			return (int)i + 1;
		}
	}
	return -MQTT_MALFORMED_PACKET; /* [U50-1.5.5-1] [U311-2.2.3-1] */
}

int mqtt_frame_decode(struct span in, enum mqtt_version version, uint32_t packet_bytes_max,
	struct mqtt_frame *ret)
{
	uint32_t body_bytes, packet_bytes;
	int used;

	if (in.size == 0)
		return 0;
	if (!first_byte_fits(in.at[0], version))
		return -MQTT_MALFORMED_PACKET;
	used = mqtt_varint_decode(span_skip(in, 1), &body_bytes);
	if (used <= 0)
		return used;
	if (version == MQTT_5 && (size_t)used != mqtt_varint_size(body_bytes))
		return -MQTT_MALFORMED_PACKET; /* [MQTT-1.5.5-1] */
	packet_bytes = 1 + (uint32_t)used + body_bytes;
	if (packet_bytes > packet_bytes_max)
		return -MQTT_PACKET_TOO_LARGE;
	if (packet_bytes > in.size)
		return 0;
	*ret = (struct mqtt_frame){
		.type = in.at[0] >> 4,
		.flags = in.at[0] & FLAGS,
		.body = span_of(in.at + 1 + used, body_bytes),
	};
	return (int)packet_bytes;
}

size_t mqtt_frame_wanted(struct span in)
{
	uint32_t body_bytes;
	int used = mqtt_varint_decode(span_skip(in, 1), &body_bytes);

	return used > 0 ? 1 + (size_t)used + body_bytes : 0;
}

size_t mqtt_varint_size(uint32_t value)
{
	return value < 1U << 7 ? 1 : value < 1U << 14 ? 2 : value < 1U << 21 ? 3 : 4;
}

void mqtt_varint_encode(struct writer *w, uint32_t value)
{
	if (value > MQTT_REMAINING_MAX) {
		w->is_full = true;
		return;
	}
	for (; value >= 0x80; value >>= 7)
		writer_u8(w, (uint8_t)(value | 0x80));
	writer_u8(w, (uint8_t)value);
}

void mqtt_frame_encode(struct writer *w, enum mqtt_type type, uint8_t flags, size_t body_bytes)
{
	assert(flags <= FLAGS);
	writer_u8(w, (uint8_t)(type << 4 | flags));
	mqtt_varint_encode(w, body_bytes > MQTT_REMAINING_MAX ? UINT32_MAX : (uint32_t)body_bytes);
}
