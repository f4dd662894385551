/* client_fake_test.c - what client_fake_test.h promises. */
#include "client/client_fake_test.h"

#include "base/base_test.h"

#include <stdarg.h>
#include <stdio.h>

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

void fake_init(struct fake *f, enum mqtt_version version)
{
	struct client_config config = {
		.slots = f->slots,
		.slots_count = FAKE_SLOTS,
		.received = f->received,
		.received_max = FAKE_RECEIVED,
		.aliases_in = {f->in.topics, f->in.table, FAKE_ALIASES, FAKE_ALIAS_BYTES},
		.aliases_out = {f->out.topics, f->out.table, FAKE_ALIASES, FAKE_ALIAS_BYTES},
		.packet_bytes_max = 200,
		.reply_timeout_ms = 1000,
	};

	memset(f, 0, sizeof(*f));
	f->connect = (struct mqtt_connect){
		.version = version, .is_clean_start = true, .client_id = SPAN_LITERAL("me")};
	mqtt_props_init(&f->connect.props);
	mqtt_props_init(&f->connect.will.props);
	f->log = writer_of(f->text, sizeof(f->text) - 1);
	client_effects_init(&f->effects, f->list, 16, f->bytes, sizeof(f->bytes));
	client_init(&f->client, &config);
}

static void say_connect(struct fake *f, const struct mqtt_frame *frame)
{
	struct mqtt_connect p;
	uint8_t level;

	cr_assert_eq(mqtt_connect_decode(frame, &p, &level), 0);
	say(f, "> CONNECT %d%s", level, p.is_clean_start ? " clean" : "");
	if (p.version == MQTT_5)
		say(f, " receive=%d packet=%d aliases=%d", p.props.receive_max,
			(int)p.props.packet_bytes_max, p.props.topic_alias_max);
	say(f, "\n");
}

static void say_publish(struct fake *f, const struct mqtt_frame *frame)
{
	struct mqtt_publish p;

	cr_assert_eq(mqtt_publish_decode(frame, f->client.version, &p), 0);
	say(f, "> PUBLISH %.*s q%d", (int)p.topic.size, (const char *)p.topic.at, p.qos);
	if (p.qos)
		say(f, " #%d", p.packet_id);
	if (p.is_dup)
		say(f, " dup");
	if (p.props.topic_alias)
		say(f, " alias=%d", p.props.topic_alias);
	say(f, "\n");
}

static void say_other(struct fake *f, const struct mqtt_frame *frame)
{
	const char *name = mqtt_type_name(frame->type);
	enum mqtt_version version = f->client.version;
	struct mqtt_ack ack;
	struct mqtt_subscribe subscribe;
	struct mqtt_disconnect disconnect;

	if (frame->type >= MQTT_PUBACK && frame->type <= MQTT_PUBCOMP) {
		cr_assert_eq(mqtt_ack_decode(frame, version, &ack), 0);
		say(f, "> %s #%d", name, ack.packet_id);
		if (ack.reason)
			say(f, " %02x", ack.reason);
	} else if (frame->type == MQTT_DISCONNECT) {
		cr_assert_eq(mqtt_disconnect_decode(frame, version, &disconnect), 0);
		say(f, "> DISCONNECT %02x", disconnect.reason);
	} else if (frame->type == MQTT_AUTH) {
		cr_assert_eq(mqtt_disconnect_decode(frame, version, &disconnect), 0);
		say(f, "> AUTH %02x %.*s %.*s", disconnect.reason,
			(int)disconnect.props.auth_method.size,
			(const char *)disconnect.props.auth_method.at,
			(int)disconnect.props.auth_data.size,
			(const char *)disconnect.props.auth_data.at);
	} else if (frame->type == MQTT_PINGREQ) {
		say(f, "> PINGREQ");
	} else {
		cr_assert_eq(mqtt_subscribe_decode(frame, version, &subscribe), 0);
		say(f, "> %s #%d %d", name, subscribe.packet_id, (int)subscribe.filters_count);
	}
	say(f, "\n");
}

static void say_sent(struct fake *f, const struct client_effect *effect)
{
	uint8_t packet[1024];
	struct writer w = writer_of(packet, sizeof(packet));
	struct mqtt_frame frame;

	writer_bytes(&w, effect->send.head);
	writer_bytes(&w, effect->send.body);
	cr_assert_eq(mqtt_frame_decode(writer_span(&w), f->client.version, sizeof(packet), &frame),
		(int)writer_span(&w).size, "one effect is one packet");
	if (frame.type == MQTT_CONNECT)
		say_connect(f, &frame);
	else if (frame.type == MQTT_PUBLISH)
		say_publish(f, &frame);
	else
		say_other(f, &frame);
}

static void say_done(struct fake *f, const char *what, const struct client_done *d)
{
	static const char *const outcomes[] = {"done", "over-limit", "lost"};

	say(f, "%s %d %s", what, (int)d->ticket, outcomes[d->outcome]);
	if (d->reason)
		say(f, " %02x", d->reason);
	for (size_t i = 0; i < d->reasons.size; i++)
		say(f, " %02x", d->reasons.at[i]);
	say(f, "\n");
}

static void say_auth(struct fake *f, const char *what, const struct mqtt_props *p)
{
	say(f, "%s %.*s\n", what, (int)p->auth_data.size, (const char *)p->auth_data.at);
}

static void say_effect(struct fake *f, const struct client_effect *effect)
{
	static const char *const causes[] = {
		"asked", "refused", "sent-off", "broken", "fault", "silent"};
	const struct mqtt_publish *m = &effect->message;

	switch (effect->type) {
	case CLIENT_SEND:
		say_sent(f, effect);
		break;
	case CLIENT_CLOSE:
		say(f, "CLOSE\n");
		break;
	case CLIENT_CONNECTED:
		say(f, "CONNECTED%s\n", effect->connack.is_session_present ? " present" : "");
		break;
	case CLIENT_MESSAGE:
		say(f, "MESSAGE %.*s q%d", (int)m->topic.size, (const char *)m->topic.at, m->qos);
		if (effect->receipt)
			say(f, " receipt=%d", (int)effect->receipt);
		say(f, m->is_dup && effect->receipt ? " dup\n" : "\n");
		break;
	case CLIENT_CHALLENGED:
		say_auth(f, "CHALLENGED", &effect->auth);
		break;
	case CLIENT_AUTHENTICATED:
		say_auth(f, "AUTHENTICATED", &effect->auth);
		break;
	case CLIENT_PUBLISHED:
		say_done(f, "PUBLISHED", &effect->done);
		break;
	case CLIENT_SUBSCRIBED:
		say_done(f, "SUBSCRIBED", &effect->done);
		break;
	case CLIENT_UNSUBSCRIBED:
		say_done(f, "UNSUBSCRIBED", &effect->done);
		break;
	case CLIENT_DISCONNECTED:
		say(f, "DISCONNECTED %s %02x\n", causes[effect->end.cause], effect->end.reason);
		break;
	}
}

/* What came and is not taken waits in `input`. */
static void input_add(struct fake *f, struct span bytes)
{
	cr_assert_leq(bytes.size, sizeof(f->input) - f->input_size);
	if (bytes.size)
		memcpy(f->input + f->input_size, bytes.at, bytes.size);
	f->input_size += bytes.size;
}

static void input_drop(struct fake *f, size_t taken)
{
	cr_assert_leq(taken, f->input_size);
	f->input_size -= taken;
	memmove(f->input, f->input + taken, f->input_size);
}

int fake_step(struct fake *f, struct client_event event)
{
	int err;

	if (event.type == CLIENT_OPENED)
		f->input_size = 0;
	if (event.type == CLIENT_RECEIVED) {
		input_add(f, event.bytes);
		event.bytes = span_of(f->input, f->input_size);
	}
	event.now = f->now;
	client_effects_reset(&f->effects);
	err = client_step(&f->client, &event, &f->effects);
	for (;;) {
		for (size_t i = 0; i < f->effects.count; i++)
			say_effect(f, &f->effects.list[i]);
		input_drop(f, f->effects.taken);
		if (!f->effects.is_pending)
			break;
		client_effects_reset(&f->effects);
		event = (struct client_event){
			CLIENT_RECEIVED, f->now, .bytes = span_of(f->input, f->input_size)};
		cr_assert_eq(client_step(&f->client, &event, &f->effects), 0);
	}
	return err;
}

void fake_expect(struct fake *f, const char *text)
{
	*f->log.at = 0;
	cr_assert_str_eq(f->text, text);
	f->log.at = f->log.start;
}

int fake_open(struct fake *f)
{
	return fake_step(f, (struct client_event){CLIENT_OPENED, .connect = &f->connect});
}

void fake_close(struct fake *f)
{
	fake_step(f, (struct client_event){.type = CLIENT_CLOSED});
}

void fake_time(struct fake *f, msec now)
{
	f->now = now;
	fake_step(f, (struct client_event){.type = CLIENT_TIME});
}

void fake_hears(struct fake *f, struct span bytes)
{
	fake_step(f, (struct client_event){CLIENT_RECEIVED, .bytes = bytes});
}

static unsigned digit_value(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a' + 10);
}

static struct span hex_decode(const char *hex, uint8_t *room, size_t size)
{
	struct writer w = writer_of(room, size);

	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		writer_u8(&w, (uint8_t)(digit_value(hex[0]) << 4 | digit_value(hex[1])));
		hex++;
	}
	cr_assert(!w.is_full);
	return writer_span(&w);
}

void fake_hex(struct fake *f, const char *hex)
{
	uint8_t room[1024];

	fake_hears(f, hex_decode(hex, room, sizeof(room)));
}

void fake_connack(struct fake *f, bool is_session_present, uint8_t reason, const char *hex_props)
{
	uint8_t packet[256], room[128];
	struct writer w = writer_of(packet, sizeof(packet));
	struct mqtt_connack p = {is_session_present, reason, .props = {0}};

	mqtt_props_init(&p.props);
	p.props.raw = hex_decode(hex_props, room, sizeof(room));
	mqtt_connack_encode(&w, f->connect.version, &p);
	fake_hears(f, writer_span(&w));
}

void fake_ack(struct fake *f, enum mqtt_type type, uint16_t packet_id, uint8_t reason)
{
	uint8_t packet[16];
	struct writer w = writer_of(packet, sizeof(packet));
	struct mqtt_ack p = {packet_id, reason, .props = {0}};

	mqtt_props_init(&p.props);
	mqtt_ack_encode(&w, type, f->client.version, &p);
	fake_hears(f, writer_span(&w));
}

static void publish(struct fake *f, const struct mqtt_publish *p)
{
	uint8_t packet[256];
	struct writer w = writer_of(packet, sizeof(packet));

	mqtt_publish_encode(&w, f->client.version, p);
	fake_hears(f, writer_span(&w));
}

void fake_message(
	struct fake *f, uint8_t qos, uint16_t packet_id, const char *topic, uint16_t alias)
{
	struct mqtt_publish p = {.qos = qos, .packet_id = packet_id, .topic = span_of_text(topic)};

	mqtt_props_init(&p.props);
	if (alias) {
		p.props.topic_alias = alias;
		p.props.present = MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS);
	}
	publish(f, &p);
}

void fake_again(struct fake *f, uint8_t qos, uint16_t packet_id)
{
	struct mqtt_publish p = {
		.qos = qos, .is_dup = true, .packet_id = packet_id, .topic = SPAN_LITERAL("t")};

	mqtt_props_init(&p.props);
	publish(f, &p);
}

void fake_online(struct fake *f, bool is_session_present)
{
	cr_assert_eq(fake_open(f), 0);
	fake_connack(f, is_session_present, 0, "");
	cr_assert(client_is_online(&f->client));
	f->log.at = f->log.start;
}

int fake_publish(struct fake *f, uint8_t qos, uint64_t ticket, const char *topic)
{
	struct mqtt_publish p = {.qos = qos, .topic = span_of_text(topic)};

	mqtt_props_init(&p.props);
	return fake_step(f, (struct client_event){CLIENT_PUBLISH, .ticket = ticket, .publish = &p});
}

int fake_subscribe(struct fake *f, enum client_event_type type, uint64_t ticket, const char *filter)
{
	uint8_t bytes[128];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct mqtt_filter one = {.filter = span_of_text(filter), .qos = 1};
	struct mqtt_subscribe p = {.filters_count = 1};

	mqtt_props_init(&p.props);
	mqtt_filter_encode(&w, type == CLIENT_SUBSCRIBE ? MQTT_SUBSCRIBE : MQTT_UNSUBSCRIBE,
		f->client.version, &one);
	p.filters = writer_span(&w);
	return fake_step(f, (struct client_event){type, .ticket = ticket, .subscribe = &p});
}

int fake_acknowledge(struct fake *f, uint64_t receipt, uint8_t reason)
{
	return fake_step(
		f, (struct client_event){CLIENT_ACKNOWLEDGE, .acknowledge = {receipt, reason}});
}

int fake_authenticate(struct fake *f, const char *data)
{
	struct mqtt_props p;

	mqtt_props_init(&p);
	p.auth_data = span_of_text(data);
	p.present = MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_DATA);
	return fake_step(f, (struct client_event){CLIENT_AUTHENTICATE, .auth = &p});
}

int fake_disconnect(struct fake *f, uint8_t reason)
{
	struct mqtt_disconnect p = {.reason = reason};

	mqtt_props_init(&p.props);
	return fake_step(f, (struct client_event){CLIENT_DISCONNECT, .disconnect = &p});
}
