/* broker_sys.c - one table: the topic, and where its figure comes from.
 *
 * A round goes row by row, a publication each, whenever the router is free.  Each round updates the
 * load averages first. */
#include "broker/broker_sys.h"

#include "broker/broker_state.h"

#include <assert.h>
#include <stddef.h>

enum sys_kind {
	SYS_TEXT_VERSION,
	SYS_UPTIME,
	SYS_COUNTER, /* at `offset` in struct broker_stats */
	SYS_OFFLINE, /* sessions without a client */
	SYS_LOAD,    /* hundredths of loads[offset / 3], span offset % 3 */
};

struct sys_row {
	const char *topic; /* behind $SYS/broker/ */
	enum sys_kind kind;
	size_t offset;
};

#define COUNTER(topic, field)                                                                      \
	{                                                                                          \
		topic, SYS_COUNTER, offsetof(struct broker_stats, field)                           \
	}
#define NOTE(topic, code)                                                                          \
	{                                                                                          \
		"ting/" topic, SYS_COUNTER,                                                        \
			offsetof(struct broker_stats, notes) + (code) * sizeof(uint64_t)           \
	}
#define LOAD(topic, load)                                                                          \
	{"load/" topic "/1min", SYS_LOAD, (load)*BROKER_LOAD_SPANS},                               \
		{"load/" topic "/5min", SYS_LOAD, (load)*BROKER_LOAD_SPANS + 1},                   \
	{                                                                                          \
		"load/" topic "/15min", SYS_LOAD, (load)*BROKER_LOAD_SPANS + 2                     \
	}

static const struct sys_row rows[] = {
	{"version", SYS_TEXT_VERSION, 0},
	{"uptime", SYS_UPTIME, 0},
	COUNTER("bytes/received", bytes_received),
	COUNTER("bytes/sent", bytes_sent),
	COUNTER("clients/connected", clients_now),
	COUNTER("clients/active", clients_now),
	{"clients/disconnected", SYS_OFFLINE, 0},
	{"clients/inactive", SYS_OFFLINE, 0},
	COUNTER("clients/expired", notes[BROKER_NOTE_SESSION_EXPIRED]),
	COUNTER("clients/maximum", clients_max),
	COUNTER("clients/total", sessions_now),
	LOAD("bytes/received", BROKER_LOAD_BYTES_RECEIVED),
	LOAD("bytes/sent", BROKER_LOAD_BYTES_SENT),
	LOAD("connections", BROKER_LOAD_CONNECTIONS),
	LOAD("messages/received", BROKER_LOAD_MESSAGES_RECEIVED),
	LOAD("messages/sent", BROKER_LOAD_MESSAGES_SENT),
	LOAD("publish/dropped", BROKER_LOAD_PUBLISH_DROPPED),
	LOAD("publish/received", BROKER_LOAD_PUBLISH_RECEIVED),
	LOAD("publish/sent", BROKER_LOAD_PUBLISH_SENT),
	LOAD("sockets", BROKER_LOAD_SOCKETS),
	COUNTER("messages/received", packets_received),
	COUNTER("messages/sent", packets_sent),
	COUNTER("messages/stored", messages_now),
	COUNTER("publish/bytes/received", publish_bytes_received),
	COUNTER("publish/bytes/sent", publish_bytes_sent),
	COUNTER("publish/messages/dropped", messages_dropped),
	COUNTER("publish/messages/received", publishes_received),
	COUNTER("publish/messages/sent", publishes_sent),
	COUNTER("retained messages/count", retained_now),
	COUNTER("shared_subscriptions/count", shared_subscriptions_now),
	COUNTER("store/messages/bytes", message_bytes_now),
	COUNTER("store/messages/count", messages_now),
	COUNTER("subscriptions/count", subscriptions_now),
	NOTE("refused", BROKER_NOTE_REFUSED),
	NOTE("fault", BROKER_NOTE_FAULT),
	NOTE("connect-timeout", BROKER_NOTE_CONNECT_TIMEOUT),
	NOTE("keepalive-timeout", BROKER_NOTE_KEEPALIVE_TIMEOUT),
	NOTE("taken-over", BROKER_NOTE_TAKEN_OVER),
	NOTE("full", BROKER_NOTE_FULL),
	NOTE("subscribe-refused", BROKER_NOTE_SUBSCRIBE_REFUSED),
	NOTE("publish-refused", BROKER_NOTE_PUBLISH_REFUSED),
	NOTE("queue-full", BROKER_NOTE_QUEUE_FULL),
	NOTE("output-full", BROKER_NOTE_OUTPUT_FULL),
	NOTE("too-large", BROKER_NOTE_TOO_LARGE),
	NOTE("expired", BROKER_NOTE_EXPIRED),
	NOTE("delivery-refused", BROKER_NOTE_DELIVERY_REFUSED),
	NOTE("retain-full", BROKER_NOTE_RETAIN_FULL),
	NOTE("share-rerouted", BROKER_NOTE_SHARE_REROUTED),
	NOTE("share-lost", BROKER_NOTE_SHARE_LOST),
	NOTE("no-memory", BROKER_NOTE_NO_MEMORY),
};

enum { ROWS = sizeof rows / sizeof rows[0], PREFIX_BYTES_MAX = 96, VALUE_BYTES_MAX = 256 };

static_assert((int)ROWS <= (int)BROKER_SYS_ROWS_MAX, "a round remembers each row");

static uint64_t counter(const struct broker *b, size_t offset)
{
	return *(const uint64_t *)(const void *)((const char *)&b->stats + offset);
}

static uint64_t figure(const struct broker *b, const struct sys_row *row)
{
	switch (row->kind) {
	case SYS_TEXT_VERSION:
		return 0;
	case SYS_UPTIME:
		return (uint64_t)(b->now.mono - b->sys.started_ms) / 1000;
	case SYS_COUNTER:
		return counter(b, row->offset);
	case SYS_OFFLINE:
		return b->sessions.count - b->stats.clients_now;
	case SYS_LOAD:
		return b->sys.loads[row->offset / BROKER_LOAD_SPANS]
			.hundredths[row->offset % BROKER_LOAD_SPANS];
	}
	return 0;
}

static void write_figure(
	const struct broker *b, const struct sys_row *row, uint64_t value, struct writer *w)
{
	switch (row->kind) {
	case SYS_TEXT_VERSION:
		writer_bytes(w, span_of_text(b->config.version));
		break;
	case SYS_UPTIME: /* as mosquitto words it */
		writer_decimal(w, value);
		writer_bytes(w, SPAN_LITERAL(" seconds"));
		break;
	case SYS_COUNTER:
	case SYS_OFFLINE:
		writer_decimal(w, value);
		break;
	case SYS_LOAD:
		writer_decimal(w, value / 100);
		writer_u8(w, '.');
		writer_u8(w, (uint8_t)('0' + value / 10 % 10));
		writer_u8(w, (uint8_t)('0' + value % 10));
		break;
	}
}

void broker_sys_init(struct broker *b)
{
	b->sys.started_ms = b->sys.round_ms = b->now.mono;
	broker_sys_configure(b);
}

void broker_sys_configure(struct broker *b)
{
	if (b->config.sys_interval_s == 0)
		b->sys.due_ms = MSEC_NEVER;
	else if (b->sys.due_ms == 0 || b->sys.due_ms == MSEC_NEVER)
		b->sys.due_ms = b->now.mono;
}

static void update_loads(struct broker *b)
{
	const uint64_t totals[BROKER_LOADS] = {
		[BROKER_LOAD_BYTES_RECEIVED] = b->stats.bytes_received,
		[BROKER_LOAD_BYTES_SENT] = b->stats.bytes_sent,
		[BROKER_LOAD_CONNECTIONS] = b->stats.notes[BROKER_NOTE_CONNECTED],
		[BROKER_LOAD_MESSAGES_RECEIVED] = b->stats.packets_received,
		[BROKER_LOAD_MESSAGES_SENT] = b->stats.packets_sent,
		[BROKER_LOAD_PUBLISH_DROPPED] = b->stats.messages_dropped,
		[BROKER_LOAD_PUBLISH_RECEIVED] = b->stats.publishes_received,
		[BROKER_LOAD_PUBLISH_SENT] = b->stats.publishes_sent,
		[BROKER_LOAD_SOCKETS] = b->stats.connections_opened,
	};

	for (int i = 0; i < BROKER_LOADS; i++)
		broker_load_update(&b->sys.loads[i], totals[i], b->now.mono - b->sys.round_ms);
	b->sys.round_ms = b->now.mono;
}

void broker_sys_tick(struct broker *b)
{
	struct broker_sys *sys = &b->sys;

	if (b->now.mono < sys->due_ms)
		return;
	sys->due_ms = b->now.mono + (msec)b->config.sys_interval_s * 1000;
	if (sys->is_running)
		return;
	update_loads(b);
	sys->is_running = true;
	sys->row = 0;
}

static void publish(struct broker *b, const struct sys_row *row, uint64_t value)
{
	struct writer topic = broker_conn_packet(b, PREFIX_BYTES_MAX);
	struct writer text = broker_conn_packet(b, VALUE_BYTES_MAX);
	struct broker_message *m;

	writer_bytes(&topic, SPAN_LITERAL("$SYS/broker/"));
	writer_bytes(&topic, span_of_text(row->topic));
	write_figure(b, row, value, &text);
	m = broker_message_new(
		b->ledger, writer_span(&topic), span_of(NULL, 0), writer_span(&text));
	if (!m) {
		b->stats.alloc_failures++;
		return;
	}
	m->is_retained = true;
	broker_retain_keep_own(b, m);
	broker_route_start(b, m, NULL, 0, 0);
}

bool broker_sys_publish_one(struct broker *b)
{
	struct broker_sys *sys = &b->sys;

	while (sys->is_running && sys->row < ROWS) {
		size_t i = sys->row++;
		uint64_t value = figure(b, &rows[i]);

		if (sys->published[i] == value + 1)
			continue;
		sys->published[i] = value + 1;
		publish(b, &rows[i], value);
		return true;
	}
	sys->is_running = false;
	return false;
}
