/* sim_hostile.c - garbage, broken packets, whole packets out of place, and silence. */
#include "sim_hostile.h"

#include "mqtt/mqtt_connect.h"
#include "mqtt/mqtt_disconnect.h"
#include "mqtt/mqtt_publish.h"
#include "mqtt/mqtt_subscribe.h"
#include "sim_world.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct sim_hostile {
	struct sim_world *world;
	unsigned index, serial;
	enum mqtt_version version;
	struct sim_link *link;
	struct sim_timer timer;
	bool is_stopped;
};

static uint32_t draw(struct sim_hostile *h, uint32_t bound)
{
	return (uint32_t)prng_below(&h->world->prng, bound);
}

static void on_received(void *owner, struct sim_link *l, struct span bytes)
{
	(void)owner;
	(void)l;
	(void)bytes;
}

static void on_closed(void *owner, struct sim_link *l)
{
	struct sim_hostile *h = owner;

	sim_link_close(l);
	if (l == h->link)
		h->link = NULL;
}

static const struct sim_far_end far_end = {on_received, on_closed};

static void write_connect(struct sim_hostile *h, struct writer *w)
{
	static const enum mqtt_version versions[] = {MQTT_3_1, MQTT_3_1_1, MQTT_5};
	struct mqtt_connect p = {.is_clean_start = draw(h, 2), .keepalive_s = (uint16_t)draw(h, 9)};
	char id[8];

	h->version = p.version = versions[draw(h, 3)];
	snprintf(id, sizeof id, "hh%u", h->index);
	p.client_id = span_of_text(id);
	mqtt_props_init(&p.props);
	mqtt_props_init(&p.will.props);
	mqtt_connect_encode(w, &p);
}

static void write_publish(struct sim_hostile *h, struct writer *w)
{
	static const char *const topics[] = {"a/1", "b/1", "c", "x/#", "", "s/1", "no/1", "$SYS/x"};
	struct mqtt_publish p = {.qos = (uint8_t)draw(h, 3)};
	char payload[32];

	p.topic = span_of_text(topics[draw(h, 8)]);
	p.packet_id = p.qos ? (uint16_t)(1 + draw(h, 40)) : 0;
	p.is_dup = p.qos && draw(h, 2);
	mqtt_props_init(&p.props);
	if (h->version == MQTT_5 && draw(h, 2)) {
		p.props.present |= MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS);
		p.props.topic_alias = (uint16_t)draw(h, 9);
	}
	snprintf(payload, sizeof payload, "h%u.%u", h->index, ++h->serial);
	p.payload = span_of_text(payload);
	mqtt_publish_encode(w, h->version, &p);
}

static void write_subscribe(struct sim_hostile *h, struct writer *w)
{
	static const char *const filters[] = {
		"#", "a/#/b", "$share/g", "+", "", "$share/g1/s/+", "a+", "$share/+/a"};
	struct mqtt_filter f = {.qos = (uint8_t)draw(h, 3)};
	struct mqtt_subscribe p = {.packet_id = (uint16_t)(1 + draw(h, 3)), .filters_count = 1};
	enum mqtt_type type = draw(h, 3) ? MQTT_SUBSCRIBE : MQTT_UNSUBSCRIBE;
	uint8_t bytes[64];
	struct writer list = writer_of(bytes, sizeof bytes);

	f.filter = span_of_text(filters[draw(h, 8)]);
	mqtt_filter_encode(&list, type, h->version, &f);
	p.filters = writer_span(&list);
	mqtt_props_init(&p.props);
	mqtt_subscribe_encode(w, type, h->version, &p);
}

static void write_ack(struct sim_hostile *h, struct writer *w)
{
	struct mqtt_ack p = {.packet_id = (uint16_t)(1 + draw(h, 40))};
	enum mqtt_type type = (enum mqtt_type)(MQTT_PUBACK + draw(h, 4));

	mqtt_props_init(&p.props);
	mqtt_ack_encode(w, type, h->version, &p);
}

static void write_garbage(struct sim_hostile *h, struct writer *w)
{
	for (uint32_t n = 1 + draw(h, 300); n; n--)
		writer_u8(w, (uint8_t)draw(h, 256));
}

/* A length that nobody will ever send. */
static void write_huge(struct sim_hostile *h, struct writer *w)
{
	writer_u8(w, (uint8_t)(draw(h, 2) ? 0x30 : 0x10));
	writer_bytes(w, SPAN_LITERAL("\xff\xff\xff\x7f"));
}

static void attack(struct sim_hostile *h)
{
	void (*const attacks[])(struct sim_hostile *, struct writer *) = {write_publish,
		write_publish, write_publish, write_subscribe, write_subscribe, write_ack,
		write_ack, write_connect, write_garbage, write_huge};
	uint8_t bytes[512];
	struct writer w = writer_of(bytes, sizeof bytes);

	attacks[draw(h, draw(h, 4) ? 7 : 10)](h, &w);
	if (draw(h, 5) == 0 && writer_span(&w).size)
		bytes[draw(h, (uint32_t)writer_span(&w).size)] ^= (uint8_t)(1u << draw(h, 8));
	sim_link_write(h->link, writer_span(&w));
}

static void on_timer(void *owner)
{
	struct sim_hostile *h = owner;
	uint8_t bytes[256];
	struct writer w = writer_of(bytes, sizeof bytes);

	if (h->is_stopped)
		return;
	if (!h->link) {
		h->link = sim_link_open(h->world, &far_end, h, true);
		write_connect(h, &w);
		if (draw(h, 4))
			sim_link_write(h->link, writer_span(&w));
	} else if (draw(h, 8)) {
		attack(h);
	} else {
		sim_link_close(h->link);
		h->link = NULL;
	}
	sim_world_after(h->world, &h->timer, 1 + draw(h, (uint32_t)h->world->faults.pause_ms));
}

struct sim_hostile *sim_hostile_new(struct sim_world *w, unsigned index)
{
	struct sim_hostile *h = calloc(1, sizeof *h);

	assert(h);
	h->world = w;
	h->index = index;
	h->timer = (struct sim_timer){.fire = on_timer, .owner = h};
	sim_world_after(w, &h->timer, draw(h, (uint32_t)w->faults.pause_ms));
	return h;
}

void sim_hostile_free(struct sim_hostile *h)
{
	heap_remove(&h->world->heap, &h->timer.node);
	free(h);
}

void sim_hostile_stop(struct sim_hostile *h)
{
	h->is_stopped = true;
	if (h->link)
		sim_link_close(h->link);
	h->link = NULL;
}
