/* broker_wait_test.c - who waits, and what ends the wait. */
#include "broker/broker_rig_test.h"
#include "mqtt/mqtt_disconnect.h"

#include <stdio.h>
#include <string.h>

enum { FILTERS = 40, TOPICS = 500, WORK = 100 };

/* One step and no more; what it sends is not yet written. */
static void step(struct rig *r, struct broker_event event)
{
	event.now = r->now;
	broker_effects_reset(&r->effects);
	broker_step(r->broker, &event, &r->effects);
}

static size_t sends_to(const struct rig *r, conn_id conn)
{
	size_t count = 0;

	for (size_t i = 0; i < r->effects.count; i++)
		count += r->effects.list[i].type == BROKER_SEND && r->effects.list[i].conn == conn;
	return count;
}

/* Asks for more than a step may do. */
static void ping_often(struct rig *r, conn_id conn)
{
	uint8_t pings[4 * WORK] = {0};

	for (size_t i = 0; i < sizeof pings; i += 2)
		pings[i] = MQTT_PINGREQ << 4;
	step(r,
		(struct broker_event){.type = BROKER_RECEIVED,
			.conn = conn,
			.bytes = span_of(pings, sizeof pings)});
}

static void retain(struct rig *r, conn_id conn, const char *topic)
{
	uint8_t bytes[64];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct mqtt_publish p = {
		.is_retained = true, .topic = span_of_text(topic), .payload = SPAN_LITERAL("1")};

	mqtt_props_init(&p.props);
	mqtt_publish_encode(&w, MQTT_3_1_1, &p);
	rig_bytes(r, conn, writer_span(&w));
}

/* Filters that make it look at each retained message and find none. */
static void search_in_vain(struct rig *r, conn_id conn)
{
	uint8_t bytes[1024], filters[512];
	struct writer w = writer_of(bytes, sizeof bytes), f = writer_of(filters, sizeof filters);
	struct mqtt_subscribe p = {.packet_id = 1, .filters_count = FILTERS};

	for (int i = 0; i < FILTERS; i++) {
		char text[32];
		struct mqtt_filter one = {0};

		snprintf(text, sizeof text, "r/+/+/%d", i);
		one.filter = span_of_text(text);
		mqtt_filter_encode(&f, MQTT_SUBSCRIBE, MQTT_3_1_1, &one);
	}
	p.filters = writer_span(&f);
	mqtt_subscribe_encode(&w, MQTT_SUBSCRIBE, MQTT_3_1_1, &p);
	step(r,
		(struct broker_event){
			.type = BROKER_RECEIVED, .conn = conn, .bytes = writer_span(&w)});
}

TEST(wait, nobody_waits_for_the_end_of_a_long_search, "")
{
	size_t steps = 0, answered;
	struct rig r;

	rig_init(&r);
	r.config.work_max = WORK;
	rig_start(&r);
	rig_connect(&r, 1, "a", true);
	rig_connect(&r, 2, "b", true);
	for (int i = 0; i < TOPICS; i++) {
		char topic[32];

		snprintf(topic, sizeof topic, "r/%d/x", i);
		retain(&r, 1, topic);
	}
	search_in_vain(&r, 1);
	ping_often(&r, 2);
	answered = sends_to(&r, 2);
	while (answered < 2 * WORK) {
		cr_assert(r.effects.is_pending);
		step(&r, (struct broker_event){.type = BROKER_TIME});
		answered += sends_to(&r, 2);
		steps++;
	}
	cr_assert_lt(steps, 10);
	cr_assert(r.effects.is_pending, "or the search was too short to prove anything");
	rig_done(&r);
}

TEST(wait, a_wider_output_ends_the_wait_for_it, "")
{
	static const uint8_t pings[] = {MQTT_PINGREQ << 4, 0, MQTT_PINGREQ << 4, 0};
	struct rig r;

	rig_init(&r);
	r.config.output_bytes_max = 2;
	rig_start(&r);
	rig_connect(&r, 1, "a", true);
	step(&r,
		(struct broker_event){
			.type = BROKER_RECEIVED, .conn = 1, .bytes = span_of(pings, sizeof pings)});
	cr_assert_eq(sends_to(&r, 1), 1);
	r.config.output_bytes_max = 1000;
	step(&r, (struct broker_event){.type = BROKER_CONFIGURED, .config = &r.config});
	cr_assert_eq(sends_to(&r, 1), 1);
	rig_done(&r);
}

TEST(wait, a_packet_of_countless_filters_is_refused, "")
{
	enum { MANY = 10001, EACH = 4 };
	static uint8_t packet[6 + MANY * EACH] = {MQTT_SUBSCRIBE << 4 | 2};
	struct writer w = writer_of(packet + 1, sizeof packet - 1);
	struct rig r;

	mqtt_varint_encode(&w, sizeof packet - 4);
	writer_u16(&w, 1);
	for (int i = 0; i < MANY; i++) {
		writer_u16(&w, 1);
		writer_u16(&w, 'x' << 8);
	}
	cr_assert(!w.is_full);
	rig_init(&r);
	rig_start(&r);
	rig_connect(&r, 1, "a", true);
	rig_bytes(&r, 1, span_of(packet, sizeof packet));
	cr_assert_eq(r.notes[BROKER_NOTE_FAULT], 1);
	cr_assert_eq(r.closes, 1);
	rig_done(&r);
}

/* Decides logins at once and everything else later. */
static struct broker_answer decide(void *context, const struct broker_question *q)
{
	uint64_t *ticket = context;

	if (q->type == BROKER_ASK_LOGIN)
		return (struct broker_answer){
			.verdict = q->auth_method.size ? BROKER_CONTINUE : BROKER_YES};
	*ticket = q->ticket;
	return (struct broker_answer){.verdict = BROKER_LATER};
}

static void authenticate(struct rig *r, enum mqtt_reason reason)
{
	uint8_t bytes[64];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct mqtt_disconnect p = {.reason = (uint8_t)reason};

	mqtt_props_init(&p.props);
	p.props.present = MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_METHOD);
	p.props.auth_method = SPAN_LITERAL("m");
	mqtt_disconnect_encode(&w, MQTT_AUTH, MQTT_5, &p);
	step(r,
		(struct broker_event){
			.type = BROKER_RECEIVED, .conn = 1, .bytes = writer_span(&w)});
}

static void connect_with_method(struct rig *r)
{
	uint8_t bytes[64];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct mqtt_connect p = {
		.version = MQTT_5, .is_clean_start = true, .client_id = SPAN_LITERAL("a")};

	mqtt_props_init(&p.props);
	p.props.present = MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_METHOD);
	p.props.auth_method = SPAN_LITERAL("m");
	mqtt_connect_encode(&w, &p);
	step(r, (struct broker_event){.type = BROKER_OPENED, .conn = 1});
	step(r,
		(struct broker_event){
			.type = BROKER_RECEIVED, .conn = 1, .bytes = writer_span(&w)});
}

static void answer(struct rig *r, uint64_t ticket, const char *text)
{
	uint8_t data[16];
	struct broker_event event = {.type = BROKER_ANSWERED, .conn = 1};

	memcpy(data, text, strlen(text));
	event.answered.ticket = ticket;
	event.answered.answer = (struct broker_answer){
		.verdict = BROKER_YES, .auth_data = span_of(data, strlen(text))};
	step(r, event);
	memset(data, '?', sizeof data); /* it was borrowed until here */
}

TEST(wait, a_decision_is_used_at_once_even_if_the_output_is_full, "")
{
	static const char expected[] = "known";
	uint64_t ticket = 0;
	struct rig r;

	rig_init(&r);
	r.config.access = (struct broker_access){.ask = decide,
		.context = &ticket,
		.granted = 1u << BROKER_ASK_PUBLISH | 1u << BROKER_ASK_SUBSCRIBE |
			1u << BROKER_ASK_DELIVER};
	rig_start(&r);
	connect_with_method(&r);
	authenticate(&r, MQTT_CONTINUE_AUTHENTICATION);
	answer(&r, ticket, "");
	authenticate(&r, MQTT_REAUTHENTICATE);
	r.config.output_bytes_max = 1; /* nothing was written yet */
	step(&r, (struct broker_event){.type = BROKER_CONFIGURED, .config = &r.config});
	answer(&r, ticket, expected);
	cr_assert_eq(sends_to(&r, 1), 1);
	for (size_t i = 0; i < r.effects.count; i++) {
		const struct broker_effect *e = &r.effects.list[i];

		if (e->type == BROKER_SEND)
			cr_assert(span_equal(
				span_of(e->send.head.at + e->send.head.size - strlen(expected),
					strlen(expected)),
				span_of_text(expected)));
	}
	rig_done(&r);
}
