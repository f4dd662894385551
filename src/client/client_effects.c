/* client_effects.c - a list in the caller's memory.
 *
 * Whoever appends asked for room first, so that nothing is ever half said. */
#include "client/client_effects.h"

#include "client/client_state.h"

#include <assert.h>

void client_effects_init(struct client_effects *e, struct client_effect *list, size_t room,
	uint8_t *bytes, size_t bytes_size)
{
	assert(room >= CLIENT_EFFECTS_MIN && bytes_size >= CLIENT_EFFECT_BYTES_MIN);
	*e = (struct client_effects){
		.list = list, .room = room, .bytes = writer_of(bytes, bytes_size)};
	client_effects_reset(e);
}

void client_effects_reset(struct client_effects *e)
{
	e->count = 0;
	e->bytes.at = e->bytes.start;
	e->bytes.is_full = false;
	e->taken = 0;
	e->wanted = 0;
	e->wake_ms = MSEC_NEVER;
	e->is_pending = false;
}

bool client_has_room(const struct client_effects *e)
{
	return e->room - e->count >= CLIENT_UNIT_EFFECTS &&
		writer_left(&e->bytes) >= CLIENT_UNIT_BYTES;
}

struct client_effect *client_tell(struct client_effects *e, enum client_effect_type type)
{
	struct client_effect *effect = &e->list[e->count++];

	assert(e->count <= e->room);
	*effect = (struct client_effect){.type = type};
	return effect;
}

void client_send(struct client *c, struct client_effects *e, msec now, const uint8_t *start,
	struct span body)
{
	struct client_effect *effect = client_tell(e, CLIENT_SEND);

	assert(!e->bytes.is_full);
	effect->send.head = span_of(start, (size_t)(e->bytes.at - start));
	effect->send.body = body;
	c->sent_ms = now;
}

void client_send_ack(struct client *c, struct client_effects *e, msec now, enum mqtt_type type,
	uint16_t packet_id, uint8_t reason)
{
	const uint8_t *start = e->bytes.at;
	struct mqtt_ack ack = {.packet_id = packet_id, .reason = reason};

	mqtt_props_init(&ack.props);
	mqtt_ack_encode(&e->bytes, type, c->version, &ack);
	client_send(c, e, now, start, span_of(NULL, 0));
}
