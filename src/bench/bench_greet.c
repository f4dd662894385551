/* bench_greet.c - how a client connects and subscribes: CONNECT, then one SUBSCRIBE after the
 * other, each with as many filters as fit into a packet of moderate size. */
#include "bench/bench_state.h"

#include "mqtt/mqtt_connect.h"
#include "mqtt/mqtt_subscribe.h"

#include <arpa/inet.h>
#include <assert.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum {
	FILTERS_AT_ONCE = 64,
	FILTER_BYTES = BENCH_TOPIC_MAX + 4, /* encoded */
	CONNECT_BYTES = 64,
	PORTS = 20000, /* connections of one local address */
};

/* The ports of one address do not reach for all: a broker on the loopback is reached from several
 * of its addresses. */
static const struct net_address *source_of(
	const struct bench_worker *w, uint32_t client, struct net_address *room)
{
	const struct sockaddr_in *to = (const struct sockaddr_in *)&w->broker->at;
	struct sockaddr_in *from = (struct sockaddr_in *)&room->at;

	if (client < PORTS || to->sin_family != AF_INET ||
		ntohl(to->sin_addr.s_addr) >> 24 != IN_LOOPBACKNET)
		return NULL;
	*room = (struct net_address){.size = sizeof *from};
	from->sin_family = AF_INET;
	from->sin_addr.s_addr = htonl(INADDR_LOOPBACK + client / PORTS);
	return room;
}

void bench_greet_begin(struct bench_worker *w, struct bench_client *c)
{
	char role[BENCH_ROLE_MAX];
	struct net_address source;
	int result =
		bench_link_open(&w->links, &c->link, w->broker, source_of(w, c->number, &source));

	c->state = BENCH_CONNECTING;
	if (result)
		bench_worker_fail(w, "%s cannot connect: %s", bench_client_role(w, c, role),
			strerror(-result));
}

static void send_connect(struct bench_worker *w, struct bench_client *c)
{
	const struct bench_plan *p = w->plan;
	struct mqtt_connect m = {.version = p->version,
		.is_clean_start = true,
		.has_user_name = p->user != NULL,
		.has_password = p->password != NULL,
		.user_name = span_of_text(p->user),
		.password = span_of_text(p->password)};
	char id[CONNECT_BYTES];
	struct writer to =
		bench_client_room(w, c, 2 * CONNECT_BYTES + m.user_name.size + m.password.size);

	mqtt_props_init(&m.props);
	m.client_id =
		span_of(id, (size_t)snprintf(id, sizeof id, "ting-%s-%" PRIu32, p->run, c->number));
	mqtt_connect_encode(&to, &m);
	bench_client_written(w, &to);
	c->state = BENCH_GREETING;
}

static uint8_t wanted_qos(const struct bench_worker *w, const struct bench_client *c)
{
	return c->listener ? bench_plan_granted(w->plan, c->number - w->plan->publishers)
			   : w->plan->qos;
}

static void send_subscribe(struct bench_worker *w, struct bench_client *c)
{
	uint32_t count = bench_plan_filters(w->plan, c->number) - c->subscribed;
	struct mqtt_filter filter = {.qos = wanted_qos(w, c)};
	struct mqtt_subscribe m = {.packet_id = 1};
	uint8_t encoded[FILTERS_AT_ONCE * FILTER_BYTES];
	struct writer filters = writer_of(encoded, sizeof encoded);
	char topic[BENCH_TOPIC_MAX + 1];
	struct writer to;

	mqtt_props_init(&m.props);
	m.filters_count = count < FILTERS_AT_ONCE ? count : FILTERS_AT_ONCE;
	for (uint32_t i = 0; i < m.filters_count; i++) {
		filter.filter = span_of(
			topic, bench_plan_filter(w->plan, c->number, c->subscribed + i, topic));
		mqtt_filter_encode(&filters, MQTT_SUBSCRIBE, w->plan->version, &filter);
	}
	m.filters = writer_span(&filters);
	to = bench_client_room(w, c, sizeof encoded + CONNECT_BYTES);
	mqtt_subscribe_encode(&to, MQTT_SUBSCRIBE, w->plan->version, &m);
	bench_client_written(w, &to);
	c->asked = (uint32_t)m.filters_count;
	c->state = BENCH_SUBSCRIBING;
}

/* Subscribes to the next filters, or is ready. */
static void go_on(struct bench_worker *w, struct bench_client *c)
{
	if (c->subscribed < bench_plan_filters(w->plan, c->number)) {
		send_subscribe(w, c);
		return;
	}
	c->state = BENCH_READY;
	w->opened++;
}

void bench_greet_connected(struct bench_worker *w, struct bench_client *c)
{
	char role[BENCH_ROLE_MAX];
	int result = bench_link_connected(&w->links, &c->link);

	if (result == 0) {
		send_connect(w, c);
		result = bench_link_flush(&w->links, &c->link);
	}
	if (result)
		bench_worker_fail(w, "%s cannot connect: %s", bench_client_role(w, c, role),
			strerror(-result));
}

static const char *refusal_of(enum mqtt_version version, unsigned reason)
{
	static const char *const codes[] = {"accepted", "unacceptable protocol version",
		"client identifier not accepted", "server unavailable", "bad user name or password",
		"not authorized"};

	if (version == MQTT_5)
		return mqtt_reason_name(reason);
	return reason < sizeof codes / sizeof codes[0] ? codes[reason] : "unknown reason";
}

static void take_connack(struct bench_worker *w, struct bench_client *c, const struct mqtt_frame *f)
{
	char role[BENCH_ROLE_MAX];
	struct mqtt_connack m;

	if (mqtt_connack_decode(f, w->plan->version, &m)) {
		bench_worker_fail(w, "the broker's CONNACK cannot be read");
		return;
	}
	if (m.reason) {
		bench_worker_fail(w, "the broker refused %s: %s", bench_client_role(w, c, role),
			refusal_of(w->plan->version, m.reason));
		return;
	}
	if (c->publisher && w->plan->version == MQTT_5) {
		c->publisher->receive_max = m.props.receive_max;
		if (m.props.qos_max < bench_plan_qos(w->plan, c->publisher->number)) {
			bench_worker_fail(w, "the broker takes no QoS above %u", m.props.qos_max);
			return;
		}
	}
	go_on(w, c);
}

static void take_suback(struct bench_worker *w, struct bench_client *c, const struct mqtt_frame *f)
{
	char topic[BENCH_TOPIC_MAX + 1];
	struct mqtt_suback m;

	if (mqtt_suback_decode(f, w->plan->version, &m) || m.reasons.size != c->asked) {
		bench_worker_fail(w, "the broker's SUBACK cannot be read");
		return;
	}
	for (size_t i = 0; i < m.reasons.size; i++) {
		uint8_t reason = m.reasons.at[i];

		(void)bench_plan_filter(w->plan, c->number, c->subscribed + (uint32_t)i, topic);
		if (reason >= MQTT_UNSPECIFIED_ERROR) {
			bench_worker_fail(w, "the broker refused the subscription to %s%s%s", topic,
				w->plan->version == MQTT_5 ? ": " : "",
				w->plan->version == MQTT_5 ? mqtt_reason_name(reason) : "");
			return;
		}
		if (reason != wanted_qos(w, c)) {
			bench_worker_fail(w, "the broker granted QoS %u instead of %u to %s",
				reason, wanted_qos(w, c), topic);
			return;
		}
	}
	c->subscribed += c->asked;
	go_on(w, c);
}

void bench_greet_take(struct bench_worker *w, struct bench_client *c, const struct mqtt_frame *f)
{
	char role[BENCH_ROLE_MAX];

	if (c->state == BENCH_GREETING && f->type == MQTT_CONNACK)
		take_connack(w, c, f);
	else if (c->state == BENCH_SUBSCRIBING && f->type == MQTT_SUBACK)
		take_suback(w, c, f);
	else
		bench_worker_fail(w, "%s expected a %s, and the broker sent a %s",
			bench_client_role(w, c, role),
			c->state == BENCH_GREETING ? "CONNACK" : "SUBACK", mqtt_type_name(f->type));
}
