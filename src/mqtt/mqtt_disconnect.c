/* mqtt_disconnect.c - the packets that carry no more than a reason, or nothing at all. */
#include "mqtt/mqtt_disconnect.h"

#include "mqtt/mqtt_field.h"

#include <assert.h>

int mqtt_disconnect_decode(
	const struct mqtt_frame *f, enum mqtt_version version, struct mqtt_disconnect *ret)
{
	struct reader r = reader_of(f->body);
	struct mqtt_disconnect p = {.reason = MQTT_SUCCESS};
	bool has_reason = version == MQTT_5 && reader_left(&r);
	int err;

	mqtt_props_init(&p.props);
	if (has_reason)
		p.reason = reader_u8(&r);
	/* DISCONNECT alone may end after its reason.  Sections 3.14.2.2.1 and 3.15.2.2.1 */
	if (reader_left(&r) || (has_reason && f->type == MQTT_AUTH)) {
		if (version != MQTT_5)
			return -MQTT_MALFORMED_PACKET;
		err = mqtt_props_decode(&r, f->type, &p.props);
		if (err)
			return err;
	}
	if (reader_left(&r))
		return -MQTT_MALFORMED_PACKET;
	if (!mqtt_reason_fits(p.reason, f->type)) /* [MQTT-3.14.2-1] [MQTT-3.15.2-1] */
		return -MQTT_PROTOCOL_ERROR;
	/* An AUTH without a body says "success" and nothing more; any other must name its method.
	 * [U50-3.15.2.2.2-1] */
	if (f->type == MQTT_AUTH && has_reason &&
		!(p.props.present & MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_METHOD)))
		return -MQTT_PROTOCOL_ERROR;
	*ret = p;
	return 0;
}

void mqtt_disconnect_encode(struct writer *w, enum mqtt_type type, enum mqtt_version version,
	const struct mqtt_disconnect *p)
{
	size_t props_bytes = mqtt_field_props_size(version, &p->props);
	bool has_props = props_bytes > 1; /* an empty list is its length alone */
	bool has_reason = has_props || (version == MQTT_5 && p->reason != MQTT_SUCCESS);

	assert(type == MQTT_DISCONNECT || version == MQTT_5);
	mqtt_frame_encode(w, type, 0, (size_t)has_reason + (has_props ? props_bytes : 0));
	if (has_reason)
		writer_u8(w, p->reason);
	if (has_props)
		mqtt_props_encode(w, &p->props);
}

int mqtt_ping_decode(const struct mqtt_frame *f)
{
	return f->body.size ? -MQTT_MALFORMED_PACKET : 0;
}

void mqtt_ping_encode(struct writer *w, enum mqtt_type type)
{
	mqtt_frame_encode(w, type, 0, 0);
}
