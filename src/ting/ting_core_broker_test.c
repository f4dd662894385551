/* ting_core_broker_test.c - the core face and the broker, both real, and a wire that is cut.
 *
 * One client hears what it publishes itself, so that each QoS goes both ways.  The first connection
 * ends after a given number of bytes; every number is tried. */
#include "base/base_test.h"
#include "broker/broker.h"

#include <ting/core.h>

#include <stdlib.h>

enum { QOS = 3, WIRE = 4096, NEVER_CUT = 1 << 20 };

struct wire {
	uint8_t bytes[WIRE];
	size_t size;
};

static struct world {
	struct broker *broker;
	struct broker_effects effects;
	struct times now;
	conn_id conn;
	struct ting_core *core;
	void *memory;
	struct wire up, down;
	size_t left; /* bytes that the connection still carries */
	bool is_opening, is_up, is_subscribed;
	bool is_published[QOS], is_over[QOS];
	int heard[QOS];
	int lost;
} w;

static void wire_put(struct wire *wire, const void *bytes, size_t size)
{
	cr_assert_leq(wire->size + size, (size_t)WIRE);
	if (size)
		memcpy(wire->bytes + wire->size, bytes, size);
	wire->size += size;
}

static void wire_drop(struct wire *wire, size_t size)
{
	wire->size -= size;
	memmove(wire->bytes, wire->bytes + size, wire->size);
}

static void broker_does(struct broker_event event)
{
	event.now = w.now;
	event.conn = w.conn;
	do {
		broker_effects_reset(&w.effects);
		broker_step(w.broker, &event, &w.effects);
		for (size_t i = 0; i < w.effects.count; i++) {
			const struct broker_effect *e = &w.effects.list[i];

			if (e->type == BROKER_SEND && e->conn == w.conn && w.is_up) {
				wire_put(&w.down, e->send.head.at, e->send.head.size);
				wire_put(&w.down, e->send.body.at, e->send.body.size);
			}
			cr_assert(e->type != BROKER_CLOSE || e->conn != w.conn || !w.is_up);
		}
		event.type = BROKER_TIME;
	} while (w.effects.is_pending);
}

static void heard(const struct ting_message *m)
{
	cr_assert(m->topic.size == 1 && m->payload.size == 1);
	w.heard[m->payload.at[0] - '0']++;
}

static void event_take(const struct ting_event *event)
{
	switch (event->type) {
	case TING_OPEN:
		w.is_opening = true;
		break;
	case TING_SEND:
		wire_put(&w.up, event->bytes.at, event->bytes.size);
		break;
	case TING_CLOSE:
		cr_assert_fail("the broker broke the protocol, or the core believes so");
		break;
	case TING_MESSAGE:
		heard(&event->message);
		break;
	case TING_PUBLISHED:
		cr_assert_eq(event->answer.outcome, TING_ANSWERED);
		cr_assert(!w.is_over[event->answer.ticket]);
		w.is_over[event->answer.ticket] = true;
		break;
	case TING_SUBSCRIBED:
		w.is_subscribed = event->answer.outcome == TING_ANSWERED;
		break;
	case TING_DISCONNECTED:
		w.lost++;
		break;
	case TING_CONNECTED:
	case TING_UNSUBSCRIBED:
	case TING_CHALLENGED:
	case TING_AUTHENTICATED:
		break;
	}
}

/* What the core says, until it has no more to say. */
static void core_take(int err)
{
	struct ting_event event;

	cr_assert_eq(err, 0, "%d", err);
	while (ting_core_next(w.core, &event))
		event_take(&event);
}

static void cut(void)
{
	w.is_up = false;
	w.up.size = w.down.size = 0;
	broker_does((struct broker_event){.type = BROKER_CLOSED});
	core_take(ting_core_closed(w.core, w.now.mono));
	w.left = NEVER_CUT;
}

/* As much as the connection still carries. */
static size_t carried(size_t size)
{
	size_t count = size < w.left ? size : w.left;

	w.left -= count;
	return count;
}

/* Moves what is on the wire, both ways. */
static void carry(void)
{
	size_t count = carried(w.up.size);

	broker_does((struct broker_event){.type = BROKER_RECEIVED, .bytes = {w.up.bytes, count}});
	w.up.size = 0;
	count = carried(w.down.size);
	if (count) {
		core_take(ting_core_received(w.core, w.now.mono, w.down.bytes, count));
		cr_assert(ting_core_taken(w.core) == count || w.left == 0);
		broker_does((struct broker_event){.type = BROKER_WRITTEN, .count = count});
		wire_drop(&w.down, count);
	}
	if (w.left == 0)
		cut();
}

/* What the application wants next. */
static void wish(void)
{
	static const char *const payloads[QOS] = {"0", "1", "2"};
	struct ting_filter filter = {.filter = ting_text("t"), .qos = 2};

	if (!w.is_subscribed && ting_core_is_connected(w.core)) {
		core_take(ting_core_subscribe(w.core, w.now.mono, &filter, 1, 0));
		w.is_subscribed = true; /* unless it is told otherwise */
		return;
	}
	for (uint8_t qos = 0; qos < QOS && w.is_subscribed && ting_core_is_connected(w.core);
		qos++) {
		struct ting_message m = {
			.topic = ting_text("t"), .payload = ting_text(payloads[qos]), .qos = qos};

		if (w.is_published[qos])
			continue;
		w.is_published[qos] = true;
		w.is_over[qos] = qos == 0;
		core_take(ting_core_publish(w.core, w.now.mono, &m, qos));
	}
}

static bool is_all_over(void)
{
	return w.is_over[0] && w.is_over[1] && w.is_over[2] && w.heard[1] && w.heard[2] &&
		w.up.size == 0 && w.down.size == 0;
}

static void transport_open(void)
{
	w.is_opening = false;
	w.is_up = true;
	w.conn += UINT64_C(1) << 32;
	broker_does((struct broker_event){.type = BROKER_OPENED});
	core_take(ting_core_opened(w.core, w.now.mono));
}

static void world_init(enum ting_mqtt_version version, size_t left)
{
	static const struct hash_key seed = {1, 2};
	struct broker_config config;
	struct ting_client_options options = {
		.version = version,
		.id = ting_text("me"),
		.resumes_session = version != TING_MQTT_5,
		.session_expiry_s = 1000,
		.aliases_max = 2,
		.alias_topic_max = UINT16_MAX,
	};
	size_t size = ting_core_size(&options);
	struct ting_error err;

	w = (struct world){.now = {1000, 1000}, .left = left, .memory = malloc(size)};
	broker_config_init(&config);
	config.sys_interval_s = 0;
	config.topic_alias_max = 2;
	broker_effects_init(&w.effects, &alloc_libc);
	w.broker = broker_new(&alloc_libc, &config, &seed, w.now);
	cr_assert_eq(ting_core_init(&w.core, w.memory, size, &options, &err), 0);
}

static void world_done(void)
{
	broker_free(w.broker);
	broker_effects_done(&w.effects);
	free(w.memory);
}

/* A life with one cut.  The bytes that it took. */
static size_t live(enum ting_mqtt_version version, size_t left)
{
	size_t rounds = 0;

	world_init(version, left);
	while (!is_all_over()) {
		cr_assert_lt(++rounds, 1000, "version %d, cut after %zu", version, left);
		if (!w.is_up && !w.is_opening) {
			w.now.mono = w.now.wall = ting_core_deadline(w.core) > w.now.mono
				? ting_core_deadline(w.core)
				: w.now.mono;
			core_take(ting_core_tick(w.core, w.now.mono));
		}
		if (w.is_opening)
			transport_open();
		carry();
		if (w.is_up)
			wish();
	}
	cr_expect_eq(w.heard[2], 1, "version %d, cut after %zu", version, left);
	cr_expect_leq(w.heard[0], 1);
	cr_expect(w.lost || w.heard[0] == 1);
	cr_expect(w.lost || w.heard[1] == 1);
	world_done();
	return left - w.left;
}

TEST(core, loses_nothing_wherever_the_wire_is_cut, "MQTT-4.3.2-1 MQTT-4.3.3-1 MQTT-4.4.0-1")
{
	for (enum ting_mqtt_version v = TING_MQTT_3_1; v <= TING_MQTT_5; v++) {
		size_t total = live(v, NEVER_CUT);

		cr_assert_gt(total, 50);
		for (size_t left = 1; left <= total; left++)
			(void)live(v, left);
	}
}
