/* fuzz_client.c - a server that may say anything to our client.
 *
 * The first byte chooses the version, whether the session goes on, who acknowledges, who assigns
 * aliases and whether we authenticate.  The rest comes byte by byte; 0xf1, which begins no packet,
 * is a request of the application, 0xf2 a broken and a new connection, 0xf3 a moment that passes,
 * 0xf4 an acknowledgement, 0xf5 a step of authentication. */
#include "client/client.h"
#include "fuzz_target.h"

#include <assert.h>
#include <string.h>

enum { SLOTS = 4, RECEIVED = 3, ALIASES = 2, ALIAS_BYTES = 4, INPUT = 4096 };

struct world {
	struct client client;
	struct client_slot slots[SLOTS];
	struct client_received received[RECEIVED];
	uint8_t topics[2][ALIASES * ALIAS_BYTES];
	struct client_alias aliases[2][ALIASES];
	struct client_effect list[CLIENT_EFFECTS_MIN];
	uint8_t bytes[128];
	struct client_effects effects;
	struct mqtt_connect connect;
	uint8_t in[INPUT];
	size_t in_size;
	msec now;
	uint64_t tickets;  /* requests that were taken */
	uint64_t told;     /* and are over */
	uint64_t receipts; /* the last one */
	bool is_up;        /* a transport is there */
	bool is_ended;     /* the client said so */
	size_t sent;       /* bytes, so that the spans are read */
};

static void world_init(struct world *w, uint8_t choice)
{
	struct client_config config = {
		.slots = w->slots,
		.slots_count = SLOTS,
		.received = w->received,
		.received_max = RECEIVED,
		.aliases_in = {w->topics[0], w->aliases[0], ALIASES, ALIAS_BYTES},
		.aliases_out = {w->topics[1], w->aliases[1], ALIASES, ALIAS_BYTES},
		.packet_bytes_max = 200,
		.reply_timeout_ms = 10,
		.acknowledges_later = choice & 8,
		.assigns_aliases = choice & 16,
	};

	memset(w, 0, sizeof(*w));
	w->connect = (struct mqtt_connect){
		.version = (enum mqtt_version)(MQTT_3_1 + choice % 3),
		.is_clean_start = choice & 4,
		.keepalive_s = 1,
		.client_id = SPAN_LITERAL("me"),
	};
	mqtt_props_init(&w->connect.props);
	w->connect.props.topic_alias_max = ALIASES;
	w->connect.props.present = MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS_MAXIMUM);
	if (choice & 32) {
		w->connect.props.auth_method = SPAN_LITERAL("x");
		w->connect.props.present |= MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_METHOD);
	}
	mqtt_props_init(&w->connect.will.props);
	client_effects_init(&w->effects, w->list, CLIENT_EFFECTS_MIN, w->bytes, sizeof(w->bytes));
	client_init(&w->client, &config);
}

static void carry_out(struct world *w)
{
	for (size_t i = 0; i < w->effects.count; i++) {
		const struct client_effect *e = &w->effects.list[i];

		switch (e->type) {
		case CLIENT_SEND:
			assert(w->is_up && !w->is_ended && e->send.head.size);
			w->sent += e->send.head.size + e->send.head.at[e->send.head.size - 1];
			break;
		case CLIENT_MESSAGE:
			assert(e->message.topic.size && e->message.topic.at[0] < 0xff);
			w->receipts += e->receipt != 0;
			assert(!e->receipt || e->receipt == w->receipts);
			break;
		case CLIENT_PUBLISHED:
		case CLIENT_SUBSCRIBED:
		case CLIENT_UNSUBSCRIBED:
			w->told++;
			assert(w->told <= w->tickets);
			break;
		case CLIENT_DISCONNECTED:
			assert(!w->is_ended);
			w->is_ended = true;
			break;
		case CLIENT_CLOSE:
		case CLIENT_CONNECTED:
		case CLIENT_CHALLENGED:
		case CLIENT_AUTHENTICATED:
			break;
		}
	}
	w->in_size -= w->effects.taken;
	memmove(w->in, w->in + w->effects.taken, w->in_size);
}

static int step(struct world *w, struct client_event event)
{
	int err, rounds = 0;

	event.now = w->now;
	client_effects_reset(&w->effects);
	err = client_step(&w->client, &event, &w->effects);
	carry_out(w);
	while (w->effects.is_pending) {
		assert(++rounds < 10000);
		event = (struct client_event){
			CLIENT_RECEIVED, w->now, .bytes = span_of(w->in, w->in_size)};
		client_effects_reset(&w->effects);
		(void)client_step(&w->client, &event, &w->effects);
		carry_out(w);
	}
	return err;
}

static void reconnect(struct world *w)
{
	if (w->is_up)
		(void)step(w, (struct client_event){.type = CLIENT_CLOSED});
	assert(!w->is_up || w->is_ended);
	w->in_size = 0;
	w->is_up = true;
	w->is_ended = false;
	(void)step(w, (struct client_event){.type = CLIENT_OPENED, .connect = &w->connect});
}

/* One of the things that an application may want. */
static void request(struct world *w)
{
	static struct mqtt_publish p = {.topic = {(const uint8_t *)"t", 1}};
	struct mqtt_subscribe s = {.filters = SPAN_LITERAL("\0\1t\0"), .filters_count = 1};
	struct client_event event = {.type = CLIENT_PUBLISH, .publish = &p};

	mqtt_props_init(&s.props);
	mqtt_props_init(&p.props);
	if (w->now % 5) {
		p.props.topic_alias = 1;
		p.props.present = MQTT_PROPERTY_BIT(MQTT_TOPIC_ALIAS);
	}
	p.qos = (uint8_t)(w->now % 3);
	if (w->now % 4 == 3)
		event = (struct client_event){.type = CLIENT_SUBSCRIBE, .subscribe = &s};
	w->tickets++; /* it may be over at once */
	if (step(w, event) || (event.type == CLIENT_PUBLISH && p.qos == 0))
		w->tickets--;
}

/* Any receipt: the last ones, an old one, one that does not exist yet. */
static void acknowledge(struct world *w)
{
	uint64_t back = (uint64_t)w->now % 6;
	struct client_event event = {.type = CLIENT_ACKNOWLEDGE};

	event.acknowledge.receipt = w->receipts + 1 > back ? w->receipts + 1 - back : 0;
	event.acknowledge.reason = w->now % 7 ? MQTT_SUCCESS : MQTT_QUOTA_EXCEEDED;
	assert(step(w, event) == 0);
}

static void authenticate(struct world *w)
{
	struct mqtt_props p;

	mqtt_props_init(&p);
	p.auth_data = SPAN_LITERAL("d");
	p.present = MQTT_PROPERTY_BIT(MQTT_AUTHENTICATION_DATA);
	(void)step(w, (struct client_event){.type = CLIENT_AUTHENTICATE, .auth = &p});
}

static void heard(struct world *w, uint8_t byte)
{
	if (w->in_size == INPUT)
		return;
	w->in[w->in_size++] = byte;
	(void)step(w,
		(struct client_event){
			.type = CLIENT_RECEIVED, .bytes = span_of(w->in, w->in_size)});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world w;

	world_init(&w, size ? data[0] : 0);
	reconnect(&w);
	for (size_t i = 1; i < size; i++) {
		w.now++;
		if (data[i] == 0xf1)
			request(&w);
		else if (data[i] == 0xf2 || w.is_ended)
			reconnect(&w);
		else if (data[i] == 0xf3)
			(void)step(&w, (struct client_event){.type = CLIENT_TIME});
		else if (data[i] == 0xf4)
			acknowledge(&w);
		else if (data[i] == 0xf5)
			authenticate(&w);
		else
			heard(&w, data[i]);
	}
	return 0;
}
