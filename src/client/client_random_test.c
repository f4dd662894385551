/* client_random_test.c - what holds on every path: a server of moods, and a server of garbage.
 *
 * The server of moods keeps to the protocol, but answers late or in another order, drops the
 * connection and now and then the session.  Whatever it does, each message must be told to be over
 * once, and a QoS 2 message must have reached it once. */
#include "base/base_prng.h"
#include "base/base_test.h"
#include "client/client.h"

enum { SLOTS = 8, MESSAGES = 60, ROOM = 1 << 14 };

struct mood {
	struct prng prng;
	struct client client;
	struct client_slot slots[SLOTS];
	struct client_received received[4];
	struct client_effect list[10];
	uint8_t bytes[100];
	struct client_effects effects;
	uint8_t to_server[ROOM], to_client[ROOM];
	size_t to_server_size, to_client_size;
	enum mqtt_version version;
	/* The server's side. */
	bool is_up, is_greeted, has_session;
	uint16_t receive_max;
	size_t unacknowledged;
	uint16_t owed[SLOTS * 4]; /* packet ids to acknowledge; the type is in the array beside */
	uint8_t owed_type[SLOTS * 4];
	size_t owed_count;
	bool is_held[SLOTS + 1]; /* QoS 2 ids that came and are not released */
	unsigned arrived[MESSAGES];
	uint32_t last_first[2]; /* by QoS 1 and 2: the last message that came for the first time */
	/* The application's side. */
	uint32_t names[MESSAGES];
	unsigned over[MESSAGES], lost[MESSAGES];
	uint32_t published;
	unsigned sessions_lost, redelivered;
};

static void server_reset(struct mood *m)
{
	m->is_up = m->is_greeted = false;
	m->to_server_size = m->to_client_size = 0;
	m->owed_count = 0;
	m->unacknowledged = 0;
}

static void carry_out(struct mood *m)
{
	for (size_t i = 0; i < m->effects.count; i++) {
		const struct client_effect *e = &m->effects.list[i];

		if (e->type == CLIENT_SEND) {
			struct writer w = writer_of(m->to_server + m->to_server_size,
				sizeof(m->to_server) - m->to_server_size);

			writer_bytes(&w, e->send.head);
			writer_bytes(&w, e->send.body);
			cr_assert(!w.is_full);
			m->to_server_size += writer_span(&w).size;
		} else if (e->type == CLIENT_PUBLISHED) {
			cr_assert_neq(e->done.outcome, CLIENT_OVER_LIMIT);
			m->over[e->done.ticket]++;
			m->lost[e->done.ticket] = e->done.outcome == CLIENT_LOST;
		} else if (e->type == CLIENT_DISCONNECTED) {
			cr_assert_eq(e->end.cause, CLIENT_BROKEN);
		}
	}
	memmove(m->to_client, m->to_client + m->effects.taken,
		m->to_client_size - m->effects.taken);
	m->to_client_size -= m->effects.taken;
}

static int step(struct mood *m, struct client_event event)
{
	int err;

	client_effects_reset(&m->effects);
	err = client_step(&m->client, &event, &m->effects);
	carry_out(m);
	while (m->effects.is_pending) {
		event = (struct client_event){
			.type = CLIENT_RECEIVED,
			.bytes = span_of(m->to_client, m->to_client_size),
		};
		client_effects_reset(&m->effects);
		(void)client_step(&m->client, &event, &m->effects);
		carry_out(m);
	}
	return err;
}

static void server_owe(struct mood *m, uint8_t type, uint16_t id)
{
	cr_assert_lt(m->owed_count, sizeof(m->owed_type));
	m->owed_type[m->owed_count] = type;
	m->owed[m->owed_count++] = id;
}

static void server_publish(struct mood *m, const struct mqtt_publish *p)
{
	uint32_t name;

	memcpy(&name, p->payload.at, sizeof(name));
	cr_assert_lt(name, MESSAGES);
	cr_assert_leq(++m->unacknowledged, m->receive_max, "MQTT-3.3.4-7");
	m->redelivered += p->is_dup;
	if (p->qos == 2 && m->is_held[p->packet_id]) {
		cr_assert(p->is_dup, "MQTT-3.3.1-1");
	} else if (m->arrived[name]++ == 0) {
		cr_assert_geq(name, m->last_first[p->qos - 1], "in the order of the requests");
		m->last_first[p->qos - 1] = name;
	} else if (p->qos == 2) {
		cr_assert_fail("QoS 2 message %u came twice", name);
	}
	if (p->qos == 2)
		m->is_held[p->packet_id] = true;
	server_owe(m, p->qos == 1 ? MQTT_PUBACK : MQTT_PUBREC, p->packet_id);
}

static void server_take(struct mood *m, const struct mqtt_frame *frame)
{
	struct mqtt_publish p;
	struct mqtt_ack ack;

	if (frame->type == MQTT_PUBLISH) {
		cr_assert_eq(mqtt_publish_decode(frame, m->version, &p), 0);
		server_publish(m, &p);
	} else if (frame->type == MQTT_PUBREL) {
		cr_assert_eq(mqtt_ack_decode(frame, m->version, &ack), 0);
		m->is_held[ack.packet_id] = false;
		server_owe(m, MQTT_PUBCOMP, ack.packet_id);
	}
}

/* Reads what the client sent so far. */
static void server_read(struct mood *m)
{
	struct span left = span_of(m->to_server, m->to_server_size);
	struct mqtt_frame frame;
	int used;

	while ((used = mqtt_frame_decode(left, m->version, ROOM, &frame)) > 0) {
		server_take(m, &frame);
		left = span_skip(left, (size_t)used);
	}
	cr_assert_eq(left.size, 0);
	m->to_server_size = 0;
}

/* Lets the client hear some of what is on its way. */
static void client_hears(struct mood *m, size_t size)
{
	size_t rest = m->to_client_size - size;
	uint8_t later[ROOM];

	memcpy(later, m->to_client + size, rest);
	m->to_client_size = size;
	step(m,
		(struct client_event){
			.type = CLIENT_RECEIVED, .bytes = span_of(m->to_client, size)});
	memcpy(m->to_client + m->to_client_size, later, rest);
	m->to_client_size += rest;
}

static void server_greet(struct mood *m)
{
	struct writer w = writer_of(m->to_client, ROOM);
	struct mqtt_connack p = {.is_session_present = m->has_session};

	mqtt_props_init(&p.props);
	m->receive_max =
		m->version == MQTT_5 ? (uint16_t)(1 + prng_below(&m->prng, SLOTS)) : UINT16_MAX;
	if (m->version == MQTT_5) {
		p.props.receive_max = m->receive_max;
		p.props.present = MQTT_PROPERTY_BIT(MQTT_RECEIVE_MAXIMUM);
	}
	if (!m->has_session)
		memset(m->is_held, 0, sizeof(m->is_held));
	m->to_server_size = 0; /* CONNECT */
	m->is_greeted = true;
	mqtt_connack_encode(&w, m->version, &p);
	m->to_client_size = writer_span(&w).size;
}

/* Acknowledges one of the packets it owes an answer. */
static void server_answer(struct mood *m, size_t i)
{
	struct writer w = writer_of(m->to_client + m->to_client_size, ROOM - m->to_client_size);
	struct mqtt_ack ack = {.packet_id = m->owed[i]};

	mqtt_props_init(&ack.props);
	if (m->owed_type[i] != MQTT_PUBREC && m->unacknowledged)
		m->unacknowledged--;
	mqtt_ack_encode(&w, m->owed_type[i], m->version, &ack);
	m->to_client_size += writer_span(&w).size;
	m->owed_count--;
	memmove(&m->owed[i], &m->owed[i + 1], (m->owed_count - i) * sizeof(*m->owed));
	memmove(&m->owed_type[i], &m->owed_type[i + 1], m->owed_count - i);
}

static void client_opens(struct mood *m)
{
	struct mqtt_connect p = {.version = m->version, .client_id = SPAN_LITERAL("m")};

	mqtt_props_init(&p.props);
	p.props.session_expiry_s = UINT32_MAX;
	p.props.present = MQTT_PROPERTY_BIT(MQTT_SESSION_EXPIRY_INTERVAL);
	m->is_up = true;
	cr_assert_eq(step(m, (struct client_event){.type = CLIENT_OPENED, .connect = &p}), 0);
}

static void client_publishes(struct mood *m)
{
	uint32_t name = m->published;
	struct mqtt_publish p = {
		.qos = (uint8_t)(1 + prng_below(&m->prng, 2)),
		.topic = SPAN_LITERAL("t"),
		.payload = span_of(&m->names[name], sizeof(m->names[name])),
	};

	mqtt_props_init(&p.props);
	m->names[name] = name;
	if (step(m, (struct client_event){CLIENT_PUBLISH, 0, name, .publish = &p}) == 0)
		m->published++;
}

static void connection_breaks(struct mood *m)
{
	/* A client that never heard of a new session would take it for the old one. */
	if (client_is_online(&m->client))
		m->has_session = true;
	server_read(m);
	server_reset(m);
	step(m, (struct client_event){.type = CLIENT_CLOSED});
	if (m->version == MQTT_5 && prng_below(&m->prng, 4) == 0) {
		m->has_session = false;
		m->sessions_lost++;
	}
}

static void anything(struct mood *m, bool is_quiet)
{
	switch (prng_below(&m->prng, is_quiet ? 5 : 20)) {
	case 0:
		if (m->is_greeted)
			server_read(m);
		break;
	case 1:
	case 2:
		if (m->owed_count)
			server_answer(m, prng_below(&m->prng, m->owed_count));
		break;
	case 3:
	case 4:
		if (m->to_client_size)
			client_hears(m, 1 + prng_below(&m->prng, m->to_client_size));
		break;
	case 5:
		if (m->is_greeted)
			connection_breaks(m);
		break;
	default:
		if (m->published < MESSAGES)
			client_publishes(m);
		break;
	}
	if (!m->is_up)
		client_opens(m);
	else if (!m->is_greeted)
		server_greet(m);
}

static void mood_run(struct mood *m, uint64_t seed, enum mqtt_version version)
{
	struct client_config config = {
		.slots = m->slots,
		.slots_count = SLOTS,
		.received = m->received,
		.received_max = 4,
		.packet_bytes_max = ROOM,
		.reply_timeout_ms = 1000,
	};

	memset(m, 0, sizeof(*m));
	prng_init(&m->prng, seed);
	m->version = version;
	client_effects_init(&m->effects, m->list, 10, m->bytes, sizeof(m->bytes));
	client_init(&m->client, &config);
	for (int i = 0; i < 600; i++)
		anything(m, false);
	while (client_unfinished(&m->client))
		anything(m, true);
	for (uint32_t i = 0; i < m->published; i++) {
		cr_assert_eq(m->over[i], 1, "message %u is over once (seed %d)", i, (int)seed);
		cr_assert(m->lost[i] || m->arrived[i], "message %u (seed %d)", i, (int)seed);
	}
}

TEST(random, delivers_all_to_a_server_of_moods, "MQTT-4.3.3-6")
{
	static struct mood m;
	unsigned redelivered = 0, sessions_lost = 0;

	for (uint64_t seed = 1; seed <= 300; seed++) {
		for (enum mqtt_version version = MQTT_3_1_1; version <= MQTT_5; version++) {
			mood_run(&m, seed, version);
			redelivered += m.redelivered;
			sessions_lost += m.sessions_lost;
		}
	}
	cr_assert_gt(redelivered, 100);
	cr_assert_gt(sessions_lost, 10);
}

/* A conversation that touches every packet a server sends. */
static const uint8_t script[] = {
	0x20, 0x09, 0x00, 0x00, 0x06, 0x21, 0x00, 0x05, 0x22, 0x00, 0x02, /* CONNACK */
	0x90, 0x04, 0x00, 0x01, 0x00, 0x01,                               /* SUBACK */
	0xb0, 0x04, 0x00, 0x02, 0x00, 0x00,                               /* UNSUBACK */
	0x30, 0x08, 0x00, 0x01, 't', 0x03, 0x23, 0x00, 0x01, 'x',         /* PUBLISH, alias 1 */
	0x30, 0x06, 0x00, 0x00, 0x03, 0x23, 0x00, 0x01,                   /* and its use */
	0x32, 0x07, 0x00, 0x01, 't', 0x00, 0x09, 0x00, 'x',               /* QoS 1 */
	0x34, 0x07, 0x00, 0x01, 't', 0x00, 0x0a, 0x00, 'x',               /* QoS 2 */
	0x62, 0x02, 0x00, 0x0a,                                           /* PUBREL */
	0x40, 0x02, 0x00, 0x03,                                           /* PUBACK */
	0x50, 0x02, 0x00, 0x04,                                           /* PUBREC */
	0x70, 0x02, 0x00, 0x04,                                           /* PUBCOMP */
	0xd0, 0x00,                                                       /* PINGRESP */
	0xe0, 0x01, 0x8b,                                                 /* DISCONNECT */
};

struct victim {
	struct client client;
	struct client_slot slots[4];
	struct client_received received[2];
	uint8_t topics[2 * 4];
	struct client_alias table[2];
	struct client_effect list[CLIENT_EFFECTS_MIN];
	uint8_t bytes[CLIENT_EFFECT_BYTES_MIN];
	struct client_effects effects;
};

static void victim_requests(struct victim *v, uint64_t ticket)
{
	struct mqtt_subscribe s = {.filters = SPAN_LITERAL("\0\1t\0"), .filters_count = 1};
	struct mqtt_subscribe u = {.filters = SPAN_LITERAL("\0\1t"), .filters_count = 1};
	struct mqtt_publish p = {.qos = ticket == 2 ? 1 : 2, .topic = SPAN_LITERAL("t")};
	struct client_event event = {.ticket = ticket};

	mqtt_props_init(&s.props);
	mqtt_props_init(&u.props);
	mqtt_props_init(&p.props);
	event.type = ticket == 0 ? CLIENT_SUBSCRIBE
		: ticket == 1    ? CLIENT_UNSUBSCRIBE
				 : CLIENT_PUBLISH;
	if (ticket < 2)
		event.subscribe = ticket == 0 ? &s : &u;
	else
		event.publish = &p;
	client_effects_reset(&v->effects);
	(void)client_step(&v->client, &event, &v->effects);
}

/* Plays `bytes` to a fresh client; what it makes of them is its affair. */
static void victim_run(struct span bytes, size_t chunk)
{
	static struct victim v;
	struct client_config config = {
		.slots = v.slots,
		.slots_count = 4,
		.received = v.received,
		.received_max = 2,
		.aliases_in = {v.topics, v.table, 2, 4},
		.packet_bytes_max = 64,
		.reply_timeout_ms = 1000,
	};
	struct mqtt_connect p = {.version = MQTT_5, .is_clean_start = true};
	struct client_event event = {.type = CLIENT_OPENED, .connect = &p};
	size_t taken = 0, known = 0;
	bool has_asked = false;

	mqtt_props_init(&p.props);
	p.props.topic_alias_max = 2;
	p.props.present = MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS_MAXIMUM);
	client_effects_init(&v.effects, v.list, CLIENT_EFFECTS_MIN, v.bytes, sizeof(v.bytes));
	client_init(&v.client, &config);
	cr_assert_eq(client_step(&v.client, &event, &v.effects), 0);
	while (known < bytes.size || v.effects.is_pending) {
		known = known + chunk < bytes.size ? known + chunk : bytes.size;
		event = (struct client_event){
			.type = CLIENT_RECEIVED, .bytes = span_of(bytes.at + taken, known - taken)};
		client_effects_reset(&v.effects);
		(void)client_step(&v.client, &event, &v.effects);
		taken += v.effects.taken;
		cr_assert_leq(taken, known);
		if (client_is_online(&v.client) && !has_asked) {
			for (uint64_t ticket = 0; ticket < 4; ticket++)
				victim_requests(&v, ticket);
			has_asked = true;
		}
	}
}

TEST(random, survives_every_prefix_and_every_chunk, "")
{
	for (size_t size = 0; size <= sizeof(script); size++)
		for (size_t chunk = 1; chunk <= 9; chunk += 4)
			victim_run(span_of(script, size), chunk);
}

TEST(random, survives_every_flipped_byte, "")
{
	for (size_t i = 0; i < sizeof(script); i++) {
		for (unsigned value = 0; value < 256; value++) {
			uint8_t bytes[sizeof(script)];

			memcpy(bytes, script, sizeof(script));
			bytes[i] = (uint8_t)value;
			victim_run(span_of(bytes, sizeof(bytes)), 11);
		}
	}
}

TEST(random, survives_packets_in_any_order, "")
{
	struct prng prng;

	prng_init(&prng, 7);
	for (int run = 0; run < 3000; run++) {
		uint8_t bytes[11 + 40 * 11];
		struct writer w = writer_of(bytes, sizeof(bytes));

		writer_bytes(&w, span_of(script, 11));
		for (int i = 0; i < 40; i++) {
			size_t at = 0;

			for (uint64_t skip = prng_below(&prng, 12); skip; skip--)
				at += 2U + script[at + 1];
			writer_bytes(&w, span_of(script + at, 2U + script[at + 1]));
		}
		victim_run(writer_span(&w), 1 + prng_below(&prng, 50));
	}
}
