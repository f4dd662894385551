/* fuzz_broker.c - a script of events on a few connections of one broker.
 *
 * Each operation is one byte: two bits of connection, the rest says what.  Bytes from a client are
 * a length byte and as many bytes.  What the broker sends must be packets that a client could read,
 * and at the end no memory may be left. */
#include "broker/broker.h"
#include "fuzz_target.h"
#include "mqtt/mqtt_any_test.h"

#include <stdlib.h>

enum { CONNS = 4, WORK_FEW = 7, OUTPUT_FEW = 300, TIME_STEP_MS = 1700 };

enum operation { OP_OPEN, OP_CLOSE, OP_BYTES, OP_LONG, OP_TIME, OP_WRITTEN, OP_HELLO, OPS };

struct line {
	conn_id id; /* 0: not open */
	size_t owed;
	uint32_t uses;
};

struct fuzz {
	struct broker *broker;
	struct broker_effects effects;
	struct times now;
	struct line lines[CONNS];
	size_t live;
};

static void *resize(void *context, void *old, size_t old_size, size_t new_size)
{
	struct fuzz *z = context;

	z->live += new_size;
	z->live -= old_size;
	if (new_size == 0) {
		free(old);
		return NULL;
	}
	return realloc(old, new_size);
}

/* One SEND is one packet: its version is not known here, but its frame must hold. */
static void check_packet(const struct broker_effect *e)
{
	uint8_t start[8];
	struct span head = e->send.head;
	size_t shown = head.size < sizeof start ? head.size : sizeof start;
	struct mqtt_frame f;
	struct span whole;

	memcpy(start, head.at, shown);
	whole = span_of(start, shown);
	if (head.size + e->send.body.size <= sizeof start) {
		if (e->send.body.size)
			memcpy(start + shown, e->send.body.at, e->send.body.size);
		whole.size = head.size + e->send.body.size;
		if (mqtt_frame_decode(whole, MQTT_5, MQTT_PACKET_MAX, &f) != (int)whole.size)
			abort();
	} else if (mqtt_frame_decode(whole, MQTT_5, MQTT_PACKET_MAX, &f) != 0 ||
		mqtt_frame_wanted(whole) != head.size + e->send.body.size) {
		abort();
	}
}

static void apply(struct fuzz *z, const struct broker_effect *e)
{
	struct line *l = NULL;

	for (int i = 0; i < CONNS; i++)
		if (e->conn && z->lines[i].id == e->conn)
			l = &z->lines[i];
	switch (e->type) {
	case BROKER_SEND:
		if (!l)
			abort(); /* nothing may be sent to a connection that is over */
		check_packet(e);
		l->owed += e->send.head.size + e->send.body.size;
		break;
	case BROKER_CLOSE:
		if (!l)
			abort();
		l->id = 0;
		break;
	case BROKER_READ:
		if (!l)
			abort();
		break;
	case BROKER_PERSIST:
	case BROKER_NOTE:
		break;
	}
}

static void step(struct fuzz *z, const struct broker_event *event)
{
	struct broker_event at = *event;

	at.now = z->now;
	do {
		broker_step(z->broker, &at, &z->effects);
		for (size_t i = 0; i < z->effects.count; i++)
			apply(z, &z->effects.list[i]);
		broker_effects_reset(&z->effects);
		at = (struct broker_event){.type = BROKER_TIME, .now = z->now};
	} while (z->effects.is_pending);
}

static void received(struct fuzz *z, const struct line *l, struct span bytes)
{
	step(z, &(struct broker_event){.type = BROKER_RECEIVED, .conn = l->id, .bytes = bytes});
}

/* A CONNECT that is good, so that what follows gets somewhere. */
static void hello(struct fuzz *z, const struct line *l, uint8_t choice)
{
	uint8_t bytes[64];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct mqtt_connect p = {.version = (enum mqtt_version)(MQTT_3_1 + choice % 3),
		.is_clean_start = choice & 8,
		.keepalive_s = choice & 16 ? 2 : 0,
		.client_id = span_of(&"ab"[choice >> 5 & 1], 1)};

	mqtt_props_init(&p.props);
	p.props.session_expiry_s = choice >> 6;
	p.props.present = MQTT_PROPERTY_BIT(MQTT_SESSION_EXPIRY_INTERVAL);
	mqtt_connect_encode(&w, &p);
	received(z, l, writer_span(&w));
}

static void operate(struct fuzz *z, struct reader *r)
{
	uint8_t byte = reader_u8(r);
	int slot = byte % CONNS;
	struct line *l = &z->lines[slot];
	enum operation op = (enum operation)(byte / CONNS % OPS);

	if (op == OP_TIME) {
		z->now.mono += TIME_STEP_MS;
		step(z, &(struct broker_event){.type = BROKER_TIME});
	} else if (op == OP_OPEN && !l->id) {
		*l = (struct line){
			.id = (conn_id)++l->uses << 32 | (uint32_t)slot, .uses = l->uses};
		step(z, &(struct broker_event){.type = BROKER_OPENED, .conn = l->id});
	} else if (op == OP_CLOSE && l->id) {
		step(z, &(struct broker_event){.type = BROKER_CLOSED, .conn = l->id});
		l->id = 0;
	} else if (op == OP_WRITTEN && l->id) {
		size_t count = l->owed;

		l->owed = 0;
		step(z,
			&(struct broker_event){
				.type = BROKER_WRITTEN, .conn = l->id, .count = count});
	} else if (op == OP_HELLO && l->id) {
		hello(z, l, reader_u8(r));
	} else if ((op == OP_BYTES || op == OP_LONG) && l->id) {
		size_t size = op == OP_LONG ? reader_u16(r) : reader_u8(r);

		received(z, l, reader_bytes(r, size < reader_left(r) ? size : reader_left(r)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hash_key seed = {3, 4};
	struct fuzz z = {.now = {1000, 1000}};
	struct allocator alloc = {resize, &z};
	struct broker_config config;
	struct reader r = reader_of(span_of(data, size));
	uint8_t choice = reader_u8(&r);

	broker_config_init(&config);
	config.sys_interval_s = choice & 1 ? 1 : 0;
	config.work_max = choice & 2 ? WORK_FEW : config.work_max;
	config.output_bytes_max = choice & 4 ? OUTPUT_FEW : config.output_bytes_max;
	config.queued_messages_max = choice & 8 ? 2 : config.queued_messages_max;
	config.receive_max = choice & 16 ? 2 : config.receive_max;
	config.queues_qos0 = choice & 32;
	config.packet_bytes_max = choice & 64 ? 100 : config.packet_bytes_max;
	broker_effects_init(&z.effects, &alloc_libc);
	z.broker = broker_new(&alloc, &config, &seed, z.now);
	while (reader_left(&r))
		operate(&z, &r);
	broker_free(z.broker);
	broker_effects_done(&z.effects);
	if (z.live)
		abort();
	return 0;
}
