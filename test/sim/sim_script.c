/* sim_script.c - what a client wants, by chance: connections, subscriptions, messages. */
#include "sim_client_state.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const topics[] = {"a/1", "a/2", "b/1", "b/2/x", "c", "s/1", "s/2", "hid/1",
	"no/1", "deep/1/2/3", "/", "a/", "r/1", "r/2"};
static const char *const filters[] = {"a/1", "a/+", "#", "+/1", "b/#", "c", "+", "deep/#", "hid/#",
	"no/1", "s/+", "+/+", "r/#", "+/2/#", "s/1", "$SYS/broker/clients/#", "deep/+/2/+"};
static const char *const shared[] = {
	"$share/g1/s/+", "$share/g1/a/+", "$share/g2/#", "$share/g1/s/1", "$share/g2/r/#"};

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static uint32_t draw(struct sim_client *c, uint32_t bound)
{
	return (uint32_t)prng_below(&c->world->prng, bound);
}

static bool happens(struct sim_client *c, unsigned thousandths)
{
	return sim_happens(&c->world->prng, thousandths);
}

static void set_prop(struct mqtt_props *p, enum mqtt_property id)
{
	p->present |= MQTT_PROPERTY_BIT(id);
}

/* Properties of a message, user properties in `raw`. */
static void draw_props(struct sim_client *c, struct mqtt_props *p, uint8_t *raw)
{
	static const char *const words[] = {"", "x", "text/plain", "caf\xc3\xa9", "reply/to", "y"};
	static const uint32_t lives[] = {1, 2, 5, 30, 1000};
	struct writer w = writer_of(raw, SIM_RAW_BYTES);

	mqtt_props_init(p);
	if (c->version != MQTT_5)
		return;
	if (happens(c, c->world->faults.expiry)) {
		set_prop(p, MQTT_MESSAGE_EXPIRY_INTERVAL);
		p->message_expiry_s = lives[draw(c, COUNT_OF(lives))];
	}
	if (happens(c, 200)) {
		set_prop(p, MQTT_PAYLOAD_FORMAT_INDICATOR);
		p->payload_format = 1;
	}
	if (happens(c, 200)) {
		set_prop(p, MQTT_CONTENT_TYPE);
		p->content_type = span_of_text(words[draw(c, COUNT_OF(words))]);
	}
	if (happens(c, 200)) {
		set_prop(p, MQTT_RESPONSE_TOPIC);
		p->response_topic = span_of_text("reply/to");
	}
	if (happens(c, 200)) {
		set_prop(p, MQTT_CORRELATION_DATA);
		p->correlation_data = span_of_text(words[draw(c, COUNT_OF(words))]);
	}
	for (uint32_t n = happens(c, 300) ? 1 + draw(c, 3) : 0; n; n--)
		mqtt_props_encode_user(&w, span_of_text(words[1 + draw(c, 5)]),
			span_of_text(words[draw(c, COUNT_OF(words))]));
	p->raw = writer_span(&w);
}

/* Unlike any other payload of this world. */
static size_t draw_payload(struct sim_client *c, char kind, uint8_t *at, size_t room)
{
	size_t size = draw(c, 40);
	int n = snprintf((char *)at, room, "%c%u.%s.", kind, ++c->world->messages, c->id);

	if (happens(c, c->world->faults.large))
		size = 500 + draw(c, 3000);
	for (size_t i = (size_t)n; i < size && i < room; i++)
		at[i] = (uint8_t)('a' + i % 26);
	return size > (size_t)n ? size : (size_t)n;
}

static void act_publish(struct sim_client *c)
{
	struct sim_publication *p = malloc(sizeof *p + SIM_PAYLOAD_BYTES);
	struct client_event e = {.type = CLIENT_PUBLISH};
	struct mqtt_publish publish;

	assert(p);
	p->topic = span_of_text(topics[draw(c, COUNT_OF(topics))]);
	publish = (struct mqtt_publish){.qos = (uint8_t)draw(c, 3), .topic = p->topic};
	publish.is_retained = happens(c, c->world->faults.retain);
	draw_props(c, &publish.props, p->raw);
	p->payload_size = 0;
	if (!publish.is_retained || !happens(c, 250))
		p->payload_size = draw_payload(c, 'm', p->payload, SIM_PAYLOAD_BYTES);
	publish.payload = span_of(p->payload, p->payload_size);
	if (c->version == MQTT_5 && happens(c, 400)) {
		set_prop(&publish.props, MQTT_TOPIC_ALIAS);
		publish.props.topic_alias = (uint16_t)(1 + draw(c, SIM_ALIASES));
	}
	e.publish = &publish;
	e.ticket = (uint64_t)(uintptr_t)p;
	list_append(&c->publications, &p->link);
	if (sim_client_step(c, &e) != 0 || publish.qos == 0) {
		list_remove(&p->link);
		free(p);
	}
}

static void add_filter(struct sim_client *c, struct writer *w, enum mqtt_type type)
{
	struct mqtt_filter f = {.qos = (uint8_t)draw(c, 3)};
	bool is_shared = happens(c, c->world->faults.shared);

	f.filter = span_of_text(is_shared ? shared[draw(c, COUNT_OF(shared))]
					  : filters[draw(c, COUNT_OF(filters))]);
	if (c->version == MQTT_5) {
		f.is_no_local = !is_shared && happens(c, 150);
		f.is_retain_as_published = happens(c, 300);
		f.retain_handling = (uint8_t)draw(c, 3);
	}
	mqtt_filter_encode(w, type, c->version, &f);
}

static void ask_filters(struct sim_client *c, enum mqtt_type type)
{
	struct client_event e = {
		.type = type == MQTT_SUBSCRIBE ? CLIENT_SUBSCRIBE : CLIENT_UNSUBSCRIBE};
	struct mqtt_subscribe s = {.filters_count = 1 + draw(c, 3)};
	uint8_t bytes[256];
	struct writer w = writer_of(bytes, sizeof bytes);

	mqtt_props_init(&s.props);
	for (size_t i = 0; i < s.filters_count; i++)
		add_filter(c, &w, type);
	s.filters = writer_span(&w);
	if (type == MQTT_SUBSCRIBE && c->version == MQTT_5 && happens(c, 500)) {
		set_prop(&s.props, MQTT_SUBSCRIPTION_IDENTIFIER);
		s.props.subscription_id = 1 + draw(c, 200);
	}
	e.subscribe = &s;
	sim_client_step(c, &e);
}

void sim_script_subscribe_all(struct sim_client *c)
{
	struct client_event e = {.type = CLIENT_SUBSCRIBE};
	struct mqtt_filter f = {.qos = 2, .filter = SPAN_LITERAL("#")};
	struct mqtt_subscribe s = {.filters_count = 1};
	uint8_t bytes[16];
	struct writer w = writer_of(bytes, sizeof bytes);

	mqtt_props_init(&s.props);
	mqtt_filter_encode(&w, MQTT_SUBSCRIBE, c->version, &f);
	s.filters = writer_span(&w);
	e.subscribe = &s;
	sim_client_step(c, &e);
}

static void draw_will(struct sim_client *c, struct mqtt_connect *p, uint8_t *raw, uint8_t *payload)
{
	static const uint32_t delays[] = {0, 0, 1, 3, 20};
	struct mqtt_will *will = &p->will;

	p->has_will = true;
	do
		will->topic = span_of_text(topics[draw(c, COUNT_OF(topics))]);
	while (sim_denies_publish(will->topic));
	will->qos = (uint8_t)draw(c, 3);
	will->is_retained = happens(c, 300);
	draw_props(c, &will->props, raw);
	will->payload = span_of(payload, draw_payload(c, 'w', payload, SIM_PAYLOAD_BYTES));
	if (c->version == MQTT_5) {
		will->props.will_delay_s = delays[draw(c, COUNT_OF(delays))];
		set_prop(&will->props, MQTT_WILL_DELAY_INTERVAL);
	}
}

static void draw_limits(struct sim_client *c, struct mqtt_props *p)
{
	static const uint32_t lives[] = {0, 3, 30, 1000, UINT32_MAX};

	set_prop(p, MQTT_SESSION_EXPIRY_INTERVAL);
	p->session_expiry_s = lives[draw(c, COUNT_OF(lives))];
	set_prop(p, MQTT_TOPIC_ALIAS_MAXIMUM);
	p->topic_alias_max = (uint16_t)draw(c, 6);
	if (happens(c, c->world->faults.small_limits)) {
		set_prop(p, MQTT_RECEIVE_MAXIMUM);
		p->receive_max = (uint16_t)(1 + draw(c, 4));
	}
	if (happens(c, c->world->faults.small_limits / 2)) {
		set_prop(p, MQTT_MAXIMUM_PACKET_SIZE);
		p->packet_bytes_max = 40 + draw(c, 300);
	}
	if (happens(c, 200)) {
		set_prop(p, MQTT_REQUEST_PROBLEM_INFORMATION);
		p->request_problem = (uint8_t)draw(c, 2);
	}
}

void sim_script_connect(struct sim_client *c, bool is_clean_start)
{
	static const uint16_t keepalives[] = {0, 3, 10, 60};
	struct mqtt_connect p = {.version = c->version, .is_clean_start = is_clean_start};
	uint8_t raw[SIM_RAW_BYTES], payload[SIM_PAYLOAD_BYTES];
	uint16_t max = c->world->faults.keepalive_max_s;

	p.client_id = span_of_text(c->id);
	p.keepalive_s = keepalives[draw(c, COUNT_OF(keepalives))];
	if (c->version != MQTT_5 && max && (p.keepalive_s == 0 || p.keepalive_s > max))
		p.keepalive_s = max; /* before MQTT 5 nobody could tell it to be shorter */
	mqtt_props_init(&p.props);
	mqtt_props_init(&p.will.props);
	if (c->version == MQTT_5 && !c->is_probe)
		draw_limits(c, &p.props);
	if (!c->is_healed && !c->is_probe && happens(c, c->world->faults.will))
		draw_will(c, &p, raw, payload);
	sim_client_connect(c, &p);
}

static void act_disconnect(struct sim_client *c)
{
	struct mqtt_disconnect p = {0};
	struct client_event e = {.type = CLIENT_DISCONNECT, .disconnect = &p};

	mqtt_props_init(&p.props);
	if (c->version == MQTT_5 && happens(c, 200))
		p.reason = MQTT_DISCONNECT_WITH_WILL;
	sim_client_step(c, &e);
}

/* The old connection is forgotten, not closed: the broker must do that. */
static void act_take_over(struct sim_client *c)
{
	struct client_event e = {.type = CLIENT_CLOSED};

	c->link = NULL;
	sim_client_step(c, &e);
	sim_script_connect(c, happens(c, c->world->faults.clean_start));
}

static void act_halt(struct sim_client *c)
{
	sim_link_halt(c->link, true);
	heap_remove(&c->world->heap, &c->resume.node);
	sim_world_after(c->world, &c->resume, 100 + draw(c, 8000));
}

/* Faults around the client; true when one took its turn. */
static bool suffer(struct sim_client *c)
{
	struct sim_world *w = c->world;

	if (happens(c, w->faults.wall_jump))
		w->now.wall += (msec)draw(c, 2000000) - 1000000;
	if (happens(c, w->faults.reconfigure))
		sim_world_reconfigure(w);
	if (happens(c, w->faults.silent))
		c->silent_until = w->now.mono + draw(c, 30000);
	if (happens(c, w->faults.cut))
		sim_link_cut(c->link);
	else if (happens(c, w->faults.halt))
		act_halt(c);
	else if (happens(c, w->faults.takeover))
		act_take_over(c);
	else if (happens(c, w->faults.reconnect))
		act_disconnect(c);
	else
		return false;
	return true;
}

void sim_script_act(struct sim_client *c)
{
	struct sim_faults *f = &c->world->faults;
	unsigned what = draw(c, 1000);

	if (!c->link) {
		sim_script_connect(c, happens(c, f->clean_start));
		return;
	}
	if (suffer(c) || !client_is_online(&c->core))
		return;
	if (what < f->subscribe)
		ask_filters(c, MQTT_SUBSCRIBE);
	else if (what < f->subscribe + f->unsubscribe)
		ask_filters(c, MQTT_UNSUBSCRIBE);
	else
		act_publish(c);
}
