/* From bytes to words, and packets that no encoder would make. */
#include "trace_packet.h"

#include "base/base_err.h"
#include "mqtt/mqtt_connect.h"
#include "mqtt/mqtt_disconnect.h"
#include "mqtt/mqtt_publish.h"
#include "mqtt/mqtt_subscribe.h"

static int raw_word(struct writer *w, const struct trace_item *item, const struct trace_word *word,
	struct trace_fault *fault)
{
	uint64_t number;

	if (!word->name.size) {
		writer_string16(w, word->value);
		return 0;
	}
	if (trace_is(word->name, "bytes") && trace_number(word->value, TRACE_PACKET_MAX, &number)) {
		while (number--)
			writer_u8(w, 'x');
		return 0;
	}
	if (trace_is(word->name, "v"))
		return 0;
	for (struct span left = word->name; left.size; left = span_skip(left, 2)) {
		uint8_t digits[] = {'0', 'x', left.at[0], left.size > 1 ? left.at[1] : ' '};

		if (!trace_number(span_of(digits, sizeof digits), UINT8_MAX, &number))
			return trace_fault_set(
				fault, item->line, "not hexadecimal: %.*s", TRACE_ARGS(word->name));
		writer_u8(w, (uint8_t)number);
	}
	return 0;
}

int trace_raw_encode(struct writer *w, const struct trace_item *item, struct trace_fault *fault)
{
	static uint8_t memory[TRACE_PACKET_MAX];
	struct writer body = writer_of(memory, sizeof memory), *at = w;

	for (const struct trace_word *word = item->words->next; word; word = word->next) {
		if (trace_is(word->name, "len"))
			at = &body;
		else if (raw_word(at, item, word, fault))
			return ERR_MALFORMED;
	}
	if (at == &body) {
		mqtt_varint_encode(w, (uint32_t)writer_span(&body).size);
		writer_bytes(w, writer_span(&body));
	}
	return w->is_full || body.is_full
		? trace_fault_set(fault, item->line, "too large for a trace")
		: 0;
}

size_t trace_packet_size(struct span bytes)
{
	uint32_t length;
	int size = bytes.size < 2 ? 0 : mqtt_varint_decode(span_skip(bytes, 1), &length);

	if (size < 0)
		return bytes.size;
	return size && bytes.size > (size_t)size + length ? 1 + (size_t)size + length : 0;
}

static struct mqtt_frame frame_of(struct span packet)
{
	uint32_t length;
	int size = mqtt_varint_decode(span_skip(packet, 1), &length);

	return (struct mqtt_frame){(enum mqtt_type)(packet.at[0] >> 4), packet.at[0] & 15,
		span_skip(packet, 1 + (size_t)(size > 0 ? size : 0))};
}

uint16_t trace_packet_id(struct span packet)
{
	struct mqtt_frame f = frame_of(packet);
	struct reader r = reader_of(f.body);

	if (f.type == MQTT_PUBLISH)
		reader_string16(&r);
	return reader_u16(&r);
}

/* Is it so long and dull that "bytes=N" says more? */
static bool is_filling(struct span payload)
{
	size_t i = 0;

	while (i < payload.size && payload.at[i] == 'x')
		i++;
	return i > 40 && i == payload.size;
}

static void print_publish(
	struct writer *w, const struct mqtt_publish *p, const struct trace_property_mask *mask)
{
	if (p->topic.size) {
		trace_print(w, " ");
		trace_print_text(w, p->topic);
	}
	if (p->qos)
		trace_print(w, " q=%u id=%u", p->qos, p->packet_id);
	trace_print(w, "%s%s", p->is_dup ? " dup" : "", p->is_retained ? " retain" : "");
	if (is_filling(p->payload)) {
		trace_print(w, " bytes=%zu", p->payload.size);
	} else if (p->payload.size) {
		trace_print(w, " ");
		trace_print_quoted(w, p->payload);
	}
	trace_properties_print(w, p->props.raw, mask);
}

static void print_code(struct writer *w, unsigned code)
{
	if (code)
		trace_print(w, " 0x%02X", code);
}

static void print_answer(struct writer *w, const struct mqtt_frame *f, const struct mqtt_suback *p,
	const struct trace_property_mask *mask)
{
	trace_print(w, " id=%u", p->packet_id);
	for (size_t i = 0; i < p->reasons.size; i++) {
		if (f->type == MQTT_SUBACK && p->reasons.at[i] <= 2)
			trace_print(w, " q=%u", p->reasons.at[i]);
		else
			trace_print(w, " 0x%02X", p->reasons.at[i]);
	}
	trace_properties_print(w, p->props.raw, mask);
}

/* 0 or a negative reason. */
static int print_valid(struct writer *w, const struct mqtt_frame *f, enum mqtt_version version,
	const struct trace_property_mask *mask)
{
	union {
		struct mqtt_connack connack;
		struct mqtt_publish publish;
		struct mqtt_ack ack;
		struct mqtt_suback suback;
		struct mqtt_disconnect disconnect;
	} p;
	int err = -MQTT_PROTOCOL_ERROR; /* a broker sends no such packet */

	if (f->type == MQTT_CONNACK) {
		err = mqtt_connack_decode(f, version, &p.connack);
		if (err)
			return err;
		trace_print(w, "%s", p.connack.is_session_present ? " present" : "");
		print_code(w, p.connack.reason);
		trace_properties_print(w, p.connack.props.raw, mask);
	} else if (f->type == MQTT_PUBLISH) {
		err = mqtt_publish_decode(f, version, &p.publish);
		if (!err)
			print_publish(w, &p.publish, mask);
	} else if (f->type >= MQTT_PUBACK && f->type <= MQTT_PUBCOMP) {
		err = mqtt_ack_decode(f, version, &p.ack);
		if (err)
			return err;
		trace_print(w, " id=%u", p.ack.packet_id);
		print_code(w, p.ack.reason);
		trace_properties_print(w, p.ack.props.raw, mask);
	} else if (f->type == MQTT_SUBACK || f->type == MQTT_UNSUBACK) {
		err = mqtt_suback_decode(f, version, &p.suback);
		if (!err)
			print_answer(w, f, &p.suback, mask);
	} else if (f->type == MQTT_PINGRESP) {
		err = mqtt_ping_decode(f);
	} else if ((f->type == MQTT_DISCONNECT || f->type == MQTT_AUTH) && version == MQTT_5) {
		err = mqtt_disconnect_decode(f, version, &p.disconnect);
		if (err)
			return err;
		print_code(w, p.disconnect.reason);
		trace_properties_print(w, p.disconnect.props.raw, mask);
	}
	return err;
}

void trace_packet_print(struct writer *w, struct span packet, enum mqtt_version version,
	const struct trace_property_mask *mask)
{
	struct mqtt_frame f = frame_of(packet), checked;
	struct writer start = *w;

	trace_print(w, "%s", mqtt_type_name(f.type));
	if (mqtt_frame_decode(packet, version, MQTT_PACKET_MAX, &checked) > 0 &&
		!print_valid(w, &f, version, mask))
		return;
	*w = start;
	trace_print(w, "raw ");
	for (size_t i = 0; i < packet.size && i < 100; i++)
		trace_print(w, "%02x", packet.at[i]);
}
