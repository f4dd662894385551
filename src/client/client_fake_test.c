/* client_fake_test.c - what client_fake_test.h promises. */
#include "client/client_fake_test.h"

#include "base/base_test.h"

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
	f->connect.props.session_expiry_s = UINT32_MAX;
	f->connect.props.present = MQTT_PROPERTY_BIT(MQTT_SESSION_EXPIRY_INTERVAL);
	mqtt_props_init(&f->connect.will.props);
	say_init(&f->log);
	client_effects_init(&f->effects, f->list, 16, f->bytes, sizeof(f->bytes));
	client_init(&f->client, &config);
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
	say_packet(&f->log, f->client.version, &frame);
}

static void say_request(struct fake *f, const char *what, const struct client_done *d)
{
	static const char *const outcomes[] = {"done", "over-limit", "lost"};

	say_done(&f->log, what, d->ticket, outcomes[d->outcome], d->reason, d->reasons);
}

static void say_auth(struct fake *f, const char *what, const struct mqtt_props *p)
{
	say(&f->log, "%s %.*s\n", what, (int)p->auth_data.size, (const char *)p->auth_data.at);
}

static void say_effect(struct fake *f, const struct client_effect *effect)
{
	const struct mqtt_publish *m = &effect->message;

	switch (effect->type) {
	case CLIENT_SEND:
		say_sent(f, effect);
		break;
	case CLIENT_CLOSE:
		say(&f->log, "CLOSE\n");
		break;
	case CLIENT_CONNECTED:
		say(&f->log, "CONNECTED%s\n", effect->connack.is_session_present ? " present" : "");
		break;
	case CLIENT_MESSAGE:
		say(&f->log, "MESSAGE %.*s q%d", (int)m->topic.size, (const char *)m->topic.at,
			m->qos);
		if (effect->receipt)
			say(&f->log, " receipt=%d", (int)effect->receipt);
		say(&f->log, m->is_dup && effect->receipt ? " dup\n" : "\n");
		break;
	case CLIENT_CHALLENGED:
		say_auth(f, "CHALLENGED", &effect->auth);
		break;
	case CLIENT_AUTHENTICATED:
		say_auth(f, "AUTHENTICATED", &effect->auth);
		break;
	case CLIENT_PUBLISHED:
		say_request(f, "PUBLISHED", &effect->done);
		break;
	case CLIENT_SUBSCRIBED:
		say_request(f, "SUBSCRIBED", &effect->done);
		break;
	case CLIENT_UNSUBSCRIBED:
		say_request(f, "UNSUBSCRIBED", &effect->done);
		break;
	case CLIENT_DISCONNECTED:
		say_end(&f->log, effect->end.cause, effect->end.reason);
		break;
	}
}

int fake_step(struct fake *f, struct client_event event)
{
	int err;

	if (event.type == CLIENT_OPENED)
		f->input.size = 0;
	if (event.type == CLIENT_RECEIVED) {
		say_input_add(&f->input, event.bytes);
		event.bytes = span_of(f->input.bytes, f->input.size);
	}
	event.now = f->now;
	client_effects_reset(&f->effects);
	err = client_step(&f->client, &event, &f->effects);
	for (;;) {
		for (size_t i = 0; i < f->effects.count; i++)
			say_effect(f, &f->effects.list[i]);
		say_input_drop(&f->input, f->effects.taken);
		if (!f->effects.is_pending)
			break;
		client_effects_reset(&f->effects);
		event = (struct client_event){
			CLIENT_RECEIVED, f->now, .bytes = span_of(f->input.bytes, f->input.size)};
		cr_assert_eq(client_step(&f->client, &event, &f->effects), 0);
	}
	return err;
}

void fake_expect(struct fake *f, const char *text)
{
	say_expect(&f->log, text);
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
	say_init(&f->log);
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
