/* fuzz_core.c - a server that may say anything, and an application that may call anything, to the
 * core face of the library.
 *
 * The first byte chooses the options.  The rest comes byte by byte from the server; but 0xf1 to
 * 0xf4, which begin no packet, are calls of the application: the next byte says which, of wishes,
 * of the transport's, of those out of place, and of time. */
#include "fuzz_target.h"
#include "mqtt/mqtt_any_test.h"

#include <ting/core.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum { INPUT = 4096, OUTPUT = 4096, EVENTS_MAX = 100000 };

static struct world {
	struct ting_core *core;
	void *memory;
	enum mqtt_version version;
	int64_t now;
	uint8_t in[INPUT], out[OUTPUT];
	size_t in_size, out_size;
	uint64_t tickets, told; /* requests that were taken, and those that are over */
	uint64_t receipt;       /* of the last message that wants one */
	bool is_opening, is_up, is_connected;
	unsigned long seen; /* every byte that is handed out is read */
} w;

static void see(struct ting_text t)
{
	assert(t.at || t.size == 0);
	for (size_t i = 0; i < t.size; i++)
		w.seen += (unsigned char)t.at[i];
}

static void see_properties(const struct ting_properties *p)
{
	struct ting_pair pair;
	uint32_t id;

	for (size_t place = 0; ting_user_property(p, &place, &pair);) {
		see(pair.name);
		see(pair.value);
	}
	for (size_t place = 0; ting_subscription_id(p, &place, &id);)
		assert(id);
	see(p->content_type);
	see(p->response_topic);
	see(p->correlation);
}

/* What is sent is made of whole packets that a client may send. */
static void see_sent(struct ting_text bytes)
{
	struct mqtt_frame f;
	struct mqtt_any packet;
	int used;

	assert(w.is_up && bytes.size && w.out_size + bytes.size <= OUTPUT);
	memcpy(w.out + w.out_size, bytes.at, bytes.size);
	w.out_size += bytes.size;
	while ((used = mqtt_frame_decode(
			span_of(w.out, w.out_size), w.version, MQTT_PACKET_MAX, &f))) {
		assert(used > 0 && any_decode(&f, w.version, &packet) == 0);
		assert(f.type != MQTT_CONNACK && f.type != MQTT_SUBACK && f.type != MQTT_PINGRESP);
		w.out_size -= (size_t)used;
		memmove(w.out, w.out + used, w.out_size);
	}
}

static void see_answer(const struct ting_answer *a)
{
	w.told++;
	assert(w.told <= w.tickets);
	see(a->reasons);
	see(a->reason_string);
}

static void see_event(const struct ting_event *event)
{
	switch (event->type) {
	case TING_OPEN:
		assert(!w.is_up && !w.is_opening);
		w.is_opening = true;
		break;
	case TING_SEND:
		see_sent(event->bytes);
		break;
	case TING_CLOSE:
		assert(w.is_up || w.is_opening);
		w.is_up = w.is_opening = false;
		break;
	case TING_CONNECTED:
		assert(w.is_up && !w.is_connected);
		w.is_connected = true;
		see(event->welcome.assigned_id);
		see_properties(&event->welcome.properties);
		break;
	case TING_MESSAGE:
		assert(event->message.topic.size && event->message.qos <= 2);
		see(event->message.topic);
		see(event->message.payload);
		see_properties(&event->message.properties);
		w.receipt = event->message.receipt ? event->message.receipt : w.receipt;
		break;
	case TING_PUBLISHED:
	case TING_SUBSCRIBED:
	case TING_UNSUBSCRIBED:
		see_answer(&event->answer);
		break;
	case TING_CHALLENGED:
	case TING_AUTHENTICATED:
		see(event->data);
		break;
	case TING_DISCONNECTED:
		w.is_connected = false;
		see(event->farewell.reason_string);
		break;
	}
}

/* Takes all events.  `err` is what the call before answered. */
static int take(int err)
{
	struct ting_event event;
	unsigned count = 0;

	while (ting_core_next(w.core, &event)) {
		assert(++count < EVENTS_MAX);
		see_event(&event);
	}
	return err;
}

static void world_init(uint8_t choice)
{
	static const struct ting_pair pair = {{"k", 1}, {"v", 1}};
	struct ting_client_options o = {
		.version = (enum ting_mqtt_version)(TING_MQTT_3_1 + choice % 3),
		.id = ting_text(choice & 4 ? "me" : ""),
		.will = {.message = {.topic = ting_text("w"), .qos = 1}},
		.keepalive_s = 1,
		.session_expiry_s = choice & 8 ? 9 : 0,
		.resumes_session = (choice & 20) == 20,
		.seed = 7,
		.requests_max = 4,
		.receive_max = 3,
		.packet_bytes_max = 200,
		.send_bytes_max = 400,
		.aliases_max = choice & 32 ? 2 : 0,
		.alias_topic_max = 4,
		.reply_timeout_ms = 10,
		.acknowledges_later = choice & 64,
		.user_properties = &pair,
		.user_properties_count = 1,
	};
	size_t size;

	if (o.version == TING_MQTT_5 && choice & 128)
		o.auth_method = ting_text("m");
	size = ting_core_size(&o);
	w = (struct world){.version = (enum mqtt_version)o.version, .memory = malloc(size + 1)};
	assert(w.memory && ting_core_init(&w.core, (char *)w.memory + 1, size, &o, NULL) == 0);
}

static void transport_open(void)
{
	w.in_size = w.out_size = 0;
	w.is_opening = false;
	w.is_up = true;
	assert(take(ting_core_opened(w.core, w.now)) == 0);
}

/* As a driver does it, or not. */
static void transport(uint8_t choice)
{
	if (choice & 1 && (w.is_up || w.is_opening)) {
		w.is_up = w.is_opening = false;
		(void)take(ting_core_closed(w.core, w.now));
	} else if (choice & 2) {
		(void)take(ting_core_connect(w.core, w.now));
	}
	if (w.is_opening)
		transport_open();
}

static void heard(uint8_t byte)
{
	if (w.in_size == INPUT || !w.is_up)
		return;
	w.in[w.in_size++] = byte;
	(void)take(ting_core_received(w.core, w.now, w.in, w.in_size));
	assert(ting_core_taken(w.core) <= w.in_size);
	w.in_size -= ting_core_taken(w.core);
	memmove(w.in, w.in + ting_core_taken(w.core), w.in_size);
}

static void wish(uint8_t choice)
{
	static const struct ting_pair pairs[] = {{{"k", 1}, {"v", 1}}, {{"\xff", 1}, {"", 0}}};
	static const char *const topics[] = {"t", "longer/topic", "+", ""};
	struct ting_text topic = ting_text(topics[choice >> 4 & 3]);
	struct ting_message m = {
		.topic = topic,
		.payload = topic,
		.qos = choice & 3,
		.properties = {.user = pairs,
			.user_count = choice >> 6 & 2,
			.correlation = topic,
			.is_text = true},
	};
	struct ting_filter filters[] = {{.filter = topic, .qos = choice & 3},
		{.filter = ting_text("$share/g/#"), .subscription_id = choice & 1}};

	bool is_publish = choice & 8;
	int err;

	w.tickets++; /* it may be over before the call is */
	if (is_publish)
		err = take(ting_core_publish(w.core, w.now, &m, 3));
	else if (choice & 4)
		err = take(ting_core_unsubscribe(w.core, w.now, &topic, 1, 2));
	else
		err = take(ting_core_subscribe(w.core, w.now, filters, choice >> 6 & 2, 1));
	w.tickets -= err || (is_publish && m.qos == 0);
}

/* Calls that may be out of place. */
static void stray(uint8_t choice)
{
	static const struct ting_pair pairs[] = {{{"k", 1}, {"v", 1}}, {{"\xff", 1}, {"", 0}}};
	struct ting_extra extra = {.user = pairs,
		.user_count = choice >> 6 & 2,
		.reason_string = ting_text("why"),
		.has_session_expiry = choice & 16,
		.session_expiry_s = choice >> 5};
	struct ting_event event;

	if (choice & 32)
		(void)ting_core_add(w.core, &extra);
	switch (choice % 8) {
	case 0:
		(void)take(ting_core_acknowledge(w.core, w.now, w.receipt, choice & 0x80));
		break;
	case 1:
		(void)take(ting_core_acknowledge(w.core, w.now, choice, choice));
		break;
	case 2:
		(void)take(ting_core_authenticate(w.core, w.now, ting_text("data")));
		break;
	case 3:
		(void)take(ting_core_disconnect(w.core, w.now, choice & 8));
		break;
	case 4:
		if (!w.is_opening)
			assert(take(ting_core_opened(w.core, w.now)) == -EINVAL);
		break;
	case 5:
		if (!w.is_up && !w.is_opening)
			assert(take(ting_core_received(w.core, w.now, "x", 1)) == 0);
		break;
	case 6:
		(void)take(ting_core_tick(w.core, choice & 8 ? INT64_MAX : INT64_MIN));
		break;
	case 7:
		(void)ting_core_tick(w.core, ting_core_deadline(w.core));
		if (ting_core_next(w.core, &event)) {
			see_event(&event);
			(void)ting_core_tick(w.core, w.now);
		}
		(void)take(0);
		break;
	}
}

static void passes(uint8_t choice)
{
	int64_t due = ting_core_deadline(w.core);

	w.now += choice;
	if (choice & 1 && due != TING_NEVER && due > w.now)
		w.now = due;
	(void)take(ting_core_tick(w.core, w.now));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const calls[])(uint8_t choice) = {wish, transport, stray, passes};

	world_init(size ? data[0] : 0);
	passes(0);
	transport(0);
	for (size_t i = 1; i < size; i++) {
		if (data[i] < 0xf1 || data[i] > 0xf4) {
			heard(data[i]);
		} else if (i + 1 < size) {
			calls[data[i] - 0xf1](data[i + 1]);
			i++;
		}
	}
	free(w.memory);
	return 0;
}
