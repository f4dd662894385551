/* broker_rig_test.c - the bench. */
#include "broker/broker_rig_test.h"

#include <stdlib.h>

enum { PACKET_BYTES = 1024 };

static void *rig_resize(void *context, void *old, size_t old_size, size_t new_size)
{
	struct rig *r = context;
	void *at;

	if (new_size == 0) {
		r->live_bytes -= old_size;
		r->live_blocks--;
		free(old);
		return NULL;
	}
	r->calls++;
	if (r->calls_until_failure != SIZE_MAX && r->calls_until_failure-- == 0)
		return NULL;
	at = realloc(old, new_size);
	cr_assert(at);
	r->live_bytes += new_size - old_size;
	r->live_blocks += !old;
	return at;
}

void rig_init(struct rig *r)
{
	*r = (struct rig){.calls_until_failure = SIZE_MAX, .now = {1000, 1000}};
	r->alloc = (struct allocator){rig_resize, r};
	broker_config_init(&r->config);
	r->config.sys_interval_s = 0;
	broker_effects_init(&r->effects, &alloc_libc);
}

void rig_start(struct rig *r)
{
	static const struct hash_key seed = {1, 2};

	r->broker = broker_new(&r->alloc, &r->config, &seed, r->now);
}

void rig_done(struct rig *r)
{
	broker_free(r->broker);
	broker_effects_done(&r->effects);
	cr_assert_eq(r->live_blocks, 0);
	cr_assert_eq(r->live_bytes, 0);
}

void rig_forget(struct rig *r)
{
	r->steps = r->sends = r->publishes = r->closes = r->sends_max = r->calls = 0;
	memset(r->notes, 0, sizeof r->notes);
}

static void count(struct rig *r, const struct broker_effect *e)
{
	switch (e->type) {
	case BROKER_SEND:
		r->sends++;
		r->publishes += e->send.head.at[0] >> 4 == MQTT_PUBLISH;
		break;
	case BROKER_CLOSE:
		r->closes++;
		break;
	case BROKER_NOTE:
		r->notes[e->note.code]++;
		break;
	case BROKER_READ:
	case BROKER_PERSIST:
		break;
	}
}

/* One step, whose effects are appended to those that wait. */
static void step(struct rig *r, const struct broker_event *event)
{
	size_t sends = r->sends, before = r->effects.count;

	broker_step(r->broker, event, &r->effects);
	r->steps++;
	for (size_t i = before; i < r->effects.count; i++)
		count(r, &r->effects.list[i]);
	if (r->sends_max < r->sends - sends)
		r->sends_max = r->sends - sends;
}

static void tell_written(struct rig *r)
{
	struct broker_effects sent = r->effects;
	struct broker_effects next;

	broker_effects_init(&next, &alloc_libc);
	r->effects = next;
	for (size_t i = 0; i < sent.count; i++)
		if (sent.list[i].type == BROKER_SEND)
			step(r,
				&(struct broker_event){.type = BROKER_WRITTEN,
					.conn = sent.list[i].conn,
					.now = r->now,
					.count = sent.list[i].send.head.size +
						sent.list[i].send.body.size});
	broker_effects_done(&sent);
}

void rig_event(struct rig *r, const struct broker_event *event)
{
	struct broker_event at = *event;

	at.now = r->now;
	step(r, &at);
	for (;;) {
		while (r->effects.count) {
			bool is_pending = r->effects.is_pending;

			tell_written(r);
			r->effects.is_pending |= is_pending;
		}
		if (!r->effects.is_pending)
			return;
		step(r, &(struct broker_event){.type = BROKER_TIME, .now = r->now});
	}
}

void rig_open(struct rig *r, conn_id conn)
{
	rig_event(r, &(struct broker_event){.type = BROKER_OPENED, .conn = conn});
}

void rig_bytes(struct rig *r, conn_id conn, struct span bytes)
{
	rig_event(r, &(struct broker_event){.type = BROKER_RECEIVED, .conn = conn, .bytes = bytes});
}

void rig_connect(struct rig *r, conn_id conn, const char *client_id, bool is_clean_start)
{
	uint8_t bytes[PACKET_BYTES];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct mqtt_connect p = {.version = MQTT_3_1_1,
		.is_clean_start = is_clean_start,
		.client_id = span_of_text(client_id)};

	rig_open(r, conn);
	mqtt_connect_encode(&w, &p);
	rig_bytes(r, conn, writer_span(&w));
}

void rig_subscribe(struct rig *r, conn_id conn, const char *filter, uint8_t qos)
{
	uint8_t bytes[PACKET_BYTES], filters[PACKET_BYTES / 2];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct writer f = writer_of(filters, sizeof filters);
	struct mqtt_filter one = {.filter = span_of_text(filter), .qos = qos};
	struct mqtt_subscribe p = {.packet_id = 1, .filters_count = 1};

	mqtt_filter_encode(&f, MQTT_SUBSCRIBE, MQTT_3_1_1, &one);
	p.filters = writer_span(&f);
	mqtt_subscribe_encode(&w, MQTT_SUBSCRIBE, MQTT_3_1_1, &p);
	rig_bytes(r, conn, writer_span(&w));
}

void rig_publish(struct rig *r, conn_id conn, const char *topic, uint8_t qos, uint16_t id)
{
	uint8_t bytes[PACKET_BYTES];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct mqtt_publish p = {.qos = qos,
		.packet_id = id,
		.topic = span_of_text(topic),
		.payload = SPAN_LITERAL("payload")};

	mqtt_props_init(&p.props);
	mqtt_publish_encode(&w, MQTT_3_1_1, &p);
	rig_bytes(r, conn, writer_span(&w));
}

void rig_lose(struct rig *r, conn_id conn)
{
	rig_event(r, &(struct broker_event){.type = BROKER_CLOSED, .conn = conn});
}
