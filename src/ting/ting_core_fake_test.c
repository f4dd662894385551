/* ting_core_fake_test.c - what ting_core_fake_test.h promises. */
#include "ting/ting_core_fake_test.h"

#include "base/base_test.h"
#include "mqtt/mqtt_notation_test.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void say(struct fake *f, const char *format, ...)
{
	char line[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	writer_bytes(&f->log, span_of_text(line));
	cr_assert(!f->log.is_full);
}

static enum mqtt_version version_of(const struct fake *f)
{
	return f->options.version ? (enum mqtt_version)f->options.version : MQTT_5;
}

void fake_init(struct fake *f)
{
	struct ting_error err;
	size_t size;

	if (!f->options.id.at)
		f->options.id = ting_text("me");
	size = ting_core_size(&f->options);
	f->memory = malloc(size + 1);
	cr_assert(f->memory);
	f->log = writer_of(f->text, sizeof(f->text) - 1);
	cr_assert_eq(ting_core_init(&f->core, (char *)f->memory + 1, size, &f->options, &err), 0,
		"%s", err.text);
}

void fake_done(struct fake *f)
{
	free(f->memory);
	f->memory = NULL;
}

static void say_packet(struct fake *f)
{
	const struct mqtt_any *p = &f->sent;

	say(f, "> %s", mqtt_type_name(p->type));
	if (p->type == MQTT_CONNECT)
		say(f, "%s", p->connect.is_clean_start ? " clean" : "");
	if (p->type == MQTT_PUBLISH)
		say(f, " %.*s=%.*s q%d%s", (int)p->publish.topic.size,
			(const char *)p->publish.topic.at, (int)p->publish.payload.size,
			(const char *)p->publish.payload.at, p->publish.qos,
			p->publish.is_dup ? " dup" : "");
	if (p->type == MQTT_PUBLISH && p->publish.qos)
		say(f, " #%d", p->publish.packet_id);
	if (p->type >= MQTT_PUBACK && p->type <= MQTT_PUBCOMP)
		say(f, " #%d", p->ack.packet_id);
	if (p->type >= MQTT_PUBACK && p->type <= MQTT_PUBCOMP && p->ack.reason)
		say(f, " %02x", p->ack.reason);
	if (p->type == MQTT_DISCONNECT || p->type == MQTT_AUTH)
		say(f, " %02x", p->disconnect.reason);
	say(f, "\n");
}

/* Packets come in as many pieces as they like, and are said when they are whole. */
static void say_sent(struct fake *f, struct ting_text bytes)
{
	struct mqtt_frame frame;
	int used;

	f->sends++;
	cr_assert_leq(f->out_size + bytes.size, sizeof(f->out));
	memcpy(f->out + f->out_size, bytes.at, bytes.size);
	f->out_size += bytes.size;
	while ((used = mqtt_frame_decode(
			span_of(f->out, f->out_size), version_of(f), MQTT_PACKET_MAX, &frame))) {
		cr_assert(used > 0 && (size_t)used <= sizeof(f->last));
		memcpy(f->last, f->out, (size_t)used);
		f->out_size -= (size_t)used;
		memmove(f->out, f->out + used, f->out_size);
		cr_assert_gt(mqtt_frame_decode(span_of(f->last, (size_t)used), version_of(f),
				     MQTT_PACKET_MAX, &frame),
			0);
		cr_assert_eq(any_decode(&frame, version_of(f), &f->sent), 0);
		say_packet(f);
	}
}

static void say_answer(struct fake *f, const char *what, const struct ting_answer *a)
{
	static const char *const outcomes[] = {"answered", "forbidden", "lost"};

	say(f, "%s %d %s", what, (int)a->ticket, outcomes[a->outcome]);
	if (a->reason)
		say(f, " %02x", a->reason);
	for (size_t i = 0; i < a->reasons.size; i++)
		say(f, " %02x", (unsigned char)a->reasons.at[i]);
	say(f, "\n");
}

static void say_message(struct fake *f, const struct ting_message *m)
{
	say(f, "MESSAGE %.*s=%.*s q%d%s%s", (int)m->topic.size, m->topic.at, (int)m->payload.size,
		m->payload.at, m->qos, m->is_retained ? " retained" : "",
		m->is_duplicate ? " again" : "");
	if (m->receipt)
		say(f, " receipt");
	say(f, "\n");
}

static void say_event(struct fake *f, const struct ting_event *event)
{
	static const char *const causes[] = {
		"asked", "refused", "sent-off", "broken", "fault", "silent"};

	switch (event->type) {
	case TING_OPEN:
		say(f, "OPEN\n");
		break;
	case TING_SEND:
		say_sent(f, event->bytes);
		break;
	case TING_CLOSE:
		say(f, "CLOSE\n");
		break;
	case TING_CONNECTED:
		say(f, "CONNECTED%s\n", event->welcome.is_session_present ? " present" : "");
		break;
	case TING_MESSAGE:
		say_message(f, &event->message);
		break;
	case TING_PUBLISHED:
		say_answer(f, "PUBLISHED", &event->answer);
		break;
	case TING_SUBSCRIBED:
		say_answer(f, "SUBSCRIBED", &event->answer);
		break;
	case TING_UNSUBSCRIBED:
		say_answer(f, "UNSUBSCRIBED", &event->answer);
		break;
	case TING_CHALLENGED:
		say(f, "CHALLENGED %.*s\n", (int)event->data.size, event->data.at);
		break;
	case TING_AUTHENTICATED:
		say(f, "AUTHENTICATED %.*s\n", (int)event->data.size, event->data.at);
		break;
	case TING_DISCONNECTED:
		say(f, "DISCONNECTED %s %02x\n", causes[event->farewell.cause],
			event->farewell.reason);
		break;
	}
}

void fake_take(struct fake *f)
{
	struct ting_event event;

	while (ting_core_next(f->core, &event))
		say_event(f, &event);
}

void fake_expect(struct fake *f, const char *text)
{
	*f->log.at = 0;
	cr_assert_str_eq(f->text, text);
	f->log.at = f->log.start;
}

void fake_tick(struct fake *f, int64_t now)
{
	f->now = now;
	cr_assert_eq(ting_core_tick(f->core, now), 0);
	fake_take(f);
}

void fake_opened(struct fake *f)
{
	f->in_size = f->out_size = 0;
	cr_assert_eq(ting_core_opened(f->core, f->now), 0);
	fake_take(f);
}

void fake_closed(struct fake *f)
{
	cr_assert_eq(ting_core_closed(f->core, f->now), 0);
	fake_take(f);
}

void fake_hears(struct fake *f, const char *notation)
{
	struct span bytes = notation_bytes(notation);

	cr_assert_leq(f->in_size + bytes.size, sizeof(f->in));
	if (bytes.size)
		memcpy(f->in + f->in_size, bytes.at, bytes.size);
	f->in_size += bytes.size;
	exact_free(bytes);
	cr_assert_eq(ting_core_received(f->core, f->now, f->in, f->in_size), 0);
	fake_take(f);
	cr_assert_leq(ting_core_taken(f->core), f->in_size);
	f->in_size -= ting_core_taken(f->core);
	memmove(f->in, f->in + ting_core_taken(f->core), f->in_size);
}

void fake_online(struct fake *f, bool is_session_present)
{
	const char *connack = version_of(f) == MQTT_5
		? (is_session_present ? "20 [ 01 00 [ ] ]" : "20 [ 00 00 [ ] ]")
		: (is_session_present ? "20 [ 01 00 ]" : "20 [ 00 00 ]");

	fake_tick(f, f->now);
	fake_opened(f);
	fake_hears(f, connack);
	cr_assert(ting_core_is_connected(f->core));
	f->log.at = f->log.start;
}

int fake_publish(struct fake *f, uint8_t qos, uint64_t ticket, const char *topic)
{
	struct ting_message m = {.topic = ting_text(topic), .payload = ting_text("hi"), .qos = qos};
	int err = ting_core_publish(f->core, f->now, &m, ticket);

	fake_take(f);
	return err;
}

int fake_subscribe(struct fake *f, uint64_t ticket, const char *filter)
{
	struct ting_filter one = {.filter = ting_text(filter), .qos = 1};
	int err = ting_core_subscribe(f->core, f->now, &one, 1, ticket);

	fake_take(f);
	return err;
}
