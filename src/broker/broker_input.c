/* broker_input.c - splits, dispatches, and keeps what must wait.
 *
 * What is kept never exceeds one packet of the allowed size and one read of the driver: a
 * connection that is blocked is no longer read. */
#include "broker/broker_input.h"

#include "base/base_err.h"
#include "broker/broker_state.h"
#include "mqtt/mqtt_disconnect.h"

#include <string.h>

enum {
	CONNECT_BYTES_MAX = 512 * 1024, /* a stranger may not make us keep more */
	PING_BYTES = 2,
	INPUT_ROOM_FIRST = 512,
	PROGRESS_BYTES = 1024,
};

struct broker_input {
	size_t start, size, room; /* of bytes[] */
	uint8_t bytes[];
};

static bool ping_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f)
{
	struct writer w = broker_conn_packet(b, PING_BYTES);
	int err = mqtt_ping_decode(f);

	if (err) {
		broker_conn_fault(b, c, mqtt_reason_of(err), "PINGREQ");
		return true;
	}
	mqtt_ping_encode(&w, MQTT_PINGRESP); /* [MQTT-3.12.4-1] */
	broker_conn_send(b, c, &w, NULL);
	return true;
}

static bool unexpected_handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f)
{
	broker_conn_fault(b, c, MQTT_PROTOCOL_ERROR, mqtt_type_name(f->type));
	return true;
}

static const broker_packet_fn handlers[MQTT_TYPES] = {
	[MQTT_CONNECT] = broker_connect_handle,
	[MQTT_CONNACK] = unexpected_handle,
	[MQTT_PUBLISH] = broker_publish_handle,
	[MQTT_PUBACK] = broker_ack_handle,
	[MQTT_PUBREC] = broker_ack_handle,
	[MQTT_PUBREL] = broker_pubrel_handle,
	[MQTT_PUBCOMP] = broker_ack_handle,
	[MQTT_SUBSCRIBE] = broker_subscribe_handle,
	[MQTT_SUBACK] = unexpected_handle,
	[MQTT_UNSUBSCRIBE] = broker_unsubscribe_handle,
	[MQTT_UNSUBACK] = unexpected_handle,
	[MQTT_PINGREQ] = ping_handle,
	[MQTT_PINGRESP] = unexpected_handle,
	[MQTT_DISCONNECT] = broker_disconnect_handle,
	[MQTT_AUTH] = broker_auth_handle,
};

/* Which packets may come in which state. */
static bool is_expected(const struct broker_conn *c, enum mqtt_type type)
{
	if (c->state == CONN_OPENED) /* [MQTT-3.1.0-1] */
		return type == MQTT_CONNECT;
	if (c->state == CONN_AUTHENTICATING) /* [MQTT-3.1.2-30] */
		return type == MQTT_AUTH || type == MQTT_DISCONNECT;
	return type != MQTT_CONNECT; /* [MQTT-3.1.0-2] */
}

static uint32_t packet_bytes_max(const struct broker *b, const struct broker_conn *c)
{
	uint32_t max = b->config.packet_bytes_max;

	return c->state != CONN_ONLINE && max > CONNECT_BYTES_MAX ? CONNECT_BYTES_MAX : max;
}

/* Would its answer only pile up?  What was decided meanwhile goes on: the decision may come with
 * data that is good in this step only. */
static bool must_wait(const struct broker *b, const struct broker_conn *c, enum mqtt_type type)
{
	bool is_answered = c->pending && c->pending->is_answered;

	return broker_conn_is_congested(b, c) && !is_answered && type != MQTT_PUBACK &&
		type != MQTT_PUBCOMP && type != MQTT_DISCONNECT;
}

/* False: the packet must wait. */
static bool handle(struct broker *b, struct broker_conn *c, const struct mqtt_frame *f)
{
	broker_spend(b, 1);
	if (c->state == CONN_ONLINE)
		c->last_received_ms = b->now.mono;
	if (!is_expected(c, f->type)) {
		broker_conn_fault(b, c, MQTT_PROTOCOL_ERROR,
			c->state == CONN_OPENED ? "the first packet is not a CONNECT"
						: mqtt_type_name(f->type));
		return true;
	}
	if (must_wait(b, c, f->type)) {
		broker_conn_block(b, c, BLOCK_OUTPUT);
		return false;
	}
	if (!handlers[f->type](b, c, f))
		return false;
	b->stats.packets_received++;
	broker_conn_next_packet(b, c);
	return true;
}

/* Handles whole packets at the front; returns their bytes. */
static size_t consume(struct broker *b, struct broker_conn *c, struct span in)
{
	size_t used = 0;

	while (c->state != CONN_OVER && !c->blocked && used < in.size) {
		struct mqtt_frame f;
		int size = mqtt_frame_decode(
			span_skip(in, used), c->version, packet_bytes_max(b, c), &f);

		if (size == 0)
			break;
		if (size < 0) {
			broker_conn_fault(b, c, mqtt_reason_of(size), "fixed header");
			break;
		}
		if (b->work == 0) {
			b->stats.work_paused++;
			broker_conn_block(b, c, BLOCK_WORK);
			break;
		}
		if (!handle(b, c, &f))
			break;
		used += (size_t)size;
	}
	return used;
}

void broker_input_free(struct broker *b, struct broker_conn *c)
{
	if (c->input)
		alloc_free(b->alloc, c->input, sizeof *c->input + c->input->room);
	c->input = NULL;
}

static struct span kept_of(const struct broker_conn *c)
{
	return c->input ? span_of(c->input->bytes + c->input->start, c->input->size)
			: span_of(NULL, 0);
}

/* Makes room for `more` bytes at the end of the input. */
static int input_reserve(struct broker *b, struct broker_conn *c, size_t more)
{
	struct broker_input *in = c->input;
	size_t old_room = in ? in->room : 0, old_bytes = in ? sizeof *in + old_room : 0;
	size_t room = in ? old_room : INPUT_ROOM_FIRST, size = in ? in->size : 0;

	if (in && in->start) {
		memmove(in->bytes, in->bytes + in->start, size);
		in->start = 0;
	}
	while (room < size + more)
		room *= 2;
	if (room == old_room)
		return 0;
	in = alloc_resize(b->alloc, in, old_bytes, sizeof *in + room);
	if (!in)
		return ERR_MEMORY;
	in->start = 0;
	in->size = size;
	in->room = room;
	c->input = in;
	return 0;
}

static void keep(struct broker *b, struct broker_conn *c, struct span bytes)
{
	if (c->state == CONN_OVER || bytes.size == 0)
		return;
	if (input_reserve(b, c, bytes.size)) {
		broker_conn_starve(b, c);
		return;
	}
	memcpy(c->input->bytes + c->input->start + c->input->size, bytes.at, bytes.size);
	c->input->size += bytes.size;
}

/* Handles what was kept. */
static void consume_kept(struct broker *b, struct broker_conn *c)
{
	size_t used = consume(b, c, kept_of(c));

	if (!c->input)
		return;
	c->input->start += used;
	c->input->size -= used;
	if (c->input->size == 0)
		broker_input_free(b, c);
}

/* Moves to the input what the packet that it holds the front of still needs.  Returns what is left.
 */
static struct span complete_kept(struct broker *b, struct broker_conn *c, struct span bytes)
{
	while (bytes.size && c->input && !c->blocked && c->state != CONN_OVER) {
		struct span kept = kept_of(c);
		size_t wanted = mqtt_frame_wanted(kept);
		size_t more = wanted > kept.size ? wanted - kept.size : 1;

		if (more > bytes.size)
			more = bytes.size;
		keep(b, c, span_of(bytes.at, more));
		bytes = span_skip(bytes, more);
		consume_kept(b, c);
	}
	return bytes;
}

/* A packet so large that it takes longer than the keep alive still shows that the client lives; a
 * byte now and then does not.  Before CONNECT the time runs however much comes. */
static void note_progress(struct broker *b, struct broker_conn *c, size_t bytes)
{
	c->progress_bytes += (uint32_t)bytes;
	if (c->state != CONN_ONLINE || c->progress_bytes < PROGRESS_BYTES)
		return;
	c->progress_bytes = 0;
	c->last_received_ms = b->now.mono;
}

void broker_conn_received(struct broker *b, struct broker_conn *c, struct span bytes)
{
	b->stats.bytes_received += bytes.size;
	note_progress(b, c, bytes.size);
	bytes = complete_kept(b, c, bytes);
	if (!c->input)
		bytes = span_skip(bytes, consume(b, c, bytes));
	keep(b, c, bytes);
}

void broker_conn_resume(struct broker *b, struct broker_conn *c)
{
	list_remove(&c->link);
	c->blocked &= ~(unsigned)BLOCK_WORK;
	consume_kept(b, c);
	if (c->state == CONN_OVER || c->blocked || c->is_reading)
		return;
	c->is_reading = true;
	broker_effects_add(b->effects, BROKER_READ, c->id)->is_reading = true;
}
