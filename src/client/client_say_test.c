/* client_say_test.c - what client_say_test.h promises. */
#include "client/client_say_test.h"

#include "base/base_test.h"
#include "mqtt/mqtt_connect.h"
#include "mqtt/mqtt_disconnect.h"
#include "mqtt/mqtt_publish.h"
#include "mqtt/mqtt_subscribe.h"

#include <stdarg.h>
#include <stdio.h>

void say_init(struct say *s)
{
	s->lines = writer_of(s->text, sizeof(s->text) - 1);
}

void say(struct say *s, const char *format, ...)
{
	char line[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	writer_bytes(&s->lines, span_of_text(line));
	cr_assert(!s->lines.is_full);
}

void say_expect(struct say *s, const char *text)
{
	*s->lines.at = 0;
	cr_assert_str_eq(s->text, text);
	s->lines.at = s->lines.start;
}

static void say_connect(struct say *s, const struct mqtt_frame *frame)
{
	struct mqtt_connect p;
	uint8_t level;

	cr_assert_eq(mqtt_connect_decode(frame, &p, &level), 0);
	say(s, "> CONNECT %d%s", level, p.is_clean_start ? " clean" : "");
	if (p.version == MQTT_5)
		say(s, " receive=%d packet=%d aliases=%d", p.props.receive_max,
			(int)p.props.packet_bytes_max, p.props.topic_alias_max);
	say(s, "\n");
}

static void say_publish(struct say *s, enum mqtt_version version, const struct mqtt_frame *frame)
{
	struct mqtt_publish p;

	cr_assert_eq(mqtt_publish_decode(frame, version, &p), 0);
	say(s, "> PUBLISH %.*s", (int)p.topic.size, (const char *)p.topic.at);
	if (p.payload.size)
		say(s, "=%.*s", (int)p.payload.size, (const char *)p.payload.at);
	say(s, " q%d", p.qos);
	if (p.qos)
		say(s, " #%d", p.packet_id);
	if (p.is_dup)
		say(s, " dup");
	if (p.props.topic_alias)
		say(s, " alias=%d", p.props.topic_alias);
	say(s, "\n");
}

static void say_other(struct say *s, enum mqtt_version version, const struct mqtt_frame *frame)
{
	const char *name = mqtt_type_name(frame->type);
	struct mqtt_ack ack;
	struct mqtt_subscribe subscribe;
	struct mqtt_disconnect disconnect;

	if (frame->type >= MQTT_PUBACK && frame->type <= MQTT_PUBCOMP) {
		cr_assert_eq(mqtt_ack_decode(frame, version, &ack), 0);
		say(s, "> %s #%d", name, ack.packet_id);
		if (ack.reason)
			say(s, " %02x", ack.reason);
	} else if (frame->type == MQTT_DISCONNECT) {
		cr_assert_eq(mqtt_disconnect_decode(frame, version, &disconnect), 0);
		say(s, "> DISCONNECT %02x", disconnect.reason);
	} else if (frame->type == MQTT_AUTH) {
		cr_assert_eq(mqtt_disconnect_decode(frame, version, &disconnect), 0);
		say(s, "> AUTH %02x %.*s %.*s", disconnect.reason,
			(int)disconnect.props.auth_method.size,
			(const char *)disconnect.props.auth_method.at,
			(int)disconnect.props.auth_data.size,
			(const char *)disconnect.props.auth_data.at);
	} else if (frame->type == MQTT_PINGREQ) {
		say(s, "> PINGREQ");
	} else {
		cr_assert_eq(mqtt_subscribe_decode(frame, version, &subscribe), 0);
		say(s, "> %s #%d %d", name, subscribe.packet_id, (int)subscribe.filters_count);
	}
	say(s, "\n");
}

void say_packet(struct say *s, enum mqtt_version version, const struct mqtt_frame *frame)
{
	if (frame->type == MQTT_CONNECT)
		say_connect(s, frame);
	else if (frame->type == MQTT_PUBLISH)
		say_publish(s, version, frame);
	else
		say_other(s, version, frame);
}

void say_done(struct say *s, const char *what, uint64_t ticket, const char *outcome, uint8_t reason,
	struct span reasons)
{
	say(s, "%s %d %s", what, (int)ticket, outcome);
	if (reason)
		say(s, " %02x", reason);
	for (size_t i = 0; i < reasons.size; i++)
		say(s, " %02x", reasons.at[i]);
	say(s, "\n");
}

void say_end(struct say *s, unsigned cause, uint8_t reason)
{
	static const char *const causes[] = {
		"asked", "refused", "sent-off", "broken", "fault", "silent"};

	say(s, "DISCONNECTED %s %02x\n", causes[cause], reason);
}

void say_input_add(struct say_input *in, struct span bytes)
{
	cr_assert_leq(bytes.size, sizeof(in->bytes) - in->size);
	if (bytes.size)
		memcpy(in->bytes + in->size, bytes.at, bytes.size);
	in->size += bytes.size;
}

void say_input_drop(struct say_input *in, size_t taken)
{
	cr_assert_leq(taken, in->size);
	in->size -= taken;
	memmove(in->bytes, in->bytes + taken, in->size);
}
