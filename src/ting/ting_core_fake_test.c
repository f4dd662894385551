/* ting_core_fake_test.c - what ting_core_fake_test.h promises. */
#include "ting/ting_core_fake_test.h"

#include "base/base_test.h"
#include "mqtt/mqtt_notation_test.h"

#include <stdlib.h>

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
	say_init(&f->log);
	cr_assert_eq(ting_core_init(&f->core, (char *)f->memory + 1, size, &f->options, &err), 0,
		"%s", err.text);
}

void fake_done(struct fake *f)
{
	free(f->memory);
	f->memory = NULL;
}

/* Packets come in as many pieces as they like, and are said when they are whole. */
static void say_sent(struct fake *f, struct ting_text bytes)
{
	struct mqtt_frame frame;
	int used;

	f->sends++;
	say_input_add(&f->out, span_of(bytes.at, bytes.size));
	while ((used = mqtt_frame_decode(span_of(f->out.bytes, f->out.size), version_of(f),
			MQTT_PACKET_MAX, &frame))) {
		cr_assert(used > 0 && (size_t)used <= sizeof(f->last));
		memcpy(f->last, f->out.bytes, (size_t)used);
		say_input_drop(&f->out, (size_t)used);
		cr_assert_gt(mqtt_frame_decode(span_of(f->last, (size_t)used), version_of(f),
				     MQTT_PACKET_MAX, &frame),
			0);
		cr_assert_eq(any_decode(&frame, version_of(f), &f->sent), 0);
		say_packet(&f->log, version_of(f), &frame);
	}
}

static void say_answer(struct fake *f, const char *what, const struct ting_answer *a)
{
	static const char *const outcomes[] = {"answered", "forbidden", "lost"};

	say_done(&f->log, what, a->ticket, outcomes[a->outcome], a->reason,
		span_of(a->reasons.at, a->reasons.size));
}

static void say_message(struct fake *f, const struct ting_message *m)
{
	say(&f->log, "MESSAGE %.*s=%.*s q%d%s%s", (int)m->topic.size, m->topic.at,
		(int)m->payload.size, m->payload.at, m->qos, m->is_retained ? " retained" : "",
		m->is_duplicate ? " again" : "");
	if (m->receipt)
		say(&f->log, " receipt");
	say(&f->log, "\n");
}

static void say_event(struct fake *f, const struct ting_event *event)
{
	switch (event->type) {
	case TING_OPEN:
		say(&f->log, "OPEN\n");
		break;
	case TING_SEND:
		say_sent(f, event->bytes);
		break;
	case TING_CLOSE:
		say(&f->log, "CLOSE\n");
		break;
	case TING_CONNECTED:
		say(&f->log, "CONNECTED%s\n", event->welcome.is_session_present ? " present" : "");
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
		say(&f->log, "CHALLENGED %.*s\n", (int)event->data.size, event->data.at);
		break;
	case TING_AUTHENTICATED:
		say(&f->log, "AUTHENTICATED %.*s\n", (int)event->data.size, event->data.at);
		break;
	case TING_DISCONNECTED:
		say_end(&f->log, event->farewell.cause, event->farewell.reason);
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
	say_expect(&f->log, text);
}

void fake_tick(struct fake *f, int64_t now)
{
	f->now = now;
	cr_assert_eq(ting_core_tick(f->core, now), 0);
	fake_take(f);
}

void fake_opened(struct fake *f)
{
	f->in.size = f->out.size = 0;
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

	say_input_add(&f->in, bytes);
	exact_free(bytes);
	cr_assert_eq(ting_core_received(f->core, f->now, f->in.bytes, f->in.size), 0);
	fake_take(f);
	say_input_drop(&f->in, ting_core_taken(f->core));
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
	say_init(&f->log);
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
