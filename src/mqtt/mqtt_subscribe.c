/* mqtt_subscribe.c - a request is a list of filters, its answer a list of reasons in that order.
 *
 * A request is walked once when it is decoded, so that mqtt_filter_next() meets good filters only.
 */
#include "mqtt/mqtt_subscribe.h"

#include "mqtt/mqtt_field.h"

#include <assert.h>

/* The options of a filter; before MQTT 5 there is only the QoS. */
enum {
	OPTION_QOS = 3,
	OPTION_NO_LOCAL = 4,
	OPTION_RETAIN_AS_PUBLISHED = 8,
	OPTION_RETAIN_HANDLING = 0x30,
	OPTION_RESERVED = 0xc0
};

bool mqtt_filter_next(
	struct reader *r, enum mqtt_type type, enum mqtt_version version, struct mqtt_filter *ret)
{
	struct mqtt_filter filter = {.filter = mqtt_field_text(r)};
	uint8_t options = type == MQTT_SUBSCRIBE ? reader_u8(r) : 0;

	if (r->is_short)
		return false;
	filter.qos = options & OPTION_QOS;
	if (version == MQTT_5) {
		filter.is_no_local = options & OPTION_NO_LOCAL;
		filter.is_retain_as_published = options & OPTION_RETAIN_AS_PUBLISHED;
		filter.retain_handling = (options & OPTION_RETAIN_HANDLING) >> 4;
	}
	*ret = filter;
	return true;
}

/* 0 or a negative reason. */
static int options_check(uint8_t options, enum mqtt_version version, struct span filter)
{
	/* MQTT 3.1.1 has no protocol errors: its QoS 3 is malformed.  [MQTT-3.8.3-4] of 3.1.1 */
	if (version != MQTT_5)
		return options < 3 ? 0 : -MQTT_MALFORMED_PACKET;
	if (options & OPTION_RESERVED) /* [MQTT-3.8.3-5] */
		return -MQTT_MALFORMED_PACKET;
	/* [U50-3.8.3.1-1] [U50-3.8.3.1-2] */
	if ((options & OPTION_QOS) == 3 ||
		(options & OPTION_RETAIN_HANDLING) == OPTION_RETAIN_HANDLING)
		return -MQTT_PROTOCOL_ERROR;
	/* [MQTT-3.8.3-4] */
	if (options & OPTION_NO_LOCAL && span_starts(filter, SPAN_LITERAL("$share/")))
		return -MQTT_PROTOCOL_ERROR;
	return 0;
}

/* Counts the filters.  0 or a negative reason. */
static int filters_check(
	struct span filters, enum mqtt_type type, enum mqtt_version version, size_t *ret_count)
{
	struct reader r = reader_of(filters);
	size_t count = 0;

	for (; reader_left(&r); count++) {
		struct span filter = mqtt_field_text(&r); /* [MQTT-3.8.3-1] [MQTT-3.10.3-1] */
		uint8_t options = type == MQTT_SUBSCRIBE ? reader_u8(&r) : 0;
		int err = r.is_short ? -MQTT_MALFORMED_PACKET
				     : options_check(options, version, filter);

		if (err)
			return err;
	}
	if (count == 0) /* [MQTT-3.8.3-2] [U50-3.8.3-1] [MQTT-3.10.3-2] [U50-3.10.3-1] */
		return -MQTT_PROTOCOL_ERROR;
	*ret_count = count;
	return 0;
}

/* What SUBSCRIBE, UNSUBSCRIBE and their answers begin with.  0 or a negative reason. */
static int head_decode(struct reader *r, enum mqtt_type type, enum mqtt_version version,
	uint16_t *ret_packet_id, struct mqtt_props *ret_props)
{
	uint16_t packet_id = reader_u16(r);

	if (r->is_short)
		return -MQTT_MALFORMED_PACKET;
	if (packet_id == 0) /* [MQTT-2.2.1-3] */
		return -MQTT_PROTOCOL_ERROR;
	*ret_packet_id = packet_id;
	return mqtt_field_props_decode(r, version, type, ret_props);
}

int mqtt_subscribe_decode(
	const struct mqtt_frame *f, enum mqtt_version version, struct mqtt_subscribe *ret)
{
	struct reader r = reader_of(f->body);
	struct mqtt_subscribe p;
	int err = head_decode(&r, f->type, version, &p.packet_id, &p.props);

	if (err)
		return err;
	p.filters = reader_rest(&r);
	err = filters_check(p.filters, f->type, version, &p.filters_count);
	if (err)
		return err;
	*ret = p;
	return 0;
}

void mqtt_filter_encode(struct writer *w, enum mqtt_type type, enum mqtt_version version,
	const struct mqtt_filter *filter)
{
	unsigned options = filter->qos;

	assert(filter->qos <= 2 && filter->retain_handling <= 2);
	writer_string16(w, filter->filter);
	if (type != MQTT_SUBSCRIBE)
		return;
	if (version == MQTT_5) {
		options |= filter->is_no_local ? OPTION_NO_LOCAL : 0;
		options |= filter->is_retain_as_published ? OPTION_RETAIN_AS_PUBLISHED : 0;
		options |= (unsigned)filter->retain_handling << 4;
	}
	writer_u8(w, (uint8_t)options);
}

/* The fixed header and what head_decode() reads; `list_bytes` follow. */
static void head_encode(struct writer *w, enum mqtt_type type, enum mqtt_version version,
	uint16_t packet_id, const struct mqtt_props *props, size_t list_bytes)
{
	uint8_t flags = type == MQTT_SUBSCRIBE || type == MQTT_UNSUBSCRIBE ? 2 : 0;

	assert(packet_id != 0);
	mqtt_frame_encode(w, type, flags, 2 + mqtt_field_props_size(version, props) + list_bytes);
	writer_u16(w, packet_id);
	mqtt_field_props_encode(w, version, props);
}

void mqtt_subscribe_encode(struct writer *w, enum mqtt_type type, enum mqtt_version version,
	const struct mqtt_subscribe *p)
{
	head_encode(w, type, version, p->packet_id, &p->props, p->filters.size);
	writer_bytes(w, p->filters);
}

/* Before MQTT 5, SUBACK has the granted QoS or a failure. [MQTT-3.9.3-2] of 3.1.1 */
static bool reason_fits(uint8_t reason, enum mqtt_type type, enum mqtt_version version)
{
	if (version == MQTT_5)
		return mqtt_reason_fits(reason, type); /* [MQTT-3.9.3-2] [MQTT-3.11.3-2] */
	return reason <= 2 || reason == MQTT_SUBACK_FAILURE;
}

int mqtt_suback_decode(
	const struct mqtt_frame *f, enum mqtt_version version, struct mqtt_suback *ret)
{
	struct reader r = reader_of(f->body);
	bool has_reasons = f->type == MQTT_SUBACK || version == MQTT_5;
	struct mqtt_suback p;
	int err = head_decode(&r, f->type, version, &p.packet_id, &p.props);

	if (err)
		return err;
	p.reasons = reader_rest(&r);
	if (!has_reasons && p.reasons.size)
		return -MQTT_MALFORMED_PACKET;
	if (has_reasons && p.reasons.size == 0) /* no request is without a filter */
		return -MQTT_PROTOCOL_ERROR;
	for (size_t i = 0; i < p.reasons.size; i++)
		if (!reason_fits(p.reasons.at[i], f->type, version))
			return -MQTT_PROTOCOL_ERROR;
	*ret = p;
	return 0;
}

void mqtt_suback_encode(struct writer *w, enum mqtt_type type, enum mqtt_version version,
	const struct mqtt_suback *p)
{
	head_encode(w, type, version, p->packet_id, &p->props, p->reasons.size);
	writer_bytes(w, p->reasons);
}
